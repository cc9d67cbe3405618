package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.kernel.ConvLadder.Step;

/** Each step of the ladder computes what the reference computes. */
class ConvLadderTest {
    /** B, C, H, W, O, k: single numbers, kernels wider than the image, odd sizes, more columns than a register, Winograd's and the direct way, nothing. */
    private static final int[][] SIZES = {{1, 1, 1, 1, 1, 1}, {1, 1, 2, 3, 1, 7}, {2, 3, 7, 5, 4, 3}, {1, 2, 9, 37, 3, 5}, {1, 1, 28, 28, 6, 5}, {2, 5, 6, 7, 9, 1},
            {3, 17, 13, 15, 19, 3}, {0, 2, 3, 4, 5, 3}};

    static Stream<Step> steps() {
        return ConvLadder.steps().stream();
    }

    @ParameterizedTest @MethodSource("steps")
    void equalsTheReference(Step step) {
        Random random = new Random(7);
        for (int[] s : SIZES) {
            int B = s[0], C = s[1], H = s[2], W = s[3], O = s[4], k = s[5], p = k / 2;
            float[] x = draw(random, B * C * H * W), w = draw(random, O * C * k * k), y = new float[B * O * H * W], expected = new float[y.length];
            // what y held before must not matter
            Arrays.fill(y, Float.NaN);
            step.conv().convolve(y, x, w, B, C, H, W, O, k);
            new ReferenceKernels().conv2d(Buffer.of(expected), Buffer.of(x), Buffer.of(w), B, C, O, 1, new Window(H, W, k, k, 1, 1, p, p, 1, 1), false);
            for (int i = 0; i < y.length; i++) {
                assertThat(y[i]).as("step %d, %s, %s, element %d", step.number(), step.name(), Arrays.toString(s), i)
                        .isCloseTo(expected[i], within(1e-6f * C * k * k + 1e-6f));
            }
        }
    }

    @Test
    void areNumberedFromOneAndOnlyTheLastUsesMoreThreads() {
        assertThat(ConvLadder.steps()).extracting(Step::number).containsExactly(1, 2, 3, 4, 5);
        assertThat(ConvLadder.steps().subList(0, 4)).allMatch(step -> step.threads() == 1);
        assertThat(ConvLadder.steps().getLast().threads()).isEqualTo(Workers.THREADS);
    }

    private static float[] draw(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
