package org.unrolled.quizzes.kernels;

import java.util.Arrays;
import java.util.Random;

/** What the questions about a matrix product share: wrong products by their term, and arrays to multiply. */
final class Products {
    private Products() {}

    interface Term {
        float at(int i, int j, int k);
    }

    /** c (+)= the sums of a term over k. */
    static void sums(float[] c, int M, int N, int K, boolean clear, Term term) {
        if (clear) {
            Arrays.fill(c, 0);
        }
        for (int i = 0; i < M; i++) {
            for (int k = 0; k < K; k++) {
                for (int j = 0; j < N; j++) {
                    c[i * N + j] += term.at(i, j, k);
                }
            }
        }
    }

    static float[] draw(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
