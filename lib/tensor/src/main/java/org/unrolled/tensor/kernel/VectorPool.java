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
        if (w.outW() >= LANES && w.kH() == 2 && w.kW() == 2 && w.strideH() == 2 && w.strideW() == 2 && w.padH() == 0 && w.padW() == 0
                && w.dilationH() == 1 && w.dilationW() == 1) {
            maxOfFour(y, index, x, planes, w);
            return;
        }
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int outH = w.outH(), outW = w.outW(), W = w.W();
        Workers.forRanges(planes, 1, 2L * planes * w.outPlane() * w.taps(), (from, to) -> {
            for (int p = from; p < to; p++) {
                int plane = x.offset() + p * w.plane(), out = p * outH * outW;
                for (int i = 0; i < outH; i++) {
                    int top = top(w, i), bottom = bottom(w, i);
                    for (int j = 0; j < outW; j++, out++) {
                        int left = left(w, j), right = right(w, j), best = -1;
                        float max = Float.NEGATIVE_INFINITY;
                        for (int u = top; u < bottom; u++) {
                            int at = w.row(i, u) * W + w.column(j, left);
                            for (int v = left; v < right; v++, at += w.dilationW()) {
                                float candidate = xs[plane + at];
                                // the negated form lets a NaN in, and none after it
                                if (best < 0 || !(candidate <= max) && max == max) {
                                    max = candidate;
                                    best = at;
                                }
                            }
                        }
                        ys[y.offset() + out] = max;
                        indices[index.offset() + out] = best;
                    }
                }
            }
        });
    }

    /** The pooling that most networks use, windows of 2x2 side by side, for a register of them at once: no branch to guess wrongly. */
    private static void maxOfFour(Buffer y, Buffer index, Buffer x, int planes, Window w) {
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int outH = w.outH(), outW = w.outW(), W = w.W();
        Workers.forRanges(planes * outH, 1, (long) planes * w.outPlane(), (from, to) -> {
            for (int row = from; row < to; row++) {
                int at = row % outH * 2 * W, above = x.offset() + row / outH * w.plane() + at, out = row * outW;
                for (int next = 0; next < outW; next += LANES) {
                    // the last register overlaps the one before: the same numbers are written twice
                    int j = Math.min(next, outW - LANES);
                    FloatVector a0 = FloatVector.fromArray(FLOATS, xs, above + 2 * j), a1 = FloatVector.fromArray(FLOATS, xs, above + 2 * j + LANES);
                    FloatVector b0 = FloatVector.fromArray(FLOATS, xs, above + W + 2 * j), b1 = FloatVector.fromArray(FLOATS, xs, above + W + 2 * j + LANES);
                    FloatVector max = a0.rearrange(EVEN, a1);
                    IntVector best = TWOS.add(at + 2 * j);
                    for (int tap = 1; tap < 4; tap++) {
                        FloatVector candidate = (tap < 2 ? a0 : b0).rearrange(tap == 2 ? EVEN : ODD, tap < 2 ? a1 : b1);
                        // not (candidate ≤ max) lets a NaN in, and max = max none after it
                        VectorMask<Float> better = candidate.compare(VectorOperators.LE, max).not().and(max.compare(VectorOperators.EQ, max));
                        max = max.blend(candidate, better);
                        best = best.blend(TWOS.add(at + 2 * j + (tap & 1) + (tap >> 1) * W), better.cast(INTS));
                    }
                    max.intoArray(ys, y.offset() + out + j);
                    best.intoArray(indices, index.offset() + out + j);
                }
            }
        });
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
