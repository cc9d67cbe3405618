package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;

/**
 * The recurrent layers. A thread takes some sequences through all their steps, so no thread waits for another at each step.
 *
 * <ol>
 * <li>W_hh is packed once for all steps. What a step reads again and again (the states, the gates' arguments) lies in a few small
 *     rows that stay in the first-level cache; the long arrays are written once.
 * <li>The sequences of a thread stand in the order of falling length, so that those that still run are the first rows of
 *     every product.
 * <li>Each function runs along whole rows in a loop of its own: with two exponentials in one loop the compiler no longer takes them in.
 * </ol>
 */
final class VectorRecurrent {
    /** A product's tile has eight rows, and a thread should fill it. */
    private static final int ROWS = 8;

    private final int[] lengths;
    private final int B;
    private final int T;
    private final int H;
    private final boolean reverse;

    VectorRecurrent(String op, Buffer lengths, boolean reverse, int B, int T, int H) {
        this.B = B;
        this.T = T;
        this.H = H;
        this.reverse = reverse;
        this.lengths = new int[B];
        for (int b = 0; b < B; b++) this.lengths[b] = ReferenceKernels.length(op, lengths, b, T);
    }

    // ---- sequences and threads

    /** What one thread does: its sequences, the longest first, and rows of memory for what it carries from step to step. */
    private interface Body { void run(Group group); }

    private void forGroups(int gates, Body body) {
        long nanos = (long) B * T * gates * H * H / 32;
        int share = (B + Workers.THREADS - 1) / Workers.THREADS;
        Workers.forRanges(B, (share + ROWS - 1) / ROWS * ROWS, nanos, (from, to) -> body.run(new Group(from, to)));
    }

    private final class Group {
        /** The r-th row belongs to this sequence. */
        final int[] sequence;
        final float[] lanes = new float[LANES];

        Group(int from, int to) {
            sequence = IntStream.range(from, to).boxed().sorted(Comparator.comparing(b -> -lengths[b])).mapToInt(b -> b).toArray();
        }

        int steps() {
            return sequence.length == 0 ? 0 : lengths[sequence[0]];
        }

        /** How many of the rows have a step s. */
        int running(int s) {
            int rows = sequence.length;
            while (rows > 0 && lengths[sequence[rows - 1]] <= s) rows--;
            return rows;
        }

        /** Where step s of the r-th row lies among the B·T rows of a sequence tensor. */
        int at(int r, int s) {
            int b = sequence[r];
            return b * T + (reverse ? lengths[b] - 1 - s : s);
        }

        /** These rows of (B, H), in the group's order. */
        float[] rows(Buffer x) {
            float[] rows = new float[sequence.length * H];
            for (int r = 0; r < sequence.length; r++) System.arraycopy(x.floats(), x.offset() + sequence[r] * H, rows, r * H, H);
            return rows;
        }

        void setRows(Buffer y, float[] rows) {
            for (int r = 0; r < sequence.length; r++) System.arraycopy(rows, r * H, y.floats(), y.offset() + sequence[r] * H, H);
        }

        /** 0 past the end of each sequence in (B, T, n). */
        void clearEnds(Buffer y, int n) {
            for (int b : sequence) Arrays.fill(y.floats(), y.offset() + (b * T + lengths[b]) * n, y.offset() + (b + 1) * T * n, 0);
        }
    }

    /** The state before each step, (B·T, H); 0 past the end. */
    float[] before(Buffer h, Buffer h0) {
        float[] before = new float[B * T * H];
        Workers.forRanges(B, 1, (long) B * T * H / 4, (from, to) -> {
            for (int b = from; b < to; b++) {
                int length = lengths[b], first = b * T * H;
                if (length == 0) continue;
                // without the last step's state, moved on by one; in reverse without the first's, moved back
                System.arraycopy(h.floats(), h.offset() + first + (reverse ? H : 0), before, first + (reverse ? 0 : H), (length - 1) * H);
                System.arraycopy(h0.floats(), h0.offset() + b * H, before, first + (reverse ? (length - 1) * H : 0), H);
            }
        });
        return before;
    }

    // ---- along a row

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    private static void sigmoid(float[] y, int y0, int n, float[] lanes) {
        int whole = n / LANES * LANES;
        if (whole < n) System.arraycopy(y, y0 + whole, lanes, 0, n - whole);
        for (int i = 0; i < n; i += LANES) {
            boolean end = i == whole;
            VectorMath.sigmoid(at(end ? lanes : y, end ? 0 : y0 + i)).intoArray(end ? lanes : y, end ? 0 : y0 + i);
        }
        if (whole < n) System.arraycopy(lanes, 0, y, y0 + whole, n - whole);
    }

    private static void tanh(float[] y, int y0, float[] x, int x0, int n, float[] lanes) {
        int whole = n / LANES * LANES;
        if (whole < n) System.arraycopy(x, x0 + whole, lanes, 0, n - whole);
        for (int i = 0; i < n; i += LANES) {
            boolean end = i == whole;
            VectorMath.tanh(at(end ? lanes : x, end ? 0 : x0 + i)).intoArray(end ? lanes : y, end ? 0 : y0 + i);
        }
        if (whole < n) System.arraycopy(lanes, 0, y, y0 + whole, n - whole);
    }

    /** y ← y + a + b. */
    private static void add(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(y, y0 + i).add(at(a, a0 + i)).add(at(b, b0 + i)).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] = y[y0 + i] + a[a0 + i] + b[b0 + i];
    }

    /** y ← y + b. */
    private static void add(float[] y, int y0, float[] b, int b0, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(y, y0 + i).add(at(b, b0 + i)).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] += b[b0 + i];
    }

    // ---- RNN

    void rnn(Buffer h, Buffer hN, Buffer weight, Buffer bias, Buffer h0, boolean relu) {
        VectorGemm.Packed w = new VectorGemm.Packed(weight, H, H, true);
        float[] hs = h.floats(), bs = bias.floats();
        forGroups(1, group -> {
            float[] state = group.rows(h0), a = new float[state.length];
            for (int s = 0; s < group.steps(); s++) {
                int rows = group.running(s);
                w.multiply(a, state, rows, false);
                for (int r = 0; r < rows; r++) {
                    int at = h.offset() + group.at(r, s) * H;
                    add(a, r * H, hs, at, bs, bias.offset(), H);
                    if (relu) relu(state, r * H, a, r * H, H);
                    else tanh(state, r * H, a, r * H, H, group.lanes);
                    System.arraycopy(state, r * H, hs, at, H);
                }
            }
            group.setRows(hN, state);
            group.clearEnds(h, H);
        });
    }

    private static void relu(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) y[y0 + i] = Math.max(x[x0 + i], 0f);
    }

    void rnnBackward(Buffer da, Buffer dh0, Buffer dout, Buffer dhN, Buffer h, Buffer weight, boolean relu) {
        VectorGemm.Packed w = new VectorGemm.Packed(weight, H, H, false);
        forGroups(1, group -> {
            float[] dh = group.rows(dhN), a = new float[dh.length];
            for (int s = group.steps() - 1; s >= 0; s--) {
                int rows = group.running(s);
                for (int r = 0; r < rows; r++) {
                    int at = group.at(r, s) * H;
                    add(dh, r * H, dout.floats(), dout.offset() + at, H);
                    slope(a, r * H, dh, r * H, h.floats(), h.offset() + at, H, relu);
                    System.arraycopy(a, r * H, da.floats(), da.offset() + at, H);
                }
                w.multiply(dh, a, rows, false);
            }
            group.setRows(dh0, dh);
            group.clearEnds(da, H);
        });
    }

    /** da = dh · f′, from y = f(a). */
    private static void slope(float[] da, int a0, float[] dh, int d0, float[] y, int y0, int n, boolean relu) {
        if (relu) {
            for (int i = 0; i < n; i++) da[a0 + i] = y[y0 + i] > 0 ? dh[d0 + i] : dh[d0 + i] * 0;
            return;
        }
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = at(y, y0 + i);
            FloatVector.broadcast(FLOATS, 1).sub(v.mul(v)).mul(at(dh, d0 + i)).intoArray(da, a0 + i);
        }
        for (; i < n; i++) da[a0 + i] = (1 - y[y0 + i] * y[y0 + i]) * dh[d0 + i];
    }

    // ---- LSTM

    void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0) {
        VectorGemm.Packed w = new VectorGemm.Packed(weight, H, 4 * H, true);
        float[] as = gates.floats(), bs = bias.floats();
        forGroups(4, group -> {
            float[] state = group.rows(h0), cell = group.rows(c0), a = new float[4 * state.length], tanhC = new float[H];
            for (int s = 0; s < group.steps(); s++) {
                int rows = group.running(s);
                w.multiply(a, state, rows, false);
                for (int r = 0; r < rows; r++) {
                    int i = r * 4 * H, step = group.at(r, s), at = gates.offset() + step * 4 * H;
                    add(a, i, as, at, bs, bias.offset(), 4 * H);
                    sigmoid(a, i, 2 * H, group.lanes);
                    tanh(a, i + 2 * H, a, i + 2 * H, H, group.lanes);
                    sigmoid(a, i + 3 * H, H, group.lanes);
                    cell(cell, r * H, a, i, H);
                    tanh(tanhC, 0, cell, r * H, H, group.lanes);
                    mul(state, r * H, a, i + 3 * H, tanhC, 0, H);
                    System.arraycopy(a, i, as, at, 4 * H);
                    System.arraycopy(cell, r * H, c.floats(), c.offset() + step * H, H);
                    System.arraycopy(state, r * H, h.floats(), h.offset() + step * H, H);
                }
            }
            group.setRows(hN, state);
            group.setRows(cN, cell);
            group.clearEnds(gates, 4 * H);
            group.clearEnds(h, H);
            group.clearEnds(c, H);
        });
    }

    /** c ← f·c + i·g. */
    private static void cell(float[] c, int c0, float[] gates, int a0, int H) {
        int j = 0;
        for (; j <= H - LANES; j += LANES) {
            FloatVector i = at(gates, a0 + j), f = at(gates, a0 + H + j), g = at(gates, a0 + 2 * H + j);
            f.mul(at(c, c0 + j)).add(i.mul(g)).intoArray(c, c0 + j);
        }
        for (; j < H; j++) c[c0 + j] = gates[a0 + H + j] * c[c0 + j] + gates[a0 + j] * gates[a0 + 2 * H + j];
    }

    private static void mul(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(a, a0 + i).mul(at(b, b0 + i)).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] = a[a0 + i] * b[b0 + i];
    }

    void lstmBackward(Buffer da, Buffer dh0, Buffer dc0, Buffer dout, Buffer dhN, Buffer dcN, Buffer gates, Buffer c, Buffer weight, Buffer c0) {
        VectorGemm.Packed w = new VectorGemm.Packed(weight, 4 * H, H, false);
        float[] as = gates.floats(), cs = c.floats();
        forGroups(4, group -> {
            float[] dh = group.rows(dhN), dc = group.rows(dcN), a = new float[4 * dh.length], tanhC = new float[H];
            for (int s = group.steps() - 1; s >= 0; s--) {
                int rows = group.running(s);
                for (int r = 0; r < rows; r++) {
                    int step = group.at(r, s);
                    float[] before = s == 0 ? c0.floats() : cs;
                    int beforeAt = s == 0 ? c0.offset() + group.sequence[r] * H : c.offset() + group.at(r, s - 1) * H;
                    add(dh, r * H, dout.floats(), dout.offset() + step * H, H);
                    tanh(tanhC, 0, cs, c.offset() + step * H, H, group.lanes);
                    lstmStepBackward(a, r * 4 * H, dh, dc, r * H, as, gates.offset() + step * 4 * H, tanhC, before, beforeAt, H);
                    System.arraycopy(a, r * 4 * H, da.floats(), da.offset() + step * 4 * H, 4 * H);
                }
                w.multiply(dh, a, rows, false);
            }
            group.setRows(dh0, dh);
            group.setRows(dc0, dc);
            group.clearEnds(da, 4 * H);
        });
    }

    /** da of the four gates; dc ← dc·f. */
    private static void lstmStepBackward(float[] da, int a0, float[] dh, float[] dc, int d0, float[] gates, int g0, float[] tanhC, float[] before, int b0, int H) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        int j = 0;
        for (; j <= H - LANES; j += LANES) {
            FloatVector i = at(gates, g0 + j), f = at(gates, g0 + H + j), g = at(gates, g0 + 2 * H + j), o = at(gates, g0 + 3 * H + j);
            FloatVector tc = at(tanhC, j), dHidden = at(dh, d0 + j);
            FloatVector dCell = at(dc, d0 + j).add(dHidden.mul(o).mul(one.sub(tc.mul(tc))));
            dCell.mul(g).mul(i).mul(one.sub(i)).intoArray(da, a0 + j);
            dCell.mul(at(before, b0 + j)).mul(f).mul(one.sub(f)).intoArray(da, a0 + H + j);
            dCell.mul(i).mul(one.sub(g.mul(g))).intoArray(da, a0 + 2 * H + j);
            dHidden.mul(tc).mul(o).mul(one.sub(o)).intoArray(da, a0 + 3 * H + j);
            dCell.mul(f).intoArray(dc, d0 + j);
        }
        for (; j < H; j++) {
            float i = gates[g0 + j], f = gates[g0 + H + j], g = gates[g0 + 2 * H + j], o = gates[g0 + 3 * H + j];
            float dHidden = dh[d0 + j], dCell = dc[d0 + j] + dHidden * o * (1 - tanhC[j] * tanhC[j]);
            da[a0 + j] = dCell * g * i * (1 - i);
            da[a0 + H + j] = dCell * before[b0 + j] * f * (1 - f);
            da[a0 + 2 * H + j] = dCell * i * (1 - g * g);
            da[a0 + 3 * H + j] = dHidden * tanhC[j] * o * (1 - o);
            dc[d0 + j] = dCell * f;
        }
    }

    // ---- GRU

    void gru(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer weight, Buffer bias, Buffer h0) {
        VectorGemm.Packed w = new VectorGemm.Packed(weight, H, 3 * H, true);
        float[] as = gates.floats(), bs = bias.floats(), us = u.floats();
        forGroups(3, group -> {
            float[] state = group.rows(h0), a = new float[3 * state.length];
            for (int s = 0; s < group.steps(); s++) {
                int rows = group.running(s);
                w.multiply(a, state, rows, false);
                for (int r = 0; r < rows; r++) {
                    int i = r * 3 * H, n = i + 2 * H, step = group.at(r, s), at = gates.offset() + step * 3 * H;
                    add(a, i, as, at, bs, bias.offset(), 2 * H);
                    sigmoid(a, i, 2 * H, group.lanes);
                    add(a, n, bs, bias.offset() + 2 * H, H);
                    System.arraycopy(a, n, us, u.offset() + step * H, H);
                    mul(a, n, a, n, a, i, H);
                    add(a, n, as, at + 2 * H, H);
                    tanh(a, n, a, n, H, group.lanes);
                    mix(state, r * H, a, i, H);
                    System.arraycopy(a, i, as, at, 3 * H);
                    System.arraycopy(state, r * H, h.floats(), h.offset() + step * H, H);
                }
            }
            group.setRows(hN, state);
            group.clearEnds(gates, 3 * H);
            group.clearEnds(h, H);
            group.clearEnds(u, H);
        });
    }

    /** h ← (1 - z)·n + z·h. */
    private static void mix(float[] h, int h0, float[] gates, int a0, int H) {
        int j = 0;
        for (; j <= H - LANES; j += LANES) {
            FloatVector z = at(gates, a0 + H + j), n = at(gates, a0 + 2 * H + j);
            FloatVector.broadcast(FLOATS, 1).sub(z).mul(n).add(z.mul(at(h, h0 + j))).intoArray(h, h0 + j);
        }
        for (; j < H; j++) h[h0 + j] = (1 - gates[a0 + H + j]) * gates[a0 + 2 * H + j] + gates[a0 + H + j] * h[h0 + j];
    }

    void gruBackward(Buffer da, Buffer du, Buffer dh0, Buffer dout, Buffer dhN, Buffer gates, Buffer h, Buffer u, Buffer weight, Buffer h0) {
        VectorGemm.Packed w = new VectorGemm.Packed(weight, 3 * H, H, false);
        float[] das = da.floats(), dus = du.floats(), hs = h.floats();
        forGroups(3, group -> {
            float[] dh = group.rows(dhN), a = new float[3 * dh.length];
            for (int s = group.steps() - 1; s >= 0; s--) {
                int rows = group.running(s);
                for (int r = 0; r < rows; r++) {
                    int step = group.at(r, s), at = r * 3 * H, to = da.offset() + step * 3 * H;
                    float[] before = s == 0 ? h0.floats() : hs;
                    int beforeAt = s == 0 ? h0.offset() + group.sequence[r] * H : h.offset() + group.at(r, s - 1) * H;
                    add(dh, r * H, dout.floats(), dout.offset() + step * H, H);
                    gruStepBackward(a, at, dh, r * H, gates.floats(), gates.offset() + step * 3 * H, u.floats(), u.offset() + step * H, before, beforeAt, H);
                    System.arraycopy(a, at, das, to, 3 * H);
                    // the gradient of u is that of a but for n, whose u came multiplied by r
                    mul(a, at + 2 * H, a, at + 2 * H, gates.floats(), gates.offset() + step * 3 * H, H);
                    System.arraycopy(a, at, dus, du.offset() + step * 3 * H, 3 * H);
                }
                w.multiply(dh, a, rows, true);
            }
            group.setRows(dh0, dh);
            group.clearEnds(da, 3 * H);
            group.clearEnds(du, 3 * H);
        });
    }

    /** da of r, z and n; dh ← dh·z. */
    private static void gruStepBackward(float[] da, int a0, float[] dh, int d0, float[] gates, int g0, float[] u, int u0, float[] before, int b0, int H) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        int j = 0;
        for (; j <= H - LANES; j += LANES) {
            FloatVector r = at(gates, g0 + j), z = at(gates, g0 + H + j), n = at(gates, g0 + 2 * H + j), d = at(dh, d0 + j);
            FloatVector dn = d.mul(one.sub(z)).mul(one.sub(n.mul(n)));
            dn.mul(at(u, u0 + j)).mul(r).mul(one.sub(r)).intoArray(da, a0 + j);
            d.mul(at(before, b0 + j).sub(n)).mul(z).mul(one.sub(z)).intoArray(da, a0 + H + j);
            dn.intoArray(da, a0 + 2 * H + j);
            d.mul(z).intoArray(dh, d0 + j);
        }
        for (; j < H; j++) {
            float r = gates[g0 + j], z = gates[g0 + H + j], n = gates[g0 + 2 * H + j], d = dh[d0 + j];
            float dn = d * (1 - z) * (1 - n * n);
            da[a0 + j] = dn * u[u0 + j] * r * (1 - r);
            da[a0 + H + j] = d * (before[b0 + j] - n) * z * (1 - z);
            da[a0 + 2 * H + j] = dn;
            dh[d0 + j] = d * z;
        }
    }
}
