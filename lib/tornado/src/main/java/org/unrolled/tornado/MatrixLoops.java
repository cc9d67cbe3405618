package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Matrix products. */
final class MatrixLoops {
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
}
