package org.unrolled.tensor.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention in blocks: a thread holds the weights of {@value #ROWS} queries (or keys) at a time, so that memory grows with the length of a
 * sequence and not with its square. Blocks of a causal mask that would be hidden as a whole are not computed.
 */
record VectorAttention(Buffer q, Buffer k, Buffer v, Buffer mask, int[] strideMask, int B, int H, int T, int S, int D, int V, float scale, int shift,
                       boolean masked) {
    private static final int ROWS = 64;

    static VectorAttention of(Buffer q, Buffer k, Buffer v, Buffer mask, int[] strideMask, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        // a mask of one 0 for all hides nothing
        boolean masked = mask.length() != 1 || mask.floats()[mask.offset()] != 0;
        return new VectorAttention(q, k, v, mask, strideMask, B, H, T, S, D, V, scale, shift, masked);
    }

    private interface Block { void run(int n, int from, int to); }

    /** Every block of {@code length} rows of each of the B·H matrices. */
    private void blocks(int length, Block block) {
        int each = (length + ROWS - 1) / ROWS;
        Workers.forRanges(B * H * each, 1, (long) B * H * T * S * (D + V) / 8, (from, to) -> {
            for (int i = from; i < to; i++) {
                int start = i % each * ROWS;
                block.run(i / each, start, Math.min(length, start + ROWS));
            }
        });
    }

    private static void product(float[] c, Buffer a, Buffer b, int M, int N, int K, boolean transposeA, boolean transposeB) {
        VectorGemm.matmul(Buffer.of(c), a, b, 1, M, N, K, 0, 0, transposeA, transposeB, false);
    }

    private static Buffer rows(Buffer x, int from, int count, int width) {
        return x.slice(from * width, count * width);
    }

    /** How many keys the last query before {@code to} can see. */
    private int seen(int to) {
        return (int) Math.max(0, Math.min(S, (long) to + shift));
    }

    /** The scores of queries from..to-1 with keys first..last-1, -∞ where hidden. */
    private float[] scores(int n, int from, int to, int first, int last) {
        int width = last - first;
        float[] s = new float[(to - from) * width];
        product(s, rows(q, n * T + from, to - from, D), rows(k, n * S + first, width, D), to - from, width, D, false, true);
        VectorRows.scale(s, 0, s.length, scale);
        for (int i = from; i < to; i++) {
            int row = (i - from) * width;
            int visible = (int) Math.max(0, Math.min(width, (long) i + shift + 1 - first));
            Arrays.fill(s, row + visible, row + width, Float.NEGATIVE_INFINITY);
            if (!masked) continue;
            int at = mask.offset() + n / H * strideMask[0] + n % H * strideMask[1] + i * strideMask[2];
            for (int j = 0; j < visible; j++) {
                if (mask.floats()[at + (first + j) * strideMask[3]] != 0) s[row + j] = Float.NEGATIVE_INFINITY;
            }
        }
        return s;
    }

    /** The weights of queries from..to-1 for keys first..last-1. */
    private float[] weights(Buffer log, int n, int from, int to, int first, int last) {
        int width = last - first;
        float[] p = scores(n, from, to, first, last), lanes = new float[VectorMath.LANES];
        for (int i = from; i < to; i++) {
            float l = log.floats()[log.offset() + n * T + i];
            int row = (i - from) * width;
            if (l == Float.NEGATIVE_INFINITY) Arrays.fill(p, row, row + width, 0f);
            else VectorRows.exp(p, row, p, row, width, l, lanes);
        }
        return p;
    }

    /** p becomes ds, times the scale. */
    private void scoreGradients(float[] p, Buffer dout, Buffer y, int n, int from, int to, int first, int last) {
        int width = last - first;
        float[] dp = new float[p.length], lanes = new float[VectorMath.LANES];
        product(dp, rows(dout, n * T + from, to - from, V), rows(v, n * S + first, width, V), to - from, width, V, false, true);
        for (int i = from; i < to; i++) {
            int at = (n * T + i) * V, row = (i - from) * width;
            float own = (float) VectorRows.dot(dout.floats(), dout.offset() + at, y.floats(), y.offset() + at, V, lanes);
            for (int j = row; j < row + width; j++) p[j] = p[j] == 0 ? 0 : scale * p[j] * (dp[j] - own);
        }
    }

    private static void write(float[] values, Buffer to, int row, int width, boolean acc) {
        int at = to.offset() + row * width, i = 0;
        float[] ys = to.floats();
        for (; i <= values.length - VectorMath.LANES; i += VectorMath.LANES) {
            FloatVector value = FloatVector.fromArray(VectorMath.FLOATS, values, i);
            (acc ? value.add(FloatVector.fromArray(VectorMath.FLOATS, ys, at + i)) : value).intoArray(ys, at + i);
        }
        for (; i < values.length; i++) ys[at + i] = acc ? ys[at + i] + values[i] : values[i];
    }

    void forward(Buffer y, Buffer log) {
        blocks(T, (n, from, to) -> {
            int keys = seen(to);
            float[] p = scores(n, from, to, 0, keys), lanes = new float[VectorMath.LANES];
            for (int i = from; i < to; i++) {
                int row = (i - from) * keys;
                float m = VectorRows.max(p, row, keys);
                if (m == Float.NEGATIVE_INFINITY) {
                    Arrays.fill(p, row, row + keys, 0f);
                    log.floats()[log.offset() + n * T + i] = m;
                } else {
                    float sum = VectorRows.exp(p, row, p, row, keys, m, lanes);
                    VectorRows.scale(p, row, keys, 1 / sum);
                    log.floats()[log.offset() + n * T + i] = (float) (m + Math.log(sum));
                }
            }
            float[] mixed = new float[(to - from) * V];
            product(mixed, Buffer.of(p), rows(v, n * S, keys, V), to - from, V, keys, false, false);
            write(mixed, y, n * T + from, V, false);
        });
    }

    void query(Buffer dq, Buffer dout, Buffer y, Buffer log, boolean acc) {
        blocks(T, (n, from, to) -> {
            int keys = seen(to);
            float[] ds = weights(log, n, from, to, 0, keys), sum = new float[(to - from) * D];
            scoreGradients(ds, dout, y, n, from, to, 0, keys);
            product(sum, Buffer.of(ds), rows(k, n * S, keys, D), to - from, D, keys, false, false);
            write(sum, dq, n * T + from, D, acc);
        });
    }

    /** The first query that sees key j. */
    private int firstQuery(int j) {
        return (int) Math.max(0, Math.min(T, (long) j - shift));
    }

    void key(Buffer dk, Buffer dout, Buffer y, Buffer log, boolean acc) {
        blocks(S, (n, from, to) -> {
            float[] sum = new float[(to - from) * D];
            int first = firstQuery(from);
            float[] ds = weights(log, n, first, T, from, to);
            scoreGradients(ds, dout, y, n, first, T, from, to);
            product(sum, Buffer.of(ds), rows(q, n * T + first, T - first, D), to - from, D, T - first, true, false);
            write(sum, dk, n * S + from, D, acc);
        });
    }

    void value(Buffer dv, Buffer dout, Buffer log, boolean acc) {
        blocks(S, (n, from, to) -> {
            float[] sum = new float[(to - from) * V];
            int first = firstQuery(from);
            product(sum, Buffer.of(weights(log, n, first, T, from, to)), rows(dout, n * T + first, T - first, V), to - from, V, T - first, true, false);
            write(sum, dv, n * S + from, V, acc);
        });
    }
}
