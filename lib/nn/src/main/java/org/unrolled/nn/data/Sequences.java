package org.unrolled.nn.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.unrolled.tensor.Tensors;

/** Synthetic sequences whose rule is known, so that what a network remembers can be read off its error. The same seed makes the same sequences. */
public final class Sequences {
    /** The ids of {@link #copy}: 0 is a blank, 1 to 8 are symbols, 9 asks for the answer. */
    public static final int COPY_IDS = 10;

    private Sequences() { }

    /**
     * The copy task (Hochreiter &amp; Schmidhuber 1997; in this form Arjovsky, Shah &amp; Bengio 2016): symbols, blanks, a signal, and the symbols are to be repeated.
     * x = s₁ … s_K, then {@code delay} − 1 blanks, the signal 9, K blanks; y = K + {@code delay} blanks, then s₁ … s_K. Both (N, delay + 2K).
     * Without memory the best mean cross-entropy is K ln 8 / (delay + 2K).
     *
     * @param symbols K, how many to remember
     * @param delay   at least 1
     */
    public static Examples copy(int n, int symbols, int delay, long seed) {
        positive("copy", "sequences", n, 0);
        positive("copy", "symbols", symbols, 1);
        positive("copy", "delay", delay, 1);
        Random random = new Random(seed);
        int T = delay + 2 * symbols;
        int[] x = new int[n * T];
        int[] y = new int[n * T];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < symbols; k++) {
                int symbol = 1 + random.nextInt(8);
                x[i * T + k] = symbol;
                y[i * T + symbols + delay + k] = symbol;
            }
            x[i * T + symbols + delay - 1] = 9;
        }
        return Examples.of(Tensors.ids(x, n, T), Tensors.ids(y, n, T));
    }

    /**
     * The adding problem (Hochreiter &amp; Schmidhuber 1997, with the numbers of Le, Jaitly &amp; Hinton 2015): x (N, T, 2) holds at each step a number from 0 to 1 and a mark; the target
     * y (N, 1) is the sum of the two marked numbers, one in each half of the sequence. Always answering 1 has the mean squared error 1/6.
     *
     * @param T at least 2
     */
    public static Examples adding(int n, int T, long seed) {
        positive("adding", "sequences", n, 0);
        positive("adding", "T", T, 2);
        Random random = new Random(seed);
        float[] x = new float[n * T * 2];
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            for (int t = 0; t < T; t++) x[(i * T + t) * 2] = random.nextFloat();
            int first = random.nextInt(T / 2);
            int second = T / 2 + random.nextInt(T - T / 2);
            x[(i * T + first) * 2 + 1] = 1;
            x[(i * T + second) * 2 + 1] = 1;
            y[i] = x[(i * T + first) * 2] + x[(i * T + second) * 2];
        }
        return Examples.of(Tensors.tensor(x, n, T, 2), Tensors.tensor(y, n, 1));
    }

    /**
     * Retrieval, or associative recall (Graves, Wayne &amp; Danihelka 2014; Ba et al. 2016): x (N, 2·pairs + 1) is key, value, key, value, …, and at last one of the keys;
     * the label y (N) is the value that followed it. Keys are the ids 0 … keys − 1, each at most once in a sequence; the value v is the id keys + v. Guessing is right
     * once in {@code values} times.
     */
    public static Examples recall(int n, int pairs, int keys, int values, long seed) {
        positive("recall", "sequences", n, 0);
        positive("recall", "pairs", pairs, 1);
        positive("recall", "values", values, 1);
        if (keys < pairs) {
            throw new IllegalArgumentException("recall: " + pairs + " pairs with " + keys + " keys: each pair of a sequence needs a key of its own. Hint: keys is at least pairs.");
        }
        Random random = new Random(seed);
        int T = 2 * pairs + 1;
        int[] x = new int[n * T];
        int[] y = new int[n];
        int[] deck = new int[keys];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < keys; k++) deck[k] = k;
            for (int p = 0; p < pairs; p++) {
                int drawn = p + random.nextInt(keys - p);
                int key = deck[drawn];
                deck[drawn] = deck[p];
                deck[p] = key;
                x[i * T + 2 * p] = key;
                x[i * T + 2 * p + 1] = keys + random.nextInt(values);
            }
            int asked = random.nextInt(pairs);
            x[i * T + T - 1] = deck[asked];
            y[i] = x[i * T + 2 * asked + 1] - keys;
        }
        List<String> classes = new ArrayList<>();
        for (int v = 0; v < values; v++) classes.add(String.valueOf(v));
        return Examples.of(Tensors.ids(x, n, T), Tensors.ids(y), classes);
    }

    private static void positive(String op, String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(op + ": " + what + " is " + value + ", and must be at least " + least + ".");
        }
    }
}
