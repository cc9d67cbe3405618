package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Pooling on several threads: each takes whole planes. A plane is copied with what lies beside it, as convolution does ({@link VectorImplicit.Planes}): then a
 * register of neighbouring places is gone through tap by tap, and no tap asks whether it is on the plane. The gradients are scattered, plane by plane, in the order
 * of the outputs.
 */
final class VectorPool {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    /** 0, 2, 4, … */
    private static final IntVector TWOS = IntVector.zero(INTS).addIndex(2);
    /** Lanes 1, 3, 5, … of one register, then those of a second; {@link VectorImplicit#EVEN} has the others. */
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(FLOATS, lane -> 2 * lane + 1 < LANES ? 2 * lane + 1 : 2 * lane + 1 - 2 * LANES);

    private VectorPool() { }

    /** The taps u of the i-th window that are on the plane run from {@link #top} to {@link #bottom}, exclusive. */
    static int top(Window w, int i) {
        int above = -w.row(i, 0);
        return above <= 0 ? 0 : Math.min(w.kH(), (above + w.dilationH() - 1) / w.dilationH());
    }

    static int bottom(Window w, int i) {
        int room = w.H() - 1 - w.row(i, 0);
        return room < 0 ? 0 : Math.min(w.kH(), room / w.dilationH() + 1);
    }

    static int left(Window w, int j) {
        int before = -w.column(j, 0);
        return before <= 0 ? 0 : Math.min(w.kW(), (before + w.dilationW() - 1) / w.dilationW());
    }

    static int right(Window w, int j) {
        int room = w.W() - 1 - w.column(j, 0);
        return room < 0 ? 0 : Math.min(w.kW(), room / w.dilationW() + 1);
    }

    static void max(Buffer y, Buffer index, Buffer x, int planes, Window w) {
        if (w.kH() == 2 && w.kW() == 2 && w.strideH() == 2 && w.strideW() == 2 && w.padH() == 0 && w.padW() == 0
                && w.dilationH() == 1 && w.dilationW() == 1) {
            maxOfFour(y, index, x, planes, w);
            return;
        }
        Places places = new Places(w, Float.NEGATIVE_INFINITY);
        places.number();
        places.each(planes, (own, first) -> maxima(own.values, own.indices, places, first), y, index, x, false);
    }

    private static void one(float[] ys, int y, int[] indices, int index, float[] xs, int plane, Window w, int i, int j) {
        int bottom = bottom(w, i), left = left(w, j), right = right(w, j), best = -1;
        float max = Float.NEGATIVE_INFINITY;
        for (int u = top(w, i); u < bottom; u++) {
            int at = w.row(i, u) * w.W() + w.column(j, left);
            for (int v = left; v < right; v++, at += w.dilationW()) {
                float candidate = xs[plane + at];
                if (best < 0 || !(candidate <= max) && max == max) {
                    max = candidate;
                    best = at;
                }
            }
        }
        ys[y] = max;
        indices[index] = best;
    }

    /** The pooling that most networks use, windows of 2x2 side by side, for a register of them at once: no branch to guess wrongly. */
    private static void maxOfFour(Buffer y, Buffer index, Buffer x, int planes, Window w) {
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int outW = w.outW(), W = w.W();
        Workers.forRanges(planes * w.outH(), 1, (long) planes * w.outPlane(), (from, to) -> {
            for (int row = from; row < to; row++) {
                int at = row % w.outH() * 2 * W, plane = x.offset() + row / w.outH() * w.plane(), out = row * outW;
                for (int j = 0; j < outW; j += LANES) {
                    // a register may reach into the next row, which is written afterwards, but not out of this part
                    int first = plane + at + 2 * j;
                    boolean fits = out + j + LANES <= to * outW && first + W + 2 * LANES <= xs.length;
                    if (fits) {
                        fours(ys, y.offset() + out + j, indices, index.offset() + out + j, xs, first, W, at + 2 * j);
                        continue;
                    }
                    for (int k = j; k < Math.min(outW, j + LANES); k++) {
                        one(ys, y.offset() + out + k, indices, index.offset() + out + k, xs, plane, w, row % w.outH(), k);
                    }
                }
            }
        });
    }

    /** A register of 2x2 windows; the first begins at xs[first], which is element {@code place} of its plane. */
    private static void fours(float[] ys, int y, int[] indices, int index, float[] xs, int first, int W, int place) {
        FloatVector a0 = FloatVector.fromArray(FLOATS, xs, first), a1 = FloatVector.fromArray(FLOATS, xs, first + LANES);
        FloatVector b0 = FloatVector.fromArray(FLOATS, xs, first + W), b1 = FloatVector.fromArray(FLOATS, xs, first + W + LANES);
        FloatVector max = a0.rearrange(VectorImplicit.EVEN, a1);
        IntVector best = TWOS.add(place);
        FloatVector candidate = a0.rearrange(ODD, a1);
        VectorMask<Float> better = better(candidate, max);
        max = max.blend(candidate, better);
        best = best.blend(TWOS.add(place + 1), better.cast(INTS));
        candidate = b0.rearrange(VectorImplicit.EVEN, b1);
        better = better(candidate, max);
        max = max.blend(candidate, better);
        best = best.blend(TWOS.add(place + W), better.cast(INTS));
        candidate = b0.rearrange(ODD, b1);
        better = better(candidate, max);
        max.blend(candidate, better).intoArray(ys, y);
        best.blend(TWOS.add(place + W + 1), better.cast(INTS)).intoArray(indices, index);
    }

    /** Not (candidate ≤ max) lets a NaN in, and max = max none after it. */
    private static VectorMask<Float> better(FloatVector candidate, FloatVector max) {
        return candidate.compare(VectorOperators.LE, max).not().and(max.compare(VectorOperators.EQ, max));
    }

    static void maxBackward(Buffer dx, Buffer dout, Buffer index, int planes, Window w, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int[] indices = index.ints();
        int n = w.outPlane();
        Workers.forRanges(planes, 1, 2L * planes * n, (from, to) -> {
            for (int p = from; p < to; p++) {
                int plane = dx.offset() + p * w.plane();
                if (!acc) Arrays.fill(dxs, plane, plane + w.plane(), 0f);
                for (int out = p * n; out < (p + 1) * n; out++) {
                    int at = indices[index.offset() + out];
                    if (at >= 0) dxs[plane + at] += douts[dout.offset() + out];
                }
            }
        });
    }

    static void average(Buffer y, Buffer x, int planes, Window w) {
        average(y, x, planes, w, false);
    }

    private static void average(Buffer y, Buffer x, int planes, Window w, boolean acc) {
        Places places = new Places(w, 0);
        places.each(planes, (own, first) -> means(own.values, places), y, null, x, acc);
    }

    /** A thread's copy of some rows of a plane and what it has computed of them, grown to what its largest call needed. */
    private static final class Own {
        float[] values = {};
        int[] indices = {}, bases = {}, firsts = {};

        float[] values(int n) { return values.length >= n ? values : (values = new float[n]); }

        int[] indices(int n) { return indices.length >= n ? indices : (indices = new int[n]); }
    }

    private static final ThreadLocal<Own> OWN = ThreadLocal.withInitial(Own::new);

    /** What the places of a part, whose rows begin with row {@code first}, have under the window: from own.values to behind it. */
    private interface Part { void compute(Own own, int first); }

    /** The places of a plane as {@link VectorImplicit.Planes} numbers them, row after row: what a tap sees of neighbouring places are neighbours. */
    private static final class Places {
        final Window w;
        final VectorImplicit.Planes planes;
        final int[] distances, steps;
        /** For each place the element of the plane under tap (0, 0), or where it would be, and the element that is the first under the window. */
        int[] bases = {}, firsts = {};

        Places(Window w, float beside) {
            this.w = w;
            planes = VectorImplicit.Planes.under(w, beside);
            distances = new int[w.taps()];
            steps = new int[w.taps()];
            for (int k = 0; k < distances.length; k++) {
                int u = k / w.kW() * w.dilationH(), v = k % w.kW() * w.dilationW();
                distances[k] = planes.distance(u, v);
                steps[k] = u * w.W() + v;
            }
        }

        /** In a part, with those beyond the last that a register holds. */
        int count() { return VectorImplicit.up(planes.part * planes.pitch, LANES) + LANES; }

        void number() {
            int n = planes.rows * planes.pitch + count();
            Own own = OWN.get();
            if (own.bases.length < n) {
                own.bases = new int[n];
                own.firsts = new int[n];
            }
            bases = own.bases;
            firsts = own.firsts;
            for (int i = 0; i < planes.rows; i++) {
                int u = top(w, i), row = bottom(w, i) > u ? w.row(i, u) * w.W() : -1;
                for (int j = 0; j < planes.pitch; j++) {
                    int v = left(w, j);
                    bases[i * planes.pitch + j] = w.row(i, 0) * w.W() + w.column(j, 0);
                    firsts[i * planes.pitch + j] = row < 0 || right(w, j) <= v ? -1 : row + w.column(j, v);
                }
            }
        }

        void each(int n, Part part, Buffer y, @Nullable Buffer index, Buffer x, boolean acc) {
            int outW = planes.columns, parts = planes.parts();
            Workers.forRanges(n, 1, (long) n * w.outPlane() * (w.taps() + 4) / 8, (from, to) -> {
                Own own = OWN.get();
                own.values(planes.size + count());
                own.indices(count());
                planes.clear(own.values);
                for (int p = from; p < to; p++) {
                    for (int k = 0; k < parts; k++) {
                        int first = k * planes.part, rows = Math.min(planes.part, planes.rows - first), out = p * w.outPlane() + first * outW;
                        planes.load(own.values, 0, x.floats(), x.offset() + p * w.plane(), first);
                        part.compute(own, first);
                        VectorImplicit.storeRows(y.floats(), y.offset() + out, own.values, planes.size, planes.pitch, rows, outW, acc);
                        for (int i = 0; index != null && i < rows; i++) {
                            System.arraycopy(own.indices, i * planes.pitch, index.ints(), index.offset() + out + i * outW, outW);
                        }
                    }
                }
            });
        }
    }

    /** The largest under the window, the first of equals, and where it is; beside the plane is -∞, which wins against nothing. */
    private static void maxima(float[] values, int[] indices, Places places, int first) {
        int[] distances = places.distances, steps = places.steps, bases = places.bases, firsts = places.firsts;
        int n = places.planes.part * places.planes.pitch, to = places.planes.size, from = first * places.planes.pitch;
        for (int l = 0; l < n; l += LANES) {
            FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
            IntVector base = IntVector.fromArray(INTS, bases, from + l), best = IntVector.fromArray(INTS, firsts, from + l);
            for (int k = 0; k < distances.length; k++) {
                FloatVector candidate = FloatVector.fromArray(FLOATS, values, l + distances[k]);
                VectorMask<Float> better = better(candidate, max);
                max = max.blend(candidate, better);
                best = best.blend(base.add(steps[k]), better.cast(INTS));
            }
            max.intoArray(values, to + l);
            best.intoArray(indices, l);
        }
    }

    private static void means(float[] values, Places places) {
        int[] distances = places.distances;
        int n = places.planes.part * places.planes.pitch, to = places.planes.size;
        FloatVector taps = FloatVector.broadcast(FLOATS, (float) distances.length);
        for (int l = 0; l < n; l += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int k = 0; k < distances.length; k++) sum = sum.add(FloatVector.fromArray(FLOATS, values, l + distances[k]));
            sum.div(taps).intoArray(values, to + l);
        }
    }

    static void averageBackward(Buffer dx, Buffer dout, int planes, Window w, boolean acc) {
        int padH = w.dilationH() * (w.kH() - 1) - w.padH(), padW = w.dilationW() * (w.kW() - 1) - w.padW();
        if (w.strideH() == 1 && w.strideW() == 1 && padH >= 0 && padW >= 0) {
            // the mean of the outputs around
            Window back = new Window(w.outH(), w.outW(), w.kH(), w.kW(), 1, 1, padH, padW, w.dilationH(), w.dilationW());
            average(dx, dout, planes, back, acc);
            return;
        }
        float[] dxs = dx.floats(), douts = dout.floats();
        int outH = w.outH(), outW = w.outW(), W = w.W(), stride = w.strideW();
        Workers.forRanges(planes, 1, (long) planes * w.outPlane() * (w.taps() + 4) / 4, (from, to) -> {
            float[] shares = OWN.get().values(outW);
            for (int p = from; p < to; p++) {
                int plane = dx.offset() + p * w.plane(), out = dout.offset() + p * outH * outW;
                if (!acc) Arrays.fill(dxs, plane, plane + w.plane(), 0f);
                for (int i = 0; i < outH; i++, out += outW) {
                    for (int j = 0; j < outW; j++) shares[j] = douts[out + j] / w.taps();
                    for (int u = top(w, i); u < bottom(w, i); u++) {
                        for (int v = 0; v < w.kW(); v++) {
                            int first = VectorConv.first(w, v), n = VectorConv.end(w, v) - first;
                            if (n > 0) addEvery(dxs, plane + w.row(i, u) * W + w.column(first, v), stride, shares, first, n);
                        }
                    }
                }
            }
        });
    }

    /** to[at + j·stride] += x[from + j]. */
    private static void addEvery(float[] to, int at, int stride, float[] x, int from, int n) {
        if (stride == 1) for (int j = 0; j < n; j++) to[at + j] += x[from + j];
        else for (int j = 0; j < n; j++) to[at + j * stride] += x[from + j];
    }
}
