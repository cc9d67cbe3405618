package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Recurrent layers: a work item goes through one sequence, hN (or dh0) being its state on the way. A length outside 0..T gives NaN
 * in that state.
 *
 * <p>That is as many work items as there are sequences, a few dozen, where a GPU has thousands. So there is a second version of each: a group goes through {@value #SEQUENCES} sequences, each of its
 * {@value #UNITS} items computing a hidden unit of all of them, or every {@value #UNITS}-th. What an item writes, the others see after a barrier. A weight is fetched once for {@value #SEQUENCES} products, and all
 * that depends on other units, the state or back through time the gates' gradients, lies in the global arrays where it belongs anyway, so that there is no largest H.
 */
final class RecurrentLoops {
    /** Sequences of a group; its work items. */
    static final int SEQUENCES = 4, UNITS = 256;

    private RecurrentLoops() { }

    /** Groups for a call whose ints end with B, T and H. */
    static int[] groups(int[] ints) {
        return new int[] {(ints[ints.length - 3] + SEQUENCES - 1) / SEQUENCES, 1};
    }

    /** Sequence q of a group, or the last one again where there are not so many. */
    static int sequence(int group, int q, int B) {
        return Math.min(group * SEQUENCES + q, B - 1);
    }

    /** The steps that a group takes with its q-th sequence. */
    static int stepsOf(int group, int q, int B, IntArray lengths, int l0, int T) {
        return group * SEQUENCES + q < B ? steps(lengths.get(l0 + group * SEQUENCES + q), T) : 0;
    }

    /** Where step s of sequence b is: its time counts from the end where the layer goes backwards. */
    static int rowAt(int b, int s, int length, int T, int reverse) {
        return b * T + (reverse != 0 ? length - 1 - s : s);
    }

    /** The row of step s of a group's q-th sequence; of a sequence that is over by then, or not there, any row. */
    static int stepOf(int group, int q, int s, int B, IntArray lengths, int l0, int T, int reverse) {
        int length = stepsOf(group, q, B, lengths, l0, T);
        return s < length ? rowAt(group * SEQUENCES + q, s, length, T, reverse) : sequence(group, q, B) * T;
    }

    /** An item's share of {@link #begin} for the sequences of its group. */
    static void beginUnits(int group, int item, FloatArray state, int to, FloatArray first, int from, int B, int H, IntArray lengths, int l0, int T, FloatArray c) {
        for (int q = 0; q < SEQUENCES; q++) {
            int b = group * SEQUENCES + q;
            if (b < B) {
                for (int j = item; j < H; j += UNITS) state.set(to + b * H + j, isOutside(lengths.get(l0 + b), T) ? c.get(Loops.NAN) : first.get(from + b * H + j));
            }
        }
    }

    /** An item's share of what lies behind the sequences' ends. */
    static void zeroUnits(int group, int item, FloatArray y, int y0, int width, int B, IntArray lengths, int l0, int T) {
        for (int q = 0; q < SEQUENCES; q++) {
            int b = group * SEQUENCES + q;
            if (b < B) {
                for (int e = steps(lengths.get(l0 + b), T) * width + item; e < T * width; e += UNITS) y.set(y0 + b * T * width + e, 0f);
            }
        }
    }

    /** The longest of the group's sequences: so many steps does it take. */
    static int longest(int group, int B, IntArray lengths, int l0, int T) {
        int longest = 0;
        for (int q = 0; q < SEQUENCES; q++) longest = Math.max(longest, stepsOf(group, q, B, lengths, l0, T));
        return longest;
    }

    /** Σⱼ w[from + j] · x[at + j]. */
    static float dot(FloatArray w, int from, FloatArray x, int at, int count) {
        float sum = 0f;
        for (int j = 0; j < count; j++) sum += w.get(from + j) * x.get(at + j);
        return sum;
    }

    /** Σₖ a[from + k] · w[column + k·stride]. */
    static float dotColumn(FloatArray a, int from, int count, FloatArray w, int column, int stride) {
        float sum = 0f;
        for (int k = 0; k < count; k++) sum += a.get(from + k) * w.get(column + k * stride);
        return sum;
    }

    /** A row of {@code count}, or NaN where the length is outside 0..T. */
    static void begin(FloatArray state, int to, FloatArray first, int from, int count, int length, int T, FloatArray c) {
        for (int j = 0; j < count; j++) state.set(to + j, isOutside(length, T) ? c.get(Loops.NAN) : first.get(from + j));
    }

    static void zero(FloatArray y, int from, int end) {
        for (int i = from; i < end; i++) y.set(i, 0f);
    }

    /** The steps to take: none for a length outside 0..T. */
    static int steps(int length, int T) {
        return isOutside(length, T) ? 0 : length;
    }

    /** One of the two is negative. (Of a question with || TornadoVM 4.0 takes one branch for both answers.) */
    static boolean isOutside(int length, int T) {
        return (length | T - length) < 0;
    }

    /** h_t ← f(h_t + W_hh h_before + b_hh), in place. */
    static void rnn(FloatArray h, FloatArray hN, FloatArray weight, FloatArray bias, FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int B = n.get(8);
        for (@Parallel int b = 0; b < B; b++) rnnSequence(h, hN, weight, bias, h0, lengths, n, special, b);
    }

    static void rnnSequence(FloatArray h, FloatArray hN, FloatArray weight, FloatArray bias, FloatArray h0, IntArray lengths, IntArray n, FloatArray special, int b) {
        int hAt = n.get(0), s0 = n.get(1), w0 = n.get(2), b0 = n.get(3), f0 = n.get(4), l0 = n.get(5);
        int relu = n.get(6), reverse = n.get(7), T = n.get(9), H = n.get(10);
        int length = steps(lengths.get(l0 + b), T), state = s0 + b * H;
        begin(hN, state, h0, f0 + b * H, H, lengths.get(l0 + b), T, special);
        for (int s = 0; s < length; s++) {
            int t = reverse != 0 ? length - 1 - s : s, at = hAt + (b * T + t) * H;
            for (int j = 0; j < H; j++) h.set(at + j, activation(h.get(at + j) + bias.get(b0 + j) + dot(weight, w0 + j * H, hN, state, H), relu));
            for (int j = 0; j < H; j++) hN.set(state + j, h.get(at + j));
        }
        zero(h, hAt + (b * T + length) * H, hAt + (b + 1) * T * H);
    }

    static float activation(float a, int relu) {
        float value = TornadoMath.tanh(a);
        if (relu != 0) value = Loops.larger(a, 0f);
        return value;
    }

    /** The same, a group for {@value #SEQUENCES} sequences. */
    static void rnnGroups(KernelContext context, FloatArray h, FloatArray hN, FloatArray weight, FloatArray bias, FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int hAt = n.get(0), s0 = n.get(1), w0 = n.get(2), b0 = n.get(3), f0 = n.get(4), l0 = n.get(5);
        int relu = n.get(6), reverse = n.get(7), B = n.get(8), T = n.get(9), H = n.get(10);
        int group = context.groupIdx, item = context.localIdx, longest = longest(group, B, lengths, l0, T);
        beginUnits(group, item, hN, s0, h0, f0, B, H, lengths, l0, T, special);
        context.globalBarrier();
        float[] sum = new float[SEQUENCES];
        int[] state = new int[SEQUENCES];
        for (int q = 0; q < SEQUENCES; q++) state[q] = s0 + sequence(group, q, B) * H;
        for (int s = 0; s < longest; s++) {
            for (int j = item; j < H; j += UNITS) {
                for (int q = 0; q < SEQUENCES; q++) sum[q] = bias.get(b0 + j);
                for (int k = 0; k < H; k++) {
                    float w = weight.get(w0 + j * H + k);
                    for (int q = 0; q < SEQUENCES; q++) sum[q] += w * hN.get(state[q] + k);
                }
                for (int q = 0; q < SEQUENCES; q++) {
                    int length = stepsOf(group, q, B, lengths, l0, T);
                    if (s < length) {
                        int at = hAt + rowAt(group * SEQUENCES + q, s, length, T, reverse) * H + j;
                        h.set(at, activation(h.get(at) + sum[q], relu));
                    }
                }
            }
            context.globalBarrier();
            for (int q = 0; q < SEQUENCES; q++) {
                int length = stepsOf(group, q, B, lengths, l0, T);
                if (s < length) {
                    int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse);
                    for (int j = item; j < H; j += UNITS) hN.set(s0 + b * H + j, h.get(hAt + row * H + j));
                }
            }
            context.globalBarrier();
        }
        zeroUnits(group, item, h, hAt, H, B, lengths, l0, T);
    }

    /** dh = dout_t + W_hhᵀ da_after, da_t = dh · f′. */
    static void rnnBackward(FloatArray da, FloatArray dh0, FloatArray dout, FloatArray dhN, FloatArray h, FloatArray weight, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), s0 = n.get(1), d0 = n.get(2), f0 = n.get(3), hAt = n.get(4), w0 = n.get(5), l0 = n.get(6);
        int relu = n.get(7), reverse = n.get(8), B = n.get(9), T = n.get(10), H = n.get(11);
        for (@Parallel int b = 0; b < B; b++) {
            int length = steps(lengths.get(l0 + b), T), state = s0 + b * H;
            begin(dh0, state, dhN, f0 + b * H, H, lengths.get(l0 + b), T, special);
            for (int s = length - 1; s >= 0; s--) {
                int t = reverse != 0 ? length - 1 - s : s, at = (b * T + t) * H;
                for (int j = 0; j < H; j++) da.set(a0 + at + j, (dh0.get(state + j) + dout.get(d0 + at + j)) * slope(h.get(hAt + at + j), relu));
                for (int k = 0; k < H; k++) dh0.set(state + k, dotColumn(da, a0 + at, H, weight, w0 + k, H));
            }
            zero(da, a0 + (b * T + length) * H, a0 + (b + 1) * T * H);
        }
    }

    /** f′ from what f gave. */
    static float slope(float y, int relu) {
        float slope = 1f - y * y;
        if (relu != 0) slope = y > 0f ? 1f : 0f;
        return slope;
    }

    /** The same, a group for {@value #SEQUENCES} sequences. */
    static void rnnBackwardGroups(KernelContext context, FloatArray da, FloatArray dh0, FloatArray dout, FloatArray dhN, FloatArray h, FloatArray weight, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), s0 = n.get(1), d0 = n.get(2), f0 = n.get(3), hAt = n.get(4), w0 = n.get(5), l0 = n.get(6);
        int relu = n.get(7), reverse = n.get(8), B = n.get(9), T = n.get(10), H = n.get(11);
        int group = context.groupIdx, item = context.localIdx, longest = longest(group, B, lengths, l0, T);
        beginUnits(group, item, dh0, s0, dhN, f0, B, H, lengths, l0, T, special);
        float[] sum = new float[SEQUENCES];
        int[] rows = new int[SEQUENCES];
        for (int s = longest - 1; s >= 0; s--) {
            for (int q = 0; q < SEQUENCES; q++) {
                int length = stepsOf(group, q, B, lengths, l0, T);
                if (s < length) {
                    int b = group * SEQUENCES + q, at = rowAt(b, s, length, T, reverse) * H;
                    for (int j = item; j < H; j += UNITS) da.set(a0 + at + j, (dh0.get(s0 + b * H + j) + dout.get(d0 + at + j)) * slope(h.get(hAt + at + j), relu));
                }
            }
            context.globalBarrier();
            for (int q = 0; q < SEQUENCES; q++) rows[q] = a0 + stepOf(group, q, s, B, lengths, l0, T, reverse) * H;
            for (int k = item; k < H; k += UNITS) {
                for (int q = 0; q < SEQUENCES; q++) sum[q] = 0f;
                for (int g = 0; g < H; g++) {
                    float w = weight.get(w0 + g * H + k);
                    for (int q = 0; q < SEQUENCES; q++) sum[q] += w * da.get(rows[q] + g);
                }
                for (int q = 0; q < SEQUENCES; q++) if (s < stepsOf(group, q, B, lengths, l0, T)) dh0.set(s0 + (group * SEQUENCES + q) * H + k, sum[q]);
            }
            context.globalBarrier();
        }
        zeroUnits(group, item, da, a0, H, B, lengths, l0, T);
    }

    /** i, f, g, o in place of their arguments; c_t = f·c_before + i·g, h_t = o·tanh(c_t). */
    static void lstm(FloatArray gates, FloatArray h, FloatArray c, FloatArray hN, FloatArray cN, FloatArray weight, FloatArray bias, FloatArray h0, FloatArray c0,
                     IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), hAt = n.get(1), cAt = n.get(2), hState = n.get(3), cState = n.get(4), w0 = n.get(5), b0 = n.get(6), hFirst = n.get(7), cFirst = n.get(8), l0 = n.get(9);
        int reverse = n.get(10), B = n.get(11), T = n.get(12), H = n.get(13);
        for (@Parallel int b = 0; b < B; b++) {
            int length = steps(lengths.get(l0 + b), T), hs = hState + b * H, cs = cState + b * H;
            begin(hN, hs, h0, hFirst + b * H, H, lengths.get(l0 + b), T, special);
            begin(cN, cs, c0, cFirst + b * H, H, lengths.get(l0 + b), T, special);
            for (int s = 0; s < length; s++) {
                int t = reverse != 0 ? length - 1 - s : s, row = b * T + t;
                lstmStep(gates, a0 + row * 4 * H, h, hAt + row * H, c, cAt + row * H, hN, hs, cN, cs, weight, w0, bias, b0, H);
            }
            zero(gates, a0 + (b * T + length) * 4 * H, a0 + (b + 1) * T * 4 * H);
            zero(h, hAt + (b * T + length) * H, hAt + (b + 1) * T * H);
            zero(c, cAt + (b * T + length) * H, cAt + (b + 1) * T * H);
        }
    }

    /** One step of one sequence: row at of gates, ht of h, ct of c; the state in hN and cN goes on. */
    static void lstmStep(FloatArray gates, int at, FloatArray h, int ht, FloatArray c, int ct, FloatArray hN, int hs, FloatArray cN, int cs, FloatArray weight, int w0, FloatArray bias, int b0, int H) {
        for (int k = 0; k < 4 * H; k++) gates.set(at + k, gates.get(at + k) + bias.get(b0 + k) + dot(weight, w0 + k * H, hN, hs, H));
        for (int j = 0; j < H; j++) lstmUnit(gates, at, h, ht, c, ct, cN, cs, H, j);
        for (int j = 0; j < H; j++) hN.set(hs + j, h.get(ht + j));
    }

    /** Its unit j, the gates' arguments being complete. */
    static void lstmUnit(FloatArray gates, int at, FloatArray h, int ht, FloatArray c, int ct, FloatArray cN, int cs, int H, int j) {
        float i = Loops.sigmoid(gates.get(at + j)), f = Loops.sigmoid(gates.get(at + H + j));
        float g = TornadoMath.tanh(gates.get(at + 2 * H + j)), o = Loops.sigmoid(gates.get(at + 3 * H + j));
        float cell = f * cN.get(cs + j) + i * g;
        gates.set(at + j, i);
        gates.set(at + H + j, f);
        gates.set(at + 2 * H + j, g);
        gates.set(at + 3 * H + j, o);
        c.set(ct + j, cell);
        h.set(ht + j, o * TornadoMath.tanh(cell));
        cN.set(cs + j, cell);
    }

    /** {@link #lstm}, a group for {@value #SEQUENCES} sequences. */
    static void lstmGroups(KernelContext context, FloatArray gates, FloatArray h, FloatArray c, FloatArray hN, FloatArray cN, FloatArray weight, FloatArray bias, FloatArray h0, FloatArray c0,
                           IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), hAt = n.get(1), cAt = n.get(2), hState = n.get(3), cState = n.get(4), w0 = n.get(5), b0 = n.get(6), hFirst = n.get(7), cFirst = n.get(8), l0 = n.get(9);
        int reverse = n.get(10), B = n.get(11), T = n.get(12), H = n.get(13);
        int group = context.groupIdx, item = context.localIdx, longest = longest(group, B, lengths, l0, T);
        beginUnits(group, item, hN, hState, h0, hFirst, B, H, lengths, l0, T, special);
        beginUnits(group, item, cN, cState, c0, cFirst, B, H, lengths, l0, T, special);
        context.globalBarrier();
        float[] sum = new float[SEQUENCES];
        int[] state = new int[SEQUENCES];
        for (int q = 0; q < SEQUENCES; q++) state[q] = hState + sequence(group, q, B) * H;
        for (int s = 0; s < longest; s++) {
            for (int j = item; j < H; j += UNITS) {
                for (int g = j; g < 4 * H; g += H) {
                    for (int q = 0; q < SEQUENCES; q++) sum[q] = bias.get(b0 + g);
                    for (int k = 0; k < H; k++) {
                        float w = weight.get(w0 + g * H + k);
                        for (int q = 0; q < SEQUENCES; q++) sum[q] += w * hN.get(state[q] + k);
                    }
                    for (int q = 0; q < SEQUENCES; q++) {
                        int length = stepsOf(group, q, B, lengths, l0, T);
                        if (s < length) {
                            int at = a0 + rowAt(group * SEQUENCES + q, s, length, T, reverse) * 4 * H + g;
                            gates.set(at, gates.get(at) + sum[q]);
                        }
                    }
                }
                for (int q = 0; q < SEQUENCES; q++) {
                    int length = stepsOf(group, q, B, lengths, l0, T);
                    if (s < length) {
                        int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse);
                        lstmUnit(gates, a0 + row * 4 * H, h, hAt + row * H, c, cAt + row * H, cN, cState + b * H, H, j);
                    }
                }
            }
            context.globalBarrier();
            for (int q = 0; q < SEQUENCES; q++) {
                int length = stepsOf(group, q, B, lengths, l0, T);
                if (s < length) {
                    int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse);
                    for (int j = item; j < H; j += UNITS) hN.set(hState + b * H + j, h.get(hAt + row * H + j));
                }
            }
            context.globalBarrier();
        }
        zeroUnits(group, item, gates, a0, 4 * H, B, lengths, l0, T);
        zeroUnits(group, item, h, hAt, H, B, lengths, l0, T);
        zeroUnits(group, item, c, cAt, H, B, lengths, l0, T);
    }

    /** Back through the time of lstm; dh0 and dc0 hold dh and dc on the way. */
    static void lstmBackward(FloatArray da, FloatArray dh0, FloatArray dc0, FloatArray dout, FloatArray dhN, FloatArray dcN, FloatArray gates, FloatArray c, FloatArray weight,
                             FloatArray c0, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), hState = n.get(1), cState = n.get(2), d0 = n.get(3), hFirst = n.get(4), cFirst = n.get(5), g0 = n.get(6), cAt = n.get(7), w0 = n.get(8), f0 = n.get(9), l0 = n.get(10);
        int reverse = n.get(11), B = n.get(12), T = n.get(13), H = n.get(14);
        for (@Parallel int b = 0; b < B; b++) {
            int length = steps(lengths.get(l0 + b), T), hs = hState + b * H, cs = cState + b * H;
            begin(dh0, hs, dhN, hFirst + b * H, H, lengths.get(l0 + b), T, special);
            begin(dc0, cs, dcN, cFirst + b * H, H, lengths.get(l0 + b), T, special);
            for (int s = length - 1; s >= 0; s--) {
                int t = reverse != 0 ? length - 1 - s : s, row = b * T + t, rowBefore = reverse != 0 ? row + 1 : row - 1;
                int at = g0 + row * 4 * H, to = a0 + row * 4 * H;
                for (int j = 0; j < H; j++) {
                    float cBefore = 0f;
                    if (s == 0) cBefore = c0.get(f0 + b * H + j);
                    else cBefore = c.get(cAt + rowBefore * H + j);
                    lstmUnitBackward(da, to, dc0, cs, gates, at, dh0.get(hs + j) + dout.get(d0 + row * H + j), c.get(cAt + row * H + j), cBefore, H, j);
                }
                for (int k = 0; k < H; k++) dh0.set(hs + k, dotColumn(da, to, 4 * H, weight, w0 + k, H));
            }
            zero(da, a0 + (b * T + length) * 4 * H, a0 + (b + 1) * T * 4 * H);
        }
    }

    /** Its unit j, with dh and both c. */
    static void lstmUnitBackward(FloatArray da, int to, FloatArray dc0, int cs, FloatArray gates, int at, float dh, float cell, float cBefore, int H, int j) {
        float i = gates.get(at + j), f = gates.get(at + H + j), g = gates.get(at + 2 * H + j), o = gates.get(at + 3 * H + j);
        float tanhC = TornadoMath.tanh(cell), dc = dc0.get(cs + j) + dh * o * (1f - tanhC * tanhC);
        da.set(to + j, dc * g * i * (1f - i));
        da.set(to + H + j, dc * cBefore * f * (1f - f));
        da.set(to + 2 * H + j, dc * i * (1f - g * g));
        da.set(to + 3 * H + j, dh * tanhC * o * (1f - o));
        dc0.set(cs + j, dc * f);
    }

    /** {@link #lstmBackward}, a group for {@value #SEQUENCES} sequences. */
    static void lstmBackwardGroups(KernelContext context, FloatArray da, FloatArray dh0, FloatArray dc0, FloatArray dout, FloatArray dhN, FloatArray dcN, FloatArray gates, FloatArray c, FloatArray weight,
                                   FloatArray c0, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), hState = n.get(1), cState = n.get(2), d0 = n.get(3), hFirst = n.get(4), cFirst = n.get(5), g0 = n.get(6), cAt = n.get(7), w0 = n.get(8), f0 = n.get(9), l0 = n.get(10);
        int reverse = n.get(11), B = n.get(12), T = n.get(13), H = n.get(14);
        int group = context.groupIdx, item = context.localIdx, longest = longest(group, B, lengths, l0, T);
        beginUnits(group, item, dh0, hState, dhN, hFirst, B, H, lengths, l0, T, special);
        beginUnits(group, item, dc0, cState, dcN, cFirst, B, H, lengths, l0, T, special);
        float[] sum = new float[SEQUENCES];
        int[] rows = new int[SEQUENCES];
        for (int s = longest - 1; s >= 0; s--) {
            for (int q = 0; q < SEQUENCES; q++) {
                int length = stepsOf(group, q, B, lengths, l0, T);
                if (s < length) {
                    int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse), rowBefore = reverse != 0 ? row + 1 : row - 1;
                    for (int j = item; j < H; j += UNITS) {
                        float cBefore = 0f;
                        if (s == 0) cBefore = c0.get(f0 + b * H + j);
                        else cBefore = c.get(cAt + rowBefore * H + j);
                        lstmUnitBackward(da, a0 + row * 4 * H, dc0, cState + b * H, gates, g0 + row * 4 * H, dh0.get(hState + b * H + j) + dout.get(d0 + row * H + j), c.get(cAt + row * H + j), cBefore, H, j);
                    }
                }
            }
            context.globalBarrier();
            for (int q = 0; q < SEQUENCES; q++) rows[q] = a0 + stepOf(group, q, s, B, lengths, l0, T, reverse) * 4 * H;
            for (int k = item; k < H; k += UNITS) {
                for (int q = 0; q < SEQUENCES; q++) sum[q] = 0f;
                for (int g = 0; g < 4 * H; g++) {
                    float w = weight.get(w0 + g * H + k);
                    for (int q = 0; q < SEQUENCES; q++) sum[q] += w * da.get(rows[q] + g);
                }
                for (int q = 0; q < SEQUENCES; q++) if (s < stepsOf(group, q, B, lengths, l0, T)) dh0.set(hState + (group * SEQUENCES + q) * H + k, sum[q]);
            }
            context.globalBarrier();
        }
        zeroUnits(group, item, da, a0, 4 * H, B, lengths, l0, T);
    }

    /** r, z, n in place of their arguments; h_t = (1 - z)·n + z·h_before. */
    static void gru(FloatArray gates, FloatArray h, FloatArray u, FloatArray hN, FloatArray weight, FloatArray bias, FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), hAt = n.get(1), uAt = n.get(2), hState = n.get(3), w0 = n.get(4), b0 = n.get(5), hFirst = n.get(6), l0 = n.get(7);
        int reverse = n.get(8), B = n.get(9), T = n.get(10), H = n.get(11);
        for (@Parallel int b = 0; b < B; b++) {
            int length = steps(lengths.get(l0 + b), T), hs = hState + b * H;
            begin(hN, hs, h0, hFirst + b * H, H, lengths.get(l0 + b), T, special);
            for (int s = 0; s < length; s++) {
                int t = reverse != 0 ? length - 1 - s : s, row = b * T + t, at = a0 + row * 3 * H;
                for (int k = 0; k < 2 * H; k++) gates.set(at + k, gates.get(at + k) + bias.get(b0 + k) + dot(weight, w0 + k * H, hN, hs, H));
                for (int j = 0; j < H; j++) {
                    u.set(uAt + row * H + j, bias.get(b0 + 2 * H + j) + dot(weight, w0 + (2 * H + j) * H, hN, hs, H));
                    gruUnit(gates, at, h, hAt + row * H, u, uAt + row * H, hN, hs, H, j);
                }
                for (int j = 0; j < H; j++) hN.set(hs + j, h.get(hAt + row * H + j));
            }
            zero(gates, a0 + (b * T + length) * 3 * H, a0 + (b + 1) * T * 3 * H);
            zero(h, hAt + (b * T + length) * H, hAt + (b + 1) * T * H);
            zero(u, uAt + (b * T + length) * H, uAt + (b + 1) * T * H);
        }
    }

    /** Its unit j, the arguments of r and z and u being complete. */
    static void gruUnit(FloatArray gates, int at, FloatArray h, int ht, FloatArray u, int ut, FloatArray hN, int hs, int H, int j) {
        float r = Loops.sigmoid(gates.get(at + j)), z = Loops.sigmoid(gates.get(at + H + j));
        float candidate = TornadoMath.tanh(gates.get(at + 2 * H + j) + r * u.get(ut + j));
        gates.set(at + j, r);
        gates.set(at + H + j, z);
        gates.set(at + 2 * H + j, candidate);
        h.set(ht + j, (1f - z) * candidate + z * hN.get(hs + j));
    }

    /** {@link #gru}, a group for {@value #SEQUENCES} sequences. */
    static void gruGroups(KernelContext context, FloatArray gates, FloatArray h, FloatArray u, FloatArray hN, FloatArray weight, FloatArray bias, FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), hAt = n.get(1), uAt = n.get(2), hState = n.get(3), w0 = n.get(4), b0 = n.get(5), hFirst = n.get(6), l0 = n.get(7);
        int reverse = n.get(8), B = n.get(9), T = n.get(10), H = n.get(11);
        int group = context.groupIdx, item = context.localIdx, longest = longest(group, B, lengths, l0, T);
        beginUnits(group, item, hN, hState, h0, hFirst, B, H, lengths, l0, T, special);
        context.globalBarrier();
        float[] sum = new float[SEQUENCES];
        int[] state = new int[SEQUENCES];
        for (int q = 0; q < SEQUENCES; q++) state[q] = hState + sequence(group, q, B) * H;
        for (int s = 0; s < longest; s++) {
            for (int j = item; j < H; j += UNITS) {
                for (int g = j; g < 3 * H; g += H) {
                    for (int q = 0; q < SEQUENCES; q++) sum[q] = bias.get(b0 + g);
                    for (int k = 0; k < H; k++) {
                        float w = weight.get(w0 + g * H + k);
                        for (int q = 0; q < SEQUENCES; q++) sum[q] += w * hN.get(state[q] + k);
                    }
                    for (int q = 0; q < SEQUENCES; q++) {
                        int length = stepsOf(group, q, B, lengths, l0, T);
                        if (s < length) {
                            int row = rowAt(group * SEQUENCES + q, s, length, T, reverse);
                            if (g < 2 * H) gates.set(a0 + row * 3 * H + g, gates.get(a0 + row * 3 * H + g) + sum[q]);
                            else u.set(uAt + row * H + j, sum[q]);
                        }
                    }
                }
                for (int q = 0; q < SEQUENCES; q++) {
                    int length = stepsOf(group, q, B, lengths, l0, T);
                    if (s < length) {
                        int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse);
                        gruUnit(gates, a0 + row * 3 * H, h, hAt + row * H, u, uAt + row * H, hN, hState + b * H, H, j);
                    }
                }
            }
            context.globalBarrier();
            for (int q = 0; q < SEQUENCES; q++) {
                int length = stepsOf(group, q, B, lengths, l0, T);
                if (s < length) {
                    int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse);
                    for (int j = item; j < H; j += UNITS) hN.set(hState + b * H + j, h.get(hAt + row * H + j));
                }
            }
            context.globalBarrier();
        }
        zeroUnits(group, item, gates, a0, 3 * H, B, lengths, l0, T);
        zeroUnits(group, item, h, hAt, H, B, lengths, l0, T);
        zeroUnits(group, item, u, uAt, H, B, lengths, l0, T);
    }

    /** Back through the time of gru; dh0 holds dh on the way. */
    static void gruBackward(FloatArray da, FloatArray du, FloatArray dh0, FloatArray dout, FloatArray dhN, FloatArray gates, FloatArray h, FloatArray u, FloatArray weight,
                            FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), u0 = n.get(1), hState = n.get(2), d0 = n.get(3), hLast = n.get(4), g0 = n.get(5), hAt = n.get(6), uAt = n.get(7), w0 = n.get(8), hFirst = n.get(9), l0 = n.get(10);
        int reverse = n.get(11), B = n.get(12), T = n.get(13), H = n.get(14);
        for (@Parallel int b = 0; b < B; b++) {
            int length = steps(lengths.get(l0 + b), T), hs = hState + b * H;
            begin(dh0, hs, dhN, hLast + b * H, H, lengths.get(l0 + b), T, special);
            for (int s = length - 1; s >= 0; s--) {
                int t = reverse != 0 ? length - 1 - s : s, row = b * T + t, rowBefore = reverse != 0 ? row + 1 : row - 1;
                int at = g0 + row * 3 * H, to = a0 + row * 3 * H, uTo = u0 + row * 3 * H;
                for (int j = 0; j < H; j++) {
                    float before = 0f;
                    if (s == 0) before = h0.get(hFirst + b * H + j);
                    else before = h.get(hAt + rowBefore * H + j);
                    gruUnitBackward(da, to, du, uTo, dh0, hs, gates, at, dh0.get(hs + j) + dout.get(d0 + row * H + j), before, u.get(uAt + row * H + j), H, j);
                }
                for (int k = 0; k < H; k++) dh0.set(hs + k, dh0.get(hs + k) + dotColumn(du, uTo, 3 * H, weight, w0 + k, H));
            }
            zero(da, a0 + (b * T + length) * 3 * H, a0 + (b + 1) * T * 3 * H);
            zero(du, u0 + (b * T + length) * 3 * H, u0 + (b + 1) * T * 3 * H);
        }
    }

    /** Its unit j, with dh, h before and u; what of dh goes on through z stays in dh0. */
    static void gruUnitBackward(FloatArray da, int to, FloatArray du, int uTo, FloatArray dh0, int hs, FloatArray gates, int at, float dh, float before, float un, int H, int j) {
        float r = gates.get(at + j), z = gates.get(at + H + j), candidate = gates.get(at + 2 * H + j);
        float dn = dh * (1f - z) * (1f - candidate * candidate), dz = dh * (before - candidate) * z * (1f - z), dr = dn * un * r * (1f - r);
        da.set(to + j, dr);
        da.set(to + H + j, dz);
        da.set(to + 2 * H + j, dn);
        du.set(uTo + j, dr);
        du.set(uTo + H + j, dz);
        du.set(uTo + 2 * H + j, dn * r);
        dh0.set(hs + j, dh * z);
    }

    /** {@link #gruBackward}, a group for {@value #SEQUENCES} sequences. */
    static void gruBackwardGroups(KernelContext context, FloatArray da, FloatArray du, FloatArray dh0, FloatArray dout, FloatArray dhN, FloatArray gates, FloatArray h, FloatArray u, FloatArray weight,
                                  FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int a0 = n.get(0), u0 = n.get(1), hState = n.get(2), d0 = n.get(3), hLast = n.get(4), g0 = n.get(5), hAt = n.get(6), uAt = n.get(7), w0 = n.get(8), hFirst = n.get(9), l0 = n.get(10);
        int reverse = n.get(11), B = n.get(12), T = n.get(13), H = n.get(14);
        int group = context.groupIdx, item = context.localIdx, longest = longest(group, B, lengths, l0, T);
        beginUnits(group, item, dh0, hState, dhN, hLast, B, H, lengths, l0, T, special);
        float[] sum = new float[SEQUENCES];
        int[] rows = new int[SEQUENCES];
        for (int s = longest - 1; s >= 0; s--) {
            for (int q = 0; q < SEQUENCES; q++) {
                int length = stepsOf(group, q, B, lengths, l0, T);
                if (s < length) {
                    int b = group * SEQUENCES + q, row = rowAt(b, s, length, T, reverse), rowBefore = reverse != 0 ? row + 1 : row - 1;
                    for (int j = item; j < H; j += UNITS) {
                        float before = 0f;
                        if (s == 0) before = h0.get(hFirst + b * H + j);
                        else before = h.get(hAt + rowBefore * H + j);
                        gruUnitBackward(da, a0 + row * 3 * H, du, u0 + row * 3 * H, dh0, hState + b * H, gates, g0 + row * 3 * H, dh0.get(hState + b * H + j) + dout.get(d0 + row * H + j), before, u.get(uAt + row * H + j), H, j);
                    }
                }
            }
            context.globalBarrier();
            for (int q = 0; q < SEQUENCES; q++) rows[q] = u0 + stepOf(group, q, s, B, lengths, l0, T, reverse) * 3 * H;
            for (int k = item; k < H; k += UNITS) {
                for (int q = 0; q < SEQUENCES; q++) sum[q] = dh0.get(hState + sequence(group, q, B) * H + k);
                for (int g = 0; g < 3 * H; g++) {
                    float w = weight.get(w0 + g * H + k);
                    for (int q = 0; q < SEQUENCES; q++) sum[q] += w * du.get(rows[q] + g);
                }
                for (int q = 0; q < SEQUENCES; q++) if (s < stepsOf(group, q, B, lengths, l0, T)) dh0.set(hState + (group * SEQUENCES + q) * H + k, sum[q]);
            }
            context.globalBarrier();
        }
        zeroUnits(group, item, da, a0, 3 * H, B, lengths, l0, T);
        zeroUnits(group, item, du, u0, 3 * H, B, lengths, l0, T);
    }

    /** dW[g,j] (+)= Σ_b Σ_t da[b,t,g] · h_before[b,t,j]. */
    static void recurrentWeightBackward(FloatArray dweight, FloatArray da, FloatArray h, FloatArray h0, IntArray lengths, IntArray n) {
        int dw0 = n.get(0), a0 = n.get(1), hAt = n.get(2), hFirst = n.get(3), l0 = n.get(4), B = n.get(5), T = n.get(6), G = n.get(7), H = n.get(8), reverse = n.get(9), acc = n.get(10);
        int elements = G * H;
        for (@Parallel int e = 0; e < elements; e++) {
            int g = e / H, j = e % H;
            float sum = 0f;
            for (int b = 0; b < B; b++) {
                int length = steps(lengths.get(l0 + b), T);
                for (int s = 0; s < length; s++) {
                    int t = reverse != 0 ? length - 1 - s : s, row = b * T + t, rowBefore = reverse != 0 ? row + 1 : row - 1;
                    float before = 0f;
                    if (s == 0) before = h0.get(hFirst + b * H + j);
                    else before = h.get(hAt + rowBefore * H + j);
                    sum += da.get(a0 + row * G + g) * before;
                }
            }
            Loops.put(dweight, dw0 + e, sum, acc);
        }
    }

    /** Groups for {@link #recurrentWeightTiled}: along the units; along the gates. */
    static int[] weightTiles(int[] ints) {
        return new int[] {(ints[3] + MatrixLoops.TILE - 1) / MatrixLoops.TILE, (ints[2] + MatrixLoops.TILE - 1) / MatrixLoops.TILE};
    }

    /** h before time t of sequence b. */
    static float before(FloatArray h, int hAt, FloatArray h0, int hFirst, int b, int t, int j, int length, int T, int H, int reverse) {
        int s = reverse != 0 ? length - 1 - t : t, row = b * T + t, rowBefore = reverse != 0 ? row + 1 : row - 1;
        float value = 0f;
        if (s == 0) value = h0.get(hFirst + b * H + j);
        else value = h.get(hAt + rowBefore * H + j);
        return value;
    }

    /** {@link #recurrentWeightBackward} as a product of matrices in tiles, daᵀ · h_before over all rows of all sequences. */
    static void recurrentWeightTiled(KernelContext context, FloatArray dweight, FloatArray da, FloatArray h, FloatArray h0, IntArray lengths, IntArray n) {
        int dw0 = n.get(0), a0 = n.get(1), hAt = n.get(2), hFirst = n.get(3), l0 = n.get(4), B = n.get(5), T = n.get(6), G = n.get(7), H = n.get(8), reverse = n.get(9), acc = n.get(10);
        float[] tileA = context.allocateFloatLocalArray(MatrixLoops.TILE * MatrixLoops.DEEP);
        float[] tileB = context.allocateFloatLocalArray(MatrixLoops.TILE * MatrixLoops.DEEP);
        int x = context.localIdx, y = context.localIdy, g0 = context.groupIdy * MatrixLoops.TILE, j0 = context.groupIdx * MatrixLoops.TILE, rows = B * T;
        float[] sum = new float[16];
        for (int e = 0; e < 16; e++) sum[e] = 0f;
        for (int k0 = 0; k0 < rows; k0 += MatrixLoops.DEEP) {
            for (int r = 0; r < 4; r++) {
                int e = r * MatrixLoops.SIDE * MatrixLoops.SIDE + y * MatrixLoops.SIDE + x, row = k0 + e / MatrixLoops.TILE, g = g0 + e % MatrixLoops.TILE, j = j0 + e % MatrixLoops.TILE;
                float u = 0f, v = 0f;
                if (row < rows) {
                    int b = row / T, t = row % T, length = steps(lengths.get(l0 + b), T);
                    if (t < length) {
                        if (g < G) u = da.get(a0 + row * G + g);
                        if (j < H) v = before(h, hAt, h0, hFirst, b, t, j, length, T, H, reverse);
                    }
                }
                tileA[e] = u;
                tileB[e] = v;
            }
            context.localBarrier();
            for (int k = 0; k < MatrixLoops.DEEP; k++) {
                for (int r = 0; r < 4; r++) {
                    float u = tileA[k * MatrixLoops.TILE + 4 * y + r];
                    for (int q = 0; q < 4; q++) sum[4 * r + q] += u * tileB[k * MatrixLoops.TILE + q * MatrixLoops.SIDE + x];
                }
            }
            context.localBarrier();
        }
        for (int r = 0; r < 4; r++) {
            for (int q = 0; q < 4; q++) {
                int g = g0 + 4 * y + r, j = j0 + q * MatrixLoops.SIDE + x;
                if (g < G && j < H) Loops.put(dweight, dw0 + g * H + j, sum[4 * r + q], acc);
            }
        }
    }
}
