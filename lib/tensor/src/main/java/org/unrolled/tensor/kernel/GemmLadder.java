package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * C = A·B in numbered steps, from the triple loop to the library's own kernel, each to be read next to the one before.
 *
 * <pre>C[i,j] = Σₖ A[i,k] B[k,j]      C (M, N), A (M, K), B (K, N), row after row</pre>
 *
 * Every step does the same 2·M·N·K operations for sizes of any kind, and what C held before does not matter. What changes is the order in
 * which numbers are fetched, and how often one is used while it is near.
 */
public final class GemmLadder {
    /** How many rows of C a tile has; two vectors wide, its eight accumulators are enough to keep the multiply-add units busy. */
    private static final int TILE_ROWS = 4;
    private static final int TILE_COLUMNS = 2 * LANES;
    /** Rows of B that are worked through together: with {@link #BLOCK_COLUMNS} they make a block of 128 KiB, which stays in a second-level cache. */
    private static final int BLOCK_DEPTH = 128;
    private static final int BLOCK_COLUMNS = 256;

    /** A kernel that computes C = A·B. */
    public interface Gemm {
        /** c (M, N) = a (M, K) · b (K, N). */
        void multiply(float[] c, float[] a, float[] b, int M, int N, int K);
    }

    /**
     * One step of the ladder.
     *
     * @param number from 1
     * @param name   as a picture calls it
     * @param idea   what it does that the step before did not
     * @param threads how many threads it may use
     */
    public record Step(int number, String name, String idea, int threads, Gemm gemm) {}

    private static final List<Step> STEPS = List.of(
            new Step(1, "naive", "three loops as the equation has them: i, j, k", 1, GemmLadder::naive),
            new Step(2, "reordered", "the loops in the order i, k, j: memory is read straight on", 1, GemmLadder::reordered),
            new Step(3, "blocked", "a block of B stays in the cache while all rows of A pass", 1, GemmLadder::blocked),
            new Step(4, "vectorised", "the inner loop takes a whole vector of numbers in one instruction", 1, GemmLadder::vectorised),
            new Step(5, "tiled", "a tile of C stays in vector registers while k runs", 1, GemmLadder::tiled),
            new Step(6, "packed", "a block of B is copied so that the tile reads it straight on", 1, GemmLadder::packed),
            new Step(7, "library", "the library's kernel: larger tile, A packed too, all threads", Workers.THREADS, GemmLadder::library));

    private GemmLadder() { }

    /** The steps, the slowest idea first. */
    public static List<Step> steps() {
        return STEPS;
    }

    /** Step 1. The equation. B is walked down a column: each number comes from another line of the memory. */
    public static void naive(float[] c, float[] a, float[] b, int M, int N, int K) {
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < N; j++) {
                float sum = 0;
                for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j];
                c[i * N + j] = sum;
            }
        }
    }

    /** Step 2. Row i of C is a sum of rows of B. The inner loop reads and writes neighbours: a line of the memory that was fetched is used whole. */
    public static void reordered(float[] c, float[] a, float[] b, int M, int N, int K) {
        Arrays.fill(c, 0, M * N, 0f);
        for (int i = 0; i < M; i++) {
            for (int k = 0; k < K; k++) {
                float x = a[i * K + k];
                for (int j = 0; j < N; j++) c[i * N + j] += x * b[k * N + j];
            }
        }
    }

    /** Step 3. The same loops inside a block of B, so that a large B is not fetched from the memory again for each row. */
    public static void blocked(float[] c, float[] a, float[] b, int M, int N, int K) {
        Arrays.fill(c, 0, M * N, 0f);
        for (int k0 = 0; k0 < K; k0 += BLOCK_DEPTH) {
            int k1 = Math.min(K, k0 + BLOCK_DEPTH);
            for (int j0 = 0; j0 < N; j0 += BLOCK_COLUMNS) {
                int j1 = Math.min(N, j0 + BLOCK_COLUMNS);
                for (int i = 0; i < M; i++) {
                    for (int k = k0; k < k1; k++) {
                        float x = a[i * K + k];
                        for (int j = j0; j < j1; j++) c[i * N + j] += x * b[k * N + j];
                    }
                }
            }
        }
    }

    /** Step 4. As step 3, with as many j at once as a vector register holds. The last few j of a row go one by one. */
    public static void vectorised(float[] c, float[] a, float[] b, int M, int N, int K) {
        Arrays.fill(c, 0, M * N, 0f);
        for (int k0 = 0; k0 < K; k0 += BLOCK_DEPTH) {
            int k1 = Math.min(K, k0 + BLOCK_DEPTH);
            for (int j0 = 0; j0 < N; j0 += BLOCK_COLUMNS) {
                int j1 = Math.min(N, j0 + BLOCK_COLUMNS);
                for (int i = 0; i < M; i++) {
                    for (int k = k0; k < k1; k++) {
                        float x = a[i * K + k];
                        int j = j0;
                        for (; j <= j1 - LANES; j += LANES) {
                            FloatVector sum = FloatVector.fromArray(FLOATS, c, i * N + j);
                            FloatVector.fromArray(FLOATS, b, k * N + j).fma(FloatVector.broadcast(FLOATS, x), sum).intoArray(c, i * N + j);
                        }
                        for (; j < j1; j++) c[i * N + j] += x * b[k * N + j];
                    }
                }
            }
        }
    }

    /** Step 5. C is not fetched and stored for each k any more: {@link #tile}. What is left at the right and the lower edge goes as in step 2. */
    public static void tiled(float[] c, float[] a, float[] b, int M, int N, int K) {
        int rows = M - M % TILE_ROWS, columns = N - N % TILE_COLUMNS;
        Arrays.fill(c, 0, M * N, 0f);
        for (int i = 0; i < rows; i += TILE_ROWS) {
            for (int j = 0; j < columns; j += TILE_COLUMNS) tile(c, i * N + j, N, a, i * K, K, b, j, N, K);
        }
        edge(c, a, b, 0, rows, columns, N, N, 0, K, K);
        edge(c, a, b, rows, M, 0, N, N, 0, K, K);
    }

    /** Step 6. Blocks as in step 3, tiles as in step 5; a block of B is first copied into panels as wide as a tile, each in one piece. */
    public static void packed(float[] c, float[] a, float[] b, int M, int N, int K) {
        int rows = M - M % TILE_ROWS, columns = N - N % TILE_COLUMNS;
        float[] panels = new float[BLOCK_DEPTH * Math.min(columns, BLOCK_COLUMNS)];
        Arrays.fill(c, 0, M * N, 0f);
        for (int k0 = 0; k0 < K; k0 += BLOCK_DEPTH) {
            int depth = Math.min(K - k0, BLOCK_DEPTH);
            for (int j0 = 0; j0 < columns; j0 += BLOCK_COLUMNS) {
                int width = Math.min(columns - j0, BLOCK_COLUMNS);
                pack(panels, b, k0 * N + j0, N, depth, width);
                for (int i = 0; i < rows; i += TILE_ROWS) {
                    for (int j = 0; j < width; j += TILE_COLUMNS) tile(c, i * N + j0 + j, N, a, i * K + k0, K, panels, j * depth, TILE_COLUMNS, depth);
                }
            }
            edge(c, a, b, 0, rows, columns, N, N, k0, k0 + depth, K);
            edge(c, a, b, rows, M, 0, N, N, k0, k0 + depth, K);
        }
    }

    /** Step 7. {@link VectorGemm}, on all threads where the product is worth it. */
    public static void library(float[] c, float[] a, float[] b, int M, int N, int K) {
        VectorGemm.matmul(Buffer.of(c), Buffer.of(a), Buffer.of(b), 1, M, N, K, 0, 0, false, false, false);
    }

    /** panels[p][k][·] = B[k, p·width of a tile + ·]. */
    private static void pack(float[] panels, float[] b, int start, int N, int depth, int width) {
        for (int j = 0; j < width; j += TILE_COLUMNS) {
            for (int k = 0; k < depth; k++) System.arraycopy(b, start + k * N + j, panels, j * depth + k * TILE_COLUMNS, TILE_COLUMNS);
        }
    }

    /** Four rows by two vectors of C += A·B over {@code depth} values of k: for 6 loads 8 multiply-adds of a whole vector each. */
    private static void tile(float[] c, int cAt, int cRow, float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, int depth) {
        FloatVector c00 = FloatVector.zero(FLOATS), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, bAt + k * bRow);
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, bAt + k * bRow + LANES);
            FloatVector x = FloatVector.broadcast(FLOATS, a[aAt + k]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(FLOATS, a[aAt + aRow + k]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(FLOATS, a[aAt + 2 * aRow + k]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(FLOATS, a[aAt + 3 * aRow + k]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        add(c, cAt, c00, c01);
        add(c, cAt + cRow, c10, c11);
        add(c, cAt + 2 * cRow, c20, c21);
        add(c, cAt + 3 * cRow, c30, c31);
    }

    private static void add(float[] c, int at, FloatVector left, FloatVector right) {
        left.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
        right.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
    }

    /** Rows i0 to i1 and columns j0 to j1 of C += A·B over k0 to k1, in the order of step 2. */
    private static void edge(float[] c, float[] a, float[] b, int i0, int i1, int j0, int j1, int N, int k0, int k1, int K) {
        for (int i = i0; i < i1; i++) {
            for (int k = k0; k < k1; k++) {
                float x = a[i * K + k];
                for (int j = j0; j < j1; j++) c[i * N + j] += x * b[k * N + j];
            }
        }
    }
}
