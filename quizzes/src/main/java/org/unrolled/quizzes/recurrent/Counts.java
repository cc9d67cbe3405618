package org.unrolled.quizzes.recurrent;

import java.util.HashMap;
import java.util.Map;
import org.unrolled.tensor.Tensor;

/**
 * The oldest model of text: count which symbol follows the last n − 1 (Shannon 1948). It is the baseline of a network that
 * predicts the next symbol. With {@code add} added to each count, so that what never followed is not impossible:
 * p(c | context) = (count(context, c) + add) / (count(context) + add · V).
 */
public final class Counts {
    private final int n;
    private final int V;
    private final Map<Long, int[]> following = new HashMap<>();

    /**
     * Counts a text.
     *
     * @param ids (N), from 0 to V − 1
     * @param n 1: single symbols, 2: pairs, 3: triples
     */
    public Counts(Tensor ids, int V, int n) {
        if (n < 1 || Math.pow(V, n) > Long.MAX_VALUE) {
            throw new IllegalArgumentException("Counts: n = " + n + " for " + V + " symbols: n is 1 or more, and Vⁿ must fit a long. Hint: 1, 2 or 3.");
        }
        this.n = n;
        this.V = V;
        int[] text = ids.toIntArray();
        for (int i = n - 1; i < text.length; i++) {
            following.computeIfAbsent(context(text, i), _ -> new int[V])[text[i]]++;
        }
    }

    private long context(int[] text, int i) {
        long key = 0;
        for (int k = i - n + 1; k < i; k++) {
            key = key * V + text[k];
        }
        return key;
    }

    /** exp of the mean of −ln p over a text that was not counted; its first n − 1 symbols are not predicted. */
    public double perplexity(Tensor ids, double add) {
        int[] text = ids.toIntArray();
        double sum = 0;
        for (int i = n - 1; i < text.length; i++) {
            int[] counts = following.get(context(text, i));
            double all = 0;
            if (counts != null) {
                for (int count : counts) {
                    all += count;
                }
            }
            sum -= Math.log(((counts == null ? 0 : counts[text[i]]) + add) / (all + add * V));
        }
        return Math.exp(sum / (text.length - n + 1));
    }
}
