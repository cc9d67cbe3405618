package org.unrolled.quizzes.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * A sentence whose words have queries, keys and values written by hand, so that a reader can follow every number. A word's
 * key says what it offers, its query what it looks for (the same four features), its value what it carries (three others).
 *
 * @param words the words, in order; {@code "·"} is padding, which offers and looks for nothing
 */
public record Sentence(List<String> words) {

    /** What the columns of queries and keys mean. */
    public static final List<String> FEATURES = List.of("creature", "place", "action", "state");

    /** What the columns of values mean. */
    public static final List<String> CARRIES = List.of("furry", "paved", "sleepy");

    private static final String PADDING = "·";

    private record Word(double[] looksFor, double[] offers, double[] carries) {}

    private static final Map<String, Word> LEXICON = new TreeMap<>();

    static {
        //            looks for: creature place action state   offers                  carries: furry paved sleepy
        word("the", list(2, 2, 0, 0), list(0, 0, 0, 0), list(0, 0, 0));
        word("a", list(2, 2, 0, 0), list(0, 0, 0, 0), list(0, 0, 0));
        word("animal", list(0, 0, 3, 1), list(2, 0, 0, 0), list(1, 0, 0));
        word("dog", list(0, 0, 3, 1), list(2, 0, 0, 0), list(0.9, 0, 0));
        word("cat", list(0, 0, 3, 1), list(2, 0, 0, 0), list(1, 0, 0.2));
        word("street", list(0, 0, 2, 1), list(0, 2, 0, 0), list(0, 1, 0));
        word("road", list(0, 0, 2, 1), list(0, 2, 0, 0), list(0, 0.8, 0));
        word("house", list(0, 0, 1, 1), list(0, 2, 0, 0), list(0, 0.1, 0.1));
        word("left", list(2, 3, 0, 0), list(0, 0, 2, 0), list(0, 0, 0));
        word("crossed", list(2, 3, 0, 0), list(0, 0, 2, 0), list(0, 0, 0));
        word("slept", list(3, 1, 0, 0), list(0, 0, 2, 0), list(0, 0, 1));
        word("because", list(0, 0, 2, 2), list(0, 0, 0, 0), list(0, 0, 0));
        word("it", list(4, 1, 0, 0), list(0, 0, 0, 0), list(0, 0, 0));
        word("was", list(2, 0, 0, 3), list(0, 0, 0, 0), list(0, 0, 0));
        word("tired", list(3, 0, 0, 0), list(0, 0, 0, 2), list(0, 0, 1));
        word("noisy", list(1, 3, 0, 0), list(0, 0, 0, 2), list(0, 0, 0));
        word(PADDING, list(0, 0, 0, 0), list(0, 0, 0, 0), list(0, 0, 0));
    }

    /**
     * @param text words of the small lexicon, separated by blanks
     * @throws IllegalArgumentException for another word; the message lists the known ones
     */
    public static Sentence of(String text) {
        List<String> words = List.of(text.strip().toLowerCase(Locale.ROOT).split("\\s+"));
        for (String word : words) {
            if (!LEXICON.containsKey(word)) {
                throw new IllegalArgumentException("Sentence: \"" + word + "\" has no hand-made vectors. Known words: "
                        + String.join(" ", LEXICON.keySet()));
            }
        }
        return new Sentence(words);
    }

    /** T, the number of words. */
    public int length() {
        return words.size();
    }

    /** This sentence filled up with padding to T words. */
    public Sentence padTo(int T) {
        List<String> longer = new ArrayList<>(words);
        while (longer.size() < T) {
            longer.add(PADDING);
        }
        return new Sentence(List.copyOf(longer));
    }

    /** What each word looks for: (T, 4). */
    public Tensor queries() {
        return rows(words.stream().map(word -> LEXICON.get(word).looksFor()).toList());
    }

    /** What each word offers: (T, 4). */
    public Tensor keys() {
        return rows(words.stream().map(word -> LEXICON.get(word).offers()).toList());
    }

    /** What each word carries: (T, 3). */
    public Tensor values() {
        return rows(words.stream().map(word -> LEXICON.get(word).carries()).toList());
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }

    private static Tensor rows(List<double[]> rows) {
        return Tensors.tensor(rows.toArray(double[][]::new));
    }

    private static void word(String name, double[] looksFor, double[] offers, double[] carries) {
        LEXICON.put(name, new Word(looksFor, offers, carries));
    }

    private static double[] list(double... values) {
        return values;
    }
}
