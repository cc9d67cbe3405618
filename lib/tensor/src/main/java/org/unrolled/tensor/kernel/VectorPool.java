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

/**
 * Pooling on several threads: each takes whole planes. A window that lies within the plane, as most do, is gone through
 * without asking tap by tap. The gradients are scattered, plane by plane, in the order of the outputs.
 */
final class VectorPool {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    /** 0, 2, 4, … */
    private static final IntVector TWOS = IntVector.zero(INTS).addIndex(2);
    /** Every other element of two registers, as one. */
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(FLOATS, lane -> 2 * lane < LANES ? 2 * lane : 2 * lane - 2 * LANES);
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
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int outH = w.outH(), outW = w.outW();
        Workers.forRanges(planes, 1, 2L * planes * w.outPlane() * w.taps(), (from, to) -> {
            for (int p = from; p < to; p++) {
                int plane = x.offset() + p * w.plane(), out = p * outH * outW;
                for (int i = 0; i < outH; i++) {
                    for (int j = 0; j < outW; j++, out++) one(ys, y.offset() + out, indices, index.offset() + out, xs, plane, w, i, j);
                }
            }
        });
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
        FloatVector max = a0.rearrange(EVEN, a1);
        IntVector best = TWOS.add(place);
        FloatVector candidate = a0.rearrange(ODD, a1);
        VectorMask<Float> better = better(candidate, max);
        max = max.blend(candidate, better);
        best = best.blend(TWOS.add(place + 1), better.cast(INTS));
        candidate = b0.rearrange(EVEN, b1);
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
        float[] ys = y.floats(), xs = x.floats();
        int outH = w.outH(), outW = w.outW(), W = w.W();
        Workers.forRanges(planes, 1, (long) planes * w.outPlane() * w.taps(), (from, to) -> {
            for (int p = from; p < to; p++) {
                int plane = x.offset() + p * w.plane(), out = y.offset() + p * outH * outW;
                for (int i = 0; i < outH; i++) {
                    int top = top(w, i), bottom = bottom(w, i);
                    for (int j = 0; j < outW; j++, out++) {
                        int left = left(w, j), right = right(w, j);
                        double sum = 0;
                        for (int u = top; u < bottom; u++) {
                            int at = plane + w.row(i, u) * W + w.column(j, left);
                            for (int v = left; v < right; v++, at += w.dilationW()) sum += xs[at];
                        }
                        ys[out] = (float) (sum / w.taps());
                    }
                }
            }
        });
    }

    static void averageBackward(Buffer dx, Buffer dout, int planes, Window w, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int outH = w.outH(), outW = w.outW(), W = w.W();
        Workers.forRanges(planes, 1, (long) planes * w.outPlane() * w.taps(), (from, to) -> {
            for (int p = from; p < to; p++) {
                int plane = dx.offset() + p * w.plane(), out = dout.offset() + p * outH * outW;
                if (!acc) Arrays.fill(dxs, plane, plane + w.plane(), 0f);
                for (int i = 0; i < outH; i++) {
                    int top = top(w, i), bottom = bottom(w, i);
                    for (int j = 0; j < outW; j++, out++) {
                        int left = left(w, j), right = right(w, j);
                        float part = douts[out] / w.taps();
                        for (int u = top; u < bottom; u++) {
                            int at = plane + w.row(i, u) * W + w.column(j, left);
                            for (int v = left; v < right; v++, at += w.dilationW()) dxs[at] += part;
                        }
                    }
                }
            }
        });
    }
}
