package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Convolution. For an image and a group, W is (Cout/groups, K) with K = C/groups·kH·kW, the unfolded image U (K, L) with L = outH·outW, and
 * <pre>
 *   Y = W·U        dW = dY·Uᵀ        dX = fold(Wᵀ·dY)
 * </pre>
 * None of the ways in which that is computed here has U in memory; {@link #choose} tells which suits a shape.
 *
 * <p>Threads share out images, channels and places; every element is summed in one order, however many there are.
 */
final class VectorConv {
    private VectorConv() { }

    /** How a convolution is computed. */
    enum Way {
        /** A 1x1 kernel at every place: an image is a matrix (C, H·W) already. */
        MATRIX,
        /** {@link VectorDirect}: one channel in a group, so that there is no matrix to speak of. */
        DIRECT,
        /** {@link VectorWinograd}. */
        WINOGRAD,
        /** {@link VectorImplicit}. */
        IMPLICIT
    }

    /**
     * The fastest way forward: one channel that goes to several outputs is loaded for all of them at once. Its gradients, where several outputs meet in one
     * channel, are {@link Way#DIRECT}.
     */
    static Way chooseForward(int batch, int C, int Cout, int groups, Window w) {
        Way way = choose(batch, C, Cout, groups, w);
        return way == Way.DIRECT && Cout / groups > 2 ? Way.IMPLICIT : way;
    }

    /** The fastest way for both gradients of a shape. */
    static Way choose(int batch, int C, int Cout, int groups, Window w) {
        boolean dense = w.strideH() == 1 && w.strideW() == 1 && w.dilationH() == 1 && w.dilationW() == 1;
        if (groups == 1 && w.taps() == 1 && dense && w.padH() == 0 && w.padW() == 0) return Way.MATRIX;
        if (C == groups && (Cout / groups <= 2 || VectorDirect.inTiles(w))) return Way.DIRECT;
        if (groups == 1 && dense && w.kH() == 3 && w.kW() == 3 && w.padH() <= 2 && w.padW() <= 2 && VectorWinograd.wins(batch, C, Cout, w)) return Way.WINOGRAD;
        return Way.IMPLICIT;
    }

    static void forward(Buffer y, Buffer x, Buffer weight, int B, int C, int Cout, int groups, Window w, boolean acc) {
        int channels = C / groups, out = Cout / groups;
        switch (chooseForward(B, C, Cout, groups, w)) {
            case MATRIX -> VectorGemm.matmul(y, weight, x, B, Cout, w.plane(), C, 0, C * w.plane(), false, false, acc);
            case DIRECT -> VectorDirect.forward(y, x, weight, B, C, out, w, acc);
            case WINOGRAD -> VectorWinograd.convolve(y.floats(), y.offset(), x.floats(), x.offset(), weight.floats(), weight.offset(), C * 9, 9, false, B, C, Cout, w, acc);
            case IMPLICIT -> VectorImplicit.forward(y.floats(), y.offset(), x.floats(), x.offset(), weight.floats(), weight.offset(), B * groups, groups, channels, out, w, acc);
        }
    }

    /**
     * to[at..] = row k = (c, u, v) of the unfolded image that begins at x0. Up to {@code limit} a run may be copied as a whole register, what follows it is
     * written later.
     */
    private static void unfoldRow(float[] to, int at, int limit, float[] x, int x0, Window w, int k) {
        int c = k / w.taps(), u = k / w.kW() % w.kH(), v = k % w.kW();
        int outW = w.outW(), stride = w.strideW(), from = first(w, v), until = Math.max(from, end(w, v));
        for (int i = 0; i < w.outH(); i++, at += outW) {
            int h = w.row(i, u);
            if (h < 0 || h >= w.H()) {
                Arrays.fill(to, at, at + outW, 0f);
                continue;
            }
            int source = x0 + (c * w.H() + h) * w.W() + w.column(0, v);
            Arrays.fill(to, at, at + from, 0f);
            if (stride == 1) copy(to, at + from, limit, x, source + from, until - from);
            else for (int j = from; j < until; j++) to[at + j] = x[source + j * stride];
            Arrays.fill(to, at + until, at + outW, 0f);
        }
    }

    private static void copy(float[] to, int at, int limit, float[] x, int from, int n) {
        // a tap that sees nothing but padding
        if (n <= 0) return;
        int whole = (n + LANES - 1) / LANES * LANES;
        if (at + whole > limit || from + whole > x.length) {
            System.arraycopy(x, from, to, at, n);
        } else {
            for (int m = 0; m < n; m += LANES) FloatVector.fromArray(FLOATS, x, from + m).intoArray(to, at + m);
        }
    }

    // ---- the gradient of the input

    static void backward(Buffer dx, Buffer dout, Buffer weight, int B, int C, int Cout, int groups, Window w, boolean acc) {
        int channels = C / groups, out = Cout / groups, padH = w.dilationH() * (w.kH() - 1) - w.padH(), padW = w.dilationW() * (w.kW() - 1) - w.padW();
        Window back = new Window(w.outH(), w.outW(), w.kH(), w.kW(), 1, 1, padH, padW, w.dilationH(), w.dilationW());
        switch (choose(B, C, Cout, groups, w)) {
            case MATRIX -> VectorGemm.matmul(dx, weight, dout, B, C, w.plane(), Cout, 0, Cout * w.plane(), true, false, acc);
            case DIRECT -> depthwiseBackward(dx, dout, weight, B, C, out, w, acc);
            case WINOGRAD -> VectorWinograd.convolve(dx.floats(), dx.offset(), dout.floats(), dout.offset(), weight.floats(), weight.offset(), 9, C * 9, true,
                    B, Cout, C, back, acc);
            case IMPLICIT -> VectorImplicit.backward(dx.floats(), dx.offset(), dout.floats(), dout.offset(), weight.floats(), weight.offset(), B * groups, groups,
                    channels, out, w, acc);
        }
    }

    /** (groups, out, channels, taps) as (groups, channels, out, taps), each kernel turned by 180°. */
    private static float[] turned(Buffer weight, int groups, int channels, int out, int taps) {
        float[] from = weight.floats(), to = new float[weight.length()];
        for (int g = 0; g < groups; g++) {
            for (int o = 0; o < out; o++) {
                for (int c = 0; c < channels; c++) {
                    int source = weight.offset() + ((g * out + o) * channels + c) * taps, target = ((g * channels + c) * out + o) * taps;
                    for (int t = 0; t < taps; t++) to[target + taps - 1 - t] = from[source + t];
                }
            }
        }
        return to;
    }

    // ---- the gradient of the weight

    static void weights(Buffer dweight, Buffer dout, Buffer x, int B, int C, int Cout, int groups, Window w, boolean acc) {
        int channels = C / groups, out = Cout / groups;
        switch (choose(B, C, Cout, groups, w)) {
            case MATRIX -> matrixWeights(dweight, dout, x, B, C, Cout, w.plane(), acc);
            case DIRECT -> {
                if (VectorDirect.inTiles(w)) VectorDirect.weights(dweight, dout, x, B, C, out, w, acc);
                else depthwiseWeights(dweight, dout, x, B, Cout, out, w, acc);
            }
            case WINOGRAD -> VectorWinograd.gradient(dweight.floats(), dweight.offset(), dout.floats(), dout.offset(), x.floats(), x.offset(), B, C, Cout, w, acc);
            case IMPLICIT -> VectorImplicit.weights(dweight.floats(), dweight.offset(), dout.floats(), dout.offset(), x.floats(), x.offset(), B, groups, channels, out, w, acc);
        }
    }

    /** dW (Cout, C) (+)= Σ dY[b]·X[b]ᵀ. The product turns its second matrix around, so that should be the smaller one: for C > Cout dWᵀ = Σ X[b]·dY[b]ᵀ is computed. */
    private static void matrixWeights(Buffer dweight, Buffer dout, Buffer x, int B, int C, int Cout, int L, boolean acc) {
        boolean turn = C > Cout;
        Buffer sums = turn ? Buffer.of(ScratchPool.take(Cout * C)) : dweight;
        try {
            for (int b = 0; b < B; b++) {
                Buffer dy = dout.slice(b * Cout * L, Cout * L), image = x.slice(b * C * L, C * L);
                if (turn) VectorGemm.matmul(sums, image, dy, 1, C, Cout, L, 0, 0, false, true, b > 0);
                else VectorGemm.matmul(sums, dy, image, 1, Cout, C, L, 0, 0, false, true, acc || b > 0);
            }
            if (turn) VectorStrided.read(dweight.floats(), dweight.offset(), sums.floats(), 0, new int[] {Cout, C}, new int[] {1, Cout}, acc);
        } finally {
            if (turn) ScratchPool.give(sums.floats());
        }
    }

    // ---- unfolding for its own sake

    static void unfold(Buffer y, Buffer x, int planes, Window w, boolean acc) {
        int L = w.outPlane(), rows = planes * w.taps();
        float[] ys = y.floats();
        Workers.forRanges(rows, 1, (long) rows * L / 2, (from, to) -> {
            float[] line = new float[acc ? L : 0];
            for (int k = from; k < to; k++) {
                int at = y.offset() + k * L;
                unfoldRow(acc ? line : ys, acc ? 0 : at, acc ? L : at + L, x.floats(), x.offset(), w, k);
                if (acc) addRow(ys, at, 1, line, 0, 1, 1, L);
            }
        });
    }

    static void fold(Buffer y, Buffer x, int planes, Window w, boolean acc) {
        int L = w.outPlane();
        Workers.forRanges(planes, 1, (long) planes * w.taps() * L, (from, to) -> {
            if (!acc) Arrays.fill(y.floats(), y.offset() + from * w.plane(), y.offset() + to * w.plane(), 0f);
            for (int k = from * w.taps(); k < to * w.taps(); k++) foldRow(y.floats(), y.offset(), x.floats(), x.offset() + k * L, w, k);
        });
    }

    /** Adds row k of an unfolded image to where its elements came from. */
    private static void foldRow(float[] x, int x0, float[] from, int at, Window w, int k) {
        int c = k / w.taps(), u = k / w.kW() % w.kH(), v = k % w.kW();
        int outW = w.outW(), stride = w.strideW(), first = first(w, v), last = end(w, v);
        for (int i = 0; i < w.outH(); i++, at += outW) {
            int h = w.row(i, u);
            if (h < 0 || h >= w.H()) continue;
            addRow(x, x0 + (c * w.H() + h) * w.W() + w.column(first, v), stride, from, at + first, 1, 1, last - first);
        }
    }

    // ---- one channel in each group: output o is made of channel o / out alone

    private static void depthwiseBackward(Buffer dx, Buffer dout, Buffer weight, int B, int C, int out, Window w, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), weights = weight.floats();
        long nanos = (long) B * C * out * w.outPlane() * w.taps() / 8;
        int padH = w.dilationH() * (w.kH() - 1) - w.padH(), padW = w.dilationW() * (w.kW() - 1) - w.padW();
        if (w.strideH() == 1 && w.strideW() == 1 && padH >= 0 && padW >= 0) {
            Window back = new Window(w.outH(), w.outW(), w.kH(), w.kW(), 1, 1, padH, padW, w.dilationH(), w.dilationW());
            VectorDirect.backward(dx, dout, turned(weight, C, 1, out, w.taps()), B, C, out, back, acc);
            return;
        }
        int outH = w.outH(), outW = w.outW();
        Workers.forRanges(B * C, 1, nanos, (from, to) -> {
            for (int p = from; p < to; p++) {
                int plane = dx.offset() + p * w.plane();
                if (!acc) Arrays.fill(dxs, plane, plane + w.plane(), 0f);
                for (int o = p * out; o < (p + 1) * out; o++) {
                    for (int i = 0; i < outH; i++) {
                        for (int u = VectorPool.top(w, i); u < VectorPool.bottom(w, i); u++) {
                            for (int v = 0; v < w.kW(); v++) {
                                int first = first(w, v);
                                addRow(dxs, plane + w.row(i, u) * w.W() + w.column(first, v), w.strideW(), douts, dout.offset() + (o * outH + i) * outW + first, 1,
                                        weights[weight.offset() + o % (C * out) * w.taps() + u * w.kW() + v], end(w, v) - first);
                            }
                        }
                    }
                }
            }
        });
    }

    private static void depthwiseWeights(Buffer dweight, Buffer dout, Buffer x, int B, int Cout, int out, Window w, boolean acc) {
        float[] dweights = dweight.floats(), douts = dout.floats(), xs = x.floats();
        int outH = w.outH(), outW = w.outW(), C = Cout / out;
        Workers.forRanges(Cout * w.taps(), 1, (long) B * Cout * w.outPlane() * w.taps() / 4, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int k = from; k < to; k++) {
                int o = k / w.taps(), u = k / w.kW() % w.kH(), v = k % w.kW(), first = first(w, v), n = end(w, v) - first;
                double sum = 0;
                for (int b = 0; b < B && n > 0; b++) {
                    for (int i = 0; i < outH; i++) {
                        int h = w.row(i, u);
                        if (h < 0 || h >= w.H()) continue;
                        int d = dout.offset() + ((b * Cout + o) * outH + i) * outW + first;
                        int source = x.offset() + ((b * C + o / out) * w.H() + h) * w.W() + w.column(first, v);
                        if (w.strideW() == 1) sum += VectorRows.dot(douts, d, xs, source, n, lanes);
                        else for (int j = 0; j < n; j++) sum += (double) douts[d + j] * xs[source + j * w.strideW()];
                    }
                }
                dweights[dweight.offset() + k] = acc ? dweights[dweight.offset() + k] + (float) sum : (float) sum;
            }
        });
    }

    /** y += factor·x for n elements, each so many apart. */
    private static void addRow(float[] y, int y0, int stepY, float[] x, int x0, int stepX, float factor, int n) {
        int j = 0;
        if (stepX == 1 && stepY == 1) {
            for (; j <= n - LANES; j += LANES) {
                FloatVector.fromArray(FLOATS, x, x0 + j).mul(factor).add(FloatVector.fromArray(FLOATS, y, y0 + j)).intoArray(y, y0 + j);
            }
        }
        for (; j < n; j++) y[y0 + j * stepY] += factor * x[x0 + j * stepX];
    }

    // ---- which columns of the output have tap v inside the plane: first..end-1

    static int first(Window w, int v) {
        int left = w.padW() - v * w.dilationW();
        return left <= 0 ? 0 : Math.min(w.outW(), (left + w.strideW() - 1) / w.strideW());
    }

    static int end(Window w, int v) {
        int room = w.W() - 1 + w.padW() - v * w.dilationW();
        return room < 0 ? 0 : Math.min(w.outW(), room / w.strideW() + 1);
    }
}
