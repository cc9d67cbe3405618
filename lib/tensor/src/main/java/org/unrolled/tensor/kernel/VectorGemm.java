package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.FloatVector;

/**
 * C (+)= op(A)·op(B), the triple loop in an order that a processor likes (Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008).
 *
 * <ol>
 * <li>Registers: a tile of C, {@link #TILE_ROWS} rows by two vectors, stays in registers while k runs. Each number loaded is used many times:
 *     10 loads for 16 multiply-adds.
 * <li>Cache: k runs in blocks of {@value #BLOCK_K}. {@link #BLOCK_M} rows of A, which stay in the second-level cache, meet one panel of B after the
 *     other, each as wide as a tile. Blocks are this deep because adding to C is what costs most in a large product: its rows lie far apart.
 * <li>Packing: rows of A are copied to where their distance is a constant, and B's block into panels that the tile reads straight on. For a few rows
 *     of A, B is read in place; for a few columns of B, A is. A transposed one has to be turned around somewhere.
 * <li>Threads: C is cut into rectangles, and whoever computes one packs what it needs of A and B; B for all rectangles of the same columns. Nobody waits for
 *     anybody before the end.
 * </ol>
 * Every element of C is summed in the order of k, one accumulator for each block of k, whichever of these paths it takes and however many threads
 * there are; only where B is transposed and A has a few rows, their rows are multiplied as they lie ({@link #dotProducts}).
 */
final class VectorGemm {
    /**
     * Rows of a tile. With two vectors of B and one of A, 8 fill 19 of the 32 registers of AVX-512 and NEON. AVX2 and SSE have 16: 6 would fill 15, but C2 fetches
     * three numbers of A ahead, and a sum that goes through memory for each k halves the speed (43 GF/s of 110, with 5 rows 78 to 92). The multiply-add units need
     * some 8 sums at a time, since a sum is ready for its next product after 4 cycles.
     */
    static final int TILE_ROWS = LANES >= 16 || System.getProperty("os.arch").equals("aarch64") ? 8 : 5;
    static final int TILE_COLUMNS = 2 * LANES;
    /** What {@link #narrow} and {@link #wide} have in registers: eight sums each. */
    private static final int NARROW_ROWS = 8, WIDE_COLUMNS = 8 * LANES;
    /**
     * What is added to sums that replace C instead of being added to it. Choosing an array keeps vectors out of branches, where they become objects. So they
     * do in calls of any method of ours from some 40 vector operations on: a compilation that large takes in none but the Vector API's (-XX:+PrintInlining
     * says "NodeCountInliningCutoff"). That is why the tiles store their sums line by line.
     */
    private static final float[] ZEROS = new float[WIDE_COLUMNS];
    private static final int BLOCK_K = 1024;
    /** Rows of A in a block, whole tiles: 256 KiB with {@value #BLOCK_K} columns. */
    private static final int BLOCK_M = 64 / TILE_ROWS * TILE_ROWS;
    /** Columns of B in a block: 2 MiB with {@value #BLOCK_K} rows, which the third-level cache has for each thread. */
    private static final int BLOCK_N = 512;
    /** Rows of A up to which B is read in place: packing costs as much as it saves so few rows. Chosen by trials against 16. */
    private static final int IN_PLACE = 32;
    /** Panels up to which a strip of A is packed and used at once, as high as a tile: it stays in the first-level cache. */
    private static final int FEW_PANELS = 2;
    /** Values of k that are turned around together: what is read and written of them stays in the first-level cache until all rows have passed. */
    private static final int TURNED_TOGETHER = 128;
    /** From one packed row of A to the next; no power of two, or all rows would fall upon the same few lines of the first-level cache. */
    private static final int STRIP_ROW = BLOCK_K + 16;

    /** Multiply-adds that one thread does in a nanosecond, roughly: only to decide how many threads a product is worth. */
    private static final int PER_NANO = 3 * LANES;
    /** Numbers of B that a thread keeps packed from one rectangle to the next: 4 MiB. */
    private static final int MOST_KEPT = 1 << 20;
    /** Nanoseconds, roughly, to pack a number that lies in a row or in a column, to read one of packed B, and to take a part: they decide how several threads cut C. */
    private static final double COPIED = 0.05, TURNED = VectorTurn.IN_REGISTERS ? 0.1 : 0.3, READ = 0.02, TAKEN = 300;
    /** Numbers the products that several threads share. */
    private static final AtomicLong PRODUCTS = new AtomicLong();

    /** A thread's own blocks, grown to what its largest product needed. */
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private static final class Scratch {
        final float[] tile = new float[NARROW_ROWS * TILE_COLUMNS];
        float[] strips = {}, panels = {};
        /** Which product the panels hold columns of, from which column on; 0: of none. */
        long product;
        int column;

        float[] strips(int n) { return strips.length >= n ? strips : (strips = new float[n]); }

        /** Keeps what is in it. */
        float[] panels(int n) { return panels.length >= n ? panels : (panels = Arrays.copyOf(panels, n)); }
    }

    /** A matrix in an array: element (i, j) is {@code data[start + i·row + j·column]}. */
    private record Matrix(float[] data, int start, int row, int column) {
        static Matrix of(float[] data, int start, int rows, int columns, boolean transposed) {
            return transposed ? new Matrix(data, start, 1, rows) : new Matrix(data, start, columns, 1);
        }

        int at(int i, int j) { return start + i * row + j * column; }
    }

    private VectorGemm() { }

    static void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB,
                       boolean transposeA, boolean transposeB, boolean acc) {
        if (batch > 1) {
            // a batch of matrices that share B and lie one after the other in A is one tall matrix
            if (strideB == 0 && !transposeA && strideA == M * K) {
                matmul(c, a, b, 1, batch * M, N, K, 0, 0, false, transposeB, acc);
                return;
            }
            Workers.forRanges(batch, 1, batch * nanos(M, N, K), (from, to) -> {
                for (int i = from; i < to; i++) {
                    one(c.floats(), c.offset() + i * M * N, N, Matrix.of(a.floats(), a.offset() + i * strideA, M, K, transposeA),
                            Matrix.of(b.floats(), b.offset() + i * strideB, K, N, transposeB), M, N, K, acc);
                }
            });
        } else if (batch == 1) {
            one(c.floats(), c.offset(), N, Matrix.of(a.floats(), a.offset(), M, K, transposeA),
                    Matrix.of(b.floats(), b.offset(), K, N, transposeB), M, N, K, acc);
        }
    }

    private static long nanos(int M, int N, int K) {
        return (long) M * N * K / PER_NANO;
    }

    /**
     * B (K, N), packed once for products with many As one after the other, such as the steps of a recurrence. Its products run in the
     * caller's thread.
     */
    static final class Packed {
        private final float[] panels;
        private final int N;
        private final int K;

        /**
         * b is (K, N), or (N, K) if transposed.
         *
         * @param panels takes the packed form, {@link #size} elements; it is the caller's, who may use it again after the last product
         */
        Packed(Buffer b, int K, int N, boolean transposed, float[] panels) {
            this.N = N;
            this.K = K;
            this.panels = panels;
            pack(Matrix.of(b.floats(), b.offset(), K, N, transposed), 0, K, 0, N, panels, 0);
        }

        static int size(int K, int N) { return panels(N) * TILE_COLUMNS * K; }

        /** C (M, N) (+)= A (M, K) · B; C and A lie in one piece. */
        void multiply(float[] c, float[] a, int M, boolean acc) {
            if (K == 0 && !acc) Arrays.fill(c, 0, M * N, 0f);
            Scratch scratch = SCRATCH.get();
            Matrix rows = new Matrix(a, 0, K, 1);
            for (int k0 = 0; k0 < K; k0 += BLOCK_K) {
                strips(c, 0, N, rows, 0, M, k0, Math.min(BLOCK_K, K - k0), panels, k0 * TILE_COLUMNS, TILE_COLUMNS, K * TILE_COLUMNS, N, acc || k0 > 0, scratch);
            }
        }
    }

    private static void one(float[] c, int start, int cRow, Matrix a, Matrix b, int M, int N, int K, boolean acc) {
        if (K == 0 && !acc) for (int i = 0; i < M; i++) Arrays.fill(c, start + i * cRow, start + i * cRow + N, 0f);
        if (K == 0 || M == 0 || N == 0) return;
        if (b.column != 1 && a.column == 1 && M <= 8 && K >= 4 * LANES) {
            dotProducts(c, start, cRow, a, b, M, N, K, acc);
            return;
        }
        int threads = Workers.threads(nanos(M, N, K));
        if (threads == 1) {
            rectangle(c, start, cRow, a, b, 0, M, 0, N, K, acc, M <= IN_PLACE, 0);
            return;
        }
        boolean inPlace = M <= IN_PLACE;
        double packA = (double) M * K * (a.column == 1 ? COPIED : TURNED), packB = (double) N * K * (b.column == 1 ? inPlace ? 0 : COPIED : TURNED), least = Double.MAX_VALUE;
        int h = M, w = N;
        for (int width = share(N, Math.ceilDiv(N, BLOCK_N), TILE_COLUMNS); ; width = share(width, 2, TILE_COLUMNS)) {
            for (int height = share(M, Math.ceilDiv(M, BLOCK_M), TILE_ROWS); width == TILE_COLUMNS || (long) width * K <= MOST_KEPT; height = share(height, 2, TILE_ROWS)) {
                int down = Math.ceilDiv(M, height), across = Math.ceilDiv(N, width), n = down * across;
                // A is packed for each column of rectangles, B by each thread and read for each row of them; somebody waits for the last part
                double lost = across * packA + Math.min(down, threads) * packB + down * READ * N * K + (threads - 1) * nanos(M, N, K) / n + n * TAKEN;
                if (lost < least) {
                    least = lost;
                    h = height;
                    w = width;
                }
                if (height <= TILE_ROWS) break;
            }
            if (width <= TILE_COLUMNS) break;
        }
        int rows = h, columns = w, down = Math.ceilDiv(M, h);
        long product = PRODUCTS.incrementAndGet();
        // one rectangle below the other, so that a thread packs their columns of B once
        Workers.forParts(down * Math.ceilDiv(N, w), nanos(M, N, K), part -> {
            int i = part % down * rows, j = part / down * columns;
            rectangle(c, start, cRow, a, b, i, Math.min(M, i + rows), j, Math.min(N, j + columns), K, acc, inPlace, product);
        });
    }

    /** So many of n go to each of {@code parts}: a multiple of the unit. */
    private static int share(int n, int parts, int unit) {
        return Math.ceilDiv(Math.ceilDiv(n, parts), unit) * unit;
    }

    /**
     * Rows i0 to i1 and columns j0 to j1 of C, in this thread.
     *
     * @param product a number other than 0: what is packed of B is kept for further rectangles of the same columns of this product
     */
    private static void rectangle(float[] c, int start, int cRow, Matrix a, Matrix b, int i0, int i1, int j0, int j1, int K, boolean acc, boolean inPlace,
                                  long product) {
        Scratch scratch = SCRATCH.get();
        boolean packed = product != 0 && scratch.product == product && scratch.column == j0;
        scratch.product = 0;
        for (int j = j0; j < j1; j += BLOCK_N) {
            int columns = Math.min(BLOCK_N, j1 - j), kept = product == 0 ? 0 : panels(columns) * TILE_COLUMNS;
            for (int k = 0; k < K; k += BLOCK_K) {
                block(c, start + i0 * cRow + j, cRow, a, b, i0, i1, j, columns, k, Math.min(BLOCK_K, K - k), acc || k > 0, inPlace, k * kept, packed, scratch);
            }
        }
        scratch.product = product;
        scratch.column = j0;
    }

    /**
     * So many columns of these rows, from j and from at on, and {@code depth} values of k.
     *
     * @param few    whether B is read in place
     * @param kept   where the packed part of B begins in the scratch
     * @param packed whether it is there already
     */
    private static void block(float[] c, int at, int cRow, Matrix a, Matrix b, int i0, int i1, int j, int columns, int k, int depth, boolean add,
                              boolean few, int kept, boolean packed, Scratch scratch) {
        int inPlace = 0;
        boolean oneVector = columns == LANES && a.column == 1;
        if (b.column == 1 && (few || oneVector)) {
            if (i1 - i0 == 1) {
                for (; inPlace <= columns - WIDE_COLUMNS; inPlace += WIDE_COLUMNS) {
                    wide(c, at + inPlace, a.data, a.at(i0, k), a.column, b.data, b.at(k, j + inPlace), b.row, depth, add);
                }
            }
            int whole = oneVector ? LANES : (columns - inPlace) / TILE_COLUMNS * TILE_COLUMNS;
            strips(c, at + inPlace, cRow, a, i0, i1, k, depth, b.data, b.at(k, j + inPlace), b.row, TILE_COLUMNS, whole, add, scratch);
            inPlace += whole;
        }
        // packed: all columns, or the last few that fill no tile
        if (inPlace < columns) {
            int rest = columns - inPlace;
            float[] panels = scratch.panels(kept + panels(rest) * TILE_COLUMNS * depth);
            if (!packed) pack(b, k, depth, j + inPlace, rest, panels, kept);
            strips(c, at + inPlace, cRow, a, i0, i1, k, depth, panels, kept, TILE_COLUMNS, depth * TILE_COLUMNS, rest, add, scratch);
        }
    }

    /**
     * C (M, N) (+)= A·B in this thread, of a B that lies as tiles read it: element (k, j) is {@code b[bStart + (j / w)·nextPanel + k·bRow + j % w]} with
     * w = {@link #TILE_COLUMNS}, and there are numbers, whichever, up to the width of the last panel. Element (i, j) of C is {@code c[start + i·rowOfC + j]},
     * element (i, k) of A {@code a[aStart + i·aRow + k·aColumn]}.
     */
    static void panels(float[] c, int start, int rowOfC, float[] a, int aStart, int aRow, int aColumn, float[] b, int bStart, int bRow, int nextPanel,
                       int M, int N, int K, boolean acc) {
        Scratch scratch = SCRATCH.get();
        Matrix rows = new Matrix(a, aStart, aRow, aColumn);
        for (int k = 0; k < K; k += BLOCK_K) {
            strips(c, start, rowOfC, rows, 0, M, k, Math.min(BLOCK_K, K - k), b, bStart + k * bRow, bRow, nextPanel, N, acc || k > 0, scratch);
        }
    }

    /**
     * Rows i0 to i1 of C (+)= A·B for {@code depth} values of k from k0 on. Panel p of B begins at {@code bStart + p·nextPanel}; its rows are
     * {@code bRow} apart.
     */
    private static void strips(float[] c, int start, int cRow, Matrix a, int i0, int i1, int k0, int depth, float[] b, int bStart, int bRow, int nextPanel,
                               int columns, boolean add, Scratch scratch) {
        if (columns == 0) return;
        if (columns <= LANES && a.column == 1) {
            for (int i = i0; i < i1; i += NARROW_ROWS) {
                int height = Math.min(NARROW_ROWS, i1 - i), at = start + (i - i0) * cRow;
                boolean inside = height == NARROW_ROWS && columns == LANES;
                float[] to = inside ? c : scratch.tile;
                narrow(to, inside ? at : 0, inside ? cRow : TILE_COLUMNS, height, a.data, a.at(i, k0), a.row, b, bStart, bRow, depth, inside && add);
                if (!inside) copyEdge(c, at, cRow, height, columns, scratch.tile, add);
            }
            return;
        }
        int blockRows = columns <= FEW_PANELS * TILE_COLUMNS ? a.column == 1 ? TILE_ROWS : 2 * TILE_ROWS : BLOCK_M;
        float[] strips = scratch.strips(Math.ceilDiv(Math.min(blockRows, i1 - i0), TILE_ROWS) * TILE_ROWS * STRIP_ROW);
        for (int i = i0; i < i1; i += blockRows) {
            int rows = Math.min(blockRows, i1 - i);
            packRows(a, i, rows, k0, depth, strips);
            for (int j = 0, panel = bStart; j < columns; j += TILE_COLUMNS, panel += nextPanel) {
                tiles(c, start + (i - i0) * cRow + j, cRow, strips, rows, b, panel, bRow, depth, Math.min(TILE_COLUMNS, columns - j), add, scratch.tile);
            }
        }
    }

    /** The tiles of {@code width} columns of C, one below the other. */
    private static void tiles(float[] c, int start, int cRow, float[] strips, int rows, float[] b, int bStart, int bRow, int depth, int width, boolean add,
                              float[] own) {
        int height;
        for (int i = 0; i < rows; i += height) {
            height = Math.min(TILE_ROWS, rows - i);
            // a tile of 4 rows and one of 1 have less to do than one of 8
            if (height == 5 && TILE_ROWS > 5) height = 4;
            int at = start + i * cRow, strip = i * STRIP_ROW;
            boolean inside = width == TILE_COLUMNS && (height == TILE_ROWS || height == 4 || height == 1);
            // a tile over the edge of C goes through one of our own; what it holds of rows and columns beyond the edge is not copied
            float[] to = inside ? c : own;
            int toStart = inside ? at : 0, toRow = inside ? cRow : TILE_COLUMNS;
            boolean addHere = inside && add;
            if (height == 1) row(to, toStart, strips, strip, b, bStart, bRow, depth, addHere);
            else if (height <= 4) low(to, toStart, toRow, strips, strip, b, bStart, bRow, depth, addHere);
            else if (width <= LANES) narrow(to, toStart, toRow, height, strips, strip, STRIP_ROW, b, bStart, bRow, depth, addHere);
            else tile(to, toStart, toRow, strips, strip, b, bStart, bRow, depth, addHere);
            if (!inside) copyEdge(c, at, cRow, height, width, to, add);
        }
    }

    /** C[0..TILE_ROWS, 0..TILE_COLUMNS] (+)= strip · panel, with all of C in registers. */
    private static void tile(float[] c, int start, int N, float[] strip, int s, float[] b, int bStart, int bRow, int depth, boolean add) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero, c50 = zero, c51 = zero, c60 = zero, c61 = zero, c70 = zero, c71 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, bStart + k * bRow);
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, bStart + k * bRow + LANES);
            FloatVector x = FloatVector.broadcast(FLOATS, strip[s + k]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(FLOATS, strip[s + STRIP_ROW + k]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(FLOATS, strip[s + 2 * STRIP_ROW + k]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(FLOATS, strip[s + 3 * STRIP_ROW + k]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(FLOATS, strip[s + 4 * STRIP_ROW + k]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            if (TILE_ROWS == 5) continue;
            x = FloatVector.broadcast(FLOATS, strip[s + 5 * STRIP_ROW + k]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(FLOATS, strip[s + 6 * STRIP_ROW + k]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(FLOATS, strip[s + 7 * STRIP_ROW + k]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        float[] from = add ? c : ZEROS;
        int old = add ? start : 0, row = add ? N : 0;
        c00.add(FloatVector.fromArray(FLOATS, from, old)).intoArray(c, start);
        c01.add(FloatVector.fromArray(FLOATS, from, old + LANES)).intoArray(c, start + LANES);
        c10.add(FloatVector.fromArray(FLOATS, from, old + row)).intoArray(c, start + N);
        c11.add(FloatVector.fromArray(FLOATS, from, old + row + LANES)).intoArray(c, start + N + LANES);
        c20.add(FloatVector.fromArray(FLOATS, from, old + 2 * row)).intoArray(c, start + 2 * N);
        c21.add(FloatVector.fromArray(FLOATS, from, old + 2 * row + LANES)).intoArray(c, start + 2 * N + LANES);
        c30.add(FloatVector.fromArray(FLOATS, from, old + 3 * row)).intoArray(c, start + 3 * N);
        c31.add(FloatVector.fromArray(FLOATS, from, old + 3 * row + LANES)).intoArray(c, start + 3 * N + LANES);
        c40.add(FloatVector.fromArray(FLOATS, from, old + 4 * row)).intoArray(c, start + 4 * N);
        c41.add(FloatVector.fromArray(FLOATS, from, old + 4 * row + LANES)).intoArray(c, start + 4 * N + LANES);
        if (TILE_ROWS == 5) return;
        c50.add(FloatVector.fromArray(FLOATS, from, old + 5 * row)).intoArray(c, start + 5 * N);
        c51.add(FloatVector.fromArray(FLOATS, from, old + 5 * row + LANES)).intoArray(c, start + 5 * N + LANES);
        c60.add(FloatVector.fromArray(FLOATS, from, old + 6 * row)).intoArray(c, start + 6 * N);
        c61.add(FloatVector.fromArray(FLOATS, from, old + 6 * row + LANES)).intoArray(c, start + 6 * N + LANES);
        c70.add(FloatVector.fromArray(FLOATS, from, old + 7 * row)).intoArray(c, start + 7 * N);
        c71.add(FloatVector.fromArray(FLOATS, from, old + 7 * row + LANES)).intoArray(c, start + 7 * N + LANES);
    }

    /** A tile of four rows, for the last few of a matrix. */
    private static void low(float[] c, int start, int N, float[] strip, int s, float[] b, int bStart, int bRow, int depth, boolean add) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, bStart + k * bRow);
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, bStart + k * bRow + LANES);
            FloatVector x = FloatVector.broadcast(FLOATS, strip[s + k]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(FLOATS, strip[s + STRIP_ROW + k]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(FLOATS, strip[s + 2 * STRIP_ROW + k]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(FLOATS, strip[s + 3 * STRIP_ROW + k]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        float[] from = add ? c : ZEROS;
        int old = add ? start : 0, row = add ? N : 0;
        c00.add(FloatVector.fromArray(FLOATS, from, old)).intoArray(c, start);
        c01.add(FloatVector.fromArray(FLOATS, from, old + LANES)).intoArray(c, start + LANES);
        c10.add(FloatVector.fromArray(FLOATS, from, old + row)).intoArray(c, start + N);
        c11.add(FloatVector.fromArray(FLOATS, from, old + row + LANES)).intoArray(c, start + N + LANES);
        c20.add(FloatVector.fromArray(FLOATS, from, old + 2 * row)).intoArray(c, start + 2 * N);
        c21.add(FloatVector.fromArray(FLOATS, from, old + 2 * row + LANES)).intoArray(c, start + 2 * N + LANES);
        c30.add(FloatVector.fromArray(FLOATS, from, old + 3 * row)).intoArray(c, start + 3 * N);
        c31.add(FloatVector.fromArray(FLOATS, from, old + 3 * row + LANES)).intoArray(c, start + 3 * N + LANES);
    }

    /**
     * {@code height} rows of one vector. There is one load for each multiply-add, so these are the limit, and A may as well be read where it lies.
     * Rows beyond the height are the last one again.
     */
    private static void narrow(float[] c, int start, int N, int height, float[] a, int a0, int aRow, float[] b, int bStart, int bRow, int depth, boolean add) {
        int a1 = a0 + Math.min(1, height - 1) * aRow, a2 = a0 + Math.min(2, height - 1) * aRow, a3 = a0 + Math.min(3, height - 1) * aRow;
        int a4 = a0 + Math.min(4, height - 1) * aRow, a5 = a0 + Math.min(5, height - 1) * aRow, a6 = a0 + Math.min(6, height - 1) * aRow;
        int a7 = a0 + Math.min(7, height - 1) * aRow;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromArray(FLOATS, b, bStart + k * bRow);
            c0 = x.fma(FloatVector.broadcast(FLOATS, a[a0 + k]), c0);
            c1 = x.fma(FloatVector.broadcast(FLOATS, a[a1 + k]), c1);
            c2 = x.fma(FloatVector.broadcast(FLOATS, a[a2 + k]), c2);
            c3 = x.fma(FloatVector.broadcast(FLOATS, a[a3 + k]), c3);
            c4 = x.fma(FloatVector.broadcast(FLOATS, a[a4 + k]), c4);
            c5 = x.fma(FloatVector.broadcast(FLOATS, a[a5 + k]), c5);
            c6 = x.fma(FloatVector.broadcast(FLOATS, a[a6 + k]), c6);
            c7 = x.fma(FloatVector.broadcast(FLOATS, a[a7 + k]), c7);
        }
        float[] from = add ? c : ZEROS;
        int old = add ? start : 0, row = add ? N : 0;
        c0.add(FloatVector.fromArray(FLOATS, from, old)).intoArray(c, start);
        c1.add(FloatVector.fromArray(FLOATS, from, old + row)).intoArray(c, start + N);
        c2.add(FloatVector.fromArray(FLOATS, from, old + 2 * row)).intoArray(c, start + 2 * N);
        c3.add(FloatVector.fromArray(FLOATS, from, old + 3 * row)).intoArray(c, start + 3 * N);
        c4.add(FloatVector.fromArray(FLOATS, from, old + 4 * row)).intoArray(c, start + 4 * N);
        c5.add(FloatVector.fromArray(FLOATS, from, old + 5 * row)).intoArray(c, start + 5 * N);
        c6.add(FloatVector.fromArray(FLOATS, from, old + 6 * row)).intoArray(c, start + 6 * N);
        c7.add(FloatVector.fromArray(FLOATS, from, old + 7 * row)).intoArray(c, start + 7 * N);
    }

    /** One row of C, eight vectors of it: a row of B is read on for so long that the memory keeps up. */
    private static void wide(float[] c, int start, float[] a, int a0, int aColumn, float[] b, int bStart, int bRow, int depth, boolean add) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + k * aColumn]);
            int at = bStart + k * bRow;
            c0 = x.fma(FloatVector.fromArray(FLOATS, b, at), c0);
            c1 = x.fma(FloatVector.fromArray(FLOATS, b, at + LANES), c1);
            c2 = x.fma(FloatVector.fromArray(FLOATS, b, at + 2 * LANES), c2);
            c3 = x.fma(FloatVector.fromArray(FLOATS, b, at + 3 * LANES), c3);
            c4 = x.fma(FloatVector.fromArray(FLOATS, b, at + 4 * LANES), c4);
            c5 = x.fma(FloatVector.fromArray(FLOATS, b, at + 5 * LANES), c5);
            c6 = x.fma(FloatVector.fromArray(FLOATS, b, at + 6 * LANES), c6);
            c7 = x.fma(FloatVector.fromArray(FLOATS, b, at + 7 * LANES), c7);
        }
        float[] from = add ? c : ZEROS;
        int old = add ? start : 0;
        c0.add(FloatVector.fromArray(FLOATS, from, old)).intoArray(c, start);
        c1.add(FloatVector.fromArray(FLOATS, from, old + LANES)).intoArray(c, start + LANES);
        c2.add(FloatVector.fromArray(FLOATS, from, old + 2 * LANES)).intoArray(c, start + 2 * LANES);
        c3.add(FloatVector.fromArray(FLOATS, from, old + 3 * LANES)).intoArray(c, start + 3 * LANES);
        c4.add(FloatVector.fromArray(FLOATS, from, old + 4 * LANES)).intoArray(c, start + 4 * LANES);
        c5.add(FloatVector.fromArray(FLOATS, from, old + 5 * LANES)).intoArray(c, start + 5 * LANES);
        c6.add(FloatVector.fromArray(FLOATS, from, old + 6 * LANES)).intoArray(c, start + 6 * LANES);
        c7.add(FloatVector.fromArray(FLOATS, from, old + 7 * LANES)).intoArray(c, start + 7 * LANES);
    }

    /** One row of C: what a tile would do for a single row, without computing it eight times. */
    private static void row(float[] c, int start, float[] strip, int s, float[] b, int bStart, int bRow, int depth, boolean add) {
        FloatVector c0 = FloatVector.zero(FLOATS), c1 = c0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, strip[s + k]);
            c0 = x.fma(FloatVector.fromArray(FLOATS, b, bStart + k * bRow), c0);
            c1 = x.fma(FloatVector.fromArray(FLOATS, b, bStart + k * bRow + LANES), c1);
        }
        float[] from = add ? c : ZEROS;
        int old = add ? start : 0;
        c0.add(FloatVector.fromArray(FLOATS, from, old)).intoArray(c, start);
        c1.add(FloatVector.fromArray(FLOATS, from, old + LANES)).intoArray(c, start + LANES);
    }

    private static void copyEdge(float[] c, int start, int N, int height, int width, float[] tile, boolean add) {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                float sum = tile[i * TILE_COLUMNS + j];
                c[start + i * N + j] = add ? c[start + i * N + j] + sum : sum;
            }
        }
    }

    /** C[i, j] = A's row i · B's column j, which lie as rows both: for so few rows of A, turning B around would cost more. */
    private static void dotProducts(float[] c, int start, int cRow, Matrix a, Matrix b, int M, int N, int K, boolean acc) {
        Workers.forRanges(N, 16, (long) M * N * K / 8, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int j = from; j < to; j++) {
                for (int i = 0; i < M; i++) {
                    float sum = dotProduct(a.data, a.start + i * a.row, b.data, b.start + j * b.column, K, lanes);
                    int at = start + i * cRow + j;
                    c[at] = acc ? c[at] + sum : sum;
                }
            }
        });
    }

    private static float dotProduct(float[] a, int aStart, float[] b, int bStart, int n, float[] lanes) {
        FloatVector s0 = FloatVector.zero(FLOATS), s1 = s0, s2 = s0, s3 = s0;
        int k = 0;
        for (; k <= n - 4 * LANES; k += 4 * LANES) {
            s0 = FloatVector.fromArray(FLOATS, a, aStart + k).fma(FloatVector.fromArray(FLOATS, b, bStart + k), s0);
            s1 = FloatVector.fromArray(FLOATS, a, aStart + k + LANES).fma(FloatVector.fromArray(FLOATS, b, bStart + k + LANES), s1);
            s2 = FloatVector.fromArray(FLOATS, a, aStart + k + 2 * LANES).fma(FloatVector.fromArray(FLOATS, b, bStart + k + 2 * LANES), s2);
            s3 = FloatVector.fromArray(FLOATS, a, aStart + k + 3 * LANES).fma(FloatVector.fromArray(FLOATS, b, bStart + k + 3 * LANES), s3);
        }
        float sum = VectorMath.sumLanes(s0.add(s1).add(s2.add(s3)), lanes);
        for (; k < n; k++) sum = Math.fma(a[aStart + k], b[bStart + k], sum);
        return sum;
    }

    // ---- packing

    private static int panels(int columns) {
        return Math.ceilDiv(columns, TILE_COLUMNS);
    }

    /** Rows k0.. and columns j0.. of B in panels as wide as a tile, each (depth, TILE_COLUMNS) in one piece, the last filled up with zeros. */
    private static void pack(Matrix b, int k0, int depth, int j0, int columns, float[] to, int at) {
        int whole = b.column == 1 ? columns / TILE_COLUMNS * TILE_COLUMNS : 0;
        for (int k = 0; whole > 0 && k < depth; k++) copyRow(b.data, b.at(k0 + k, j0), to, at + k * TILE_COLUMNS, depth * TILE_COLUMNS, whole);
        for (int j = whole; j < columns; j += TILE_COLUMNS) {
            int width = Math.min(TILE_COLUMNS, columns - j), from = b.at(k0, j0 + j), start = at + j * depth;
            if (width < TILE_COLUMNS) Arrays.fill(to, start, start + depth * TILE_COLUMNS, 0f);
            if (b.column != 1) {
                for (int k = 0; k < depth; k += TURNED_TOGETHER) VectorTurn.turn(b.data, from + k, b.column, to, start + k * TILE_COLUMNS, TILE_COLUMNS, width, Math.min(TURNED_TOGETHER, depth - k));
            } else for (int k = 0; k < depth; k++) System.arraycopy(b.data, from + k * b.row, to, start + k * TILE_COLUMNS, width);
        }
    }

    /** One row of B: a piece into each panel. */
    private static void copyRow(float[] b, int from, float[] to, int start, int nextPanel, int columns) {
        for (int j = 0; j < columns; j += TILE_COLUMNS, start += nextPanel) {
            FloatVector.fromArray(FLOATS, b, from + j).intoArray(to, start);
            FloatVector.fromArray(FLOATS, b, from + j + LANES).intoArray(to, start + LANES);
        }
    }

    /** Rows i.. of A from column k0 on, {@value #STRIP_ROW} apart, so that one register and constants say where the rows of a tile are. */
    private static void packRows(Matrix a, int i, int rows, int k0, int depth, float[] to) {
        if (a.column == 1) {
            for (int r = 0; r < rows; r++) System.arraycopy(a.data, a.at(i + r, k0), to, r * STRIP_ROW, depth);
            return;
        }
        for (int k = 0; k < depth; k += TURNED_TOGETHER) {
            int part = Math.min(TURNED_TOGETHER, depth - k);
            if (a.row == 1) VectorTurn.turn(a.data, a.at(i, k0 + k), a.column, to, k, STRIP_ROW, part, rows);
            else for (int r = 0; r < rows; r++) for (int q = k; q < k + part; q++) to[r * STRIP_ROW + q] = a.data[a.at(i + r, k0 + q)];
        }
    }
}
