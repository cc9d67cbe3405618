package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Along one axis: x is (outer, n, inner), a work item takes one line of it. Element (o, j, i) lies at (o·n + j)·inner + i. */
final class AxisLoops {
    private AxisLoops() { }

    /** y[o,i] (+)= scale · Σⱼ x[o,j,i]. */
    static void sum(FloatArray y, FloatArray x, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), outer = n.get(2), count = n.get(3), inner = n.get(4), acc = n.get(5);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = x0 + e / inner * count * inner + e % inner;
            float sum = 0f;
            for (int j = 0; j < count; j++) sum += x.get(first + j * inner);
            Loops.put(y, y0 + e, c.get(0) * sum, acc);
        }
    }

    /** y[o,i] = maxⱼ x[o,j,i], and the first j that has it; NaN wins. */
    static void maximum(FloatArray y, IntArray index, FloatArray x, IntArray n) {
        int y0 = n.get(0), i0 = n.get(1), x0 = n.get(2), outer = n.get(3), count = n.get(4), inner = n.get(5);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = x0 + e / inner * count * inner + e % inner;
            int best = 0;
            float max = x.get(first);
            for (int j = 1; j < count; j++) {
                float candidate = x.get(first + j * inner);
                if (max == max && (candidate > max || candidate != candidate)) {
                    max = candidate;
                    best = j;
                }
            }
            y.set(y0 + e, max);
            index.set(i0 + e, best);
        }
    }

    /** dx[o,j,i] (+)= dout[o,i] where j = index[o,i], else 0. */
    static void maxBackward(FloatArray dx, FloatArray dout, IntArray index, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), i0 = n.get(2), outer = n.get(3), count = n.get(4), inner = n.get(5), acc = n.get(6);
        int elements = outer * count * inner;
        for (@Parallel int e = 0; e < elements; e++) {
            int line = e / inner / count * inner + e % inner;
            int j = e / inner % count;
            Loops.put(dx, dx0 + e, index.get(i0 + line) == j ? dout.get(d0 + line) : 0f, acc);
        }
    }

    /** y[o,i] = Σⱼ (x[o,j,i] - mean)² / (n - correction). */
    static void variance(FloatArray y, FloatArray x, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), outer = n.get(2), count = n.get(3), inner = n.get(4), correction = n.get(5);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = x0 + e / inner * count * inner + e % inner;
            float mean = Loops.mean(x, first, count, inner), sum = 0f;
            for (int j = 0; j < count; j++) {
                float d = x.get(first + j * inner) - mean;
                sum += d * d;
            }
            y.set(y0 + e, count > correction ? sum / (count - correction) : c.get(Loops.NAN));
        }
    }

    /** dx[o,j,i] (+)= dout[o,i] · 2 (x[o,j,i] - mean) / (n - correction). */
    static void varianceBackward(FloatArray dx, FloatArray dout, FloatArray x, IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), outer = n.get(3), count = n.get(4), inner = n.get(5), correction = n.get(6), acc = n.get(7);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = e / inner * count * inner + e % inner;
            float mean = Loops.mean(x, x0 + first, count, inner);
            float factor = count > correction ? 2f / (count - correction) : c.get(Loops.NAN);
            for (int j = 0; j < count; j++) {
                int at = first + j * inner;
                Loops.put(dx, dx0 + at, dout.get(d0 + e) * factor * (x.get(x0 + at) - mean), acc);
            }
        }
    }

    /** y[o,j,i] = exp(x[o,j,i] - m) / Σⱼ exp(x[o,j,i] - m). */
    static void softmax(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), outer = n.get(2), count = n.get(3), inner = n.get(4);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) softmaxLine(y, y0, x, x0, count, inner, e);
    }

    static void softmaxLine(FloatArray y, int y0, FloatArray x, int x0, int count, int inner, int e) {
        int first = e / inner * count * inner + e % inner;
        float m = Loops.largest(x, x0 + first, count, inner);
        float sum = Loops.sumOfExp(x, x0 + first, count, inner, m);
        for (int j = 0; j < count; j++) y.set(y0 + first + j * inner, TornadoMath.exp(x.get(x0 + first + j * inner) - m) / sum);
    }

    /** Work items of a group that share a line. */
    static final int LINE = 64;

    /** Groups: one for each line. */
    static int[] lines(int[] ints) {
        return new int[] {ints[0] * ints[2], 1};
    }

    /** The same, a group for each line: every item finds the largest of its share, pairs of items the larger of two, and so for the sum. */
    static void softmaxLines(KernelContext context, FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), count = n.get(3), inner = n.get(4);
        float[] share = context.allocateFloatLocalArray(LINE);
        int e = context.groupIdx, i = context.localIdx;
        int first = e / inner * count * inner + e % inner;
        float m = Float.NEGATIVE_INFINITY;
        for (int j = i; j < count; j += LINE) m = Loops.larger(m, x.get(x0 + first + j * inner));
        share[i] = m;
        for (int half = LINE / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (i < half) share[i] = Loops.larger(share[i], share[i + half]);
        }
        context.localBarrier();
        m = share[0];
        context.localBarrier();
        float sum = 0f;
        for (int j = i; j < count; j += LINE) sum += TornadoMath.exp(x.get(x0 + first + j * inner) - m);
        share[i] = sum;
        for (int half = LINE / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (i < half) share[i] += share[i + half];
        }
        context.localBarrier();
        sum = share[0];
        for (int j = i; j < count; j += LINE) y.set(y0 + first + j * inner, TornadoMath.exp(x.get(x0 + first + j * inner) - m) / sum);
    }

    /** dx[o,j,i] (+)= y[o,j,i] · (dout[o,j,i] - Σₖ dout[o,k,i] y[o,k,i]). */
    static void softmaxBackward(FloatArray dx, FloatArray dout, FloatArray y, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), y0 = n.get(2), outer = n.get(3), count = n.get(4), inner = n.get(5), acc = n.get(6);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = e / inner * count * inner + e % inner;
            float dot = 0f;
            for (int j = 0; j < count; j++) dot += dout.get(d0 + first + j * inner) * y.get(y0 + first + j * inner);
            for (int j = 0; j < count; j++) {
                int at = first + j * inner;
                Loops.put(dx, dx0 + at, y.get(y0 + at) * (dout.get(d0 + at) - dot), acc);
            }
        }
    }

    /** y[o,j,i] = x[o,j,i] - m - log Σⱼ exp(x[o,j,i] - m). */
    static void logSoftmax(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), outer = n.get(2), count = n.get(3), inner = n.get(4);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = e / inner * count * inner + e % inner;
            float m = Loops.largest(x, x0 + first, count, inner);
            float log = TornadoMath.log(Loops.sumOfExp(x, x0 + first, count, inner, m));
            for (int j = 0; j < count; j++) y.set(y0 + first + j * inner, x.get(x0 + first + j * inner) - m - log);
        }
    }

    /** dx[o,j,i] (+)= dout[o,j,i] - exp(y[o,j,i]) Σₖ dout[o,k,i]. */
    static void logSoftmaxBackward(FloatArray dx, FloatArray dout, FloatArray y, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), y0 = n.get(2), outer = n.get(3), count = n.get(4), inner = n.get(5), acc = n.get(6);
        int lines = outer * inner;
        for (@Parallel int e = 0; e < lines; e++) {
            int first = e / inner * count * inner + e % inner;
            float sum = 0f;
            for (int j = 0; j < count; j++) sum += dout.get(d0 + first + j * inner);
            for (int j = 0; j < count; j++) {
                int at = first + j * inner;
                Loops.put(dx, dx0 + at, dout.get(d0 + at) - TornadoMath.exp(y.get(y0 + at)) * sum, acc);
            }
        }
    }

    /** y[n,:] = table[ids[n],:]; NaN for an id outside. */
    static void embedding(FloatArray y, FloatArray table, IntArray ids, IntArray n, FloatArray c) {
        int y0 = n.get(0), t0 = n.get(1), i0 = n.get(2), N = n.get(3), V = n.get(4), C = n.get(5);
        int elements = N * C;
        for (@Parallel int e = 0; e < elements; e++) {
            int id = ids.get(i0 + e / C);
            float value = c.get(Loops.NAN);
            if (id >= 0 && id < V) value = table.get(t0 + id * C + e % C);
            y.set(y0 + e, value);
        }
    }

    /** dtable[v,:] (+)= Σ dout[n,:] over the n with ids[n] = v, but not of the padding row. */
    static void embeddingBackward(FloatArray dtable, FloatArray dout, IntArray ids, IntArray n) {
        int t0 = n.get(0), d0 = n.get(1), i0 = n.get(2), N = n.get(3), V = n.get(4), C = n.get(5), padding = n.get(6), acc = n.get(7);
        int elements = V * C;
        for (@Parallel int e = 0; e < elements; e++) {
            int v = e / C;
            float sum = 0f;
            for (int k = 0; k < N; k++) {
                if (ids.get(i0 + k) == v && v != padding) sum += dout.get(d0 + k * C + e % C);
            }
            Loops.put(dtable, t0 + e, sum, acc);
        }
    }

    /** y[o,j,i] = x[o, index[o,j,i], i]; NaN for an index outside. */
    static void gather(FloatArray y, FloatArray x, IntArray index, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), i0 = n.get(2), outer = n.get(3), count = n.get(4), m = n.get(5), inner = n.get(6);
        int elements = outer * m * inner;
        for (@Parallel int e = 0; e < elements; e++) {
            int k = index.get(i0 + e);
            float value = c.get(Loops.NAN);
            if (k >= 0 && k < count) value = x.get(x0 + (e / inner / m * count + k) * inner + e % inner);
            y.set(y0 + e, value);
        }
    }

    /** dx[o,k,i] (+)= Σⱼ dout[o,j,i] over the j with index[o,j,i] = k. */
    static void gatherBackward(FloatArray dx, FloatArray dout, IntArray index, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), i0 = n.get(2), outer = n.get(3), count = n.get(4), m = n.get(5), inner = n.get(6), acc = n.get(7);
        int elements = outer * count * inner;
        for (@Parallel int e = 0; e < elements; e++) {
            int k = e / inner % count;
            float sum = 0f;
            for (int j = 0; j < m; j++) {
                int at = (e / inner / count * m + j) * inner + e % inner;
                if (index.get(i0 + at) == k) sum += dout.get(d0 + at);
            }
            Loops.put(dx, dx0 + e, sum, acc);
        }
    }

    /** y[n,c] = 1 where c = ids[n], else 0; NaN for an id outside. */
    static void oneHot(FloatArray y, IntArray ids, IntArray n, FloatArray c) {
        int y0 = n.get(0), i0 = n.get(1), N = n.get(2), C = n.get(3);
        int elements = N * C;
        for (@Parallel int e = 0; e < elements; e++) {
            int id = ids.get(i0 + e / C);
            float value = id == e % C ? 1f : 0f;
            if (id < 0 || id >= C) value = c.get(Loops.NAN);
            y.set(y0 + e, value);
        }
    }
}
