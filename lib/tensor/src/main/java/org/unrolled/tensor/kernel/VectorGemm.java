package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * C (+)= op(A)·op(B), the triple loop in an order that a processor likes (Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008).
 *
 * <ol>
 * <li>Registers: a tile of {@value #TILE_ROWS} rows by two vectors of C stays in registers while k runs. Each number loaded
 *     is used many times: 8 loads for 12 multiply-adds.
 * <li>Cache: k runs in blocks of {@value #BLOCK_K}, so that the two columns of B under a tile stay in the first-level cache
 *     while the rows go by; rows run in blocks of {@value #BLOCK_M}, which stay in the second level.
 * <li>Packing: in a large product the blocks are copied so that the tile reads both straight on. A small one fits the cache
 *     as it is and is read in place, except a transposed B, whose columns have to become rows somewhere.
 * <li>Threads: the rows are shared out, or the matrices of a batch.
 * </ol>
 * Every element of C is summed in the order of k, one accumulator for each block, whichever of these paths it takes and
 * however many threads there are.
 */
final class VectorGemm {
    private static final int TILE_ROWS = 6;
    private static final int TILE_COLUMNS = 2 * LANES;
    private static final int BLOCK_K = 256;
    private static final int BLOCK_M = 16 * TILE_ROWS;
    private static final int BLOCK_N = 1024 / TILE_COLUMNS * TILE_COLUMNS;
    /** Elements of A or B above which a product is packed: a quarter of a usual second-level cache. */
    private static final int LARGE = 1 << 16;

    /** Multiply-adds that one thread does in a nanosecond, roughly: only to decide how many threads a product is worth. */
    private static final int PER_NANO = 32;

    /** A thread's own blocks, grown to what its largest product needed. */
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private static final class Scratch {
        float[] a = {}, b = {}, line = {};

        float[] a(int n) { return a.length >= n ? a : (a = new float[n]); }

        float[] b(int n) { return b.length >= n ? b : (b = new float[n]); }

        float[] line(int n) { return line.length >= n ? line : (line = new float[n]); }
    }

    /** A matrix in an array: element (i, j) is {@code data[start + i·row + j·column]}. */
    private record Matrix(float[] data, int start, int row, int column) {
        static Matrix of(float[] data, int start, int rows, int columns, boolean transposed) {
            return transposed ? new Matrix(data, start, 1, rows) : new Matrix(data, start, columns, 1);
        }

        Matrix at(int i, int j) {
            return new Matrix(data, start + i * row + j * column, row, column);
        }
    }

    private VectorGemm() { }

    static void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB,
                       boolean transposeA, boolean transposeB, boolean acc) {
        long nanos = (long) M * N * K / PER_NANO;
        if (batch > 1) {
            // a batch of matrices that share B and lie one after the other in A is one tall matrix
            if (strideB == 0 && !transposeA && strideA == M * K) {
                matmul(c, a, b, 1, batch * M, N, K, 0, 0, false, transposeB, acc);
                return;
            }
            Workers.forRanges(batch, 1, batch * nanos, (from, to) -> {
                for (int i = from; i < to; i++) {
                    one(c.floats(), c.offset() + i * M * N, Matrix.of(a.floats(), a.offset() + i * strideA, M, K, transposeA),
                            Matrix.of(b.floats(), b.offset() + i * strideB, K, N, transposeB), M, N, K, acc);
                }
            });
        } else if (batch == 1) {
            one(c.floats(), c.offset(), Matrix.of(a.floats(), a.offset(), M, K, transposeA),
                    Matrix.of(b.floats(), b.offset(), K, N, transposeB), M, N, K, acc);
        }
    }

    /**
     * B (K, N), packed once for products with many As one after the other, such as the steps of a recurrence. Its products run in the
     * caller's thread.
     */
    static final class Packed {
        private final Panels panels;
        private final int N;
        private final int K;

        /** b is (K, N), or (N, K) if transposed. */
        Packed(Buffer b, int K, int N, boolean transposed) {
            this.N = N;
            this.K = K;
            int columns = (N + TILE_COLUMNS - 1) / TILE_COLUMNS;
            panels = Panels.of(Matrix.of(b.floats(), b.offset(), K, N, transposed), K, N, 0, new float[columns * TILE_COLUMNS * K]);
        }

        /** C (M, N) (+)= A (M, K) · B; C and A lie in one piece. */
        void multiply(float[] c, float[] a, int M, boolean acc) {
            block(c, 0, N, new Matrix(a, 0, K, 1), panels, M, N, K, false, acc);
        }
    }

    private static void one(float[] c, int start, Matrix a, Matrix b, int M, int N, int K, boolean acc) {
        if (K == 0 && !acc) Arrays.fill(c, start, start + M * N, 0f);
        if (b.column != 1 && a.column == 1 && M <= 8 && K >= 4 * LANES) {
            dotProducts(c, start, a, b, M, N, K, acc);
            return;
        }
        boolean large = (long) K * N > LARGE || (long) M * K > LARGE;
        boolean packB = b.column != 1 || large && M > 2 * TILE_ROWS;
        boolean packA = large && N > 2 * TILE_COLUMNS;
        long nanos = (long) M * N * K / PER_NANO;
        for (int j0 = 0; j0 < N; j0 += BLOCK_N) {
            int columns = Math.min(BLOCK_N, N - j0), j = j0;
            for (int k0 = 0; k0 < K; k0 += BLOCK_K) {
                int depth = Math.min(BLOCK_K, K - k0);
                Panels panels = Panels.of(b.at(k0, j0), depth, columns, packB);
                Matrix columnsOfA = a.at(0, k0);
                boolean add = acc || k0 > 0;
                Workers.forRanges(M, TILE_ROWS, nanos, (from, to) -> {
                    for (int i = from; i < to; i += BLOCK_M) {
                        block(c, start + i * N + j, N, columnsOfA.at(i, 0), panels, Math.min(BLOCK_M, to - i), columns, depth, packA, add);
                    }
                });
            }
        }
    }

    /** C (+)= A·B, where rows of C follow one another and those of A and B are so many elements apart. */
    static void product(float[] c, int start, float[] a, int aStart, int aRow, float[] b, int bStart, int bRow, int M, int N, int K, boolean acc) {
        one(c, start, new Matrix(a, aStart, aRow, 1), new Matrix(b, bStart, bRow, 1), M, N, K, acc);
    }

    /** A matrix B that lies nowhere: it can write any part of any of its rows, such as an image unfolded. */
    interface Rows {
        /** to[at..] = B[k, from..from + n-1]. */
        void write(int k, int from, int n, float[] to, int at);
    }

    /**
     * {@code columns} columns of C = A·B from column j0 of B on, in this thread: element (i, j0 + j) of C is
     * {@code c[start + i·rowOfC + j]}, element (i, k) of A {@code a[aStart + i·aRow + k·aColumn]}.
     */
    static void columns(float[] c, int start, int rowOfC, float[] a, int aStart, int aRow, int aColumn, Rows b, int j0, int M, int columns,
                        int K, boolean acc) {
        int panels = (columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
        if (K == 0 && !acc) for (int i = 0; i < M; i++) Arrays.fill(c, start + i * rowOfC, start + i * rowOfC + columns, 0f);
        Scratch scratch = SCRATCH.get();
        float[] line = scratch.line(panels * TILE_COLUMNS);
        for (int k0 = 0; k0 < K; k0 += BLOCK_K) {
            int depth = Math.min(BLOCK_K, K - k0);
            float[] packed = scratch.b(panels * TILE_COLUMNS * depth);
            // whatever lies in the line beyond the columns is multiplied along and never stored
            for (int k = 0; k < depth; k++) {
                b.write(k0 + k, j0, columns, line, 0);
                for (int p = 0; p < panels; p++) {
                    int to = (p * depth + k) * TILE_COLUMNS;
                    FloatVector.fromArray(FLOATS, line, p * TILE_COLUMNS).intoArray(packed, to);
                    FloatVector.fromArray(FLOATS, line, p * TILE_COLUMNS + LANES).intoArray(packed, to + LANES);
                }
            }
            Panels all = new Panels(new Matrix(packed, 0, TILE_COLUMNS, 1), packed, 0, depth);
            for (int i = 0; i < M; i += BLOCK_M) {
                block(c, start + i * rowOfC, rowOfC, new Matrix(a, aStart + i * aRow + k0 * aColumn, aRow, aColumn), all, Math.min(BLOCK_M, M - i),
                        columns, depth, false, acc || k0 > 0);
            }
        }
    }

    /** (rows, columns) of C, tile by tile. */
    private static void block(float[] c, int start, int N, Matrix a, Panels b, int rows, int columns, int depth, boolean packA, boolean add) {
        Matrix rowsOfA = packA ? packA(a, rows, depth) : a;
        for (int j = 0; j < columns; j += TILE_COLUMNS) {
            int width = Math.min(TILE_COLUMNS, columns - j);
            float[] panel = b.data(j);
            int panelStart = b.start(j), panelRow = b.row(j);
            for (int i = 0; i < rows; i += TILE_ROWS) {
                int height = Math.min(TILE_ROWS, rows - i);
                int aStart = packA ? i * depth : a.start + i * a.row;
                if (height <= 2) {
                    for (int r = 0; r < height; r++) {
                        row(c, start + (i + r) * N + j, width, rowsOfA.data, aStart + r * rowsOfA.row, rowsOfA.column, panel, panelStart, panelRow, depth, add);
                    }
                } else {
                    tile(c, start + i * N + j, N, height, width, rowsOfA.data, aStart, rowsOfA.row, rowsOfA.column, panel, panelStart, panelRow, depth, add);
                }
            }
        }
    }

    /**
     * C[0..height, 0..width] (+)= A[0..height, 0..depth] · B[0..depth, 0..width], with all of C in registers. Rows beyond height
     * compute the last one again and are not stored; columns beyond width come from the zeros of a packed panel.
     */
    private static void tile(float[] c, int start, int N, int height, int width, float[] a, int a0, int aRow, int aColumn,
                             float[] b, int bStart, int bRow, int depth, boolean add) {
        int a1 = a0 + aRow, a2 = a1 + aRow, a3 = height > 3 ? a2 + aRow : a2, a4 = height > 4 ? a3 + aRow : a2, a5 = height > 5 ? a4 + aRow : a2;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, bStart + k * bRow);
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, bStart + k * bRow + LANES);
            int column = k * aColumn;
            FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + column]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(FLOATS, a[a1 + column]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(FLOATS, a[a2 + column]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(FLOATS, a[a3 + column]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(FLOATS, a[a4 + column]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(FLOATS, a[a5 + column]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
        }
        // a tile over the edge of C goes through a whole one of its own
        boolean inside = height == TILE_ROWS && width == TILE_COLUMNS;
        float[] to = inside ? c : new float[TILE_ROWS * TILE_COLUMNS];
        int at = inside ? start : 0, next = inside ? N : TILE_COLUMNS;
        boolean addHere = inside && add;
        store(to, at, c00, c01, addHere);
        store(to, at + next, c10, c11, addHere);
        store(to, at + 2 * next, c20, c21, addHere);
        store(to, at + 3 * next, c30, c31, addHere);
        store(to, at + 4 * next, c40, c41, addHere);
        store(to, at + 5 * next, c50, c51, addHere);
        if (!inside) copyEdge(c, start, N, height, width, to, add);
    }

    /** One row of C: what a tile would do for a single row, without computing it six times. */
    private static void row(float[] c, int start, int width, float[] a, int a0, int aColumn, float[] b, int bStart, int bRow,
                            int depth, boolean add) {
        FloatVector c0 = FloatVector.zero(FLOATS), c1 = c0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + k * aColumn]);
            c0 = x.fma(FloatVector.fromArray(FLOATS, b, bStart + k * bRow), c0);
            c1 = x.fma(FloatVector.fromArray(FLOATS, b, bStart + k * bRow + LANES), c1);
        }
        boolean inside = width == TILE_COLUMNS;
        float[] to = inside ? c : new float[TILE_COLUMNS];
        store(to, inside ? start : 0, c0, c1, inside && add);
        if (!inside) copyEdge(c, start, 0, 1, width, to, add);
    }

    private static void store(float[] c, int start, FloatVector left, FloatVector right, boolean add) {
        if (add) {
            left = left.add(FloatVector.fromArray(FLOATS, c, start));
            right = right.add(FloatVector.fromArray(FLOATS, c, start + LANES));
        }
        left.intoArray(c, start);
        right.intoArray(c, start + LANES);
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
    private static void dotProducts(float[] c, int start, Matrix a, Matrix b, int M, int N, int K, boolean acc) {
        Workers.forRanges(N, 16, (long) M * N * K / 8, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int j = from; j < to; j++) {
                for (int i = 0; i < M; i++) {
                    float sum = dotProduct(a.data, a.start + i * a.row, b.data, b.start + j * b.column, K, lanes);
                    int at = start + i * N + j;
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

    /**
     * The columns of B in panels as wide as a tile. Packed, panel p is (depth, TILE_COLUMNS) in one piece; otherwise B is
     * read where it lies, but for a last panel that is narrower than a tile: it is packed and filled up with zeros.
     */
    private record Panels(Matrix b, float[] packed, int packedFrom, int depth) {
        static Panels of(Matrix b, int depth, int columns, boolean pack) {
            int packedFrom = pack ? 0 : columns / TILE_COLUMNS * TILE_COLUMNS;
            int panels = (columns - packedFrom + TILE_COLUMNS - 1) / TILE_COLUMNS;
            return of(b, depth, columns, packedFrom, SCRATCH.get().b(panels * TILE_COLUMNS * depth));
        }

        static Panels of(Matrix b, int depth, int columns, int packedFrom, float[] packed) {
            for (int j = packedFrom; j < columns; j += TILE_COLUMNS) {
                pack(b.at(0, j), depth, Math.min(TILE_COLUMNS, columns - j), packed, (j - packedFrom) * depth);
            }
            return new Panels(b, packed, packedFrom, depth);
        }

        private static void pack(Matrix b, int depth, int width, float[] to, int start) {
            if (width < TILE_COLUMNS) Arrays.fill(to, start, start + depth * TILE_COLUMNS, 0f);
            if (b.column == 1) {
                for (int k = 0; k < depth; k++) System.arraycopy(b.data, b.start + k * b.row, to, start + k * TILE_COLUMNS, width);
                return;
            }
            // turned around in pieces that stay in the first-level cache, each line of B read once and whole
            for (int k0 = 0; k0 < depth; k0 += 32) {
                int k1 = Math.min(depth, k0 + 32);
                for (int j = 0; j < width; j++) {
                    int from = b.start + j * b.column;
                    for (int k = k0; k < k1; k++) to[start + k * TILE_COLUMNS + j] = b.data[from + k * b.row];
                }
            }
        }

        float[] data(int j) { return j >= packedFrom ? packed : b.data; }

        int start(int j) { return j >= packedFrom ? (j - packedFrom) * depth : b.start + j; }

        int row(int j) { return j >= packedFrom ? TILE_COLUMNS : b.row; }
    }

    /** A in strips as high as a tile: strip s holds its six numbers of k = 0, then those of k = 1, and so on. */
    private static Matrix packA(Matrix a, int rows, int depth) {
        int strips = (rows + TILE_ROWS - 1) / TILE_ROWS;
        float[] to = SCRATCH.get().a(strips * TILE_ROWS * depth);
        for (int i = 0; i < rows; i += TILE_ROWS) {
            int height = Math.min(TILE_ROWS, rows - i);
            for (int r = 0; r < height; r++) {
                int from = a.start + (i + r) * a.row;
                for (int k = 0; k < depth; k++) to[i * depth + k * TILE_ROWS + r] = a.data[from + k * a.column];
            }
        }
        return new Matrix(to, 0, 1, TILE_ROWS);
    }
}
