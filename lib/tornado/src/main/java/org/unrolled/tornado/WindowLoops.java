package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Convolution and pooling. The twelve numbers of a window stand in a row, from n[w]: H, W, kH, kW, stride, padding and dilation of rows
 * and columns, outH, outW. A work item takes one element of the destination.
 */
final class WindowLoops {
    private WindowLoops() { }

    /** The row of the plane under tap u of the i-th window, see Window.row. */
    static int row(IntArray n, int w, int i, int u) {
        return i * n.get(w + 4) - n.get(w + 6) + u * n.get(w + 8);
    }

    static int column(IntArray n, int w, int j, int v) {
        return j * n.get(w + 5) - n.get(w + 7) + v * n.get(w + 9);
    }

    /** The i with row(i, u) = h, or -1. */
    static int outRow(IntArray n, int w, int h, int u) {
        return Loops.place(h + n.get(w + 6) - u * n.get(w + 8), n.get(w + 4), n.get(w + 10));
    }

    static int outColumn(IntArray n, int w, int x, int v) {
        return Loops.place(x + n.get(w + 7) - v * n.get(w + 9), n.get(w + 5), n.get(w + 11));
    }

    /** y[b,o,i,j] (+)= Σ w[o,c,u,v] · x[b, g·C/groups + c, row(i,u), column(j,v)]. */
    static void conv2d(FloatArray y, FloatArray x, FloatArray weight, IntArray n) {
        int elements = n.get(15) * n.get(17) * n.get(13) * n.get(14);
        for (@Parallel int e = 0; e < elements; e++) conv2dElement(y, x, weight, n, e);
    }

    static void conv2dElement(FloatArray y, FloatArray x, FloatArray weight, IntArray n, int e) {
        int y0 = n.get(0), x0 = n.get(1), w0 = n.get(2), C = n.get(16), Cout = n.get(17), groups = n.get(18), acc = n.get(19);
        int H = n.get(3), W = n.get(4), kH = n.get(5), kW = n.get(6), outH = n.get(13), outW = n.get(14);
        int channels = C / groups, outChannels = Cout / groups;
        int j = e % outW, i = e / outW % outH, o = e / outW / outH % Cout, b = e / outW / outH / Cout;
        int first = o / outChannels * channels;
        float sum = 0f;
        for (int c = 0; c < channels; c++) {
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    int h = row(n, 3, i, u), w = column(n, 3, j, v);
                    if (h >= 0 && h < H && w >= 0 && w < W) {
                        sum += weight.get(w0 + ((o * channels + c) * kH + u) * kW + v) * x.get(x0 + ((b * C + first + c) * H + h) * W + w);
                    }
                }
            }
        }
        Loops.put(y, y0 + e, sum, acc);
    }

    /** What {@link #conv2dTiled} computes: y, or the gradient of x or of the weights. */
    static final int OUTPUT = 0, INPUT_GRADIENT = 1, WEIGHT_GRADIENT = 2;

    /** The convolution's ints, then what of it is computed and how many rows, columns and terms that has as a product of matrices. */
    static int[] asProduct(int[] ints, int what) {
        int B = ints[12], C = ints[13] / ints[15], outC = ints[14] / ints[15], taps = ints[2] * ints[3], places = ints[0] * ints[1], outPlaces = ints[10] * ints[11];
        return switch (what) {
            case OUTPUT -> TornadoKernels.join(ints, what, outC, outPlaces, C * taps);
            case INPUT_GRADIENT -> TornadoKernels.join(ints, what, C, places, outC * taps);
            default -> TornadoKernels.join(ints, what, outC, C * taps, B * outPlaces);
        };
    }

    /** How many such products: one for each group of channels, and of each picture unless all add to the same weights. */
    static int products(int[] ints) {
        return ints[17] == WEIGHT_GRADIENT ? ints[15] : ints[12] * ints[15];
    }

    /** Groups for {@link #conv2dTiled}: along the columns of the product; along its rows, product after product. */
    static int[] tiles(int[] ints) {
        return new int[] {(ints[19] + MatrixLoops.TILE - 1) / MatrixLoops.TILE, products(ints) * ((ints[18] + MatrixLoops.TILE - 1) / MatrixLoops.TILE)};
    }

    /** Element (m, k) of the product's left matrix: weights, or for their gradient dout. */
    static float left(FloatArray left, int left0, IntArray n, int g, int m, int k) {
        int what = n.get(20), M = n.get(21), K = n.get(23), Cout = n.get(17), taps = n.get(5) * n.get(6), places = n.get(13) * n.get(14);
        int at = (g * M + m) * K + k;
        if (what == INPUT_GRADIENT) at = ((g * (Cout / n.get(18)) + k / taps) * M + m) * taps + k % taps;
        if (what == WEIGHT_GRADIENT) at = (k / places * Cout + g * M + m) * places + k % places;
        return left.get(left0 + at);
    }

    /** Element (k, p) of its right matrix, looked up in a picture as it is needed and never written down: what lies under a tap, or for x's gradient what a tap gave to. */
    static float right(FloatArray right, int right0, IntArray n, int b, int g, int k, int p) {
        int what = n.get(20), H = n.get(3), W = n.get(4), kH = n.get(5), kW = n.get(6), outH = n.get(13), outW = n.get(14), C = n.get(16), Cout = n.get(17), groups = n.get(18);
        if (what == INPUT_GRADIENT) {
            int i = outRow(n, 3, p / W, k / kW % kH), j = outColumn(n, 3, p % W, k % kW);
            if (i < 0) return 0f;
            if (j < 0) return 0f;
            return right.get(right0 + ((b * Cout + g * (Cout / groups) + k / kW / kH) * outH + i) * outW + j);
        }
        int picture = b, place = p, tap = k;
        if (what == WEIGHT_GRADIENT) {
            picture = k / outW / outH;
            place = k % (outH * outW);
            tap = p;
        }
        int h = row(n, 3, place / outW, tap / kW % kH), w = column(n, 3, place % outW, tap % kW);
        float value = 0f;
        if (h >= 0 && h < H && w >= 0 && w < W) value = right.get(right0 + ((picture * C + g * (C / groups) + tap / kW / kH) * H + h) * W + w);
        return value;
    }

    /**
     * {@link #conv2d}, {@link #conv2dBackward} or {@link #conv2dWeightBackward} as products of matrices in tiles, one for each picture and group of channels: weights times what lies under the
     * taps, weights times what the taps gave to, dout times what lay under the taps.
     */
    static void conv2dTiled(KernelContext context, FloatArray to, FloatArray right, FloatArray left, IntArray n) {
        int what = n.get(20), M = n.get(21), N = n.get(22), K = n.get(23), groups = n.get(18), acc = n.get(19);
        int to0 = n.get(0), right0 = n.get(what == WEIGHT_GRADIENT ? 2 : 1), left0 = n.get(what == WEIGHT_GRADIENT ? 1 : 2);
        float[] tileA = context.allocateFloatLocalArray(MatrixLoops.TILE * MatrixLoops.DEEP);
        float[] tileB = context.allocateFloatLocalArray(MatrixLoops.TILE * MatrixLoops.DEEP);
        int x = context.localIdx, y = context.localIdy;
        int tilesM = (M + MatrixLoops.TILE - 1) / MatrixLoops.TILE;
        int s = context.groupIdy / tilesM, m0 = context.groupIdy % tilesM * MatrixLoops.TILE, p0 = context.groupIdx * MatrixLoops.TILE;
        int b = s / groups, g = s % groups;
        float[] sum = new float[16];
        for (int e = 0; e < 16; e++) sum[e] = 0f;
        for (int k0 = 0; k0 < K; k0 += MatrixLoops.DEEP) {
            for (int r = 0; r < 4; r++) {
                int e = r * MatrixLoops.SIDE * MatrixLoops.SIDE + y * MatrixLoops.SIDE + x;
                int m = e / MatrixLoops.DEEP, ka = e % MatrixLoops.DEEP, p = e % MatrixLoops.TILE, kb = e / MatrixLoops.TILE;
                float u = 0f, v = 0f;
                if (m0 + m < M && k0 + ka < K) u = left(left, left0, n, g, m0 + m, k0 + ka);
                if (p0 + p < N && k0 + kb < K) v = right(right, right0, n, b, g, k0 + kb, p0 + p);
                tileA[ka * MatrixLoops.TILE + m] = u;
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
                int m = m0 + 4 * y + r, p = p0 + q * MatrixLoops.SIDE + x;
                if (m < M && p < N) Loops.put(to, to0 + (s * M + m) * N + p, sum[4 * r + q], acc);
            }
        }
    }

    /** dx[b,c,h,w] (+)= Σ dout[b,o,i,j] · w[o,c,u,v] over all with row(i,u) = h and column(j,v) = w. */
    static void conv2dBackward(FloatArray dx, FloatArray dout, FloatArray weight, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), w0 = n.get(2), B = n.get(15), C = n.get(16), Cout = n.get(17), groups = n.get(18), acc = n.get(19);
        int H = n.get(3), W = n.get(4), kH = n.get(5), kW = n.get(6), outH = n.get(13), outW = n.get(14);
        int channels = C / groups, outChannels = Cout / groups, elements = B * C * H * W;
        for (@Parallel int e = 0; e < elements; e++) {
            int w = e % W, h = e / W % H, c = e / W / H % C, b = e / W / H / C;
            int first = c / channels * outChannels;
            float sum = 0f;
            for (int o = first; o < first + outChannels; o++) {
                for (int u = 0; u < kH; u++) {
                    for (int v = 0; v < kW; v++) {
                        int i = outRow(n, 3, h, u), j = outColumn(n, 3, w, v);
                        if (i >= 0 && j >= 0) {
                            sum += dout.get(d0 + ((b * Cout + o) * outH + i) * outW + j) * weight.get(w0 + ((o * channels + c % channels) * kH + u) * kW + v);
                        }
                    }
                }
            }
            Loops.put(dx, dx0 + e, sum, acc);
        }
    }

    /** dw[o,c,u,v] (+)= Σ dout[b,o,i,j] · x[b, g·C/groups + c, row(i,u), column(j,v)]. */
    static void conv2dWeightBackward(FloatArray dweight, FloatArray dout, FloatArray x, IntArray n) {
        int dw0 = n.get(0), d0 = n.get(1), x0 = n.get(2), B = n.get(15), C = n.get(16), Cout = n.get(17), groups = n.get(18), acc = n.get(19);
        int H = n.get(3), W = n.get(4), kH = n.get(5), kW = n.get(6), outH = n.get(13), outW = n.get(14);
        int channels = C / groups, outChannels = Cout / groups, elements = Cout * channels * kH * kW;
        for (@Parallel int e = 0; e < elements; e++) {
            int v = e % kW, u = e / kW % kH, c = e / kW / kH % channels, o = e / kW / kH / channels;
            int first = o / outChannels * channels;
            float sum = 0f;
            for (int b = 0; b < B; b++) {
                for (int i = 0; i < outH; i++) {
                    for (int j = 0; j < outW; j++) {
                        int h = row(n, 3, i, u), w = column(n, 3, j, v);
                        if (h >= 0 && h < H && w >= 0 && w < W) {
                            sum += dout.get(d0 + ((b * Cout + o) * outH + i) * outW + j) * x.get(x0 + ((b * C + first + c) * H + h) * W + w);
                        }
                    }
                }
            }
            Loops.put(dweight, dw0 + e, sum, acc);
        }
    }

    /** y[p,u,v,i,j] (+)= x[p, row(i,u), column(j,v)]. */
    static void unfold(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), planes = n.get(14), acc = n.get(15);
        int H = n.get(2), W = n.get(3), kH = n.get(4), kW = n.get(5), outH = n.get(12), outW = n.get(13), elements = planes * kH * kW * outH * outW;
        for (@Parallel int e = 0; e < elements; e++) {
            int j = e % outW, i = e / outW % outH, v = e / outW / outH % kW, u = e / outW / outH / kW % kH, p = e / outW / outH / kW / kH;
            int h = row(n, 2, i, u), w = column(n, 2, j, v);
            float value = 0f;
            if (h >= 0 && h < H && w >= 0 && w < W) value = x.get(x0 + (p * H + h) * W + w);
            Loops.put(y, y0 + e, value, acc);
        }
    }

    /** y[p,h,w] (+)= Σ x[p,u,v,i,j] over all with row(i,u) = h and column(j,v) = w. */
    static void fold(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), planes = n.get(14), acc = n.get(15);
        int H = n.get(2), W = n.get(3), kH = n.get(4), kW = n.get(5), outH = n.get(12), outW = n.get(13), elements = planes * H * W;
        for (@Parallel int e = 0; e < elements; e++) {
            int w = e % W, h = e / W % H, p = e / W / H;
            float sum = 0f;
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    int i = outRow(n, 2, h, u), j = outColumn(n, 2, w, v);
                    if (i >= 0 && j >= 0) sum += x.get(x0 + (((p * kH + u) * kW + v) * outH + i) * outW + j);
                }
            }
            Loops.put(y, y0 + e, sum, acc);
        }
    }

    /** y[p,i,j] = the largest x under the window, and where in the plane it is; with nothing but padding -∞ and -1. */
    static void maxPool2d(FloatArray y, IntArray index, FloatArray x, IntArray n) {
        int y0 = n.get(0), i0 = n.get(1), x0 = n.get(2), planes = n.get(15);
        int H = n.get(3), W = n.get(4), kH = n.get(5), kW = n.get(6), outH = n.get(13), outW = n.get(14), elements = planes * outH * outW;
        for (@Parallel int e = 0; e < elements; e++) {
            int j = e % outW, i = e / outW % outH, p = e / outW / outH;
            float max = Float.NEGATIVE_INFINITY;
            int best = -1;
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    int h = row(n, 3, i, u), w = column(n, 3, j, v);
                    if (h >= 0 && h < H && w >= 0 && w < W && max == max) {
                        float candidate = x.get(x0 + (p * H + h) * W + w);
                        if (best < 0 || candidate > max || candidate != candidate) {
                            max = candidate;
                            best = h * W + w;
                        }
                    }
                }
            }
            y.set(y0 + e, max);
            index.set(i0 + e, best);
        }
    }

    /** dx[p,h,w] (+)= Σ dout[p,i,j] over the windows whose index is h·W + w. */
    static void maxPool2dBackward(FloatArray dx, FloatArray dout, IntArray index, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), i0 = n.get(2), planes = n.get(15), acc = n.get(16);
        int H = n.get(3), W = n.get(4), kH = n.get(5), kW = n.get(6), outH = n.get(13), outW = n.get(14), elements = planes * H * W;
        for (@Parallel int e = 0; e < elements; e++) {
            int w = e % W, h = e / W % H, p = e / W / H;
            float sum = 0f;
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    int i = outRow(n, 3, h, u), j = outColumn(n, 3, w, v);
                    if (i >= 0 && j >= 0) {
                        int out = (p * outH + i) * outW + j;
                        if (index.get(i0 + out) == h * W + w) sum += dout.get(d0 + out);
                    }
                }
            }
            Loops.put(dx, dx0 + e, sum, acc);
        }
    }

    /** y[p,i,j] = the mean of the window, padding counted as 0. */
    static void avgPool2d(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), planes = n.get(14);
        int H = n.get(2), W = n.get(3), kH = n.get(4), kW = n.get(5), outH = n.get(12), outW = n.get(13), elements = planes * outH * outW;
        for (@Parallel int e = 0; e < elements; e++) {
            int j = e % outW, i = e / outW % outH, p = e / outW / outH;
            float sum = 0f;
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    int h = row(n, 2, i, u), w = column(n, 2, j, v);
                    if (h >= 0 && h < H && w >= 0 && w < W) sum += x.get(x0 + (p * H + h) * W + w);
                }
            }
            y.set(y0 + e, sum / (kH * kW));
        }
    }

    /** dx[p,h,w] (+)= Σ dout[p,i,j] / taps over the windows that hold (h, w). */
    static void avgPool2dBackward(FloatArray dx, FloatArray dout, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), planes = n.get(14), acc = n.get(15);
        int H = n.get(2), W = n.get(3), kH = n.get(4), kW = n.get(5), outH = n.get(12), outW = n.get(13), elements = planes * H * W;
        for (@Parallel int e = 0; e < elements; e++) {
            int w = e % W, h = e / W % H, p = e / W / H;
            float sum = 0f;
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    int i = outRow(n, 2, h, u), j = outColumn(n, 2, w, v);
                    if (i >= 0 && j >= 0) sum += dout.get(d0 + (p * outH + i) * outW + j);
                }
            }
            Loops.put(dx, dx0 + e, sum / (kH * kW), acc);
        }
    }

    /** ⌊i·size/parts⌋. */
    static int partStart(int i, int size, int parts) {
        return (int) ((long) i * size / parts);
    }

    /** ⌈(i+1)·size/parts⌉, exclusive. */
    static int partEnd(int i, int size, int parts) {
        return (int) (((long) (i + 1) * size + parts - 1) / parts);
    }

    /** y[p,i,j] = the mean of the (i, j)-th of outH x outW parts. */
    static void adaptiveAvgPool2d(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), planes = n.get(2), H = n.get(3), W = n.get(4), outH = n.get(5), outW = n.get(6), elements = planes * outH * outW;
        for (@Parallel int e = 0; e < elements; e++) {
            int j = e % outW, i = e / outW % outH, p = e / outW / outH;
            int top = partStart(i, H, outH), bottom = partEnd(i, H, outH), left = partStart(j, W, outW), right = partEnd(j, W, outW);
            float sum = 0f;
            for (int h = top; h < bottom; h++) {
                for (int w = left; w < right; w++) sum += x.get(x0 + (p * H + h) * W + w);
            }
            y.set(y0 + e, sum / ((bottom - top) * (right - left)));
        }
    }

    /** dx[p,h,w] (+)= Σ dout[p,i,j] / (elements of its part) over the parts that hold (h, w). */
    static void adaptiveAvgPool2dBackward(FloatArray dx, FloatArray dout, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), planes = n.get(2), H = n.get(3), W = n.get(4), outH = n.get(5), outW = n.get(6), acc = n.get(7), elements = planes * H * W;
        for (@Parallel int e = 0; e < elements; e++) {
            int w = e % W, h = e / W % H, p = e / W / H;
            float sum = 0f;
            for (int i = partStart(h, outH, H); i < outH; i++) {
                int top = partStart(i, H, outH), rows = partEnd(i, H, outH) - top;
                for (int j = partStart(w, outW, W); j < outW; j++) {
                    int left = partStart(j, W, outW), columns = partEnd(j, W, outW) - left;
                    if (top <= h && left <= w) sum += dout.get(d0 + (p * outH + i) * outW + j) / (rows * columns);
                }
            }
            Loops.put(dx, dx0 + e, sum, acc);
        }
    }
}
