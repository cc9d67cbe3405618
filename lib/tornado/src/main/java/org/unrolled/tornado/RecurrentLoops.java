package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Recurrent layers: a work item goes through one sequence, hN (or dh0) being its state on the way. A length outside 0..T gives NaN
 * in that state.
 */
final class RecurrentLoops {
    private RecurrentLoops() { }

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
            for (int j = 0; j < H; j++) {
                float a = h.get(at + j) + bias.get(b0 + j) + dot(weight, w0 + j * H, hN, state, H);
                float value = TornadoMath.tanh(a);
                if (relu != 0) value = Loops.larger(a, 0f);
                h.set(at + j, value);
            }
            for (int j = 0; j < H; j++) hN.set(state + j, h.get(at + j));
        }
        zero(h, hAt + (b * T + length) * H, hAt + (b + 1) * T * H);
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
                for (int j = 0; j < H; j++) {
                    float y = h.get(hAt + at + j), slope = 1f - y * y;
                    if (relu != 0) slope = y > 0f ? 1f : 0f;
                    da.set(a0 + at + j, (dh0.get(state + j) + dout.get(d0 + at + j)) * slope);
                }
                for (int k = 0; k < H; k++) dh0.set(state + k, dotColumn(da, a0 + at, H, weight, w0 + k, H));
            }
            zero(da, a0 + (b * T + length) * H, a0 + (b + 1) * T * H);
        }
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
        for (int j = 0; j < H; j++) {
            float i = Loops.sigmoid(gates.get(at + j)), f = Loops.sigmoid(gates.get(at + H + j));
            float g = TornadoMath.tanh(gates.get(at + 2 * H + j)), o = Loops.sigmoid(gates.get(at + 3 * H + j));
            float cell = f * cN.get(cs + j) + i * g, out = o * TornadoMath.tanh(cell);
            gates.set(at + j, i);
            gates.set(at + H + j, f);
            gates.set(at + 2 * H + j, g);
            gates.set(at + 3 * H + j, o);
            c.set(ct + j, cell);
            h.set(ht + j, out);
            cN.set(cs + j, cell);
            hN.set(hs + j, out);
        }
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
                    float i = gates.get(at + j), f = gates.get(at + H + j), g = gates.get(at + 2 * H + j), o = gates.get(at + 3 * H + j);
                    float cBefore = 0f;
                    if (s == 0) cBefore = c0.get(f0 + b * H + j);
                    else cBefore = c.get(cAt + rowBefore * H + j);
                    float tanhC = TornadoMath.tanh(c.get(cAt + row * H + j));
                    float dh = dh0.get(hs + j) + dout.get(d0 + row * H + j);
                    float dc = dc0.get(cs + j) + dh * o * (1f - tanhC * tanhC);
                    da.set(to + j, dc * g * i * (1f - i));
                    da.set(to + H + j, dc * cBefore * f * (1f - f));
                    da.set(to + 2 * H + j, dc * i * (1f - g * g));
                    da.set(to + 3 * H + j, dh * tanhC * o * (1f - o));
                    dc0.set(cs + j, dc * f);
                }
                for (int k = 0; k < H; k++) dh0.set(hs + k, dotColumn(da, to, 4 * H, weight, w0 + k, H));
            }
            zero(da, a0 + (b * T + length) * 4 * H, a0 + (b + 1) * T * 4 * H);
        }
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
                for (int j = 0; j < H; j++) {
                    float ur = bias.get(b0 + j) + dot(weight, w0 + j * H, hN, hs, H);
                    float uz = bias.get(b0 + H + j) + dot(weight, w0 + (H + j) * H, hN, hs, H);
                    float un = bias.get(b0 + 2 * H + j) + dot(weight, w0 + (2 * H + j) * H, hN, hs, H);
                    float r = Loops.sigmoid(gates.get(at + j) + ur), z = Loops.sigmoid(gates.get(at + H + j) + uz);
                    float candidate = TornadoMath.tanh(gates.get(at + 2 * H + j) + r * un);
                    gates.set(at + j, r);
                    gates.set(at + H + j, z);
                    gates.set(at + 2 * H + j, candidate);
                    u.set(uAt + row * H + j, un);
                    h.set(hAt + row * H + j, (1f - z) * candidate + z * hN.get(hs + j));
                }
                for (int j = 0; j < H; j++) hN.set(hs + j, h.get(hAt + row * H + j));
            }
            zero(gates, a0 + (b * T + length) * 3 * H, a0 + (b + 1) * T * 3 * H);
            zero(h, hAt + (b * T + length) * H, hAt + (b + 1) * T * H);
            zero(u, uAt + (b * T + length) * H, uAt + (b + 1) * T * H);
        }
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
                    float r = gates.get(at + j), z = gates.get(at + H + j), candidate = gates.get(at + 2 * H + j), un = u.get(uAt + row * H + j);
                    float before = 0f;
                    if (s == 0) before = h0.get(hFirst + b * H + j);
                    else before = h.get(hAt + rowBefore * H + j);
                    float dh = dh0.get(hs + j) + dout.get(d0 + row * H + j);
                    float dn = dh * (1f - z) * (1f - candidate * candidate), dz = dh * (before - candidate) * z * (1f - z), dr = dn * un * r * (1f - r);
                    da.set(to + j, dr);
                    da.set(to + H + j, dz);
                    da.set(to + 2 * H + j, dn);
                    du.set(uTo + j, dr);
                    du.set(uTo + H + j, dz);
                    du.set(uTo + 2 * H + j, dn * r);
                    dh0.set(hs + j, dh * z);
                }
                for (int k = 0; k < H; k++) dh0.set(hs + k, dh0.get(hs + k) + dotColumn(du, uTo, 3 * H, weight, w0 + k, H));
            }
            zero(da, a0 + (b * T + length) * 3 * H, a0 + (b + 1) * T * 3 * H);
            zero(du, u0 + (b * T + length) * 3 * H, u0 + (b + 1) * T * 3 * H);
        }
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
}
