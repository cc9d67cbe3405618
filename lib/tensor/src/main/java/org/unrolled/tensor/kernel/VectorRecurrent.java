package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The recurrent layers. A thread takes some sequences through all their steps, so no thread waits for another at each step.
 *
 * <ol>
 * <li>W_ih and W_hh are packed once for all steps. The input's product is made for as many steps at once as fill the tiles ({@value #INPUT_ROWS} rows),
 *     just before these steps: it goes from cache to cache. Made for all steps at once, it would cross the memory three times.
 * <li>What a step reads again and again (the states, the gates' arguments) lies in a few small rows that stay in the caches; the long arrays are
 *     written once, and not at all if no gradient will ask for them.
 * <li>The sequences of a thread stand in the order of falling length, so that those that still run are the first rows of
 *     every product.
 * <li>Gates are computed for some rows at a time, one gate's numbers in one piece: each function runs along one loop, however short a row is, and over its
 *     end into numbers that nobody reads. Its loop does nothing else, or the compiler has too much before it to take the function in too.
 * </ol>
 * Sums are the same whatever the thread and however many rows it has, so the number of threads changes no bit.
 */
final class VectorRecurrent {
    /** A product's tile has eight rows, and a thread should fill it. */
    private static final int ROWS = 8;
    /** Rows of the input that are multiplied at once: a weight that comes from the third-level cache is used so many times. */
    private static final int INPUT_ROWS = 64;
    /** Numbers of a gate that are computed at once: six such pieces stay in the first-level cache. */
    private static final int PIECE = 1024;

    /** Which piece of the arguments belongs to each gate: those of one function side by side. */
    private static final int[] RNN_PIECES = {0}, LSTM_PIECES = {0, 1, 3, 2}, GRU_PIECES = {0, 1};

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

    /** What a layer reads: x (B, T, I) and what W_ih (G, I) makes of it, b_ih (G) added. */
    record Input(Buffer x, Buffer weight, Buffer bias, int I) { }

    /** A thread's own arrays, grown to what its largest layer needed, and how many of them are in use. */
    private static final class Scratch {
        private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

        private final List<float[]> arrays = new ArrayList<>();
        private int used;
    }

    /**
     * Takes arrays from this thread's scratch until it is closed: those of a call, and in it those of the thread's part. An array is at least as long as
     * asked, and what it holds is left over from before.
     */
    private static final class Loans implements AutoCloseable {
        private final Scratch scratch = Scratch.OWN.get();
        private final int before = scratch.used;

        float[] take(int n) {
            int next = scratch.used++;
            if (next == scratch.arrays.size()) scratch.arrays.add(new float[n]);
            else if (scratch.arrays.get(next).length < n) scratch.arrays.set(next, new float[n]);
            return scratch.arrays.get(next);
        }

        VectorGemm.Packed pack(Buffer b, int K, int N, boolean transposed) {
            return new VectorGemm.Packed(b, K, N, transposed, take(VectorGemm.Packed.size(K, N)));
        }

        @Override public void close() {
            scratch.used = before;
        }
    }

    // ---- sequences and threads

    private static int whole(int n) {
        return (n + LANES - 1) / LANES * LANES;
    }

    /** What one thread does with its sequences. */
    private interface Body { void run(Group group); }

    private void forGroups(int gates, @Nullable Input input, Body body) {
        forGroups(gates, input, null, null, body);
    }

    /**
     * @param input what the layer reads, or null: then what it adds lies in {@code inPlace} (B, T, gates·H) already
     * @param wx    W_ih, packed, if there is an input
     */
    private void forGroups(int gates, @Nullable Input input, VectorGemm.@Nullable Packed wx, @Nullable Buffer inPlace, Body body) {
        long nanos = (long) B * T * gates * H * (H + (input == null ? 0 : input.I)) / 32;
        int share = (B + Workers.THREADS - 1) / Workers.THREADS;
        Workers.forRanges(B, (share + ROWS - 1) / ROWS * ROWS, nanos, (from, to) -> {
            try (Group group = new Group(from, to, gates, input, wx, inPlace)) {
                body.run(group);
            }
        });
    }

    /** A thread's sequences, the longest first. */
    private final class Group implements AutoCloseable {
        final Loans loans = new Loans();
        /** The r-th row belongs to this sequence. */
        final int[] sequence;
        /** Rows whose gates are computed at once. */
        final int block;
        /** What the input adds at this step to the r-th row begins at {@code partAt[r]} of {@code part}. */
        final float[] part;
        final int[] partAt;

        private final int G;
        private final @Nullable Input input;
        private final VectorGemm.@Nullable Packed wx;
        private final @Nullable Buffer inPlace;
        private final float[] xs;
        private int from;
        private int to;

        Group(int first, int end, int gates, @Nullable Input input, VectorGemm.@Nullable Packed wx, @Nullable Buffer inPlace) {
            long[] order = new long[end - first];
            for (int b = first; b < end; b++) order[b - first] = (long) (T - lengths[b]) << 32 | b;
            Arrays.sort(order);
            sequence = new int[end - first];
            for (int r = 0; r < sequence.length; r++) sequence[r] = (int) order[r];
            block = Math.max(1, PIECE / H);
            partAt = new int[sequence.length];
            this.G = gates * H;
            this.input = input;
            this.wx = wx;
            this.inPlace = inPlace;
            part = inPlace != null ? inPlace.floats() : input != null ? loans.take(inputRows() * G) : new float[0];
            xs = input != null ? loans.take(inputRows() * input.I) : part;
        }

        private int inputRows() {
            return Math.max(INPUT_ROWS, sequence.length);
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

        /** Fills {@link #partAt} for step s, and {@link #part} for it and the next steps if it is not there yet. */
        void input(int s) {
            int rows = running(s);
            if (inPlace != null) {
                for (int r = 0; r < rows; r++) partAt[r] = inPlace.offset() + at(r, s) * G;
                return;
            }
            if (s == to) multiplyInput(s);
            int before = 0;
            for (int earlier = from; earlier < s; earlier++) before += running(earlier);
            for (int r = 0; r < rows; r++) partAt[r] = (before + r) * G;
        }

        private void multiplyInput(int s) {
            int n = 0, I = input.I;
            from = s;
            for (to = s; to < steps() && n + running(to) <= inputRows(); to++) {
                int rows = running(to);
                for (int r = 0; r < rows; r++) System.arraycopy(input.x.floats(), input.x.offset() + at(r, to) * I, xs, n++ * I, I);
            }
            wx.multiply(part, xs, n, false);
        }

        /** These rows of (B, H), in the group's order, and room for a vector's end. */
        float[] rows(Buffer x) {
            float[] rows = loans.take(sequence.length * H + LANES);
            for (int r = 0; r < sequence.length; r++) System.arraycopy(x.floats(), x.offset() + sequence[r] * H, rows, r * H, H);
            return rows;
        }

        void setRows(Buffer y, float[] rows) {
            for (int r = 0; r < sequence.length; r++) System.arraycopy(rows, r * H, y.floats(), y.offset() + sequence[r] * H, H);
        }

        /** The r-th of so many pieces of the gates' arguments becomes the next H numbers of step s of its row. */
        void spread(float[] pieces, int from, int rows0, int rows1, int s, Buffer y, int n, int column) {
            for (int r = rows0; r < rows1; r++) System.arraycopy(pieces, from + (r - rows0) * H, y.floats(), y.offset() + at(r, s) * n + column, H);
        }

        /** 0 past the end of each sequence in (B, T, n). */
        void clearEnds(Buffer y, int n) {
            for (int b : sequence) Arrays.fill(y.floats(), y.offset() + (b * T + lengths[b]) * n, y.offset() + (b + 1) * T * n, 0);
        }

        @Override public void close() {
            loans.close();
        }
    }

    /** dW_hh (+)= daᵀ · (the states before), one product over all steps of all sequences. */
    void weightBackward(Buffer dweight, Buffer da, Buffer h, Buffer h0, int G, boolean acc) {
        float[] before = ScratchPool.take(B * T * H);
        try {
            Workers.forRanges(B, 1, (long) B * T * H / 4, (from, to) -> {
                for (int b = from; b < to; b++) {
                    int length = lengths[b], first = b * T * H;
                    // da is 0 there, and 0 times what was left over may be NaN
                    Arrays.fill(before, first + length * H, first + T * H, 0);
                    if (length == 0) continue;
                    // without the last step's state, moved on by one; in reverse without the first's, moved back
                    System.arraycopy(h.floats(), h.offset() + first + (reverse ? H : 0), before, first + (reverse ? 0 : H), (length - 1) * H);
                    System.arraycopy(h0.floats(), h0.offset() + b * H, before, first + (reverse ? (length - 1) * H : 0), H);
                }
            });
            VectorGemm.matmul(dweight, da, Buffer.of(before), 1, G, H, B * T, 0, 0, true, false, acc);
        } finally {
            ScratchPool.give(before);
        }
    }

    // ---- along a piece

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    /**
     * The arguments of the first gates, for rows r0 to r1: what the input adds + W_hh h + the bias. Gate k's of all these rows go one after the other
     * into a from {@code pieces[k]·stride} on; u has a row of {@code ofU} gates for each row.
     */
    private static void arguments(float[] a, int stride, float[] part, int[] partAt, float[] u, float[] bias, int r0, int r1, int[] pieces, int ofU, int H) {
        for (int r = r0; r < r1; r++) {
            for (int k = 0; k < pieces.length; k++) {
                int to = pieces[k] * stride + (r - r0) * H, x = partAt[r] + k * H, y = r * ofU * H + k * H, b = k * H, j = 0;
                for (; j <= H - LANES; j += LANES) at(part, x + j).add(at(u, y + j)).add(at(bias, b + j)).intoArray(a, to + j);
                for (; j < H; j++) a[to + j] = part[x + j] + u[y + j] + bias[b + j];
            }
        }
    }

    /** The same of one gate, and of one of the two sums: x[at[r] + column..] + the bias. */
    private static void withBias(float[] a, int to, float[] x, int x0, float[] bias, int b, int H) {
        int j = 0;
        for (; j <= H - LANES; j += LANES) at(x, x0 + j).add(at(bias, b + j)).intoArray(a, to + j);
        for (; j < H; j++) a[to + j] = x[x0 + j] + bias[b + j];
    }

    private static void sigmoid(float[] y, int from, int to) {
        for (int i = from; i < to; i += LANES) VectorMath.sigmoid(at(y, i)).intoArray(y, i);
    }

    private static void tanh(float[] y, int from, int to) {
        for (int i = from; i < to; i += LANES) VectorMath.tanh(at(y, i)).intoArray(y, i);
    }

    // ---- RNN

    /** @param input what the layer reads, or null: what it adds lies in h */
    void rnn(Buffer h, Buffer hN, @Nullable Input input, Buffer weight, Buffer bias, Buffer h0, boolean relu) {
        try (Loans loans = new Loans()) {
            VectorGemm.Packed w = loans.pack(weight, H, H, true), wx = input == null ? null : loans.pack(input.weight, input.I, H, true);
            float[] bs = bias(loans, input, bias, H);
            forGroups(1, input, wx, input == null ? h : null, group -> {
                float[] state = group.rows(h0), u = group.loans.take(group.sequence.length * H), a = group.loans.take(whole(group.block * H));
                for (int s = 0; s < group.steps(); s++) {
                    int rows = group.running(s);
                    group.input(s);
                    w.multiply(u, state, rows, false);
                    for (int r = 0; r < rows; r += group.block) {
                        int end = Math.min(rows, r + group.block), n = (end - r) * H;
                        arguments(a, 0, group.part, group.partAt, u, bs, r, end, RNN_PIECES, 1, H);
                        if (relu) relu(a, n);
                        else tanh(a, 0, n);
                        System.arraycopy(a, 0, state, r * H, n);
                        group.spread(a, 0, r, end, s, h, H, 0);
                    }
                }
                group.setRows(hN, state);
                group.clearEnds(h, H);
            });
        }
    }

    /** b_hh, and b_ih where there is an input whose product does not have it yet. */
    private static float[] bias(Loans loans, @Nullable Input input, Buffer bias, int G) {
        float[] sum = loans.take(G);
        System.arraycopy(bias.floats(), bias.offset(), sum, 0, G);
        if (input != null) for (int k = 0; k < G; k++) sum[k] += input.bias.floats()[input.bias.offset() + k];
        return sum;
    }

    private static void relu(float[] y, int n) {
        for (int i = 0; i < n; i++) y[i] = Math.max(y[i], 0f);
    }

    void rnnBackward(Buffer da, Buffer dh0, Buffer dout, Buffer dhN, Buffer h, Buffer weight, boolean relu) {
        try (Loans loans = new Loans()) {
            VectorGemm.Packed w = loans.pack(weight, H, H, false);
            forGroups(1, null, group -> {
                float[] dh = group.rows(dhN), a = group.loans.take(group.sequence.length * H);
                for (int s = group.steps() - 1; s >= 0; s--) {
                    int rows = group.running(s);
                    for (int r = 0; r < rows; r++) {
                        int at = group.at(r, s) * H;
                        slope(a, r * H, da.floats(), da.offset() + at, dh, r * H, dout.floats(), dout.offset() + at, h.floats(), h.offset() + at, H, relu);
                    }
                    w.multiply(dh, a, rows, false);
                }
                group.setRows(dh0, dh);
                group.clearEnds(da, H);
            });
        }
    }

    /** da = (dh + dout) · f′ from y = f(a), for the product and for the caller. */
    private static void slope(float[] a, int a0, float[] da, int da0, float[] dh, int d0, float[] dout, int o0, float[] y, int y0, int n, boolean relu) {
        if (relu) {
            for (int i = 0; i < n; i++) {
                float d = dh[d0 + i] + dout[o0 + i];
                da[da0 + i] = a[a0 + i] = y[y0 + i] > 0 ? d : d * 0;
            }
            return;
        }
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = at(y, y0 + i), d = FloatVector.broadcast(FLOATS, 1).sub(v.mul(v)).mul(at(dh, d0 + i).add(at(dout, o0 + i)));
            d.intoArray(a, a0 + i);
            d.intoArray(da, da0 + i);
        }
        for (; i < n; i++) da[da0 + i] = a[a0 + i] = (1 - y[y0 + i] * y[y0 + i]) * (dh[d0 + i] + dout[o0 + i]);
    }

    // ---- LSTM

    /**
     * @param gates of length 0 if nobody asks for the gates, likewise c
     * @param input what the layer reads, or null: what it adds lies in gates
     */
    void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, @Nullable Input input, Buffer weight, Buffer bias, Buffer h0, Buffer c0) {
        boolean keep = gates.length() > 0;
        try (Loans loans = new Loans()) {
            VectorGemm.Packed w = loans.pack(weight, H, 4 * H, true), wx = input == null ? null : loans.pack(input.weight, input.I, 4 * H, true);
            float[] bs = bias(loans, input, bias, 4 * H);
            forGroups(4, input, wx, input == null ? gates : null, group -> {
                float[] state = group.rows(h0), cell = group.rows(c0), u = group.loans.take(group.sequence.length * 4 * H);
                float[] a = group.loans.take(6 * whole(group.block * H));
                for (int s = 0; s < group.steps(); s++) {
                    int rows = group.running(s);
                    group.input(s);
                    w.multiply(u, state, rows, false);
                    for (int r = 0; r < rows; r += group.block) {
                        int end = Math.min(rows, r + group.block), n = (end - r) * H, d = whole(n);
                        arguments(a, d, group.part, group.partAt, u, bs, r, end, LSTM_PIECES, 4, H);
                        // the gates' functions, then tanh(c), at one place: at a second one the compiler would no longer take tanh in, and its vectors were objects
                        for (int pass = 0; pass < 2; pass++) {
                            if (pass == 1) cell(a, d, cell, r * H);
                            sigmoid(a, 0, pass == 0 ? 3 * d : 0);
                            tanh(a, (3 + pass) * d, (4 + pass) * d);
                        }
                        output(a, d);
                        System.arraycopy(a, 4 * d, state, r * H, n);
                        System.arraycopy(a, 5 * d, cell, r * H, n);
                        group.spread(a, 4 * d, r, end, s, h, H, 0);
                        if (!keep) continue;
                        for (int k = 0; k < 4; k++) group.spread(a, LSTM_PIECES[k] * d, r, end, s, gates, 4 * H, k * H);
                        group.spread(a, 5 * d, r, end, s, c, H, 0);
                    }
                }
                group.setRows(hN, state);
                group.setRows(cN, cell);
                group.clearEnds(h, H);
                if (keep) {
                    group.clearEnds(gates, 4 * H);
                    group.clearEnds(c, H);
                }
            });
        }
    }

    /** Of the pieces i, f, o, g: in a fifth and a sixth piece c = f·c + i·g. */
    private static void cell(float[] a, int stride, float[] c, int c0) {
        for (int j = 0; j < stride; j += LANES) {
            FloatVector cell = at(a, stride + j).mul(at(c, c0 + j)).add(at(a, j).mul(at(a, 3 * stride + j)));
            cell.intoArray(a, 4 * stride + j);
            cell.intoArray(a, 5 * stride + j);
        }
    }

    /** h = o·tanh(c), where tanh(c) is. */
    private static void output(float[] a, int stride) {
        for (int j = 0; j < stride; j += LANES) at(a, 2 * stride + j).mul(at(a, 4 * stride + j)).intoArray(a, 4 * stride + j);
    }

    void lstmBackward(Buffer da, Buffer dh0, Buffer dc0, Buffer dout, Buffer dhN, Buffer dcN, Buffer gates, Buffer c, Buffer weight, Buffer c0) {
        float[] as = gates.floats(), cs = c.floats();
        try (Loans loans = new Loans()) {
            VectorGemm.Packed w = loans.pack(weight, 4 * H, H, false);
            forGroups(4, null, group -> {
                float[] dh = group.rows(dhN), dc = group.rows(dcN), a = group.loans.take(group.sequence.length * 4 * H), tanhC = group.loans.take(whole(group.block * H));
                for (int s = group.steps() - 1; s >= 0; s--) {
                    int rows = group.running(s);
                    for (int r0 = 0; r0 < rows; r0 += group.block) {
                        int end = Math.min(rows, r0 + group.block);
                        for (int r = r0; r < end; r++) System.arraycopy(cs, c.offset() + group.at(r, s) * H, tanhC, (r - r0) * H, H);
                        tanh(tanhC, 0, (end - r0) * H);
                        for (int r = r0; r < end; r++) {
                            int step = group.at(r, s);
                            float[] before = s == 0 ? c0.floats() : cs;
                            int beforeAt = s == 0 ? c0.offset() + group.sequence[r] * H : c.offset() + group.at(r, s - 1) * H;
                            lstmStepBackward(a, r * 4 * H, da.floats(), da.offset() + step * 4 * H, dh, dc, r * H, dout.floats(), dout.offset() + step * H,
                                    as, gates.offset() + step * 4 * H, tanhC, (r - r0) * H, before, beforeAt, H);
                        }
                    }
                    w.multiply(dh, a, rows, false);
                }
                group.setRows(dh0, dh);
                group.setRows(dc0, dc);
                group.clearEnds(da, 4 * H);
            });
        }
    }

    /** da of the four gates, for the product (a) and for the caller; dc ← dc·f. */
    private static void lstmStepBackward(float[] a, int a0, float[] da, int da0, float[] dh, float[] dc, int d0, float[] dout, int o0, float[] gates, int g0,
                                         float[] tanhC, int t0, float[] before, int b0, int H) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        int j = 0;
        for (; j <= H - LANES; j += LANES) {
            FloatVector i = at(gates, g0 + j), f = at(gates, g0 + H + j), g = at(gates, g0 + 2 * H + j), o = at(gates, g0 + 3 * H + j);
            FloatVector tc = at(tanhC, t0 + j), dHidden = at(dh, d0 + j).add(at(dout, o0 + j));
            FloatVector dCell = at(dc, d0 + j).add(dHidden.mul(o).mul(one.sub(tc.mul(tc))));
            FloatVector di = dCell.mul(g).mul(i).mul(one.sub(i)), df = dCell.mul(at(before, b0 + j)).mul(f).mul(one.sub(f));
            FloatVector dg = dCell.mul(i).mul(one.sub(g.mul(g))), dOut = dHidden.mul(tc).mul(o).mul(one.sub(o));
            dCell.mul(f).intoArray(dc, d0 + j);
            di.intoArray(a, a0 + j);
            df.intoArray(a, a0 + H + j);
            dg.intoArray(a, a0 + 2 * H + j);
            dOut.intoArray(a, a0 + 3 * H + j);
            di.intoArray(da, da0 + j);
            df.intoArray(da, da0 + H + j);
            dg.intoArray(da, da0 + 2 * H + j);
            dOut.intoArray(da, da0 + 3 * H + j);
        }
        for (; j < H; j++) {
            float i = gates[g0 + j], f = gates[g0 + H + j], g = gates[g0 + 2 * H + j], o = gates[g0 + 3 * H + j], tc = tanhC[t0 + j];
            float dHidden = dh[d0 + j] + dout[o0 + j], dCell = dc[d0 + j] + dHidden * o * (1 - tc * tc);
            da[da0 + j] = a[a0 + j] = dCell * g * i * (1 - i);
            da[da0 + H + j] = a[a0 + H + j] = dCell * before[b0 + j] * f * (1 - f);
            da[da0 + 2 * H + j] = a[a0 + 2 * H + j] = dCell * i * (1 - g * g);
            da[da0 + 3 * H + j] = a[a0 + 3 * H + j] = dHidden * tc * o * (1 - o);
            dc[d0 + j] = dCell * f;
        }
    }

    // ---- GRU

    /**
     * @param gates of length 0 if nobody asks for the gates, likewise u
     * @param input what the layer reads, or null: what it adds lies in gates
     */
    void gru(Buffer gates, Buffer h, Buffer u, Buffer hN, @Nullable Input input, Buffer weight, Buffer bias, Buffer h0) {
        boolean keep = gates.length() > 0;
        try (Loans loans = new Loans()) {
            VectorGemm.Packed w = loans.pack(weight, H, 3 * H, true), wx = input == null ? null : loans.pack(input.weight, input.I, 3 * H, true);
            // b_hh + b_ih of r and z; b_hh of n, b_ih of n
            float[] bs = loans.take(4 * H);
            System.arraycopy(bias(loans, input, bias, 3 * H), 0, bs, 0, 2 * H);
            System.arraycopy(bias.floats(), bias.offset() + 2 * H, bs, 2 * H, H);
            if (input == null) Arrays.fill(bs, 3 * H, 4 * H, 0);
            else System.arraycopy(input.bias.floats(), input.bias.offset() + 2 * H, bs, 3 * H, H);
            forGroups(3, input, wx, input == null ? gates : null, group -> {
                float[] state = group.rows(h0), product = group.loans.take(group.sequence.length * 3 * H), a = group.loans.take(5 * whole(group.block * H));
                for (int s = 0; s < group.steps(); s++) {
                    int rows = group.running(s);
                    group.input(s);
                    w.multiply(product, state, rows, false);
                    for (int r0 = 0; r0 < rows; r0 += group.block) {
                        int end = Math.min(rows, r0 + group.block), d = whole((end - r0) * H);
                        arguments(a, d, group.part, group.partAt, product, bs, r0, end, GRU_PIECES, 3, H);
                        for (int r = r0; r < end; r++) {
                            int to = (r - r0) * H;
                            withBias(a, 2 * d + to, group.part, group.partAt[r] + 2 * H, bs, 3 * H, H);
                            withBias(a, 3 * d + to, product, (3 * r + 2) * H, bs, 2 * H, H);
                        }
                        sigmoid(a, 0, 2 * d);
                        reset(a, d);
                        tanh(a, 2 * d, 3 * d);
                        mix(a, d, state, r0 * H);
                        System.arraycopy(a, 4 * d, state, r0 * H, (end - r0) * H);
                        group.spread(a, 4 * d, r0, end, s, h, H, 0);
                        if (!keep) continue;
                        for (int k = 0; k < 3; k++) group.spread(a, k * d, r0, end, s, gates, 3 * H, k * H);
                        group.spread(a, 3 * d, r0, end, s, u, H, 0);
                    }
                }
                group.setRows(hN, state);
                group.clearEnds(h, H);
                if (keep) {
                    group.clearEnds(gates, 3 * H);
                    group.clearEnds(u, H);
                }
            });
        }
    }

    /** Of the pieces r, z, what the input adds to n, and u: in the third n's argument, n + r·u. */
    private static void reset(float[] a, int stride) {
        for (int j = 0; j < stride; j += LANES) at(a, 2 * stride + j).add(at(a, j).mul(at(a, 3 * stride + j))).intoArray(a, 2 * stride + j);
    }

    /** In a fifth piece h = (1 - z)·n + z·h. */
    private static void mix(float[] a, int stride, float[] h, int h0) {
        for (int j = 0; j < stride; j += LANES) {
            FloatVector z = at(a, stride + j);
            FloatVector.broadcast(FLOATS, 1).sub(z).mul(at(a, 2 * stride + j)).add(z.mul(at(h, h0 + j))).intoArray(a, 4 * stride + j);
        }
    }

    void gruBackward(Buffer da, Buffer du, Buffer dh0, Buffer dout, Buffer dhN, Buffer gates, Buffer h, Buffer u, Buffer weight, Buffer h0) {
        float[] hs = h.floats();
        try (Loans loans = new Loans()) {
            VectorGemm.Packed w = loans.pack(weight, 3 * H, H, false);
            forGroups(3, null, group -> {
                float[] dh = group.rows(dhN), rest = group.loans.take(group.sequence.length * H), a = group.loans.take(group.sequence.length * 3 * H);
                for (int s = group.steps() - 1; s >= 0; s--) {
                    int rows = group.running(s);
                    for (int r = 0; r < rows; r++) {
                        int step = group.at(r, s);
                        float[] before = s == 0 ? h0.floats() : hs;
                        int beforeAt = s == 0 ? h0.offset() + group.sequence[r] * H : h.offset() + group.at(r, s - 1) * H;
                        gruStepBackward(a, r * 3 * H, da.floats(), da.offset() + step * 3 * H, du.floats(), du.offset() + step * 3 * H, dh, r * H,
                                dout.floats(), dout.offset() + step * H, gates.floats(), gates.offset() + step * 3 * H, u.floats(), u.offset() + step * H, before, beforeAt, H);
                    }
                    w.multiply(rest, a, rows, false);
                    add(dh, rest, rows * H);
                }
                group.setRows(dh0, dh);
                group.clearEnds(da, 3 * H);
                group.clearEnds(du, 3 * H);
            });
        }
    }

    private static void add(float[] y, float[] x, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(y, i).add(at(x, i)).intoArray(y, i);
        for (; i < n; i++) y[i] += x[i];
    }

    /** da of r, z and n; du, which is the same but for n, whose u came multiplied by r, for the product (a) and for the caller; dh ← (dh + dout)·z. */
    private static void gruStepBackward(float[] a, int a0, float[] da, int da0, float[] du, int du0, float[] dh, int d0, float[] dout, int o0, float[] gates, int g0,
                                        float[] u, int u0, float[] before, int b0, int H) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        int j = 0;
        for (; j <= H - LANES; j += LANES) {
            FloatVector r = at(gates, g0 + j), z = at(gates, g0 + H + j), n = at(gates, g0 + 2 * H + j), d = at(dh, d0 + j).add(at(dout, o0 + j));
            FloatVector dn = d.mul(one.sub(z)).mul(one.sub(n.mul(n))), dr = dn.mul(at(u, u0 + j)).mul(r).mul(one.sub(r));
            FloatVector dz = d.mul(at(before, b0 + j).sub(n)).mul(z).mul(one.sub(z)), dun = dn.mul(r);
            d.mul(z).intoArray(dh, d0 + j);
            dr.intoArray(a, a0 + j);
            dz.intoArray(a, a0 + H + j);
            dun.intoArray(a, a0 + 2 * H + j);
            dr.intoArray(da, da0 + j);
            dz.intoArray(da, da0 + H + j);
            dn.intoArray(da, da0 + 2 * H + j);
            dr.intoArray(du, du0 + j);
            dz.intoArray(du, du0 + H + j);
            dun.intoArray(du, du0 + 2 * H + j);
        }
        for (; j < H; j++) {
            float r = gates[g0 + j], z = gates[g0 + H + j], n = gates[g0 + 2 * H + j], d = dh[d0 + j] + dout[o0 + j], dn = d * (1 - z) * (1 - n * n);
            da[da0 + j] = du[du0 + j] = a[a0 + j] = dn * u[u0 + j] * r * (1 - r);
            da[da0 + H + j] = du[du0 + H + j] = a[a0 + H + j] = d * (before[b0 + j] - n) * z * (1 - z);
            da[da0 + 2 * H + j] = dn;
            du[du0 + 2 * H + j] = a[a0 + 2 * H + j] = dn * r;
            dh[d0 + j] = d * z;
        }
    }
}
