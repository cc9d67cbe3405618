package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.kernel.GemmLadder.Step;

/** Each step of the ladder computes what the reference computes. */
class GemmLadderTest {
    /** Odd, prime, smaller than a tile, larger than a block in each direction, single rows and columns, and nothing. */
    private static final int[][] SIZES = {{1, 1, 1}, {3, 5, 7}, {4, 32, 9}, {5, 33, 129}, {13, 1, 17}, {1, 41, 3}, {7, 259, 131}, {130, 70, 300}, {66, 515, 257},
            {0, 3, 4}, {3, 0, 4}, {3, 4, 0}};

    static Stream<Step> steps() {
        return GemmLadder.steps().stream();
    }

    @ParameterizedTest @MethodSource("steps")
    void equalsTheReference(Step step) {
        Random random = new Random(7);
        for (int[] size : SIZES) {
            int M = size[0], N = size[1], K = size[2];
            float[] a = draw(random, M * K), b = draw(random, K * N), c = new float[M * N], expected = new float[M * N];
            // what c held before must not matter
            Arrays.fill(c, Float.NaN);
            step.gemm().multiply(c, a, b, M, N, K);
            new ReferenceKernels().matmul(Buffer.of(expected), Buffer.of(a), Buffer.of(b), 1, M, N, K, 0, 0, false, false, false);
            for (int i = 0; i < c.length; i++) {
                assertThat(c[i]).as("step %d, %s, (%d, %d) · (%d, %d), element %d", step.number(), step.name(), M, K, K, N, i)
                        .isCloseTo(expected[i], within(1e-6f * K + 1e-7f));
            }
        }
    }

    @Test
    void areNumberedFromOneAndOnlyTheLastUsesMoreThreads() {
        assertThat(GemmLadder.steps()).extracting(Step::number).containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(GemmLadder.steps().subList(0, 6)).allMatch(step -> step.threads() == 1);
        assertThat(GemmLadder.steps().getLast().threads()).isEqualTo(Workers.THREADS);
    }

    private static float[] draw(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
