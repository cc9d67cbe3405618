package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrix products, twice: a loop over the elements of C that reads like the sum, and the same in tiles. A work group of {@value #SIDE} x {@value #SIDE}
 * items computes a tile of {@value #TILE} x {@value #TILE}: they fetch {@value #DEEP} columns of A and rows of B into local memory, each item multiplies 4 x 4 sums
 * out of them, and so on along K. (Written out in each kernel: a method that is given local memory and is not
 * inlined gets wrong numbers on TornadoVM 5.2.) An element of A or B is fetched {@value #TILE} times less often than by the plain loop.
 */
final class MatrixLoops {
    static final int TILE = 64, DEEP = 16, SIDE = 16;

    private MatrixLoops() { }

    /** C[b] (+)= op(A[b]) · op(B[b]); a transposed matrix is one read with its two strides exchanged. */
    static void matmul(FloatArray c, FloatArray a, FloatArray b, IntArray n) {
        int elements = n.get(3) * n.get(4) * n.get(5);
        for (@Parallel int e = 0; e < elements; e++) element(c, a, b, n, e);
    }

    static void element(FloatArray c, FloatArray a, FloatArray b, IntArray n, int e) {
        int c0 = n.get(0), a0 = n.get(1), b0 = n.get(2);
        int M = n.get(4), N = n.get(5), K = n.get(6), strideA = n.get(7), strideB = n.get(8), acc = n.get(13);
        int rowA = n.get(9), columnA = n.get(10), rowB = n.get(11), columnB = n.get(12);
        int j = e % N;
        int i = e / N % M;
        int s = e / N / M;
        int ai = a0 + s * strideA + i * rowA;
        int bj = b0 + s * strideB + j * columnB;
        float sum = 0f;
        for (int k = 0; k < K; k++) sum += a.get(ai + k * columnA) * b.get(bj + k * rowB);
        Loops.put(c, c0 + e, sum, acc);
    }

    /** Groups along the columns of C; along its rows, matrix after matrix. */
    static int[] tiles(int[] ints) {
        return new int[] {(ints[2] + TILE - 1) / TILE, ints[0] * ((ints[1] + TILE - 1) / TILE)};
    }

    /** The same product in tiles. Whichever way A and B are stored, neighbours fetch neighbours. */
    static void matmulTiled(KernelContext context, FloatArray c, FloatArray a, FloatArray b, IntArray n) {
        int c0 = n.get(0), a0 = n.get(1), b0 = n.get(2);
        int M = n.get(4), N = n.get(5), K = n.get(6), strideA = n.get(7), strideB = n.get(8), acc = n.get(13);
        int rowA = n.get(9), columnA = n.get(10), rowB = n.get(11), columnB = n.get(12);
        float[] tileA = context.allocateFloatLocalArray(TILE * DEEP);
        float[] tileB = context.allocateFloatLocalArray(TILE * DEEP);
        int x = context.localIdx, y = context.localIdy;
        int tilesM = (M + TILE - 1) / TILE;
        int s = context.groupIdy / tilesM, i0 = context.groupIdy % tilesM * TILE, j0 = context.groupIdx * TILE;
        int as = a0 + s * strideA, bs = b0 + s * strideB;
        float[] sum = new float[16];
        for (int e = 0; e < 16; e++) sum[e] = 0f;
        for (int k0 = 0; k0 < K; k0 += DEEP) {
            for (int r = 0; r < 4; r++) {
                int e = r * SIDE * SIDE + y * SIDE + x;
                int i = columnA == 1 ? e / DEEP : e % TILE, ka = columnA == 1 ? e % DEEP : e / TILE;
                tileA[ka * TILE + i] = i0 + i < M && k0 + ka < K ? a.get(as + (i0 + i) * rowA + (k0 + ka) * columnA) : 0f;
                int j = columnB == 1 ? e % TILE : e / DEEP, kb = columnB == 1 ? e / TILE : e % DEEP;
                tileB[kb * TILE + j] = j0 + j < N && k0 + kb < K ? b.get(bs + (k0 + kb) * rowB + (j0 + j) * columnB) : 0f;
            }
            context.localBarrier();
            for (int k = 0; k < DEEP; k++) {
                for (int r = 0; r < 4; r++) {
                    float u = tileA[k * TILE + 4 * y + r];
                    for (int q = 0; q < 4; q++) sum[4 * r + q] += u * tileB[k * TILE + q * SIDE + x];
                }
            }
            context.localBarrier();
        }
        for (int r = 0; r < 4; r++) {
            for (int q = 0; q < 4; q++) {
                int i = i0 + 4 * y + r, j = j0 + q * SIDE + x;
                if (i < M && j < N) Loops.put(c, c0 + (s * M + i) * N + j, sum[4 * r + q], acc);
            }
        }
    }
}
