package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Convolution as a matrix product whose second matrix is never written ("implicit GEMM"; Chetlur et al., "cuDNN: efficient primitives for deep learning",
 * 2014). Row (c, u, v) of the unfolded image is plane c, shifted: in a plane that was copied with its padding, row after row, what the places
 * l, l + 1, … see under tap (u, v) are the neighbours from l + u·pitch + v on. So one register of the plane is a register of the unfolded image,
 * and a tile of outputs needs nothing but the distance of each tap. Places at the end of a row, beyond the output, are computed along and not stored.
 *
 * <ul>
 * <li>A tile is eight output channels by two registers of places: 10 loads for 16 multiply-adds.
 * <li>The zeros on the right of a row are those on the left of the next.
 * <li>Few channels that go to many outputs are copied once for each column of taps instead, each copy as wide as the output: then neighbouring places are
 *     neighbours in y too, none is computed in vain, and the sums are stored there at once. One channel, 3x3, to 32 outputs took 440 µs without, 250 µs so.
 * <li>With a stride s the plane is cut into s·s planes, of every s-th row and column, so that neighbouring places again have neighbouring inputs. With
 *     holes only the distances are others.
 * <li>The gradient of the input is the same, of dY and the kernels turned by 180°, for every remainder of a row and a column by s on its own.
 * <li>The gradient of the weight, dw[o,k] = Σ dy[o,l]·x[k,l] over the places l, holds six output channels by four taps in registers while l runs; its
 *     lanes are added up at the end.
 * </ul>
 * What a thread reads again and again, planes and sums, is cut to fit its second-level cache. How the sums are cut depends on the shape alone.
 */
final class VectorImplicit {
    /** Output channels of a tile: as in VectorGemm, eight; where there are but 16 registers, six. */
    private static final int ROWS = VectorGemm.TILE_ROWS == 8 ? 8 : 6, COLUMNS = 2 * LANES;
    /** Output channels and taps of a tile of the weight's gradient: 24 sums of 32 registers, or 12 of 16. */
    private static final int DY_ROWS = ROWS == 6 ? 3 : 6, TAPS = 4;
    /** Numbers of the image that are loaded at once: a quarter of the second-level cache. */
    private static final int PLANES = 1 << 16;
    /** Taps at a time: eight kernels' are 16 KiB, half of the first-level cache. */
    private static final int BLOCK_K = 512;
    /** Places of dY that are gone through at once, and registers of sums. */
    private static final int PLACES = 1024, SUMS = 1 << 12;
    /** Pieces of work that a call is cut into at least, if it can be: enough for a few threads. */
    private static final int PIECES = 8;
    /** Multiply-adds that one thread does in a nanosecond, roughly. */
    private static final int PER_NANO = 32;

    /** What sums begin with that are not added to something: choosing an array keeps vectors out of branches, where they become objects. */
    private static final float[] ZEROS = new float[COLUMNS];

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** A thread's own numbers, in one array that grows to what the largest call needed, and kernels that it shares with the workers it calls. */
    private static final class Scratch {
        final float[] lanes = new float[LANES], tile = new float[DY_ROWS * TAPS * LANES];
        float[] own = {}, shared = {};

        int[] steps = {};

        float[] own(int n) { return own.length >= n ? own : (own = new float[n]); }

        float[] shared(int n) { return shared.length >= n ? shared : (shared = new float[n]); }

        int[] steps(int n) { return steps.length >= n ? steps : (steps = new int[n]); }
    }

    private VectorImplicit() { }

    /**
     * Where the numbers of a plane and its padding lie in a copy of some of its rows. Tap (u, v) of place (i, j) is element (i·strideH + u - top,
     * j·strideW + v - left) of the plane.
     */
    static final class Planes {
        /** What lies beside the plane. */
        private final float beside;
        final int H, W, top, left, strideH, strideW;
        /** The places, and how many of their rows are in the copy at once. */
        final int rows, columns, part;
        /** Rows beyond the places'; how many remainders of rows by the stride the taps have; in how many columns copies begin, and how far one after the other. */
        private final int moreRows, splitH, splitW, shift;
        /** Whether each column of taps has a copy of its own: then place l is the l-th element of an output plane. */
        final boolean exact;
        /** From one row to the next, one remainder to the next, one channel to the next. */
        final int pitch, piece, size;

        /** Of so many {@code images}, of which C planes lie in a copy together. */
        Planes(int H, int W, int top, int left, int strideH, int strideW, int rows, int columns, int reachH, int reachW, int images, int C) {
            this(0, H, W, top, left, strideH, strideW, rows, columns, reachH, reachW, 0, 1, images, C);
        }

        /** @param exact how many columns of taps have a copy each, {@code shift} from one to the next; 0: they share one */
        private Planes(float beside, int H, int W, int top, int left, int strideH, int strideW, int rows, int columns, int reachH, int reachW, int exact, int shift,
                       int images, int C) {
            this.beside = beside;
            this.H = H;
            this.W = W;
            this.top = top;
            this.left = left;
            this.strideH = strideH;
            this.strideW = strideW;
            this.rows = rows;
            this.columns = columns;
            moreRows = reachH / strideH;
            splitH = Math.min(strideH, reachH + 1);
            this.exact = exact > 0;
            this.shift = shift;
            splitW = exact > 0 ? exact : Math.min(strideW, reachW + 1);
            int wide = exact > 0 ? columns : columns + reachW / strideW;
            // what lies beside the right edge is what lies to the left of the next row
            int shared = strideW == 1 ? Math.clamp(wide - left - W, 0, Math.max(0, left)) : 0;
            pitch = Math.max(columns, wide - shared);
            int room = PLANES / Math.max(1, C * splitH * splitW * pitch) - moreRows;
            int piecesOfImage = Math.ceilDiv(PIECES, Math.max(1, images));
            part = Math.clamp(Math.min(room, Math.ceilDiv(rows, piecesOfImage)), Math.clamp(Math.ceilDiv(2 * COLUMNS, pitch), 1, rows), rows);
            piece = (part + moreRows) * pitch;
            // the last register of a plane's last row may reach beyond it, and sees what lies beside the plane
            size = up(splitH * splitW * piece + wide - columns + COLUMNS, LANES);
        }

        /** Under a window: one plane, and nobody asks how many there are. */
        static Planes under(Window w, float beside) {
            return new Planes(beside, w.H(), w.W(), w.padH(), w.padW(), w.strideH(), w.strideW(), w.outH(), w.outW(), w.dilationH() * (w.kH() - 1),
                    w.dilationW() * (w.kW() - 1), 0, 1, PIECES, 1);
        }

        /** Under a window, a copy for each column of taps. */
        static Planes exact(Window w, int images, int C) {
            return new Planes(0, w.H(), w.W(), w.padH(), w.padW(), w.strideH(), w.strideW(), w.outH(), w.outW(), w.dilationH() * (w.kH() - 1),
                    w.dilationW() * (w.kW() - 1), w.kW(), w.dilationW(), images, C);
        }

        int parts() { return Math.ceilDiv(rows, part); }

        /** An empty copy. */
        void clear(float[] to) { Arrays.fill(to, 0, size, beside); }

        /** How far tap (u, v) of a place is from the place's number. */
        int distance(int u, int v) {
            if (exact) return (u % strideH * splitW + v / shift) * piece + u / strideH * pitch;
            return (u % strideH * splitW + v % strideW) * piece + u / strideH * pitch + v / strideW;
        }

        /** Copies a plane's rows under the places from row {@code first} on. Where there is no element, the copy must be empty or have been another part's. */
        void load(float[] to, int at, float[] x, int x0, int first) {
            int count = Math.min(part, rows - first) + moreRows;
            for (int a = 0; a < splitH; a++) {
                // the rows on the plane: above and below them there is what lies beside it
                int top = Math.clamp(Math.ceilDiv(this.top - a, strideH) - first, 0, count);
                int end = Math.clamp(Math.ceilDiv(H + this.top - a, strideH) - first, top, count);
                for (int b = 0; b < splitW * shift; b += shift, at += piece) {
                    int q = Math.max(0, Math.ceilDiv(left - b, strideW)), w = q * strideW + b - left, n = Math.min(Math.ceilDiv(W - w, strideW), pitch - q);
                    if (n <= 0) continue;
                    Arrays.fill(to, at, at + top * pitch, beside);
                    Arrays.fill(to, at + end * pitch, at + count * pitch, beside);
                    int from = x0 + ((first + top) * strideH + a - this.top) * W + w;
                    if (strideW == 1) rows(to, at + top * pitch + q, pitch, x, from, strideH * W, end - top, n, beside);
                    else if (strideW == 2) everyOther(to, at + top * pitch + q, pitch, x, from, strideH * W, end - top, n, beside);
                    else for (int r = top; r < end; r++, from += strideH * W) every(to, at + r * pitch + q, x, from, strideW, n);
                }
            }
        }

        private static void every(float[] to, int at, float[] x, int from, int stride, int n) {
            for (int j = 0; j < n; j++) to[at + j] = x[from + j * stride];
        }
    }

    /** Rows of n numbers; the last register of each reaches beyond them, where the next row comes or what lies beside the plane. */
    private static void rows(float[] to, int at, int pitch, float[] x, int from, int next, int rows, int n, float beside) {
        // a part that lies in the padding as a whole: from is nowhere
        if (rows <= 0) return;
        if (pitch == n && next == n) {
            System.arraycopy(x, from, to, at, rows * n);
            return;
        }
        int whole = (n - 1) / LANES * LANES;
        VectorMask<Float> rest = FLOATS.indexInRange(0, n - whole);
        FloatVector empty = FloatVector.broadcast(FLOATS, beside);
        for (int r = 0; r < rows; r++, at += pitch, from += next) {
            for (int j = 0; j < whole; j += LANES) FloatVector.fromArray(FLOATS, x, from + j).intoArray(to, at + j);
            empty.blend(FloatVector.fromArray(FLOATS, x, from + whole, rest), rest).intoArray(to, at + whole);
        }
    }

    /** Lanes 0, 2, 4, … of one register, then those of a second. */
    static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(FLOATS, lane -> 2 * lane < LANES ? 2 * lane : 2 * lane - 2 * LANES);

    /** The same of every other number. */
    private static void everyOther(float[] to, int at, int pitch, float[] x, int from, int next, int rows, int n, float beside) {
        int whole = (n - 1) / LANES * LANES, left = 2 * (n - whole) - 1;
        VectorMask<Float> rest = FLOATS.indexInRange(0, n - whole), low = FLOATS.indexInRange(0, left), high = FLOATS.indexInRange(0, Math.max(0, left - LANES));
        FloatVector empty = FloatVector.broadcast(FLOATS, beside);
        for (int r = 0; r < rows; r++, at += pitch, from += next) {
            for (int j = 0; j < whole; j += LANES) {
                // the next number is read along, which is there: it lies before the last that is copied
                FloatVector first = FloatVector.fromArray(FLOATS, x, from + 2 * j);
                first.rearrange(EVEN, FloatVector.fromArray(FLOATS, x, from + 2 * j + LANES)).intoArray(to, at + j);
            }
            FloatVector first = FloatVector.fromArray(FLOATS, x, from + 2 * whole, low);
            FloatVector last = FloatVector.fromArray(FLOATS, x, from + 2 * whole + LANES, high);
            empty.blend(first.rearrange(EVEN, last), rest).intoArray(to, at + whole);
        }
    }

    static int up(int n, int unit) {
        return (n + unit - 1) / unit * unit;
    }

    /** Where the places' sums belong: place (i, j) of a plane of H rows and W columns is its element (h0 + i·stepH, w0 + j·stepW). */
    private record Target(float[] y, int y0, int H, int W, int h0, int stepH, int w0, int stepW, boolean acc) { }

    // ---- forward and the gradient of the input

    /** y (images, O, outH, outW) (+)= x (images, C, H, W) by weight (groups, O, C, kH, kW); the image's group is its number by {@code groups}. */
    static void forward(float[] y, int y0, float[] x, int x0, float[] weight, int w0, int images, int groups, int C, int O, Window w, boolean acc) {
        int reachH = w.dilationH() * (w.kH() - 1), reachW = w.dilationW() * (w.kW() - 1);
        Planes planes = C * w.kW() <= O ? Planes.exact(w, images, C)
                : new Planes(w.H(), w.W(), w.padH(), w.padW(), w.strideH(), w.strideW(), w.outH(), w.outW(), reachH, reachW, images, C);
        int[] distances = new int[C * w.taps()], taps = new int[w.taps()];
        for (int c = 0, k = 0; c < C; c++) {
            for (int t = 0; t < taps.length; t++, k++) {
                taps[t] = t;
                distances[k] = c * planes.size + planes.distance(t / w.kW() * w.dilationH(), t % w.kW() * w.dilationW());
            }
        }
        Target target = new Target(y, y0, w.outH(), w.outW(), 0, 1, 0, 1, acc);
        convolve(target, x, x0, planes, distances, packed(weight, w0, C * w.taps(), w.taps(), w.taps(), taps, groups, O, C), images, groups, C, O);
    }

    /** dx (images, C, H, W) (+)= what dy (images, O, outH, outW) gives back by weight (groups, O, C, kH, kW). */
    static void backward(float[] dx, int dx0, float[] dy, int dy0, float[] weight, int w0, int images, int groups, int C, int O, Window w, boolean acc) {
        // an element of dx, in padded coordinates a + m·stride, takes tap u of output m - (u·dilation - a)/stride, if that is whole
        for (int a = 0; a < w.strideH(); a++) {
            for (int b = 0; b < w.strideW(); b++) {
                int firstM = Math.max(0, Math.ceilDiv(w.padH() - a, w.strideH())), firstN = Math.max(0, Math.ceilDiv(w.padW() - b, w.strideW()));
                int rows = Math.floorDiv(w.H() - 1 + w.padH() - a, w.strideH()) + 1 - firstM, columns = Math.floorDiv(w.W() - 1 + w.padW() - b, w.strideW()) + 1 - firstN;
                if (rows <= 0 || columns <= 0) continue;
                int far = 0, wide = 0, near = Integer.MAX_VALUE, slim = Integer.MAX_VALUE, count = 0;
                int[] taps = new int[w.taps()];
                for (int t = 0; t < w.taps(); t++) {
                    int u = t / w.kW() * w.dilationH() - a, v = t % w.kW() * w.dilationW() - b;
                    if (Math.floorMod(u, w.strideH()) != 0 || Math.floorMod(v, w.strideW()) != 0) continue;
                    taps[count++] = t;
                    far = Math.max(far, u / w.strideH());
                    near = Math.min(near, u / w.strideH());
                    wide = Math.max(wide, v / w.strideW());
                    slim = Math.min(slim, v / w.strideW());
                }
                taps = Arrays.copyOf(taps, count);
                if (count == 0) far = near = wide = slim = 0;
                Planes planes = new Planes(w.outH(), w.outW(), far - firstM, wide - firstN, 1, 1, rows, columns, far - near, wide - slim, images, O);
                int[] distances = new int[O * count];
                for (int o = 0, k = 0; o < O; o++) {
                    for (int t : taps) {
                        int u = (t / w.kW() * w.dilationH() - a) / w.strideH(), v = (t % w.kW() * w.dilationW() - b) / w.strideW();
                        distances[k++] = o * planes.size + planes.distance(far - u, wide - v);
                    }
                }
                Target target = new Target(dx, dx0, w.H(), w.W(), a + firstM * w.strideH() - w.padH(), w.strideH(), b + firstN * w.strideW() - w.padW(), w.strideW(), acc);
                convolve(target, dy, dy0, planes, distances, packed(weight, w0, w.taps(), C * w.taps(), w.taps(), taps, groups, C, O), images, groups, O, C);
            }
        }
    }

    /** The kernels of {@link #ROWS} outputs side by side: [group][strip][k = (c, tap)][row], 0 beyond the outputs. */
    private static float[] packed(float[] weight, int w0, int oStep, int cStep, int kernel, int[] taps, int groups, int O, int C) {
        int strips = Math.ceilDiv(O, ROWS), K = C * taps.length;
        float[] to = SCRATCH.get().shared(groups * strips * ROWS * K);
        if (O % ROWS != 0) Arrays.fill(to, 0, groups * strips * ROWS * K, 0f);
        for (int g = 0; g < groups; g++) {
            for (int o = 0; o < O; o++) {
                int from = w0 + g * O * C * kernel + o * oStep, at = (g * strips + o / ROWS) * ROWS * K + o % ROWS;
                for (int c = 0; c < C; c++) {
                    for (int t : taps) {
                        to[at] = weight[from + c * cStep + t];
                        at += ROWS;
                    }
                }
            }
        }
        return to;
    }

    private static void convolve(Target target, float[] x, int x0, Planes planes, int[] distances, float[] kernels, int images, int groups, int C, int O) {
        int strips = Math.ceilDiv(O, ROWS), parts = planes.parts(), shares = Math.clamp(PIECES / Math.max(1, images * parts), 1, strips), K = distances.length;
        Workers.forRanges(images * parts * shares, 1, (long) images * planes.rows * planes.pitch * O * K / PER_NANO, (from, to) -> {
            int sums = up(C * planes.size, LANES), places = up(planes.part * planes.pitch, COLUMNS) + LANES, plane = target.H * target.W;
            float[] own = SCRATCH.get().own(sums + ROWS * places);
            Arrays.fill(own, 0, sums, 0f);
            for (int task = from, loaded = -1; task < to; task++) {
                int piece = task / shares, image = piece / parts, first = piece % parts * planes.part, rows = Math.min(planes.part, planes.rows - first);
                if (piece != loaded) {
                    for (int c = 0; c < C; c++) planes.load(own, c * planes.size, x, x0 + (image * C + c) * planes.H * planes.W, first);
                }
                loaded = piece;
                for (int strip = strips * (task % shares) / shares; strip < strips * (task % shares + 1) / shares; strip++) {
                    int n = Math.min(ROWS, O - strip * ROWS), weights = (image % groups * strips + strip) * ROWS * K;
                    int y0 = target.y0 + (image * O + strip * ROWS) * plane;
                    if (planes.exact) {
                        exactStrip(target.y, y0 + first * planes.columns, plane, rows * planes.columns, own, sums, distances, kernels, weights, n, target.acc);
                        continue;
                    }
                    strip(own, sums, places, rows * planes.pitch, distances, kernels, weights, n);
                    for (int o = 0; o < n; o++) store(target, y0 + o * plane, first, rows, planes.columns, own, sums + o * places, planes.pitch);
                }
            }
        });
    }

    /** The sums of all places for the first {@code n} rows of a strip; there is room for {@link #ROWS}, and for a tile's columns. */
    private static void strip(float[] own, int sums, int next, int places, int[] distances, float[] kernels, int k0, int n) {
        int K = distances.length;
        for (int k = 0; k < K || k == 0; k += BLOCK_K) {
            int end = Math.min(K, k + BLOCK_K);
            for (int l = 0; l < places; l += COLUMNS) {
                tiles(own, sums + l, next, own, l, distances, k, end, kernels, k0, n, places - l, k > 0);
            }
        }
    }

    /** The same for places that are one output's neighbours in y: whole tiles are summed there, others in {@code own} from {@code tile} on. */
    private static void exactStrip(float[] y, int y0, int next, int places, float[] own, int tile, int[] distances, float[] kernels, int k0, int n, boolean acc) {
        int K = distances.length;
        boolean whole = n == ROWS || n == 6 || n == 4;
        for (int k = 0; k < K || k == 0; k += BLOCK_K) {
            int end = Math.min(K, k + BLOCK_K);
            boolean add = acc || k > 0;
            for (int l = 0; l < places; l += COLUMNS) {
                int columns = Math.min(COLUMNS, places - l);
                if (whole && columns == COLUMNS || n == ROWS && columns == LANES) {
                    tiles(y, y0 + l, next, own, l, distances, k, end, kernels, k0, n, columns, add);
                    continue;
                }
                tiles(own, tile, COLUMNS, own, l, distances, k, end, kernels, k0, n, columns, false);
                for (int o = 0; o < n; o++) {
                    int to = y0 + o * next + l, from = tile + o * COLUMNS;
                    for (int j = 0; add && j < columns; j++) own[from + j] += y[to + j];
                    System.arraycopy(own, from, y, to, columns);
                }
            }
        }
    }

    /** to += x. */
    private static void add(float[] to, int at, float[] x, int from, int n) {
        for (int i = 0; i < n; i += LANES) FloatVector.fromArray(FLOATS, to, at + i).add(FloatVector.fromArray(FLOATS, x, from + i)).intoArray(to, at + i);
    }

    /** Sums of {@code n} rows for the taps k to end - 1; up to four, six or {@link #ROWS} are stored, for one register or two as there are {@code columns}. */
    private static void tiles(float[] to, int at, int next, float[] x, int x0, int[] distances, int k, int end, float[] kernels, int k0, int n, int columns,
                              boolean add) {
        float[] from = add ? to : ZEROS;
        int old = add ? at : 0, row = add ? next : 0;
        if (columns <= LANES) slim(to, at, next, from, old, row, x, x0, distances, k, end, kernels, k0);
        else if (n <= 4) low(to, at, next, from, old, row, x, x0, distances, k, end, kernels, k0);
        else tile(to, at, next, from, old, row, x, x0, distances, k, end, kernels, k0, n > 6);
    }

    /** Rows of a part's places: columns of the places are columns of y, or every so many-th. */
    private static void store(Target target, int y0, int first, int rows, int columns, float[] sums, int at, int pitch) {
        float[] y = target.y;
        if (columns == target.W && target.stepH == 1) {
            storeRows(y, y0 + first * columns, sums, at, pitch, rows, columns, target.acc);
            return;
        }
        for (int i = 0; i < rows; i++, at += pitch) {
            int to = y0 + (target.h0 + (first + i) * target.stepH) * target.W + target.w0;
            if (target.acc) for (int j = 0; j < columns; j++) y[to + j * target.stepW] += sums[at + j];
            else for (int j = 0; j < columns; j++) y[to + j * target.stepW] = sums[at + j];
        }
    }

    /**
     * Rows of n numbers, which follow one another in y. No row's end is stored under a mask (some 12 ns each on Zen 4): the last register of each reaches into
     * the next row, which comes later. So what is there is added to all of them before any is stored.
     */
    static void storeRows(float[] y, int y0, float[] sums, int sums0, int pitch, int rows, int n, boolean acc) {
        if (pitch == n && !acc) {
            System.arraycopy(sums, sums0, y, y0, rows * n);
            return;
        }
        int whole = up(n, LANES);
        // rows whose last register is not beyond what is ours
        int fit = Math.clamp((rows * n - whole) / n + 1, 0, rows);
        if (rows * n < whole) fit = 0;
        for (int r = 0; acc && r < rows; r++) {
            for (int j = 0, at = sums0 + r * pitch, from = y0 + r * n; j < n; j++) sums[at + j] += y[from + j];
        }
        for (int r = 0; r < fit; r++) {
            for (int j = 0; j < whole; j += LANES) FloatVector.fromArray(FLOATS, sums, sums0 + r * pitch + j).intoArray(y, y0 + r * n + j);
        }
        for (int r = fit; r < rows; r++) System.arraycopy(sums, sums0 + r * pitch, y, y0 + r * n, n);
    }

    /** Two registers of places by six or eight outputs, for the taps k to end - 1. */
    private static void tile(float[] sums, int at, int next, float[] from, int old, int row, float[] x, int x0, int[] distances, int k, int end, float[] kernels, int k0,
                             boolean eight) {
        // what lies beyond six rows need not be there
        int row6 = eight ? 6 * row : 0, row7 = eight ? 7 * row : 0;
        FloatVector c00 = FloatVector.fromArray(FLOATS, from, old), c01 = FloatVector.fromArray(FLOATS, from, old + LANES);
        FloatVector c10 = FloatVector.fromArray(FLOATS, from, old + row), c11 = FloatVector.fromArray(FLOATS, from, old + row + LANES);
        FloatVector c20 = FloatVector.fromArray(FLOATS, from, old + 2 * row), c21 = FloatVector.fromArray(FLOATS, from, old + 2 * row + LANES);
        FloatVector c30 = FloatVector.fromArray(FLOATS, from, old + 3 * row), c31 = FloatVector.fromArray(FLOATS, from, old + 3 * row + LANES);
        FloatVector c40 = FloatVector.fromArray(FLOATS, from, old + 4 * row), c41 = FloatVector.fromArray(FLOATS, from, old + 4 * row + LANES);
        FloatVector c50 = FloatVector.fromArray(FLOATS, from, old + 5 * row), c51 = FloatVector.fromArray(FLOATS, from, old + 5 * row + LANES);
        FloatVector c60 = FloatVector.fromArray(FLOATS, from, old + row6), c61 = FloatVector.fromArray(FLOATS, from, old + row6 + LANES);
        FloatVector c70 = FloatVector.fromArray(FLOATS, from, old + row7), c71 = FloatVector.fromArray(FLOATS, from, old + row7 + LANES);
        for (; k < end; k++) {
            int place = x0 + distances[k], w = k0 + k * ROWS;
            FloatVector b0 = FloatVector.fromArray(FLOATS, x, place), b1 = FloatVector.fromArray(FLOATS, x, place + LANES);
            FloatVector a = FloatVector.broadcast(FLOATS, kernels[w]);
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = FloatVector.broadcast(FLOATS, kernels[w + 1]);
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = FloatVector.broadcast(FLOATS, kernels[w + 2]);
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = FloatVector.broadcast(FLOATS, kernels[w + 3]);
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            a = FloatVector.broadcast(FLOATS, kernels[w + 4]);
            c40 = a.fma(b0, c40);
            c41 = a.fma(b1, c41);
            a = FloatVector.broadcast(FLOATS, kernels[w + 5]);
            c50 = a.fma(b0, c50);
            c51 = a.fma(b1, c51);
            if (ROWS == 6 || !eight) continue;
            a = FloatVector.broadcast(FLOATS, kernels[w + 6]);
            c60 = a.fma(b0, c60);
            c61 = a.fma(b1, c61);
            a = FloatVector.broadcast(FLOATS, kernels[w + 7]);
            c70 = a.fma(b0, c70);
            c71 = a.fma(b1, c71);
        }
        c00.intoArray(sums, at);
        c01.intoArray(sums, at + LANES);
        c10.intoArray(sums, at + next);
        c11.intoArray(sums, at + next + LANES);
        c20.intoArray(sums, at + 2 * next);
        c21.intoArray(sums, at + 2 * next + LANES);
        c30.intoArray(sums, at + 3 * next);
        c31.intoArray(sums, at + 3 * next + LANES);
        c40.intoArray(sums, at + 4 * next);
        c41.intoArray(sums, at + 4 * next + LANES);
        c50.intoArray(sums, at + 5 * next);
        c51.intoArray(sums, at + 5 * next + LANES);
        if (ROWS == 6 || !eight) return;
        c60.intoArray(sums, at + 6 * next);
        c61.intoArray(sums, at + 6 * next + LANES);
        c70.intoArray(sums, at + 7 * next);
        c71.intoArray(sums, at + 7 * next + LANES);
    }

    /** Two registers of places by four outputs. */
    private static void low(float[] sums, int at, int next, float[] from, int old, int row, float[] x, int x0, int[] distances, int k, int end, float[] kernels, int k0) {
        FloatVector c00 = FloatVector.fromArray(FLOATS, from, old), c01 = FloatVector.fromArray(FLOATS, from, old + LANES);
        FloatVector c10 = FloatVector.fromArray(FLOATS, from, old + row), c11 = FloatVector.fromArray(FLOATS, from, old + row + LANES);
        FloatVector c20 = FloatVector.fromArray(FLOATS, from, old + 2 * row), c21 = FloatVector.fromArray(FLOATS, from, old + 2 * row + LANES);
        FloatVector c30 = FloatVector.fromArray(FLOATS, from, old + 3 * row), c31 = FloatVector.fromArray(FLOATS, from, old + 3 * row + LANES);
        for (; k < end; k++) {
            int place = x0 + distances[k], w = k0 + k * ROWS;
            FloatVector b0 = FloatVector.fromArray(FLOATS, x, place), b1 = FloatVector.fromArray(FLOATS, x, place + LANES);
            FloatVector a = FloatVector.broadcast(FLOATS, kernels[w]);
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = FloatVector.broadcast(FLOATS, kernels[w + 1]);
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = FloatVector.broadcast(FLOATS, kernels[w + 2]);
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = FloatVector.broadcast(FLOATS, kernels[w + 3]);
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
        }
        c00.intoArray(sums, at);
        c01.intoArray(sums, at + LANES);
        c10.intoArray(sums, at + next);
        c11.intoArray(sums, at + next + LANES);
        c20.intoArray(sums, at + 2 * next);
        c21.intoArray(sums, at + 2 * next + LANES);
        c30.intoArray(sums, at + 3 * next);
        c31.intoArray(sums, at + 3 * next + LANES);
    }

    /** One register of places, for the last few of a plane, by six or eight outputs. */
    private static void slim(float[] sums, int at, int next, float[] from, int old, int row, float[] x, int x0, int[] distances, int k, int end, float[] kernels, int k0) {
        // a strip of six has no rows beyond
        int row6 = ROWS == 6 ? 0 : 6 * row, row7 = ROWS == 6 ? 0 : 7 * row;
        FloatVector c0 = FloatVector.fromArray(FLOATS, from, old), c1 = FloatVector.fromArray(FLOATS, from, old + row);
        FloatVector c2 = FloatVector.fromArray(FLOATS, from, old + 2 * row), c3 = FloatVector.fromArray(FLOATS, from, old + 3 * row);
        FloatVector c4 = FloatVector.fromArray(FLOATS, from, old + 4 * row), c5 = FloatVector.fromArray(FLOATS, from, old + 5 * row);
        FloatVector c6 = FloatVector.fromArray(FLOATS, from, old + row6), c7 = FloatVector.fromArray(FLOATS, from, old + row7);
        for (; k < end; k++) {
            int w = k0 + k * ROWS;
            FloatVector b = FloatVector.fromArray(FLOATS, x, x0 + distances[k]);
            c0 = b.fma(FloatVector.broadcast(FLOATS, kernels[w]), c0);
            c1 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 1]), c1);
            c2 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 2]), c2);
            c3 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 3]), c3);
            c4 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 4]), c4);
            c5 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 5]), c5);
            if (ROWS == 6) continue;
            c6 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 6]), c6);
            c7 = b.fma(FloatVector.broadcast(FLOATS, kernels[w + 7]), c7);
        }
        c0.intoArray(sums, at);
        c1.intoArray(sums, at + next);
        c2.intoArray(sums, at + 2 * next);
        c3.intoArray(sums, at + 3 * next);
        c4.intoArray(sums, at + 4 * next);
        c5.intoArray(sums, at + 5 * next);
        if (ROWS == 6) return;
        c6.intoArray(sums, at + 6 * next);
        c7.intoArray(sums, at + 7 * next);
    }

    // ---- the gradient of the weight

    /**
     * dw (groups, O, C, kH, kW) (+)= the products of dy (B·groups, O, outH, outW) and x (B·groups, C, H, W). Zeros beside the image and at the end of dy's
     * rows are multiplied along: an infinity that meets one makes a NaN in its channel, where the specification leaves that product out.
     */
    static void weights(float[] dw, int dw0, float[] dy, int dy0, float[] x, int x0, int B, int groups, int C, int O, Window w, boolean acc) {
        int reachH = w.dilationH() * (w.kH() - 1), reachW = w.dilationW() * (w.kW() - 1), taps = w.taps();
        // output channels and input channels whose sums are in the cache together
        int outs = Math.min(up(O, DY_ROWS), 66), ins = Math.clamp(SUMS / (outs * taps), 1, C);
        // in pieces for several threads; who shares out the outputs copies x more often, who shares out the inputs dy
        while (groups * Math.ceilDiv(O, outs) * Math.ceilDiv(C, ins) < PIECES / 2) {
            boolean outsCan = outs > DY_ROWS, insCan = ins > 1;
            if (outsCan && (!insCan || C * w.plane() <= O * w.outPlane())) outs = up(Math.ceilDiv(outs, 2), DY_ROWS);
            else if (insCan) ins = Math.ceilDiv(ins, 2);
            else break;
        }
        int outBlocks = Math.ceilDiv(O, outs), inBlocks = Math.ceilDiv(C, ins), outsAtOnce = outs, insAtOnce = ins;
        Planes planes = new Planes(w.H(), w.W(), w.padH(), w.padW(), w.strideH(), w.strideW(), w.outH(), w.outW(), reachH, reachW, PIECES, ins);
        int[] distances = new int[ins * taps];
        for (int k = 0; k < distances.length; k++) {
            distances[k] = k / taps * planes.size + planes.distance(k % taps / w.kW() * w.dilationH(), k % w.kW() * w.dilationW());
        }
        // as many images at once as fit, if one does
        int places = up(planes.part * planes.pitch, LANES), together = Math.clamp(Math.min(PLANES / (ins * planes.size), PLACES / places), 1, Math.max(1, B));
        Workers.forRanges(groups * outBlocks * inBlocks, 1, (long) B * groups * C * O * w.outPlane() * taps / PER_NANO, (from, to) -> {
            Scratch scratch = SCRATCH.get();
            int image = insAtOnce * planes.size, outImage = outsAtOnce * places, out = together * image, sums = out + together * outImage + LANES;
            float[] own = scratch.own(sums + outsAtOnce * up(insAtOnce * taps, TAPS) * LANES);
            Arrays.fill(own, 0, sums, 0f);
            int[] steps = scratch.steps(2 * together * places / LANES);
            for (int task = from; task < to; task++) {
                int g = task / (outBlocks * inBlocks), o0 = task / inBlocks % outBlocks * outsAtOnce, c0 = task % inBlocks * insAtOnce;
                int os = Math.min(outsAtOnce, O - o0), cs = Math.min(insAtOnce, C - c0), K = cs * taps;
                Arrays.fill(own, sums, sums + outsAtOnce * up(insAtOnce * taps, TAPS) * LANES, 0f);
                for (int b = 0; b < B; b += together) {
                    int n = Math.min(together, B - b);
                    for (int first = 0; first < planes.rows; first += planes.part) {
                        int rows = Math.min(planes.part, planes.rows - first);
                        for (int i = 0; i < n; i++) {
                            int source = (b + i) * groups + g;
                            for (int c = 0; c < cs; c++) planes.load(own, i * image + c * planes.size, x, x0 + (source * C + c0 + c) * w.plane(), first);
                            for (int o = 0; o < os; o++) {
                                int plane = dy0 + ((source * O + o0 + o) * planes.rows + first) * planes.columns;
                                int at = out + i * outImage + o * places;
                                rows(own, at, planes.pitch, dy, plane, planes.columns, rows, planes.columns, 0);
                                Arrays.fill(own, at + rows * planes.pitch, at + places, 0f);
                            }
                        }
                        int count = 0;
                        for (int i = 0; i < n; i++) {
                            for (int l = 0; l < rows * planes.pitch; l += LANES) {
                                steps[count++] = i * image + l;
                                steps[count++] = i * outImage + l;
                            }
                        }
                        for (int o = 0; o < os; o += DY_ROWS) {
                            for (int k = 0; k < K; k += TAPS) {
                                correlate(scratch.tile, own, steps, count / 2, out + o * places, places, Math.min(DY_ROWS, os - o) - 1, distances, k, K - 1);
                                add(own, sums + (o * up(K, TAPS) + k * DY_ROWS) * LANES, scratch.tile, 0, DY_ROWS * TAPS * LANES);
                            }
                        }
                    }
                }
                for (int o = 0; o < os; o++) {
                    for (int k = 0; k < K; k++) {
                        int sum = sums + (o / DY_ROWS * DY_ROWS * up(K, TAPS) + k / TAPS * TAPS * DY_ROWS + o % DY_ROWS * TAPS + k % TAPS) * LANES;
                        float total = total(own, sum, scratch.lanes);
                        int at = dw0 + ((g * O + o0 + o) * C + c0) * taps + k;
                        dw[at] = acc ? dw[at] + total : total;
                    }
                }
            }
        });
    }

    private static float total(float[] sums, int at, float[] lanes) {
        return VectorMath.sumLanes(FloatVector.fromArray(FLOATS, sums, at), lanes);
    }

    /**
     * tile[r, t, ·] = Σ dy[r, l]·x[t, l], six rows (three, where registers are few) and four taps, for the registers of places l whose numbers in the first
     * plane of x and of dy stand in {@code steps} two by two: one loop over all images, since theirs are short. Rows beyond {@code lastRow} and taps beyond
     * {@code lastTap} are the last one again; nobody reads their sums.
     */
    private static void correlate(float[] tile, float[] own, int[] steps, int n, int dy0, int next, int lastRow, int[] distances, int k, int lastTap) {
        int d1 = Math.min(1, lastRow) * next, d2 = Math.min(2, lastRow) * next, d3 = Math.min(3, lastRow) * next;
        int d4 = Math.min(4, lastRow) * next, d5 = Math.min(5, lastRow) * next;
        int x0 = distances[k], x1 = distances[Math.min(k + 1, lastTap)], x2 = distances[Math.min(k + 2, lastTap)], x3 = distances[Math.min(k + 3, lastTap)];
        FloatVector zero = FloatVector.zero(FLOATS), a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        FloatVector c0 = zero, c1 = zero, c2 = zero, c3 = zero, e0 = zero, e1 = zero, e2 = zero, e3 = zero;
        FloatVector f0 = zero, f1 = zero, f2 = zero, f3 = zero, g0 = zero, g1 = zero, g2 = zero, g3 = zero;
        for (int s = 0; s < n; s++) {
            int x = steps[2 * s], dy = dy0 + steps[2 * s + 1];
            FloatVector v = FloatVector.fromArray(FLOATS, own, x + x0), w = FloatVector.fromArray(FLOATS, own, x + x1);
            FloatVector y = FloatVector.fromArray(FLOATS, own, x + x2), z = FloatVector.fromArray(FLOATS, own, x + x3);
            FloatVector d = FloatVector.fromArray(FLOATS, own, dy);
            a0 = d.fma(v, a0);
            a1 = d.fma(w, a1);
            a2 = d.fma(y, a2);
            a3 = d.fma(z, a3);
            d = FloatVector.fromArray(FLOATS, own, dy + d1);
            b0 = d.fma(v, b0);
            b1 = d.fma(w, b1);
            b2 = d.fma(y, b2);
            b3 = d.fma(z, b3);
            d = FloatVector.fromArray(FLOATS, own, dy + d2);
            c0 = d.fma(v, c0);
            c1 = d.fma(w, c1);
            c2 = d.fma(y, c2);
            c3 = d.fma(z, c3);
            if (DY_ROWS == 3) continue;
            d = FloatVector.fromArray(FLOATS, own, dy + d3);
            e0 = d.fma(v, e0);
            e1 = d.fma(w, e1);
            e2 = d.fma(y, e2);
            e3 = d.fma(z, e3);
            d = FloatVector.fromArray(FLOATS, own, dy + d4);
            f0 = d.fma(v, f0);
            f1 = d.fma(w, f1);
            f2 = d.fma(y, f2);
            f3 = d.fma(z, f3);
            d = FloatVector.fromArray(FLOATS, own, dy + d5);
            g0 = d.fma(v, g0);
            g1 = d.fma(w, g1);
            g2 = d.fma(y, g2);
            g3 = d.fma(z, g3);
        }
        a0.intoArray(tile, 0);
        a1.intoArray(tile, LANES);
        a2.intoArray(tile, 2 * LANES);
        a3.intoArray(tile, 3 * LANES);
        b0.intoArray(tile, 4 * LANES);
        b1.intoArray(tile, 5 * LANES);
        b2.intoArray(tile, 6 * LANES);
        b3.intoArray(tile, 7 * LANES);
        c0.intoArray(tile, 8 * LANES);
        c1.intoArray(tile, 9 * LANES);
        c2.intoArray(tile, 10 * LANES);
        c3.intoArray(tile, 11 * LANES);
        if (DY_ROWS == 3) return;
        e0.intoArray(tile, 12 * LANES);
        e1.intoArray(tile, 13 * LANES);
        e2.intoArray(tile, 14 * LANES);
        e3.intoArray(tile, 15 * LANES);
        f0.intoArray(tile, 16 * LANES);
        f1.intoArray(tile, 17 * LANES);
        f2.intoArray(tile, 18 * LANES);
        f3.intoArray(tile, 19 * LANES);
        g0.intoArray(tile, 20 * LANES);
        g1.intoArray(tile, 21 * LANES);
        g2.intoArray(tile, 22 * LANES);
        g3.intoArray(tile, 23 * LANES);
    }
}
