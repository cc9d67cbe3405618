package org.unrolled.tensor.kernel;

import java.util.Arrays;

/**
 * Pooling on several threads: each takes whole planes. A window that lies within the plane, as most do, is gone through
 * without asking tap by tap. The gradients are scattered, plane by plane, in the order of the outputs.
 */
final class VectorPool {
    private VectorPool() { }

    /** The taps u of the i-th window that are on the plane run from {@link #top} to {@link #bottom}, exclusive. */
    private static int top(Window w, int i) {
        int above = -w.row(i, 0);
        return above <= 0 ? 0 : Math.min(w.kH(), (above + w.dilationH() - 1) / w.dilationH());
    }

    private static int bottom(Window w, int i) {
        int room = w.H() - 1 - w.row(i, 0);
        return room < 0 ? 0 : Math.min(w.kH(), room / w.dilationH() + 1);
    }

    private static int left(Window w, int j) {
        int before = -w.column(j, 0);
        return before <= 0 ? 0 : Math.min(w.kW(), (before + w.dilationW() - 1) / w.dilationW());
    }

    private static int right(Window w, int j) {
        int room = w.W() - 1 - w.column(j, 0);
        return room < 0 ? 0 : Math.min(w.kW(), room / w.dilationW() + 1);
    }

    static void max(Buffer y, Buffer index, Buffer x, int planes, Window w) {
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
