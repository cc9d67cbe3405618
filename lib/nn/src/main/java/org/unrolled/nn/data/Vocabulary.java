package org.unrolled.nn.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * The tokens a model knows, and their ids. Id 0 is padding and id 1 stands for everything unknown; then come the tokens of the training part, the
 * frequent ones first and equally frequent ones in the order of the alphabet. A vocabulary is fitted on a {@link TrainingPart} and on nothing else, so a word that
 * only the test part has is unknown, as it would be in use.
 */
public final class Vocabulary {
    /** The id that fills up short sequences. */
    public static final int PADDING = 0;
    /** The id of every token that the training part does not have. */
    public static final int UNKNOWN = 1;
    private static final Pattern WORD = Pattern.compile("[a-z0-9]+(?:['-][a-z0-9]+)*|[^\\sa-z0-9]");

    private final List<String> tokens;
    private final Map<String, Integer> ids;
    private final boolean characters;

    private Vocabulary(Map<String, Integer> counts, int atLeast, boolean characters) {
        List<String> all = new ArrayList<>(List.of("<pad>", "<unk>"));
        counts.entrySet().stream().filter(e -> e.getValue() >= atLeast)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> all.add(e.getKey()));
        tokens = List.copyOf(all);
        ids = new LinkedHashMap<>();
        for (int i = 0; i < tokens.size(); i++) ids.put(tokens.get(i), i);
        this.characters = characters;
    }

    /** The words of the training texts, in lower case; a sign of punctuation is a word of its own. */
    public static Vocabulary of(TrainingPart train) {
        return of(train, 1);
    }

    /** Only words that occur at least so often; the model then meets unknown words while it trains, and learns what to do with them. */
    public static Vocabulary of(TrainingPart train, int atLeast) {
        if (train.examples.texts.isEmpty()) {
            throw new IllegalArgumentException("Vocabulary: the training part holds no texts. Hint: Sentences and Examples.ofTexts do; scaled and Scaler are for numbers.");
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String text : train.texts()) {
            for (String word : words(text)) counts.merge(word, 1, Integer::sum);
        }
        return new Vocabulary(counts, atLeast, false);
    }

    /** The characters of a training text. */
    static Vocabulary ofCharacters(String training) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < training.length(); i++) counts.merge(training.substring(i, i + 1), 1, Integer::sum);
        return new Vocabulary(counts, 1, true);
    }

    /** A text as words and signs of punctuation, in lower case: {@code "Not bad!"} is "not", "bad", "!". */
    public static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher m = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (m.find()) words.add(m.group());
        return words;
    }

    /** How many ids there are, padding and unknown included: the rows of an embedding. */
    public int size() {
        return tokens.size();
    }

    /** All tokens in the order of their ids. */
    public List<String> tokens() {
        return tokens;
    }

    /** The id of a token; {@link #UNKNOWN} if the training part did not have it. */
    public int id(String token) {
        return ids.getOrDefault(token, UNKNOWN);
    }

    /** The token of an id. */
    public String token(int id) {
        if (id < 0 || id >= size()) {
            throw new IllegalArgumentException("Vocabulary: there is no id " + id + ": ids are 0 to " + (size() - 1) + ".");
        }
        return tokens.get(id);
    }

    /** The ids of a text. */
    public int[] encode(String text) {
        if (characters) {
            return text.chars().map(c -> id(String.valueOf((char) c))).toArray();
        }
        return words(text).stream().mapToInt(this::id).toArray();
    }

    /** The ids of several texts, (N, T): each padded to the longest of them. */
    public Tensor encode(List<String> texts) {
        int[][] rows = texts.stream().map(this::encode).toArray(int[][]::new);
        int longest = 0;
        for (int[] row : rows) longest = Math.max(longest, row.length);
        int[] all = new int[rows.length * longest];
        for (int i = 0; i < rows.length; i++) System.arraycopy(rows[i], 0, all, i * longest, rows[i].length);
        return Tensors.ids(all, rows.length, longest);
    }

    /** The text of some ids, without padding; words are joined by spaces. */
    public String decode(int... ids) {
        StringBuilder out = new StringBuilder();
        for (int id : ids) {
            String token = token(id);
            if (id == PADDING) continue;
            out.append(characters || out.isEmpty() ? "" : " ").append(token);
        }
        return out.toString();
    }

    /** The text of a vector of ids. */
    public String decode(Tensor ids) {
        return decode(ids.toIntArray());
    }

    @Override public String toString() {
        return "Vocabulary of " + size() + (characters ? " characters" : " words") + ", padding and unknown included";
    }
}
