package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.kernel.AttentionLadder.Step;

/** Each step of the ladder computes what the reference computes, causal or not. */
class AttentionLadderTest {
    /** H, T, D: odd, prime, smaller than a register, a block and one more, several blocks, and nothing. */
    private static final int[][] SIZES = {{1, 1, 1}, {2, 3, 5}, {1, 17, 16}, {3, 64, 33}, {1, 65, 7}, {1, 129, 64}, {2, 300, 20}, {1, 0, 4}, {0, 5, 4}};

    static Stream<Step> steps() {
        return AttentionLadder.steps().stream();
    }

    @ParameterizedTest @MethodSource("steps")
    void equalsTheReference(Step step) {
        Random random = new Random(7);
        for (int[] size : SIZES) {
            for (boolean causal : new boolean[] {false, true}) {
                int H = size[0], T = size[1], D = size[2];
                float[] q = draw(random, H * T * D), k = draw(random, H * T * D), v = draw(random, H * T * D);
                float[] y = new float[H * T * D], expected = new float[H * T * D];
                // what y held before must not matter
                Arrays.fill(y, Float.NaN);
                step.attention().attend(y, q, k, v, H, T, D, causal);
                new ReferenceKernels().attention(Buffer.of(expected), Buffer.of(new float[H * T]), Buffer.of(q), Buffer.of(k), Buffer.of(v), Buffer.of(new float[1]), new int[4],
                        1, H, T, T, D, D, (float) (1 / Math.sqrt(D)), causal ? 0 : T - 1);
                for (int i = 0; i < y.length; i++) {
                    assertThat(y[i]).as("step %d, %s, %d heads of (%d, %d), causal %s, element %d", step.number(), step.name(), H, T, D, causal, i)
                            .isCloseTo(expected[i], within(1e-5f));
                }
            }
        }
    }

    /** Later blocks of keys raise the largest score again and again, by so much that what was summed before hardly counts. */
    @ParameterizedTest @MethodSource("steps")
    void scoresThatGrowAlongTheKeysDoNotOverflow(Step step) {
        int T = 400, D = 8;
        float[] q = new float[T * D], k = new float[T * D], v = new float[T * D], y = new float[T * D];
        Arrays.fill(q, 10f);
        for (int j = 0; j < T; j++) Arrays.fill(k, j * D, (j + 1) * D, j * 0.5f);
        for (int j = 0; j < T; j++) Arrays.fill(v, j * D, (j + 1) * D, j);
        step.attention().attend(y, q, k, v, 1, T, D, false);
        // the last score is 14 above the one before: all weight lies on the last value
        for (float value : y) assertThat(value).isCloseTo(T - 1f, within(1e-3f));
    }

    @Test
    void areNumberedFromOneAndOnlyTheLastUsesMoreThreads() {
        assertThat(AttentionLadder.steps()).extracting(Step::number).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(AttentionLadder.steps().subList(0, 5)).allMatch(step -> step.threads() == 1);
        assertThat(AttentionLadder.steps().getLast().threads()).isEqualTo(Workers.THREADS);
    }

    private static float[] draw(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
