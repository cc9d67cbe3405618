package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import jdk.incubator.vector.FloatVector;

/** Turns a matrix around: its rows become columns. */
final class VectorTurn {
    /** Rows and columns of what is turned in registers, where one vector holds a row. Shorter vectors were no faster than one number after the other. */
    private static final int BLOCK = 16;
    static final boolean IN_REGISTERS = LANES == BLOCK;

    /**
     * For d = 8, 4, 2 and 1, what two rows take from both of them. Rows i and i + d exchange the lanes l with bit d set of the upper one and those without it
     * of the lower one; after all four, bit after bit of row and lane have changed places. A number from {@value #BLOCK} on is a lane of the second vector.
     */
    private static final float[] TAKEN = new float[8 * BLOCK];

    static {
        for (int stage = 0, d = BLOCK / 2; d > 0; stage++, d /= 2) {
            for (int l = 0; l < BLOCK; l++) {
                TAKEN[2 * stage * BLOCK + l] = (l & d) == 0 ? l : BLOCK + (l ^ d);
                TAKEN[(2 * stage + 1) * BLOCK + l] = (l & d) == 0 ? l ^ d : BLOCK + l;
            }
        }
    }

    private VectorTurn() { }

    /** {@code to[t + j·tRow + i] = from[f + i·fRow + j]} for so many rows i and columns j: along the longer of both. */
    static void turn(float[] from, int f, int fRow, float[] to, int t, int tRow, int rows, int columns) {
        int i = IN_REGISTERS ? rows / BLOCK * BLOCK : 0, j = IN_REGISTERS ? columns / BLOCK * BLOCK : 0;
        if (j > i) for (int r = 0; r < i; r += BLOCK) blocks(from, f + r * fRow, fRow, BLOCK, to, t + r, tRow, BLOCK * tRow, j / BLOCK);
        else for (int c = 0; c < j; c += BLOCK) blocks(from, f + c, fRow, BLOCK * fRow, to, t + c * tRow, tRow, BLOCK, i / BLOCK);
        if (j < columns) rest(from, f + j, fRow, to, t + j * tRow, tRow, i, columns - j);
        if (i < rows) rest(from, f + i * fRow, fRow, to, t + i, tRow, rows - i, columns);
    }

    private static void rest(float[] from, int f, int fRow, float[] to, int t, int tRow, int rows, int columns) {
        if (columns > rows) lines(from, f, fRow, 1, to, t, 1, tRow, rows, columns);
        else lines(from, f, 1, fRow, to, t, tRow, 1, columns, rows);
    }

    /** Eight lines at a time, so that what is read or written of memory is read or written nearly whole. */
    private static void lines(float[] from, int f, int fLine, int fNext, float[] to, int t, int tLine, int tNext, int lines, int length) {
        int i = 0;
        for (; i <= lines - 8; i += 8) {
            int f0 = f + i * fLine, f1 = f0 + fLine, f2 = f1 + fLine, f3 = f2 + fLine, f4 = f3 + fLine, f5 = f4 + fLine, f6 = f5 + fLine, f7 = f6 + fLine;
            int t0 = t + i * tLine, t1 = t0 + tLine, t2 = t1 + tLine, t3 = t2 + tLine, t4 = t3 + tLine, t5 = t4 + tLine, t6 = t5 + tLine, t7 = t6 + tLine;
            for (int n = 0; n < length; n++) {
                int p = n * fNext, q = n * tNext;
                to[t0 + q] = from[f0 + p];
                to[t1 + q] = from[f1 + p];
                to[t2 + q] = from[f2 + p];
                to[t3 + q] = from[f3 + p];
                to[t4 + q] = from[f4 + p];
                to[t5 + q] = from[f5 + p];
                to[t6 + q] = from[f6 + p];
                to[t7 + q] = from[f7 + p];
            }
        }
        for (; i < lines; i++) {
            for (int n = 0; n < length; n++) to[t + i * tLine + n * tNext] = from[f + i * fLine + n * fNext];
        }
    }

    /** So many blocks, one after the other: from each the first eight columns, then the last. So many fit into registers. */
    private static void blocks(float[] from, int f, int fRow, int fNext, float[] to, int t, int tRow, int tNext, int blocks) {
        half(from, f, fRow, fNext, to, t, tRow, tNext, blocks, 0);
        half(from, f, fRow, fNext, to, t + BLOCK / 2 * tRow, tRow, tNext, blocks, BLOCK);
    }

    /** @param taken where the lanes stand that are taken of rows i and i + 8 */
    private static void half(float[] from, int f, int fRow, int fNext, float[] to, int t, int tRow, int tNext, int blocks, int taken) {
        FloatVector t8 = FloatVector.fromArray(FLOATS, TAKEN, taken), t4 = FloatVector.fromArray(FLOATS, TAKEN, 2 * BLOCK), u4 = FloatVector.fromArray(FLOATS, TAKEN, 3 * BLOCK);
        FloatVector t2 = FloatVector.fromArray(FLOATS, TAKEN, 4 * BLOCK), u2 = FloatVector.fromArray(FLOATS, TAKEN, 5 * BLOCK);
        FloatVector t1 = FloatVector.fromArray(FLOATS, TAKEN, 6 * BLOCK), u1 = FloatVector.fromArray(FLOATS, TAKEN, 7 * BLOCK);
        for (int b = 0; b < blocks; b++) {
            int at = f + b * fNext, out = t + b * tNext;
            FloatVector a0 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at), FloatVector.fromArray(FLOATS, from, at + 8 * fRow));
            FloatVector a1 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + fRow), FloatVector.fromArray(FLOATS, from, at + 9 * fRow));
            FloatVector a2 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + 2 * fRow), FloatVector.fromArray(FLOATS, from, at + 10 * fRow));
            FloatVector a3 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + 3 * fRow), FloatVector.fromArray(FLOATS, from, at + 11 * fRow));
            FloatVector a4 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + 4 * fRow), FloatVector.fromArray(FLOATS, from, at + 12 * fRow));
            FloatVector a5 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + 5 * fRow), FloatVector.fromArray(FLOATS, from, at + 13 * fRow));
            FloatVector a6 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + 6 * fRow), FloatVector.fromArray(FLOATS, from, at + 14 * fRow));
            FloatVector a7 = t8.selectFrom(FloatVector.fromArray(FLOATS, from, at + 7 * fRow), FloatVector.fromArray(FLOATS, from, at + 15 * fRow));
            FloatVector b0 = t4.selectFrom(a0, a4), b1 = t4.selectFrom(a1, a5), b2 = t4.selectFrom(a2, a6), b3 = t4.selectFrom(a3, a7);
            FloatVector b4 = u4.selectFrom(a0, a4), b5 = u4.selectFrom(a1, a5), b6 = u4.selectFrom(a2, a6), b7 = u4.selectFrom(a3, a7);
            a0 = t2.selectFrom(b0, b2);
            a1 = t2.selectFrom(b1, b3);
            a2 = u2.selectFrom(b0, b2);
            a3 = u2.selectFrom(b1, b3);
            a4 = t2.selectFrom(b4, b6);
            a5 = t2.selectFrom(b5, b7);
            a6 = u2.selectFrom(b4, b6);
            a7 = u2.selectFrom(b5, b7);
            t1.selectFrom(a0, a1).intoArray(to, out);
            u1.selectFrom(a0, a1).intoArray(to, out + tRow);
            t1.selectFrom(a2, a3).intoArray(to, out + 2 * tRow);
            u1.selectFrom(a2, a3).intoArray(to, out + 3 * tRow);
            t1.selectFrom(a4, a5).intoArray(to, out + 4 * tRow);
            u1.selectFrom(a4, a5).intoArray(to, out + 5 * tRow);
            t1.selectFrom(a6, a7).intoArray(to, out + 6 * tRow);
            u1.selectFrom(a6, a7).intoArray(to, out + 7 * tRow);
        }
    }
}
