package org.unrolled.nn.data;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * A text for models that predict the next character. It is cut at two places: the beginning to learn from, then validation, then test. The vocabulary is that of the
 * beginning alone.
 */
public final class Characters {
    private final Vocabulary vocabulary;
    private final int[] ids;
    private final int cut;
    private final int next;

    private Characters(Vocabulary vocabulary, int[] ids, int cut, int next) {
        this.vocabulary = vocabulary;
        this.ids = ids;
        this.cut = cut;
        this.next = next;
    }

    /** Shares of the text for training and for validation; the rest is the test part. */
    public static Characters of(String text, double trainShare, double validationShare) {
        if (!(trainShare > 0) || !(validationShare >= 0) || !(trainShare + validationShare <= 1 + 1e-9)) {
            throw new IllegalArgumentException("Characters: " + trainShare + " of the text for training and " + validationShare
                    + " for validation: training needs more than 0, validation 0 or more, and together they are at most 1.");
        }
        int cut = (int) Math.round(text.length() * trainShare);
        int next = (int) Math.round(text.length() * Math.min(1, trainShare + validationShare));
        Vocabulary vocabulary = Vocabulary.ofCharacters(text.substring(0, cut));
        return new Characters(vocabulary, vocabulary.encode(text), cut, next);
    }

    /** The characters of the training part and their ids. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The ids of the training part, (n). */
    public Tensor train() {
        return Tensors.ids(Arrays.copyOf(ids, cut));
    }

    /** The ids of the validation part. */
    public Tensor validation() {
        return Tensors.ids(Arrays.copyOfRange(ids, cut, next));
    }

    /** The ids of the test part. */
    public Tensor test() {
        return Tensors.ids(Arrays.copyOfRange(ids, next, ids.length));
    }

    /** Pieces of T characters one after another: x (N, T), and y (N, T) the character that follows each. No piece lies in two parts. */
    public Split split(int T) {
        checked(T, "a training part", cut);
        int[] starts = IntStream.of(starts(0, cut, T), starts(cut, next, T), starts(next, ids.length, T)).toArray();
        int a = starts(0, cut, T);
        int b = a + starts(cut, next, T);
        int n = b + starts(next, ids.length, T);
        int[] x = new int[n * T];
        int[] y = new int[n * T];
        int[] from = {0, cut, next};
        int row = 0;
        for (int part = 0; part < 3; part++) {
            for (int i = 0; i < starts[part]; i++, row++) {
                System.arraycopy(ids, from[part] + i * T, x, row * T, T);
                System.arraycopy(ids, from[part] + i * T + 1, y, row * T, T);
            }
        }
        Examples all = Examples.of(Tensors.ids(x, n, T), Tensors.ids(y, n, T));
        return Split.of(all, "by position", range(0, a), range(a, b), range(b, n));
    }

    private static int starts(int from, int to, int T) {
        return Math.max(0, (to - from - 1) / T);
    }

    private static int[] range(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static void checked(int T, String from, int characters) {
        if (T < 1 || T >= characters) {
            throw new IllegalArgumentException("Characters: pieces of " + T + " characters from " + from + " of " + characters
                    + ": a piece has at least 1 character, and one more must follow it.");
        }
    }

    /** Pieces of T characters of the training part that begin anywhere: x (B, T) and the characters that follow, y (B, T). */
    public Batch sample(int size, int T, Random random) {
        checked(T, "a training part", cut);
        if (size < 1) throw new IllegalArgumentException("sample(" + size + "): a batch has at least one example.");
        int[] starts = random.ints(size, 0, cut - T).toArray();
        return batch(starts, T);
    }

    /**
     * The training part as B streams side by side, T characters at a time, in order: batch k + 1 goes on where batch k stopped, so a state can be carried over
     * (truncated BPTT). What is left at the end of a stream is dropped.
     */
    public List<Batch> streams(int size, int T) {
        if (size < 1) throw new IllegalArgumentException("streams(" + size + "): a batch has at least one stream.");
        int length = (cut - 1) / size;
        checked(T, "a stream", length + 1);
        return IntStream.range(0, length / T).mapToObj(k -> {
            int[] starts = new int[size];
            Arrays.setAll(starts, b -> b * length + k * T);
            return batch(starts, T);
        }).toList();
    }

    private Batch batch(int[] starts, int T) {
        int[] x = new int[starts.length * T];
        int[] y = new int[starts.length * T];
        for (int b = 0; b < starts.length; b++) {
            System.arraycopy(ids, starts[b], x, b * T, T);
            System.arraycopy(ids, starts[b] + 1, y, b * T, T);
        }
        return new Batch(Tensors.ids(x, starts.length, T), Tensors.ids(y, starts.length, T), new int[0], List.of(), starts);
    }

    @Override public String toString() {
        return ids.length + " characters: " + cut + " training, " + (next - cut) + " validation, " + (ids.length - next) + " test; " + vocabulary;
    }
}
