package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Convolution of one channel by one kernel, for groups of one channel: y[i,j] = Σ w[u,v]·x[i+u, j+v], directly. A plane is first copied with its
 * padding. With stride 1 a tile of outputs, four rows by two registers, is summed at once: a row of x that was loaded meets up to four rows of
 * the kernel, whose numbers move on from register to register, so that 8 multiply-adds cost 3 loads. The gradient of the input is the same
 * with the kernel turned by 180°; the gradient of the weight sums four of its rows at once, dw[u,v] = Σ dy[i,j]·x[i+u, j+v], along the rows of x.
 */
final class VectorDirect {
    private static final int TILE_ROWS = 4;
    /** Multiply-adds that one thread does in a nanosecond, roughly. */
    private static final int PER_NANO = 24;

    /** A thread's planes and sums, grown to what its largest call needed. */
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private static final class Scratch {
        final float[] lanes = new float[LANES], tile = new float[2 * TILE_ROWS * LANES];
        float[] padded = {}, gradient = {}, sums = {};

        float[] padded(int n) { return padded = zeros(padded, n); }

        float[] gradient(int n) { return gradient = zeros(gradient, n); }

        float[] sums(int n) { return sums = zeros(sums, n); }

        private static float[] zeros(float[] x, int n) {
            if (x.length < n) return new float[n];
            Arrays.fill(x, 0, n, 0f);
            return x;
        }
    }

    private VectorDirect() { }

    /** Whether tiles can be used: they walk down the rows one by one. */
    static boolean inTiles(Window w) {
        return w.strideH() == 1 && w.strideW() == 1 && w.dilationH() == 1 && w.kH() >= TILE_ROWS - 1;
    }

    private static long nanos(long planes, Window w) {
        return planes * w.outPlane() * w.taps() / PER_NANO;
    }

    /** y (B, C·out, ...) (+)= x (B, C, ...) by weight (C·out, 1, kH, kW). */
    static void forward(Buffer y, Buffer x, Buffer weight, int B, int C, int out, Window w, boolean acc) {
        Workers.forRanges(B * C * out, 1, nanos((long) B * C * out, w), (from, to) -> {
            Plane plane = new Plane(w);
            for (int p = from; p < to; p++) {
                if (p == from || p % out == 0) plane.load(x.floats(), x.offset() + p / out * w.plane());
                plane.convolve(y.floats(), y.offset() + p * w.outPlane(), weight.floats(), weight.offset() + p % (C * out) * w.taps(), acc);
            }
        });
    }

    /** dx (B, C, ...) (+)= dy (B, C·out, ...) by weight (C·out, 1, kH, kW), each kernel turned already; {@code back} slides over dy. */
    static void backward(Buffer dx, Buffer dout, float[] turned, int B, int C, int out, Window back, boolean acc) {
        Workers.forRanges(B * C, 1, nanos((long) B * C * out, back), (from, to) -> {
            Plane plane = new Plane(back);
            for (int p = from; p < to; p++) {
                for (int o = p * out; o < (p + 1) * out; o++) {
                    plane.load(dout.floats(), dout.offset() + o * back.plane());
                    plane.convolve(dx.floats(), dx.offset() + p * back.outPlane(), turned, o % (C * out) * back.taps(), acc || o > p * out);
                }
            }
        });
    }

    /**
     * dw (C·out, 1, kH, kW) (+)= the products of dy (B, C·out, ...) and x (B, C, ...) that {@link #inTiles}. Zeros beside the image are multiplied along:
     * an infinity in dy makes a tap that meets one of them NaN, where the specification leaves that product out.
     */
    static void weights(Buffer dweight, Buffer dout, Buffer x, int B, int C, int out, Window w, boolean acc) {
        Workers.forRanges(C * out, 1, nanos((long) B * C * out, w), (from, to) -> {
            Plane plane = new Plane(w);
            Scratch scratch = SCRATCH.get();
            int wide = (w.outW() + LANES - 1) / LANES * LANES, taps = w.taps(), kernel = (taps + TILE_ROWS * w.kW()) * LANES;
            float[] gradient = scratch.gradient((w.outH() + 2 * (TILE_ROWS - 1)) * wide);
            // the kernels of a channel that are this part's
            for (int first = from, end; first < to; first = end) {
                end = Math.min(to, (first / out + 1) * out);
                float[] sums = scratch.sums((end - first) * kernel);
                for (int b = 0; b < B; b++) {
                    plane.load(x.floats(), x.offset() + (b * C + first / out) * w.plane());
                    for (int o = first; o < end; o++) {
                        copy(gradient, (TILE_ROWS - 1) * wide, wide, dout.floats(), dout.offset() + (b * C * out + o) * w.outPlane(), w.outH(), w.outW());
                        plane.weights(sums, (o - first) * kernel, gradient, wide);
                    }
                }
                for (int o = first; o < end; o++) {
                    for (int k = 0; k < taps; k++) {
                        int at = dweight.offset() + o * taps + k;
                        FloatVector sum = FloatVector.fromArray(FLOATS, sums, (o - first) * kernel + k * LANES);
                        dweight.floats()[at] = (acc ? dweight.floats()[at] : 0) + VectorMath.sumLanes(sum, scratch.lanes);
                    }
                }
            }
        });
    }

    /** Rows of W numbers, {@code width} apart and filled up with 0 as far as a register reaches. */
    private static void copy(float[] to, int at, int width, float[] x, int x0, int H, int W) {
        VectorMask<Float> rest = FLOATS.indexInRange(0, W % LANES);
        for (int h = 0; h < H; h++, at += width, x0 += W) {
            int j = 0;
            for (; j <= W - LANES; j += LANES) FloatVector.fromArray(FLOATS, x, x0 + j).intoArray(to, at + j);
            if (j < W) FloatVector.fromArray(FLOATS, x, x0 + j, rest).intoArray(to, at + j);
        }
    }

    /** A plane with its padding; for a stride of s with every s-th column side by side, so that neighbouring outputs have neighbouring inputs. */
    private static final class Plane {
        private final Window w;
        private final int run, width;
        private final float[] padded;
        private final float[] tile;
        /** Where in a row of {@code padded} the v-th tap of the first output lies. */
        private final int[] taps;

        Plane(Window w) {
            this.w = w;
            int stride = w.strideW();
            // the columns of one remainder, and room for registers that begin at the last, and for the rows of a tile below the last
            run = (w.W() + 2 * w.padW() + stride - 1) / stride;
            width = run * stride;
            tile = SCRATCH.get().tile;
            padded = SCRATCH.get().padded((w.H() + 2 * w.padH() + 2 * TILE_ROWS) * width + 3 * LANES);
            taps = new int[w.kW()];
            for (int v = 0; v < taps.length; v++) taps[v] = v * w.dilationW() % stride * run + v * w.dilationW() / stride;
        }

        void load(float[] x, int x0) {
            int stride = w.strideW();
            if (stride == 1) {
                copy(padded, w.padH() * width + w.padW(), width, x, x0, w.H(), w.W());
                return;
            }
            for (int h = 0; h < w.H(); h++) {
                int to = (h + w.padH()) * width, from = x0 + h * w.W();
                for (int c = 0; c < w.W(); c++) padded[to + (c + w.padW()) % stride * run + (c + w.padW()) / stride] = x[from + c];
            }
        }

        void convolve(float[] y, int y0, float[] weight, int w0, boolean acc) {
            if (!inTiles(w)) {
                rowByRow(y, y0, weight, w0, acc);
                return;
            }
            int outH = w.outH(), outW = w.outW();
            for (int j = 0; j < outW; ) {
                // two registers side by side, or, where one is wide enough, one four rows below the other
                boolean below = outW - j <= LANES;
                int rows = below ? 2 * TILE_ROWS : TILE_ROWS, second = below ? TILE_ROWS * width : LANES;
                for (int i = 0; i < outH; i += rows) {
                    tile(tile, padded, i * width + j, width, second, weight, w0, w.kH(), taps);
                    int to = y0 + i * outW + j;
                    store(y, to, outW, tile, 0, Math.min(TILE_ROWS, outH - i), outW - j, acc);
                    if (below) store(y, to + TILE_ROWS * outW, outW, tile, TILE_ROWS * LANES, Math.min(TILE_ROWS, outH - i - TILE_ROWS), outW - j, acc);
                    else store(y, to + LANES, outW, tile, TILE_ROWS * LANES, Math.min(TILE_ROWS, outH - i), outW - j - LANES, acc);
                }
                j += below ? LANES : 2 * LANES;
            }
        }

        private void rowByRow(float[] y, int y0, float[] weight, int w0, boolean acc) {
            int kH = w.kH(), kW = w.kW(), outW = w.outW(), down = w.dilationH() * width;
            for (int i = 0; i < w.outH(); i++) {
                int top = i * w.strideH() * width, row = y0 + i * outW;
                for (int j = 0; j < outW; j += LANES) {
                    FloatVector sum = FloatVector.zero(FLOATS);
                    for (int u = 0, k = w0; u < kH; u++) {
                        int source = top + u * down + j;
                        for (int v = 0; v < kW; v++, k++) {
                            sum = FloatVector.fromArray(FLOATS, padded, source + taps[v]).fma(FloatVector.broadcast(FLOATS, weight[k]), sum);
                        }
                    }
                    sum.intoArray(tile, 0);
                    store(y, row + j, outW, tile, 0, 1, outW - j, acc);
                }
            }
        }

        /** sums[u,v,·] += Σ dy[i,j]·x[i+u, j+v]; dy has {@code TILE_ROWS - 1} rows of zeros above and below, and room for as many rows of sums. */
        void weights(float[] sums, int at, float[] dy, int wide) {
            int kW = w.kW(), rows = w.outH() + TILE_ROWS - 1;
            for (int u = 0; u < w.kH(); u += TILE_ROWS) {
                for (int v = 0; v < kW; v++) {
                    int to = at + (u * kW + v) * LANES, j = 0;
                    for (; j <= wide - 2 * LANES; j += 2 * LANES) fourTaps(sums, to, kW * LANES, padded, u * width + taps[v] + j, width, dy, j, wide, rows, LANES);
                    if (j < wide) fourTaps(sums, to, kW * LANES, padded, u * width + taps[v] + j, width, dy, j, wide, rows, 0);
                }
            }
        }
    }

    /**
     * y[i, j] for four rows i and two registers of j, which see x so far apart as {@code second} says: down the rows h of x, the number w[h - i, v] of
     * the kernel, if there is one, for output row i. The first registers of the rows come first.
     */
    private static void tile(float[] tile, float[] x, int x0, int width, int second, float[] weight, int w0, int kH, int[] taps) {
        FloatVector zero = FloatVector.zero(FLOATS), a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        int kW = taps.length;
        for (int v = 0; v < kW; v++) {
            int at = x0 + taps[v], k = w0 + v;
            FloatVector w3 = FloatVector.broadcast(FLOATS, weight[k]), w2 = FloatVector.broadcast(FLOATS, weight[k + kW]);
            FloatVector w1 = FloatVector.broadcast(FLOATS, weight[k + 2 * kW]), w;
            FloatVector left = FloatVector.fromArray(FLOATS, x, at), right = FloatVector.fromArray(FLOATS, x, at + second);
            a0 = left.fma(w3, a0);
            b0 = right.fma(w3, b0);
            at += width;
            left = FloatVector.fromArray(FLOATS, x, at);
            right = FloatVector.fromArray(FLOATS, x, at + second);
            a0 = left.fma(w2, a0);
            b0 = right.fma(w2, b0);
            a1 = left.fma(w3, a1);
            b1 = right.fma(w3, b1);
            at += width;
            left = FloatVector.fromArray(FLOATS, x, at);
            right = FloatVector.fromArray(FLOATS, x, at + second);
            a0 = left.fma(w1, a0);
            b0 = right.fma(w1, b0);
            a1 = left.fma(w2, a1);
            b1 = right.fma(w2, b1);
            a2 = left.fma(w3, a2);
            b2 = right.fma(w3, b2);
            for (int u = 3; u < kH; u++) {
                at += width;
                left = FloatVector.fromArray(FLOATS, x, at);
                right = FloatVector.fromArray(FLOATS, x, at + second);
                w = FloatVector.broadcast(FLOATS, weight[k + u * kW]);
                a0 = left.fma(w, a0);
                b0 = right.fma(w, b0);
                a1 = left.fma(w1, a1);
                b1 = right.fma(w1, b1);
                a2 = left.fma(w2, a2);
                b2 = right.fma(w2, b2);
                a3 = left.fma(w3, a3);
                b3 = right.fma(w3, b3);
                w3 = w2;
                w2 = w1;
                w1 = w;
            }
            at += width;
            left = FloatVector.fromArray(FLOATS, x, at);
            right = FloatVector.fromArray(FLOATS, x, at + second);
            a1 = left.fma(w1, a1);
            b1 = right.fma(w1, b1);
            a2 = left.fma(w2, a2);
            b2 = right.fma(w2, b2);
            a3 = left.fma(w3, a3);
            b3 = right.fma(w3, b3);
            at += width;
            left = FloatVector.fromArray(FLOATS, x, at);
            right = FloatVector.fromArray(FLOATS, x, at + second);
            a2 = left.fma(w1, a2);
            b2 = right.fma(w1, b2);
            a3 = left.fma(w2, a3);
            b3 = right.fma(w2, b3);
            at += width;
            a3 = FloatVector.fromArray(FLOATS, x, at).fma(w1, a3);
            b3 = FloatVector.fromArray(FLOATS, x, at + second).fma(w1, b3);
        }
        a0.intoArray(tile, 0);
        a1.intoArray(tile, LANES);
        a2.intoArray(tile, 2 * LANES);
        a3.intoArray(tile, 3 * LANES);
        b0.intoArray(tile, 4 * LANES);
        b1.intoArray(tile, 5 * LANES);
        b2.intoArray(tile, 6 * LANES);
        b3.intoArray(tile, 7 * LANES);
    }

    /** As many rows of registers, of which the first {@code columns} numbers belong to y. */
    private static void store(float[] y, int to, int outW, float[] tile, int at, int rows, int columns, boolean acc) {
        if (columns >= LANES) {
            for (int r = 0; r < rows; r++, to += outW) {
                FloatVector sum = FloatVector.fromArray(FLOATS, tile, at + r * LANES);
                (acc ? sum.add(FloatVector.fromArray(FLOATS, y, to)) : sum).intoArray(y, to);
            }
            return;
        }
        VectorMask<Float> inside = FLOATS.indexInRange(0, columns);
        for (int r = 0; r < rows; r++, to += outW) {
            FloatVector sum = FloatVector.fromArray(FLOATS, tile, at + r * LANES);
            (acc ? sum.add(FloatVector.fromArray(FLOATS, y, to, inside)) : sum).intoArray(y, to, inside);
        }
    }

    /**
     * Four taps, one below the other, of the gradient of the weight, for one or (with second > 0) two registers of columns: row h of x meets the four
     * rows of dy that end at h, which move on from register to register.
     */
    private static void fourTaps(float[] sums, int to, int next, float[] x, int x0, int width, float[] dy, int dy0, int wide, int rows, int second) {
        FloatVector zero = FloatVector.zero(FLOATS), a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        // dy's first three rows are zeros; tap u's product of row h of x is with row h - u of dy
        FloatVector d1 = zero, d2 = zero, d3 = zero, e1 = zero, e2 = zero, e3 = zero;
        for (int h = 0; h < rows; h++) {
            FloatVector left = FloatVector.fromArray(FLOATS, x, x0 + h * width), d = FloatVector.fromArray(FLOATS, dy, dy0 + (h + TILE_ROWS - 1) * wide);
            a0 = left.fma(d, a0);
            a1 = left.fma(d1, a1);
            a2 = left.fma(d2, a2);
            a3 = left.fma(d3, a3);
            d3 = d2;
            d2 = d1;
            d1 = d;
            FloatVector right = FloatVector.fromArray(FLOATS, x, x0 + h * width + second), e = FloatVector.fromArray(FLOATS, dy, dy0 + (h + TILE_ROWS - 1) * wide + second);
            b0 = right.fma(e, b0);
            b1 = right.fma(e1, b1);
            b2 = right.fma(e2, b2);
            b3 = right.fma(e3, b3);
            e3 = e2;
            e2 = e1;
            e1 = e;
        }
        boolean two = second > 0;
        add(sums, to, two ? a0.add(b0) : a0);
        add(sums, to + next, two ? a1.add(b1) : a1);
        add(sums, to + 2 * next, two ? a2.add(b2) : a2);
        add(sums, to + 3 * next, two ? a3.add(b3) : a3);
    }

    private static void add(float[] sums, int at, FloatVector sum) {
        FloatVector.fromArray(FLOATS, sums, at).add(sum).intoArray(sums, at);
    }
}
