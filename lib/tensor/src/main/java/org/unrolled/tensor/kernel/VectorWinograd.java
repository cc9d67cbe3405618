package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Convolution with 3x3 kernels and stride 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", 2016): a tile of 4x4 outputs from 6x6 inputs d and the kernel g is
 * <pre>
 *   Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
 * </pre>
 * with 36 multiplications instead of 144. It is a product of two polynomials, evaluated at six points, multiplied there and interpolated. For
 * many channels ⊙ becomes a sum over them: at each of the 36 points a matrix product, V (tiles, C) · U (C, Cout). The gradient of the
 * weight is the same chain backwards: dU = Vᵀ·(A dY Aᵀ) at each point, and dg = Gᵀ dU G.
 *
 * <p>The points are 0, ±√½, ±√2 and ∞ instead of the usual 0, ±1, ±2 and ∞: their powers stay nearer to 1, and so does what is rounded
 * (Alam et al., "Winograd convolution for deep neural networks: efficient point selection", 2022). For normally distributed numbers the largest
 * error is below {@value #ERROR} of the root mean square of the result, measured against float64 for 16 to 256 channels.
 * An infinity or NaN in the input reaches all 16 outputs of its tile as NaN.
 *
 * <p>Lanes are channels. A band of the image, the six rows under a row of tiles, is turned around so that the channels of a place lie side by
 * side; {@value #TILES} tiles at a time are transformed, multiplied and transformed back while they are in the second-level cache.
 */
final class VectorWinograd {
    /** Outputs and inputs along the side of a tile. */
    static final int OUT = 4, IN = 6;
    /** Of the root mean square of the result. */
    static final double ERROR = 2e-5;
    private static final int POINTS = IN * IN;
    /** Four times the rows of a product's tile; 36 matrices of 48x64 numbers are 442 KB. */
    private static final int TILES = 48;
    /** Below these the transforms cost more than they spare. */
    private static final int LEAST_CHANNELS = 12, LEAST_TILES = 32;
    /** Multiply-adds that one thread does in a nanosecond, roughly. */
    private static final int PER_NANO = 20;
    /** Numbers that the sums of {@link #gradient} may take before there are fewer of them. */
    private static final int SUMS = 1 << 22;

    // the points ±a and ±b, a² = 1/2 and b² = 2
    private static final double A = Math.sqrt(0.5), B = Math.sqrt(2), A2 = 0.5, B2 = 2;
    /** The rows of G are those of (1, p, p²), divided by p's distances to the other points. */
    private static final double NA = 1 / (2 * A2 * (A2 - B2)), NB = 1 / (2 * B2 * (B2 - A2));

    // Constants as registers: C2 allocates an object for every broadcast in methods with as many vectors as these have.
    private static final FloatVector PA = all(A), PB = all(B), PA2 = all(A2), PB2 = all(B2), PA3 = all(A * A2), PB3 = all(B * B2);
    private static final FloatVector MINUS_A2 = all(-A2), MINUS_B2 = all(-B2), MINUS_SUM = all(-A2 - B2);
    private static final FloatVector DIVIDED_A = all(NA), DIVIDED_B = all(NB), A_DIVIDED = all(A * NA), B_DIVIDED = all(B * NB);

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** A thread's own numbers, in one array that grows to what the largest call needed, and those that it shares with the workers it calls. */
    private static final class Scratch {
        /** Where a large array's first whole line of cache begins, after a header of 16 bytes: a register that lies across two lines takes twice as long. */
        private static final int FIRST = 12, LINE = 16, LEAST = 1 << 20;
        float[] own = {}, shared = {};
        private int used;

        float[] own(int n) {
            used = FIRST + POINTS * LANES;
            int needed = used + n + 16 * LINE;
            return own.length >= needed ? own : (own = new float[Math.max(needed, LEAST)]);
        }

        /** Where the next n numbers of {@link #own} begin; the first POINTS registers are for the transforms. */
        int take(int n) {
            int at = used;
            used += (n + LINE - 1) / LINE * LINE;
            return at;
        }

        float[] shared(int n) { return shared.length >= n ? shared : (shared = new float[n]); }
    }

    /** The tiles of a batch, row after row and image after image, and how the numbers of a block of them lie. */
    private static final class Tiles {
        final Window w;
        final int C, O, rows, columns, count, blocks, deep, wide, bandWidth, bandRow, outRow, v, m;

        Tiles(int batch, int C, int O, Window w) {
            this.w = w;
            this.C = C;
            this.O = O;
            rows = (w.outH() + OUT - 1) / OUT;
            columns = (w.outW() + OUT - 1) / OUT;
            count = batch * rows * columns;
            blocks = (count + TILES - 1) / TILES;
            deep = (C + LANES - 1) / LANES * LANES;
            wide = (O + LANES - 1) / LANES * LANES;
            bandWidth = columns * OUT + IN - OUT;
            bandRow = bandWidth * deep;
            outRow = columns * OUT * wide;
            // one more register between the matrices, or all 36 would begin in the same line of the first-level cache
            v = TILES * deep + LANES;
            m = TILES * wide + LANES;
        }

        /** What a thread needs of its own. */
        int scratch() {
            return IN * bandRow + OUT * outRow + POINTS * (v + m) + 2 * LANES;
        }

        long nanos() {
            return (long) count * POINTS * C * O / PER_NANO;
        }
    }

    private VectorWinograd() { }

    /** Whether it is faster than {@link VectorImplicit}. */
    static boolean wins(int batch, int C, int O, Window w) {
        Tiles tiles = new Tiles(batch, C, O, w);
        boolean full = 2L * batch * w.outPlane() >= (long) tiles.count * OUT * OUT;
        return C >= LEAST_CHANNELS && O >= LEAST_CHANNELS && full && tiles.count >= LEAST_TILES && (long) POINTS * C * O <= SUMS;
    }

    private static FloatVector all(double x) {
        return FloatVector.broadcast(FLOATS, (float) x);
    }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    /**
     * y (batch, O, outH, outW) (+)= x (batch, C, H, W) by the kernels whose nine numbers for output o and input c begin at {@code weight[w0 + o·oStep
     * + c·cStep]}; {@code turned} by 180° for the gradient of the input.
     */
    static void convolve(float[] y, int y0, float[] x, int x0, float[] weight, int w0, int oStep, int cStep, boolean turned,
                         int batch, int C, int O, Window w, boolean acc) {
        Tiles tiles = new Tiles(batch, C, O, w);
        int panel = VectorGemm.TILE_COLUMNS, uPoint = (O + panel - 1) / panel * panel * C;
        float[] u = SCRATCH.get().shared(POINTS * uPoint);
        transformKernels(u, uPoint, weight, w0, oStep, cStep, turned, C, O);
        Workers.forRanges(tiles.blocks, 1, tiles.nanos(), (from, to) -> convolve(y, y0, x, x0, u, uPoint, tiles, from, to, acc));
    }

    private static void convolve(float[] y, int y0, float[] x, int x0, float[] u, int uPoint, Tiles tiles, int from, int to, boolean acc) {
        Window w = tiles.w;
        Scratch scratch = SCRATCH.get();
        float[] own = scratch.own(tiles.scratch());
        int band = scratch.take(IN * tiles.bandRow), out = scratch.take(OUT * tiles.outRow), v = scratch.take(POINTS * tiles.v), m = scratch.take(POINTS * tiles.m);
        int loaded = -1;
        for (int block = from; block < to; block++) {
            int first = block * TILES, n = Math.min(TILES, tiles.count - first);
            for (int t = 0; t < n; t++) {
                int row = (first + t) / tiles.columns, j = (first + t) % tiles.columns * OUT;
                if (row != loaded) load(own, band, x, x0, tiles.C, w.H(), w.W(), row, tiles.rows, w.padH(), w.padW(), IN, tiles.bandWidth);
                loaded = row;
                for (int c = 0; c < tiles.deep; c += LANES) {
                    inputs(own, v + t * tiles.deep + c, tiles.v, own, band + c * tiles.bandWidth + j * LANES, tiles.bandRow);
                }
            }
            for (int p = 0; p < POINTS; p++) {
                VectorGemm.panels(own, m + p * tiles.m, tiles.wide, own, v + p * tiles.v, tiles.deep, 1, u, p * uPoint, VectorGemm.TILE_COLUMNS,
                        VectorGemm.TILE_COLUMNS * tiles.C, n, tiles.O, tiles.C, false);
            }
            int start = first % tiles.columns * OUT;
            for (int t = 0; t < n; t++) {
                int row = (first + t) / tiles.columns, j = (first + t) % tiles.columns * OUT;
                for (int o = 0; o < tiles.wide; o += LANES) {
                    outputs(own, out + o * tiles.columns * OUT + j * LANES, tiles.outRow, own, m + t * tiles.wide + o, tiles.m);
                }
                // what this block has of a row of tiles
                if (j + OUT >= w.outW() || t == n - 1) {
                    store(y, y0, tiles.O, w.outH(), w.outW(), row, tiles.rows, start, Math.min(w.outW(), j + OUT), own, out, tiles.columns * OUT, acc);
                    start = 0;
                }
            }
        }
    }

    /**
     * The {@code rows} rows of the {@code row}-th band of a batch (each image has {@code bands}) as [row][register of channels][column][channel];
     * 0 beside the image.
     */
    private static void load(float[] band, int at, float[] x, int x0, int C, int H, int W, int row, int bands, int padH, int padW, int rows, int width) {
        int registers = (C + LANES - 1) / LANES, image = x0 + row / bands * C * H * W, top = row % bands * OUT - padH;
        int left = Math.min(padW, width), n = Math.min(width - left, W);
        if (C % LANES != 0 || top < 0 || top + rows > H || left + n < width || left > 0) Arrays.fill(band, at, at + rows * registers * width * LANES, 0f);
        int first = Math.max(0, -top), end = Math.min(rows, H - top);
        for (int c = 0; c < C; c++) {
            for (int r = first; r < end; r++) {
                spread(band, at + ((r * registers + c / LANES) * width + left) * LANES + c % LANES, x, image + (c * H + top + r) * W, n);
            }
        }
    }

    private static void spread(float[] band, int at, float[] x, int from, int n) {
        for (int j = 0; j < n; j++) band[at + j * LANES] = x[from + j];
    }

    /** Columns first to end - 1 of the row-th band of outputs, channel by channel. */
    private static void store(float[] y, int y0, int O, int H, int W, int row, int bands, int first, int end, float[] band, int at, int width, boolean acc) {
        int registers = (O + LANES - 1) / LANES, image = y0 + row / bands * O * H * W, top = row % bands * OUT, rows = Math.min(OUT, H - top);
        for (int o = 0; o < O; o++) {
            for (int r = 0; r < rows; r++) {
                collect(y, image + (o * H + top + r) * W + first, band, at + ((r * registers + o / LANES) * width + first) * LANES + o % LANES, end - first, acc);
            }
        }
    }

    private static void collect(float[] y, int at, float[] band, int from, int n, boolean acc) {
        if (acc) for (int j = 0; j < n; j++) y[at + j] += band[from + j * LANES];
        else for (int j = 0; j < n; j++) y[at + j] = band[from + j * LANES];
    }

    // ---- the transforms, for a register of channels: columns into the thread's first registers, then rows from there

    /** v = Bᵀ d B. */
    private static void inputs(float[] v, int to, int point, float[] own, int d, int row) {
        for (int j = 0; j < IN; j++) {
            int from = d + j * LANES;
            inputs(own, Scratch.FIRST + j * LANES, IN * LANES, at(own, from), at(own, from + row), at(own, from + 2 * row), at(own, from + 3 * row),
                    at(own, from + 4 * row), at(own, from + 5 * row));
        }
        for (int i = 0; i < IN; i++) {
            int from = Scratch.FIRST + i * IN * LANES;
            inputs(v, to + i * IN * point, point, at(own, from), at(own, from + LANES), at(own, from + 2 * LANES), at(own, from + 3 * LANES),
                    at(own, from + 4 * LANES), at(own, from + 5 * LANES));
        }
    }

    /** Bᵀ d: for the point p the product of (x - q) over all other points q, with xᵏ the k-th input; a²b² = 1. */
    private static void inputs(float[] to, int at, int step, FloatVector d0, FloatVector d1, FloatVector d2, FloatVector d3, FloatVector d4, FloatVector d5) {
        FloatVector evenA = d2.fma(MINUS_B2, d4), oddA = d1.fma(MINUS_B2, d3).mul(PA);
        FloatVector evenB = d2.fma(MINUS_A2, d4), oddB = d1.fma(MINUS_A2, d3).mul(PB);
        d0.add(d2.fma(MINUS_SUM, d4)).intoArray(to, at);
        evenA.add(oddA).intoArray(to, at + step);
        evenA.sub(oddA).intoArray(to, at + 2 * step);
        evenB.add(oddB).intoArray(to, at + 3 * step);
        evenB.sub(oddB).intoArray(to, at + 4 * step);
        d1.add(d3.fma(MINUS_SUM, d5)).intoArray(to, at + 5 * step);
    }

    /** y = Aᵀ m A. */
    private static void outputs(float[] own, int to, int row, float[] m, int from, int point) {
        for (int j = 0; j < IN; j++) {
            int at = from + j * point, next = IN * point;
            outputs(own, Scratch.FIRST + j * LANES, IN * LANES, at(m, at), at(m, at + next), at(m, at + 2 * next), at(m, at + 3 * next), at(m, at + 4 * next),
                    at(m, at + 5 * next));
        }
        for (int i = 0; i < OUT; i++) {
            int at = Scratch.FIRST + i * IN * LANES;
            outputs(own, to + i * row, LANES, at(own, at), at(own, at + LANES), at(own, at + 2 * LANES), at(own, at + 3 * LANES), at(own, at + 4 * LANES),
                    at(own, at + 5 * LANES));
        }
    }

    /** Aᵀ m: output i is Σ pⁱ m over the points p, and the last has ∞'s too. */
    private static void outputs(float[] to, int at, int step, FloatVector m0, FloatVector m1, FloatVector m2, FloatVector m3, FloatVector m4, FloatVector m5) {
        FloatVector evenA = m1.add(m2), oddA = m1.sub(m2), evenB = m3.add(m4), oddB = m3.sub(m4);
        m0.add(evenA).add(evenB).intoArray(to, at);
        oddA.mul(PA).add(oddB.mul(PB)).intoArray(to, at + step);
        evenA.mul(PA2).add(evenB.mul(PB2)).intoArray(to, at + 2 * step);
        oddA.fma(PA3, oddB.fma(PB3, m5)).intoArray(to, at + 3 * step);
    }

    /** u[p] (C, O) = G g Gᵀ at the point p, in panels as wide as a product's tile. */
    private static void transformKernels(float[] u, int uPoint, float[] weight, int w0, int oStep, int cStep, boolean turned, int C, int O) {
        int panel = VectorGemm.TILE_COLUMNS, wide = (O + panel - 1) / panel * panel;
        Workers.forRanges(C, 1, (long) C * wide * 3, (from, to) -> {
            Scratch scratch = SCRATCH.get();
            float[] own = scratch.own(9 * wide);
            int taps = scratch.take(9 * wide);
            Arrays.fill(own, taps, taps + 9 * wide, 0f);
            for (int c = from; c < to; c++) {
                for (int o = 0; o < O; o++) {
                    int at = w0 + o * oStep + c * cStep;
                    for (int k = 0; k < 9; k++) own[taps + k * wide + o] = weight[turned ? at + 8 - k : at + k];
                }
                for (int o = 0; o < wide; o += LANES) kernels(u, (o / panel * C + c) * panel + o % panel, uPoint, own, taps + o, wide);
            }
        });
    }

    /** u = G g Gᵀ. */
    private static void kernels(float[] u, int to, int point, float[] own, int g, int tap) {
        for (int j = 0; j < 3; j++) {
            int at = g + j * tap;
            kernels(own, Scratch.FIRST + j * LANES, 3 * LANES, at(own, at), at(own, at + 3 * tap), at(own, at + 6 * tap));
        }
        for (int i = 0; i < IN; i++) {
            int at = Scratch.FIRST + i * 3 * LANES;
            kernels(u, to + i * IN * point, point, at(own, at), at(own, at + LANES), at(own, at + 2 * LANES));
        }
    }

    private static void kernels(float[] to, int at, int step, FloatVector g0, FloatVector g1, FloatVector g2) {
        FloatVector evenA = g2.fma(PA2, g0).mul(DIVIDED_A), oddA = g1.mul(A_DIVIDED), evenB = g2.fma(PB2, g0).mul(DIVIDED_B), oddB = g1.mul(B_DIVIDED);
        g0.intoArray(to, at);
        evenA.add(oddA).intoArray(to, at + step);
        evenA.sub(oddA).intoArray(to, at + 2 * step);
        evenB.add(oddB).intoArray(to, at + 3 * step);
        evenB.sub(oddB).intoArray(to, at + 4 * step);
        g2.intoArray(to, at + 5 * step);
    }

    // ---- the gradient of the weight

    /** dw (O, C, 3, 3) (+)= Gᵀ [ Σ (Bᵀ d B) ⊙ (A dy Aᵀ) ] G over the tiles: in a few sums, each of tiles that follow one another, however many threads there are. */
    static void gradient(float[] dw, int dw0, float[] dy, int dy0, float[] x, int x0, int batch, int C, int O, Window w, boolean acc) {
        Tiles tiles = new Tiles(batch, C, O, w);
        int uPoint = C * O, sums = Math.clamp(Math.min(tiles.blocks / 4, SUMS / (POINTS * uPoint)), 1, 8);
        float[] u = SCRATCH.get().shared(sums * POINTS * uPoint);
        Workers.forRanges(sums, 1, tiles.nanos(), (from, to) -> {
            for (int s = from; s < to; s++) sum(u, s * POINTS * uPoint, uPoint, dy, dy0, x, x0, tiles, tiles.blocks * s / sums, tiles.blocks * (s + 1) / sums);
        });
        Workers.forRanges(C, 1, (long) C * O * 4 * sums, (from, to) -> transformBack(dw, dw0, u, uPoint, sums, C, O, from, to, acc));
    }

    private static void sum(float[] u, int u0, int uPoint, float[] dy, int dy0, float[] x, int x0, Tiles tiles, int from, int to) {
        Window w = tiles.w;
        Scratch scratch = SCRATCH.get();
        float[] own = scratch.own(tiles.scratch());
        int band = scratch.take(IN * tiles.bandRow), out = scratch.take(OUT * tiles.outRow), v = scratch.take(POINTS * tiles.v), m = scratch.take(POINTS * tiles.m);
        int loaded = -1;
        for (int block = from; block < to; block++) {
            int first = block * TILES, n = Math.min(TILES, tiles.count - first);
            for (int t = 0; t < n; t++) {
                int row = (first + t) / tiles.columns, j = (first + t) % tiles.columns * OUT;
                if (row != loaded) {
                    load(own, band, x, x0, tiles.C, w.H(), w.W(), row, tiles.rows, w.padH(), w.padW(), IN, tiles.bandWidth);
                    load(own, out, dy, dy0, tiles.O, w.outH(), w.outW(), row, tiles.rows, 0, 0, OUT, tiles.columns * OUT);
                    loaded = row;
                }
                for (int c = 0; c < tiles.deep; c += LANES) {
                    inputs(own, v + t * tiles.deep + c, tiles.v, own, band + c * tiles.bandWidth + j * LANES, tiles.bandRow);
                }
                for (int o = 0; o < tiles.wide; o += LANES) {
                    outputsBack(own, m + t * tiles.wide + o, tiles.m, own, out + o * tiles.columns * OUT + j * LANES, tiles.outRow);
                }
            }
            for (int p = 0; p < POINTS; p++) {
                VectorGemm.panels(u, u0 + p * uPoint, tiles.O, own, v + p * tiles.v, 1, tiles.deep, own, m + p * tiles.m, tiles.wide,
                        VectorGemm.TILE_COLUMNS, tiles.C, tiles.O, n, block > from);
            }
        }
    }

    /** m = A dy Aᵀ. */
    private static void outputsBack(float[] m, int to, int point, float[] own, int dy, int row) {
        for (int j = 0; j < OUT; j++) {
            int at = dy + j * LANES;
            outputsBack(own, Scratch.FIRST + j * LANES, OUT * LANES, at(own, at), at(own, at + row), at(own, at + 2 * row), at(own, at + 3 * row));
        }
        for (int i = 0; i < IN; i++) {
            int at = Scratch.FIRST + i * OUT * LANES;
            outputsBack(m, to + i * IN * point, point, at(own, at), at(own, at + LANES), at(own, at + 2 * LANES), at(own, at + 3 * LANES));
        }
    }

    private static void outputsBack(float[] to, int at, int step, FloatVector y0, FloatVector y1, FloatVector y2, FloatVector y3) {
        FloatVector evenA = y2.fma(PA2, y0), oddA = y3.fma(PA2, y1).mul(PA), evenB = y2.fma(PB2, y0), oddB = y3.fma(PB2, y1).mul(PB);
        y0.intoArray(to, at);
        evenA.add(oddA).intoArray(to, at + step);
        evenA.sub(oddA).intoArray(to, at + 2 * step);
        evenB.add(oddB).intoArray(to, at + 3 * step);
        evenB.sub(oddB).intoArray(to, at + 4 * step);
        y3.intoArray(to, at + 5 * step);
    }

    private static void transformBack(float[] dw, int dw0, float[] u, int uPoint, int sums, int C, int O, int from, int to, boolean acc) {
        int wide = (O + LANES - 1) / LANES * LANES;
        Scratch scratch = SCRATCH.get();
        float[] own = scratch.own((POINTS + 9) * wide);
        int total = scratch.take(POINTS * wide), taps = scratch.take(9 * wide);
        for (int c = from; c < to; c++) {
            for (int p = 0; p < POINTS; p++) {
                for (int o = 0; o < O; o++) {
                    float sum = 0;
                    for (int s = 0; s < sums; s++) sum += u[(s * POINTS + p) * uPoint + c * O + o];
                    own[total + p * wide + o] = sum;
                }
            }
            for (int o = 0; o < wide; o += LANES) kernelsBack(own, taps + o, wide, own, total + o, wide);
            for (int o = 0; o < O; o++) {
                int at = dw0 + (o * C + c) * 9;
                for (int k = 0; k < 9; k++) dw[at + k] = acc ? dw[at + k] + own[taps + k * wide + o] : own[taps + k * wide + o];
            }
        }
    }

    /** dg = Gᵀ q G. */
    private static void kernelsBack(float[] dg, int to, int tap, float[] own, int q, int point) {
        for (int j = 0; j < IN; j++) {
            int at = q + j * point, next = IN * point;
            kernelsBack(own, Scratch.FIRST + j * LANES, IN * LANES, at(own, at), at(own, at + next), at(own, at + 2 * next), at(own, at + 3 * next),
                    at(own, at + 4 * next), at(own, at + 5 * next));
        }
        for (int i = 0; i < 3; i++) {
            int at = Scratch.FIRST + i * IN * LANES;
            kernelsBack(dg, to + 3 * i * tap, tap, at(own, at), at(own, at + LANES), at(own, at + 2 * LANES), at(own, at + 3 * LANES), at(own, at + 4 * LANES),
                    at(own, at + 5 * LANES));
        }
    }

    private static void kernelsBack(float[] to, int at, int step, FloatVector q0, FloatVector q1, FloatVector q2, FloatVector q3, FloatVector q4, FloatVector q5) {
        FloatVector evenA = q1.add(q2).mul(DIVIDED_A), evenB = q3.add(q4).mul(DIVIDED_B), oddA = q1.sub(q2).mul(A_DIVIDED), oddB = q3.sub(q4).mul(B_DIVIDED);
        q0.add(evenA).add(evenB).intoArray(to, at);
        oddA.add(oddB).intoArray(to, at + step);
        evenA.fma(PA2, evenB.fma(PB2, q5)).intoArray(to, at + 2 * step);
    }
}
