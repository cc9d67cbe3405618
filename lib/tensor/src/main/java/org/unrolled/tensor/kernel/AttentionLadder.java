package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorBlock.PANEL;
import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * softmax(Q·Kᵀ/√D)·V in numbered steps, from the equation to the library's own kernel, each to be read next to the one before.
 *
 * <pre>s[i,j] = Σ_c q[i,c] k[j,c] / √D      p[i,:] = softmax(s[i,:])      y[i,c] = Σⱼ p[i,j] v[j,c]</pre>
 *
 * <p>q, k, v and y are (H, T, D), row after row: H heads, each for itself, with T queries, T keys and T values of width D. In causal attention query i
 * sees the keys 0..i. Sizes may be of any kind, and what y held before does not matter. All steps do the same sums; from step to step fewer numbers go through
 * the memory, until from step 4 on the T·T weights of a head are nowhere as a whole.
 */
public final class AttentionLadder {
    /** Queries of a block: its scores with all keys (step 4) or with {@link #KEYS} of them (step 5) exist at a time. */
    private static final int QUERIES = 64;
    private static final int KEYS = 128;

    /** A kernel that computes attention. */
    public interface Attention {
        /** y = softmax(q·kᵀ/√D)·v for each of H heads. */
        void attend(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal);
    }

    /**
     * One step of the ladder.
     *
     * @param number  from 1
     * @param name    as a picture calls it
     * @param idea    what it does that the step before did not
     * @param threads how many threads it may use
     */
    public record Step(int number, String name, String idea, int threads, Attention attention) {}

    private static final List<Step> STEPS = List.of(
            new Step(1, "naive", "the equation: the T by T scores, their softmax, the sums of values", 1, AttentionLadder::naive),
            new Step(2, "by rows", "one row of scores at a time, a vector of numbers in one instruction", 1, AttentionLadder::byRows),
            new Step(3, "two products", "all scores as one matrix product, all results as another, by the packed kernel of GemmLadder", 1, AttentionLadder::twoProducts),
            new Step(4, "blocks of queries", "64 queries at a time: 64 by T scores, never T by T", 1, AttentionLadder::blocks),
            new Step(5, "online softmax", "blocks of keys, too: scores stay in the first caches, and what is summed is rescaled when a larger score turns up", 1, AttentionLadder::online),
            new Step(6, "library", "the library's kernel: scores turned around, so that neighbouring queries share a register and keys are read where they lie; all threads", Workers.THREADS, AttentionLadder::library));

    private AttentionLadder() { }

    /** The steps, the slowest idea first. */
    public static List<Step> steps() {
        return STEPS;
    }

    /** How many keys query i sees. */
    private static int seen(int i, int T, boolean causal) {
        return causal ? i + 1 : T;
    }

    private static float scale(int D) {
        return (float) (1 / Math.sqrt(D));
    }

    /** Step 1. The equation, with all scores of a head in memory. */
    public static void naive(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal) {
        float[] p = new float[T * T];
        for (int head = 0; head < H; head++) {
            int at = head * T * D;
            for (int i = 0; i < T; i++) {
                for (int j = 0; j < seen(i, T, causal); j++) {
                    float dot = 0;
                    for (int c = 0; c < D; c++) dot += q[at + i * D + c] * k[at + j * D + c];
                    p[i * T + j] = dot * scale(D);
                }
            }
            for (int i = 0; i < T; i++) {
                float m = Float.NEGATIVE_INFINITY, sum = 0;
                for (int j = 0; j < seen(i, T, causal); j++) m = Math.max(m, p[i * T + j]);
                for (int j = 0; j < seen(i, T, causal); j++) sum += p[i * T + j] = (float) Math.exp(p[i * T + j] - m);
                for (int j = 0; j < seen(i, T, causal); j++) p[i * T + j] /= sum;
            }
            for (int i = 0; i < T; i++) {
                for (int c = 0; c < D; c++) {
                    float sum = 0;
                    for (int j = 0; j < seen(i, T, causal); j++) sum += p[i * T + j] * v[at + j * D + c];
                    y[at + i * D + c] = sum;
                }
            }
        }
    }

    /** Step 2. A query from end to end: its T scores are still in the cache when they become weights, and the values are read straight on. */
    public static void byRows(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal) {
        float[] p = new float[T], lanes = new float[LANES];
        for (int head = 0; head < H; head++) {
            int at = head * T * D;
            for (int i = 0; i < T; i++) {
                int query = at + i * D, n = seen(i, T, causal);
                for (int j = 0; j < n; j++) p[j] = scale(D) * (float) VectorRows.dot(q, query, k, at + j * D, D, lanes);
                softmax(p, 0, n, lanes);
                Arrays.fill(y, query, query + D, 0f);
                for (int j = 0; j < n; j++) addTimes(y, query, p[j], v, at + j * D, D);
            }
        }
    }

    /** y += factor · x. */
    private static void addTimes(float[] y, int y0, float factor, float[] x, int x0, int n) {
        int c = 0;
        for (; c <= n - LANES; c += LANES) {
            FloatVector sum = FloatVector.fromArray(FLOATS, y, y0 + c);
            FloatVector.fromArray(FLOATS, x, x0 + c).fma(FloatVector.broadcast(FLOATS, factor), sum).intoArray(y, y0 + c);
        }
        for (; c < n; c++) y[y0 + c] += factor * x[x0 + c];
    }

    private static void softmax(float[] p, int from, int n, float[] lanes) {
        float sum = VectorRows.exp(p, from, p, from, n, VectorRows.max(p, from, n), lanes);
        VectorRows.scale(p, from, n, 1 / sum);
    }

    /** Step 3. {@link GemmLadder#packed} uses each number it fetches many times. But now all T·T scores are written, read, written and read again. */
    public static void twoProducts(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal) {
        float[] p = new float[T * T], turned = new float[D * T], mixed = new float[T * D], lanes = new float[LANES];
        for (int head = 0; head < H; head++) {
            int at = head * T * D, end = at + T * D;
            for (int j = 0; j < T; j++) {
                for (int c = 0; c < D; c++) turned[c * T + j] = k[at + j * D + c];
            }
            GemmLadder.packed(p, Arrays.copyOfRange(q, at, end), turned, T, T, D);
            VectorRows.scale(p, 0, T * T, scale(D));
            for (int i = 0; i < T; i++) {
                int n = seen(i, T, causal);
                softmax(p, i * T, n, lanes);
                Arrays.fill(p, i * T + n, (i + 1) * T, 0f);
            }
            GemmLadder.packed(mixed, p, Arrays.copyOfRange(v, at, end), T, D, T);
            System.arraycopy(mixed, 0, y, at, T * D);
        }
    }

    /**
     * Step 4. The same for {@value #QUERIES} queries at a time: their scores stay in the second-level cache, memory grows with T, and in causal attention nearly half
     * of the work is not done at all. The keys are turned around into panels once, for all blocks of a head.
     */
    public static void blocks(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal) {
        int width = VectorBlock.padded(D), row = VectorBlock.padded(T);
        float[] keys = new float[VectorBlock.turnedLength(T, D)], values = new float[row * width], queries = new float[QUERIES * D];
        float[] p = new float[QUERIES * row], mixed = new float[QUERIES * width], lanes = new float[LANES];
        for (int head = 0; head < H; head++) {
            int at = head * T * D;
            VectorBlock.turn(keys, k, at, D, T, D, 1);
            VectorBlock.copy(values, row, width, v, at, D, T, D, 1);
            for (int i = 0; i < T; i += QUERIES) {
                int n = Math.min(QUERIES, T - i), most = seen(i + n - 1, T, causal);
                VectorBlock.copy(queries, QUERIES, D, q, at + i * D, D, n, D, scale(D));
                VectorBlock.multiply(p, 0, row, queries, 0, D, 1, keys, 0, PANEL, PANEL * D, n, VectorBlock.padded(most), D, false);
                for (int r = 0; r < n; r++) {
                    softmax(p, r * row, seen(i + r, T, causal), lanes);
                    Arrays.fill(p, r * row + seen(i + r, T, causal), r * row + most, 0f);
                }
                VectorBlock.multiply(mixed, 0, width, p, 0, row, 1, values, 0, width, PANEL, n, width, most, false);
                for (int r = 0; r < n; r++) System.arraycopy(mixed, r * width, y, at + (i + r) * D, D);
            }
        }
    }

    /**
     * Step 5. Blocks of {@value #KEYS} keys, too, whose scores take 32 KiB. A softmax needs the largest score of the whole row, and it is not known yet: so each
     * query keeps m, the largest so far, l = Σ exp(s - m) and o = Σ exp(s - m)·v, and where a block has a larger score than m, l and o are first multiplied by
     * exp(m - that score). At the end y = o/l (Milakov and Gimelshein 2018; Dao et al., "FlashAttention", 2022).
     */
    public static void online(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal) {
        int width = VectorBlock.padded(D);
        float[] keys = new float[VectorBlock.turnedLength(T, D)], values = new float[VectorBlock.padded(T) * width], queries = new float[QUERIES * D];
        float[] s = new float[QUERIES * KEYS], o = new float[QUERIES * width], m = new float[QUERIES], l = new float[QUERIES], lanes = new float[LANES];
        for (int head = 0; head < H; head++) {
            int at = head * T * D;
            VectorBlock.turn(keys, k, at, D, T, D, 1);
            VectorBlock.copy(values, VectorBlock.padded(T), width, v, at, D, T, D, 1);
            for (int i = 0; i < T; i += QUERIES) {
                int n = Math.min(QUERIES, T - i), most = seen(i + n - 1, T, causal);
                VectorBlock.copy(queries, QUERIES, D, q, at + i * D, D, n, D, scale(D));
                Arrays.fill(m, Float.NEGATIVE_INFINITY);
                Arrays.fill(l, 0f);
                Arrays.fill(o, 0f);
                for (int j = 0; j < most; j += KEYS) {
                    int count = Math.min(KEYS, most - j), columns = VectorBlock.padded(count);
                    VectorBlock.multiply(s, 0, KEYS, queries, 0, D, 1, keys, j * D, PANEL, PANEL * D, n, columns, D, false);
                    for (int r = 0; r < n; r++) {
                        int visible = Math.clamp(seen(i + r, T, causal) - j, 0, count);
                        Arrays.fill(s, r * KEYS + visible, r * KEYS + columns, Float.NEGATIVE_INFINITY);
                        float before = m[r];
                        m[r] = Math.max(before, VectorRows.max(s, r * KEYS, visible));
                        if (m[r] > before) {
                            float shrink = (float) Math.exp(before - m[r]);
                            l[r] *= shrink;
                            VectorRows.scale(o, r * width, width, shrink);
                        }
                        l[r] += VectorRows.exp(s, r * KEYS, s, r * KEYS, columns, m[r], lanes);
                    }
                    VectorBlock.multiply(o, 0, width, s, 0, KEYS, 1, values, j * width, width, PANEL, n, width, count, true);
                }
                for (int r = 0; r < n; r++) {
                    for (int c = 0; c < D; c++) y[at + (i + r) * D + c] = o[r * width + c] / l[r];
                }
            }
        }
    }

    /** Step 6. {@link VectorAttention}, on all threads where it is worth it. It keeps log Σ exp s of each query too, from which its gradients begin. */
    public static void library(float[] y, float[] q, float[] k, float[] v, int H, int T, int D, boolean causal) {
        Buffer log = Buffer.of(new float[H * T]), noBias = Buffer.of(new float[1]);
        new VectorAttention(Buffer.of(q), Buffer.of(k), Buffer.of(v), noBias, new int[4], 1, H, T, T, D, D, scale(D), causal ? 0 : T - 1).forward(VectorAttention.Rows.apart(Buffer.of(y), H, T, D), log);
    }
}
