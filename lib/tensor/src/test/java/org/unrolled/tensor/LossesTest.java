package org.unrolled.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unrolled.tensor.Tensors.bceWithLogits;
import static org.unrolled.tensor.Tensors.crossEntropy;
import static org.unrolled.tensor.Tensors.ids;
import static org.unrolled.tensor.Tensors.mseLoss;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.kernel.Kernels;

/** Losses at their edges: nothing to average, everything ignored, NaN and ∞. Each result is PyTorch's. */
class LossesTest {
    static Stream<Kernels> providers() {
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(p -> Kernels.named(p.name()));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everythingIgnoredIsNaNAndHasNoGradient(Kernels kernels) {
        Kernels.with(kernels, () -> {
            for (int C : new int[] {3, 100}) {
                Tensor logits = randn(new Random(1), 4, C).requiresGrad(true);
                Tensor loss = crossEntropy(logits, ids(-100, -100, -100, -100), ones(C), 0.1);
                assertThat(loss.item()).isNaN();
                loss.backward();
                assertThat(logits.grad().toArray()).containsOnly(0f);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("providers")
    void ofNothingIsNaN(Kernels kernels) {
        Kernels.with(kernels, () -> {
            assertThat(crossEntropy(zeros(0, 3), ids()).item()).isNaN();
            assertThat(crossEntropy(zeros(0, 3), ids(), null, 0.1).item()).isNaN();
            assertThat(mseLoss(zeros(0, 3), zeros(0, 3)).item()).isNaN();
            assertThat(bceWithLogits(zeros(0, 3), zeros(0, 3)).item()).isNaN();
        });
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aNaNIsNotHidden(Kernels kernels) {
        Kernels.with(kernels, () -> {
            for (int C : new int[] {3, 100}) {
                float[] numbers = randn(new Random(1), 2, C).toArray();
                numbers[1] = Float.NaN;
                Tensor logits = tensor(numbers, 2, C);
                assertThat(crossEntropy(logits, ids(0, 1)).item()).isNaN();
                assertThat(crossEntropy(logits, ids(0, 1), null, 0.1).item()).isNaN();
                // the row with the NaN does not count
                assertThat(crossEntropy(logits, ids(-100, 1), null, 0.1).item()).isFinite();
                assertThat(logits.silu().get(0, 1)).isNaN();
                assertThat(logits.leakyRelu(0.1).get(0, 1)).isNaN();
                assertThat(logits.rmsNorm(ones(C), 1e-5).get(0, 2)).isNaN();
                assertThat(logits.rmsNorm(ones(C), 1e-5).get(1, 2)).isFinite();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("providers")
    void theSurelyWrongAnswerCostsInfinity(Kernels kernels) {
        Kernels.with(kernels, () -> {
            Tensor logits = tensor(new double[][] {{0, Double.NEGATIVE_INFINITY, 0}});
            assertThat(crossEntropy(logits, ids(1)).item()).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(crossEntropy(logits, ids(0), null, 0.1).item()).isEqualTo(Float.POSITIVE_INFINITY);
            // a class that must not be chosen and has weight 0 is harmless
            assertThat(crossEntropy(logits, ids(0), tensor(1, 0, 1), 0.1).item()).isFinite();
        });
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aRowOfZerosStaysZeroUnderRmsNorm(Kernels kernels) {
        Kernels.with(kernels, () -> {
            Tensor x = zeros(2, 3).requiresGrad(true);
            Tensor y = x.rmsNorm(ones(3), 1e-5);
            y.sum().backward();
            assertThat(y.toArray()).containsOnly(0f);
            assertThat(x.grad().get(0, 0)).isBetween(316f, 317f);   // 1/√ε
            assertThat(zeros(0, 3).rmsNorm(ones(3), 1e-5).shape()).containsExactly(0, 3);
        });
    }
}
