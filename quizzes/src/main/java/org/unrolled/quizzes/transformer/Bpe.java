package org.unrolled.quizzes.transformer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Byte-pair encoding (Sennrich, Haddow and Birch 2016) on characters: the text is cut into words with the blank in front of them (as in GPT-2, Radford et al.
 * 2019, section 2.2), words into characters, and the most frequent pair of neighbours becomes one token, again and again. Of equally frequent pairs the first in
 * the order of the alphabet is taken.
 */
public final class Bpe {

    /** A word with the blank before it, or other signs, or white space. */
    public static final Pattern WORDS = Pattern.compile(" ?[A-Za-z]+| ?[^A-Za-z\\s]+|\\s+");

    /** Two neighbours that become one token; {@code count}, how often they stood side by side. */
    public record Pair(String left, String right, int count) {
        /** The token that they become. */
        public String token() {
            return left + right;
        }
    }

    private record Neighbours(String left, String right) {}

    private static final Comparator<Pair> MOST_FREQUENT =
            Comparator.comparingInt(Pair::count).reversed().thenComparing(Pair::left).thenComparing(Pair::right);

    private final List<Pair> merges;

    private Bpe(List<Pair> merges) {
        this.merges = List.copyOf(merges);
    }

    /** Learns so many merges, fewer if no pair is left. */
    public static Bpe learn(String text, int merges) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        WORDS.matcher(text).results().forEach(word -> words.merge(characters(word.group()), 1, Integer::sum));
        List<Pair> learned = new ArrayList<>();
        while (learned.size() < merges) {
            Optional<Pair> most = counted(words).min(MOST_FREQUENT);
            if (most.isEmpty()) break;
            Pair best = most.get();
            learned.add(best);
            Map<List<String>, Integer> merged = new LinkedHashMap<>();
            words.forEach((word, count) -> merged.merge(merge(word, best), count, Integer::sum));
            words.clear();
            words.putAll(merged);
        }
        return new Bpe(learned);
    }

    /** The characters of a word. */
    public static List<String> characters(String word) {
        return List.of(word.split("(?!^)"));
    }

    /** All pairs of neighbours in words that occur so often, the most frequent first. */
    public static List<Pair> pairs(Map<List<String>, Integer> words) {
        return counted(words).sorted(MOST_FREQUENT).toList();
    }

    private static Stream<Pair> counted(Map<List<String>, Integer> words) {
        Map<Neighbours, Integer> counts = new HashMap<>();
        words.forEach((word, count) -> {
            for (int i = 0; i + 1 < word.size(); i++) counts.merge(new Neighbours(word.get(i), word.get(i + 1)), count, Integer::sum);
        });
        return counts.entrySet().stream().map(e -> new Pair(e.getKey().left(), e.getKey().right(), e.getValue()));
    }

    private static List<String> merge(List<String> tokens, Pair pair) {
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            boolean here = i + 1 < tokens.size() && tokens.get(i).equals(pair.left()) && tokens.get(i + 1).equals(pair.right());
            merged.add(here ? pair.token() : tokens.get(i));
            if (here) i++;
        }
        return merged;
    }

    /** The merges in the order in which they were learned. */
    public List<Pair> merges() {
        return merges;
    }

    /** The first so many merges alone. */
    public Bpe first(int n) {
        return new Bpe(merges.subList(0, Math.min(n, merges.size())));
    }

    /** The same merges, applied by the library jtokkit: a text in tokens. ASCII only, since the library merges bytes. */
    public List<String> libraryTokens(String text) {
        Map<byte[], Integer> ranks = new LinkedHashMap<>();
        List<String> tokens = new ArrayList<>();
        for (int c = 0; c < 128; c++) tokens.add(String.valueOf((char) c));
        merges.forEach(merge -> tokens.add(merge.token()));
        for (int id = 0; id < tokens.size(); id++) ranks.put(tokens.get(id).getBytes(StandardCharsets.US_ASCII), id);
        EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
        registry.registerGptBytePairEncoding(new GptBytePairEncodingParams("by hand", WORDS, ranks, Map.of()));
        Encoding encoding = registry.getEncoding("by hand").orElseThrow();
        return ids(encoding, text).stream().map(tokens::get).toList();
    }

    /** A text in the tokens of GPT-2 (Radford et al. 2019), by the library jtokkit. */
    public static List<String> gpt2Tokens(String text) {
        Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        return ids(encoding, text).stream().map(id -> {
            IntArrayList one = new IntArrayList();
            one.add(id);
            return encoding.decode(one);
        }).toList();
    }

    private static List<Integer> ids(Encoding encoding, String text) {
        return encoding.encode(text).boxed();
    }

    /** A text in tokens: its words, each with all merges in their order. */
    public List<String> tokens(String text) {
        Map<String, List<String>> known = new LinkedHashMap<>();
        List<String> tokens = new ArrayList<>();
        for (MatchResult word : WORDS.matcher(text).results().toList()) {
            tokens.addAll(known.computeIfAbsent(word.group(), w -> {
                List<String> parts = characters(w);
                for (Pair merge : merges) {
                    if (parts.size() == 1) break;
                    parts = merge(parts, merge);
                }
                return parts;
            }));
        }
        return tokens;
    }
}
