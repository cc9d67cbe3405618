package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of blocks that lie in the cache already, in the caller's thread: what VectorGemm does inside, without its packing and its
 * edges. Whoever fills the blocks fills them up: rows to a multiple of {@link #PAD}, columns to a multiple of the lanes.
 */
final class VectorBlock {
    private static final int TILE_ROWS = 4;
    /** Columns of a panel. */
    static final int PANEL = 2 * LANES;
    /** Numbers of rows and columns are rounded up to a multiple of this. */
    static final int PAD = Math.max(TILE_ROWS, LANES);

    private VectorBlock() { }

    static int padded(int n) {
        return (n + PAD - 1) / PAD * PAD;
    }

    static int paddedRows(int n) {
        return (n + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
    }

    /**
     * C (+)= A·B. Element (i, j) of C is {@code c[c0 + i·cRow + j]}, element (i, k) of A {@code a[a0 + i·aRow + k·aColumn]}, and B is in
     * panels of {@link #PANEL} columns: element (k, j) of panel p is {@code b[b0 + p·bPanel + k·bRow + j]}.
     *
     * @param rows    rounded up to a multiple of the tile's rows
     * @param columns a multiple of the lanes
     */
    static void multiply(float[] c, int c0, int cRow, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int bPanel,
                         int rows, int columns, int depth, boolean add) {
        for (int j = 0; j < columns; j += PANEL, b0 += bPanel) {
            boolean two = columns - j >= PANEL;
            for (int i = 0; i < rows; i += TILE_ROWS) {
                if (two) tile(c, c0 + i * cRow + j, cRow, a, a0 + i * aRow, aRow, aColumn, b, b0, bRow, depth, add);
                else narrow(c, c0 + i * cRow + j, cRow, a, a0 + i * aRow, aRow, aColumn, b, b0, bRow, depth, add);
            }
        }
    }

    /** Four rows by two vectors: eight sums, as many as two multiply-add units with a latency of four need. */
    private static void tile(float[] c, int c0, int cRow, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int depth, boolean add) {
        FloatVector c00 = FloatVector.zero(FLOATS), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(FLOATS, b, b0 + k * bRow), right = FloatVector.fromArray(FLOATS, b, b0 + k * bRow + LANES);
            int at = a0 + k * aColumn;
            FloatVector x = FloatVector.broadcast(FLOATS, a[at]);
            c00 = x.fma(left, c00);
            c01 = x.fma(right, c01);
            x = FloatVector.broadcast(FLOATS, a[at + aRow]);
            c10 = x.fma(left, c10);
            c11 = x.fma(right, c11);
            x = FloatVector.broadcast(FLOATS, a[at + 2 * aRow]);
            c20 = x.fma(left, c20);
            c21 = x.fma(right, c21);
            x = FloatVector.broadcast(FLOATS, a[at + 3 * aRow]);
            c30 = x.fma(left, c30);
            c31 = x.fma(right, c31);
        }
        store(c, c0, c00, c01, add);
        store(c, c0 + cRow, c10, c11, add);
        store(c, c0 + 2 * cRow, c20, c21, add);
        store(c, c0 + 3 * cRow, c30, c31, add);
    }

    private static void store(float[] c, int at, FloatVector left, FloatVector right, boolean add) {
        if (add) {
            left = left.add(FloatVector.fromArray(FLOATS, c, at));
            right = right.add(FloatVector.fromArray(FLOATS, c, at + LANES));
        }
        left.intoArray(c, at);
        right.intoArray(c, at + LANES);
    }

    /** Four rows by one vector: the last columns. */
    private static void narrow(float[] c, int c0, int cRow, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int depth, boolean add) {
        FloatVector s0 = FloatVector.zero(FLOATS), s1 = s0, s2 = s0, s3 = s0;
        for (int k = 0; k < depth; k++) {
            FloatVector row = FloatVector.fromArray(FLOATS, b, b0 + k * bRow);
            int at = a0 + k * aColumn;
            s0 = FloatVector.broadcast(FLOATS, a[at]).fma(row, s0);
            s1 = FloatVector.broadcast(FLOATS, a[at + aRow]).fma(row, s1);
            s2 = FloatVector.broadcast(FLOATS, a[at + 2 * aRow]).fma(row, s2);
            s3 = FloatVector.broadcast(FLOATS, a[at + 3 * aRow]).fma(row, s3);
        }
        if (add) {
            s0 = s0.add(FloatVector.fromArray(FLOATS, c, c0));
            s1 = s1.add(FloatVector.fromArray(FLOATS, c, c0 + cRow));
            s2 = s2.add(FloatVector.fromArray(FLOATS, c, c0 + 2 * cRow));
            s3 = s3.add(FloatVector.fromArray(FLOATS, c, c0 + 3 * cRow));
        }
        s0.intoArray(c, c0);
        s1.intoArray(c, c0 + cRow);
        s2.intoArray(c, c0 + 2 * cRow);
        s3.intoArray(c, c0 + 3 * cRow);
    }

    /** How many floats {@link #turn} writes. */
    static int turnedLength(int rows, int width) {
        return (rows + PANEL - 1) / PANEL * PANEL * width;
    }

    /** The rows of x, each {@code width} long, as columns of packed panels: B of {@link #multiply} with bRow = PANEL and bPanel = PANEL·width. */
    static void turn(float[] to, float[] x, int x0, int rows, int width) {
        for (int j = 0; j < rows; j += PANEL) {
            int panel = j * width, columns = Math.min(PANEL, rows - j);
            if (columns < PANEL) Arrays.fill(to, panel, panel + PANEL * width, 0f);
            for (int c = 0; c < columns; c++) {
                int from = x0 + (j + c) * width, at = panel + c;
                for (int k = 0; k < width; k++) to[at + k * PANEL] = x[from + k];
            }
        }
    }

    /** factor times the rows of x, each {@code width} long, as rows of length {@code paddedWidth}, with zeros to the right and below. */
    static void copy(float[] to, int paddedRows, int paddedWidth, float[] x, int x0, int rows, int width, float factor) {
        if (paddedWidth == width && factor == 1) {
            System.arraycopy(x, x0, to, 0, rows * width);
        } else {
            for (int i = 0; i < rows; i++) {
                int at = i * paddedWidth, from = x0 + i * width;
                for (int c = 0; c < width; c++) to[at + c] = factor * x[from + c];
                Arrays.fill(to, at + width, at + paddedWidth, 0f);
            }
        }
        Arrays.fill(to, rows * paddedWidth, paddedRows * paddedWidth, 0f);
    }
}
