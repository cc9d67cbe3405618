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
    /** Registers of 512 bits come in 32, so that 16 sums, four vectors of B and one number of A fit; of narrower ones there may be 16 only. */
    private static final boolean WIDE = LANES >= 16;
    /** Columns of a panel: as wide as the widest tile. */
    static final int PANEL = (WIDE ? 4 : 2) * LANES;
    /** Numbers of rows and columns are rounded up to a multiple of this. */
    static final int PAD = Math.max(TILE_ROWS, LANES);
    /** Rows that were turned around are filled up with zeros to a multiple of this, whatever the width of a register. */
    static final int STRIP = 16;
    /** What a tile begins with that adds to nothing: every row of it. To read it is cheaper than to fill C with zeros first. */
    private static final float[] ZEROS = new float[PANEL];

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
            int vectors = Math.min(PANEL, columns - j) / LANES, pair = vectors & 2;
            for (int i = 0; i < rows; i += TILE_ROWS) {
                int at = c0 + i * cRow + j, row = a0 + i * aRow;
                if (vectors == 4) wide(c, at, cRow, a, row, aRow, aColumn, b, b0, bRow, depth, add);
                if (pair != 0) tile(c, at, cRow, a, row, aRow, aColumn, b, b0, bRow, depth, add);
            }
            if ((vectors & 1) == 0) continue;
            for (int i = 0; i < rows; i += 2 * TILE_ROWS) {
                narrow(c, c0 + i * cRow + j + pair * LANES, cRow, a, a0 + i * aRow, aRow, aColumn, b, b0 + pair * LANES, bRow, rows - i > TILE_ROWS, depth, add);
            }
        }
    }

    /** Four rows by four vectors: 16 sums, and each number of A that is spread over a register is used four times. */
    private static void wide(float[] c, int c0, int cRow, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int depth, boolean add) {
        int c1 = c0 + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        float[] from = add ? c : ZEROS;
        int f0 = add ? c0 : 0, f1 = add ? c1 : 0, f2 = add ? c2 : 0, f3 = add ? c3 : 0;
        FloatVector s00 = FloatVector.fromArray(FLOATS, from, f0), s01 = FloatVector.fromArray(FLOATS, from, f0 + LANES);
        FloatVector s02 = FloatVector.fromArray(FLOATS, from, f0 + 2 * LANES), s03 = FloatVector.fromArray(FLOATS, from, f0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(FLOATS, from, f1), s11 = FloatVector.fromArray(FLOATS, from, f1 + LANES);
        FloatVector s12 = FloatVector.fromArray(FLOATS, from, f1 + 2 * LANES), s13 = FloatVector.fromArray(FLOATS, from, f1 + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(FLOATS, from, f2), s21 = FloatVector.fromArray(FLOATS, from, f2 + LANES);
        FloatVector s22 = FloatVector.fromArray(FLOATS, from, f2 + 2 * LANES), s23 = FloatVector.fromArray(FLOATS, from, f2 + 3 * LANES);
        FloatVector s30 = FloatVector.fromArray(FLOATS, from, f3), s31 = FloatVector.fromArray(FLOATS, from, f3 + LANES);
        FloatVector s32 = FloatVector.fromArray(FLOATS, from, f3 + 2 * LANES), s33 = FloatVector.fromArray(FLOATS, from, f3 + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            int row = b0 + k * bRow, at = a0 + k * aColumn;
            FloatVector r0 = FloatVector.fromArray(FLOATS, b, row), r1 = FloatVector.fromArray(FLOATS, b, row + LANES);
            FloatVector r2 = FloatVector.fromArray(FLOATS, b, row + 2 * LANES), r3 = FloatVector.fromArray(FLOATS, b, row + 3 * LANES);
            FloatVector x = FloatVector.broadcast(FLOATS, a[at]);
            s00 = x.fma(r0, s00);
            s01 = x.fma(r1, s01);
            s02 = x.fma(r2, s02);
            s03 = x.fma(r3, s03);
            x = FloatVector.broadcast(FLOATS, a[at + aRow]);
            s10 = x.fma(r0, s10);
            s11 = x.fma(r1, s11);
            s12 = x.fma(r2, s12);
            s13 = x.fma(r3, s13);
            x = FloatVector.broadcast(FLOATS, a[at + 2 * aRow]);
            s20 = x.fma(r0, s20);
            s21 = x.fma(r1, s21);
            s22 = x.fma(r2, s22);
            s23 = x.fma(r3, s23);
            x = FloatVector.broadcast(FLOATS, a[at + 3 * aRow]);
            s30 = x.fma(r0, s30);
            s31 = x.fma(r1, s31);
            s32 = x.fma(r2, s32);
            s33 = x.fma(r3, s33);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s13.intoArray(c, c1 + 3 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s23.intoArray(c, c2 + 3 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
        s33.intoArray(c, c3 + 3 * LANES);
    }

    /** Four rows by two vectors: eight sums, as many as two multiply-add units with a latency of four need. */
    private static void tile(float[] c, int c0, int cRow, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int depth, boolean add) {
        int c1 = c0 + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        float[] from = add ? c : ZEROS;
        int f0 = add ? c0 : 0, f1 = add ? c1 : 0, f2 = add ? c2 : 0, f3 = add ? c3 : 0;
        FloatVector s00 = FloatVector.fromArray(FLOATS, from, f0), s01 = FloatVector.fromArray(FLOATS, from, f0 + LANES);
        FloatVector s10 = FloatVector.fromArray(FLOATS, from, f1), s11 = FloatVector.fromArray(FLOATS, from, f1 + LANES);
        FloatVector s20 = FloatVector.fromArray(FLOATS, from, f2), s21 = FloatVector.fromArray(FLOATS, from, f2 + LANES);
        FloatVector s30 = FloatVector.fromArray(FLOATS, from, f3), s31 = FloatVector.fromArray(FLOATS, from, f3 + LANES);
        for (int k = 0; k < depth; k++) {
            int row = b0 + k * bRow, at = a0 + k * aColumn;
            FloatVector r0 = FloatVector.fromArray(FLOATS, b, row), r1 = FloatVector.fromArray(FLOATS, b, row + LANES);
            FloatVector x = FloatVector.broadcast(FLOATS, a[at]);
            s00 = x.fma(r0, s00);
            s01 = x.fma(r1, s01);
            x = FloatVector.broadcast(FLOATS, a[at + aRow]);
            s10 = x.fma(r0, s10);
            s11 = x.fma(r1, s11);
            x = FloatVector.broadcast(FLOATS, a[at + 2 * aRow]);
            s20 = x.fma(r0, s20);
            s21 = x.fma(r1, s21);
            x = FloatVector.broadcast(FLOATS, a[at + 3 * aRow]);
            s30 = x.fma(r0, s30);
            s31 = x.fma(r1, s31);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
    }

    /**
     * Eight rows by one vector: the last columns, or all there are of a narrow head. Four sums alone would leave the multiply-add units waiting for each other's results.
     *
     * @param eight whether there are eight rows; of the last four each is computed twice
     */
    private static void narrow(float[] c, int c0, int cRow, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, boolean eight, int depth, boolean add) {
        int c1 = c0 + cRow, c2 = c1 + cRow, c3 = c2 + cRow, below = eight ? TILE_ROWS * cRow : 0, c4 = c0 + below, c5 = c1 + below, c6 = c2 + below, c7 = c3 + below;
        int a4 = eight ? TILE_ROWS * aRow : 0, a5 = a4 + aRow, a6 = a5 + aRow, a7 = a6 + aRow;
        float[] from = add ? c : ZEROS;
        FloatVector s0 = FloatVector.fromArray(FLOATS, from, add ? c0 : 0);
        FloatVector s1 = FloatVector.fromArray(FLOATS, from, add ? c1 : 0);
        FloatVector s2 = FloatVector.fromArray(FLOATS, from, add ? c2 : 0);
        FloatVector s3 = FloatVector.fromArray(FLOATS, from, add ? c3 : 0);
        FloatVector s4 = FloatVector.fromArray(FLOATS, from, add ? c4 : 0);
        FloatVector s5 = FloatVector.fromArray(FLOATS, from, add ? c5 : 0);
        FloatVector s6 = FloatVector.fromArray(FLOATS, from, add ? c6 : 0);
        FloatVector s7 = FloatVector.fromArray(FLOATS, from, add ? c7 : 0);
        for (int k = 0; k < depth; k++) {
            int at = a0 + k * aColumn;
            FloatVector r = FloatVector.fromArray(FLOATS, b, b0 + k * bRow);
            s0 = FloatVector.broadcast(FLOATS, a[at]).fma(r, s0);
            s1 = FloatVector.broadcast(FLOATS, a[at + aRow]).fma(r, s1);
            s2 = FloatVector.broadcast(FLOATS, a[at + 2 * aRow]).fma(r, s2);
            s3 = FloatVector.broadcast(FLOATS, a[at + 3 * aRow]).fma(r, s3);
            s4 = FloatVector.broadcast(FLOATS, a[at + a4]).fma(r, s4);
            s5 = FloatVector.broadcast(FLOATS, a[at + a5]).fma(r, s5);
            s6 = FloatVector.broadcast(FLOATS, a[at + a6]).fma(r, s6);
            s7 = FloatVector.broadcast(FLOATS, a[at + a7]).fma(r, s7);
        }
        s0.intoArray(c, c0);
        s1.intoArray(c, c1);
        s2.intoArray(c, c2);
        s3.intoArray(c, c3);
        s4.intoArray(c, c4);
        s5.intoArray(c, c5);
        s6.intoArray(c, c6);
        s7.intoArray(c, c7);
    }

    /** How many floats {@link #turn} writes. */
    static int turnedLength(int rows, int width) {
        int unit = Math.max(PANEL, STRIP);
        return (rows + unit - 1) / unit * unit * width;
    }

    /**
     * factor times the rows of x, {@code width} long and xRow apart, as columns of packed panels: B of {@link #multiply} with bRow = PANEL and
     * bPanel = PANEL·width.
     */
    static void turn(float[] to, float[] x, int x0, int xRow, int rows, int width, float factor) {
        for (int panel = 0, j = 0; panel < turnedLength(rows, width); panel += PANEL * width, j += PANEL) {
            int columns = Math.clamp(rows - j, 0, PANEL);
            if (columns < PANEL) Arrays.fill(to, panel, panel + PANEL * width, 0f);
            int c = 0;
            for (; c <= columns - 8; c += 8) turnEight(to, panel + c, x, x0 + (j + c) * xRow, xRow, width, factor);
            for (; c < columns; c++) {
                int from = x0 + (j + c) * xRow, at = panel + c;
                for (int k = 0; k < width; k++) to[at + k * PANEL] = factor * x[from + k];
            }
        }
    }

    /** Eight rows at once, since a column of one row alone touches a line of the cache for each number. */
    private static void turnEight(float[] to, int at, float[] x, int x0, int xRow, int width, float factor) {
        int x1 = x0 + xRow, x2 = x1 + xRow, x3 = x2 + xRow, x4 = x3 + xRow, x5 = x4 + xRow, x6 = x5 + xRow, x7 = x6 + xRow;
        for (int k = 0; k < width; k++) {
            int row = at + k * PANEL;
            to[row] = factor * x[x0 + k];
            to[row + 1] = factor * x[x1 + k];
            to[row + 2] = factor * x[x2 + k];
            to[row + 3] = factor * x[x3 + k];
            to[row + 4] = factor * x[x4 + k];
            to[row + 5] = factor * x[x5 + k];
            to[row + 6] = factor * x[x6 + k];
            to[row + 7] = factor * x[x7 + k];
        }
    }

    /** factor times the rows of x, {@code width} long and xRow apart, as rows of length {@code paddedWidth}, with zeros to the right and below. */
    static void copy(float[] to, int paddedRows, int paddedWidth, float[] x, int x0, int xRow, int rows, int width, float factor) {
        if (paddedWidth == width && xRow == width && factor == 1) {
            System.arraycopy(x, x0, to, 0, rows * width);
        } else {
            for (int i = 0; i < rows; i++) {
                int at = i * paddedWidth, from = x0 + i * xRow, c = 0;
                for (; c <= width - LANES; c += LANES) FloatVector.fromArray(FLOATS, x, from + c).mul(factor).intoArray(to, at + c);
                for (; c < width; c++) to[at + c] = factor * x[from + c];
                for (; c < paddedWidth; c++) to[at + c] = 0;
            }
        }
        Arrays.fill(to, rows * paddedWidth, paddedRows * paddedWidth, 0f);
    }
}
