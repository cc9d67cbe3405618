package org.unrolled.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.ProfilingKernels;
import org.unrolled.tensor.kernel.ProfilingKernels.Row;
import org.unrolled.tensor.kernel.ShapeKernels;

/** ProfilingKernels count, ShapeKernels compute nothing. */
class WatchingKernelsTest {
    @Test
    void aProfileCountsCallsBytesAndOperations() {
        ProfilingKernels profile = new ProfilingKernels(Kernels.named("reference"));
        float[] y = Kernels.with(profile.kernels(), () -> {
            Tensor a = Tensors.ones(30, 40), b = Tensors.ones(40, 50);
            return a.matmul(b).add(a.matmul(b)).toArray();
        });
        assertThat(y).hasSize(1500).containsOnly(80);
        Row matmul = row(profile, "matmul"), add = row(profile, "binary");
        assertThat(matmul.calls()).isEqualTo(2);
        assertThat(matmul.flops()).isEqualTo(2 * 2L * 30 * 40 * 50);
        assertThat(matmul.bytes()).isEqualTo(2 * 4L * (30 * 40 + 40 * 50 + 30 * 50));
        assertThat(matmul.seconds()).isPositive();
        assertThat(matmul.gigaflopsPerSecond()).isPositive().isFinite();
        assertThat(add.flops()).isEqualTo(1500);
        assertThat(add.bytes()).isEqualTo(4L * 3 * 1500);
        assertThat(profile.table()).startsWith("kernel ").contains("matmul", "binary");
        assertThat(profile.kernels().name()).isEqualTo("profiling reference");
    }

    @Test
    void aProfileCountsWhatIsAddedToTwice() {
        ProfilingKernels profile = new ProfilingKernels(Kernels.named("reference"));
        profile.kernels().accumulate(Kernels.named("reference").floats(10), Kernels.named("reference").floats(10));
        assertThat(row(profile, "accumulate").bytes()).isEqualTo(4 * 30);
        profile.kernels().embedding(profile.kernels().floats(6), profile.kernels().floats(3000), profile.kernels().ints(2), 2, 1000, 3);
        assertThat(row(profile, "embedding").bytes()).as("two rows, not the table").isEqualTo(4 * (6 + 6 + 2));
    }

    @Test
    void aProfileCountsSelfAttentionOfEmptyHeadsToo() {
        ProfilingKernels profile = new ProfilingKernels(Kernels.named("reference"));
        Kernels k = profile.kernels();
        for (int D : new int[] {0, 4}) k.selfAttention(k.floats(6 * D), k.floats(6), k.floats(18 * D), k.floats(1), new int[4], 1, 2, 3, D, 1, 2);
        assertThat(row(profile, "selfAttention").flops()).isEqualTo(18 * 4 + 18 * 20);
    }

    /** A multiply-add for each tap of each channel of a group, in each of the three products. */
    @Test
    void aProfileCountsConvolutions() {
        ProfilingKernels profile = new ProfilingKernels(Kernels.named("reference"));
        Kernels.with(profile.kernels(), () -> {
            Tensor x = Tensors.ones(2, 4, 9, 8).requiresGrad(true), w = Tensors.ones(6, 2, 3, 3).requiresGrad(true);
            Tensors.avgPool2d(Tensors.conv2d(x, w, null, 2, 1, 1, 2), 2).sum().backward();
        });
        long products = 2L * 2 * 6 * 5 * 4 * (2 * 9);
        assertThat(row(profile, "conv2d").flops()).isEqualTo(products);
        assertThat(row(profile, "conv2dBackward").flops()).isEqualTo(products);
        assertThat(row(profile, "conv2dWeightBackward").flops()).isEqualTo(products);
        assertThat(row(profile, "conv2d").bytes()).isEqualTo(4L * (2 * 4 * 9 * 8 + 6 * 2 * 9 + 2 * 6 * 5 * 4));
        assertThat(row(profile, "avgPool2d").flops()).isEqualTo(2 * 6 * 2 * 2 * 4);
    }

    @Test
    void aRecurrentLayerCountsItsProductsAndItsGates() {
        Kernels k = Kernels.named("reference");
        int B = 2, T = 3, H = 5;
        ProfilingKernels profile = new ProfilingKernels(k);
        profile.kernels().lstm(k.floats(B * T * 4 * H), k.floats(B * T * H), k.floats(B * T * H), k.floats(B * H), k.floats(B * H), k.floats(4 * H * H), k.floats(4 * H),
            k.floats(B * H), k.floats(B * H), k.ints(B), false, B, T, H);
        profile.kernels().gru(k.floats(B * T * 3 * H), k.floats(B * T * H), k.floats(B * T * H), k.floats(B * H), k.floats(3 * H * H), k.floats(3 * H), k.floats(B * H),
            k.ints(B), false, B, T, H);
        profile.kernels().rnn(k.floats(B * T * H), k.floats(B * H), k.floats(H * H), k.floats(H), k.floats(B * H), k.ints(B), false, true, B, T, H);
        // per step and element of h: four sums of 2H + 2 and their functions, then f·c, i·g, their sum, tanh c, its product with o
        assertThat(row(profile, "lstm").flops()).isEqualTo(B * T * H * (4 * (2 * H + 3) + 5));
        assertThat(row(profile, "gru").flops()).isEqualTo(B * T * H * (3 * (2 * H + 3) + 6));
        assertThat(row(profile, "rnn").flops()).isEqualTo(B * T * H * (2 * H + 3));
        // the gates are read and written, the states only written
        assertThat(row(profile, "lstm").bytes()).isEqualTo(4 * (2 * B * T * 4 * H + 2 * B * T * H + 2 * B * H + 4 * H * H + 4 * H + 2 * B * H + B));
        int I = 7;
        profile.kernels().lstmLayer(k.floats(0), k.floats(B * T * H), k.floats(0), k.floats(B * H), k.floats(B * H), k.floats(B * T * I), k.floats(4 * H * I), k.floats(4 * H),
            k.floats(4 * H * H), k.floats(4 * H), k.floats(B * H), k.floats(B * H), k.ints(B), false, B, T, I, H);
        // 2I of the input's product and its bias come to each sum
        assertThat(row(profile, "lstmLayer").flops()).isEqualTo(B * T * H * (4 * (2 * H + 3 + 2 * I + 1) + 5));
        profile.kernels().recurrentWeightBackward(k.floats(4 * H * H), k.floats(B * T * 4 * H), k.floats(B * T * H), k.floats(B * H), k.ints(B), B, T, 4 * H, H, false, false);
        assertThat(row(profile, "recurrentWeightBackward").flops()).isEqualTo(2 * B * T * 4 * H * H);
    }

    @Test
    void aProfileLetsErrorsThrough() {
        Kernels k = new ProfilingKernels(Kernels.named("reference")).kernels();
        assertThatThrownBy(() -> k.oneHot(k.floats(3), k.ints(1), 1, 0)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("oneHot: 0 at position 0");
    }

    @Test
    void shapesOfANetworkThatFitsNowhere() {
        ShapeKernels shapes = new ShapeKernels();
        ProfilingKernels profile = new ProfilingKernels(shapes.kernels());
        int[] shape = Kernels.with(profile.kernels(), () -> {
            Tensor x = Tensors.zeros(40_000, 50_000), w = Tensors.zeros(50_000, 30_000).requiresGrad(true);
            Tensor y = x.matmul(w).relu().softmax(-1);
            y.sum().backward();
            assertThat(w.grad().shape()).containsExactly(50_000, 30_000);
            return y.shape();
        });
        assertThat(shape).containsExactly(40_000, 30_000);
        assertThat(shapes.bytes()).isGreaterThan(4L * (2_000_000_000L + 1_500_000_000L + 3 * 1_200_000_000L));
        assertThat(row(profile, "matmul").flops()).isEqualTo(2 * 2L * 40_000 * 50_000 * 30_000);
    }

    /** The first stage of VGG-16 on a batch of 256, forward and backward: shapes and operations without a number. */
    @Test
    void shapesOfAConvolutionalNetwork() {
        ShapeKernels shapes = new ShapeKernels();
        ProfilingKernels profile = new ProfilingKernels(shapes.kernels());
        int[] shape = Kernels.with(profile.kernels(), () -> {
            Tensor x = Tensors.zeros(256, 3, 224, 224), w = Tensors.zeros(64, 3, 3, 3).requiresGrad(true), one = Tensors.ones(64).requiresGrad(true);
            Tensor y = Tensors.conv2d(x, w, one, 1, 1);
            y = Tensors.maxPool2d(Tensors.batchNorm(y, Tensors.zeros(64), Tensors.ones(64), one, one, true, 0.1, 1e-5).relu(), 2);
            Tensors.adaptiveAvgPool2d(Tensors.groupNorm(y, 8, one, one, 1e-5), 1, 1).sum().backward();
            return y.shape();
        });
        assertThat(shape).containsExactly(256, 64, 112, 112);
        assertThat(row(profile, "conv2d").flops()).isEqualTo(256L * 64 * 224 * 224 * (2 * 27 + 1));
        assertThat(row(profile, "conv2dWeightBackward").flops()).isEqualTo(2L * 256 * 64 * 224 * 224 * 27);
    }

    @Test
    void shapesHaveNoNumbersToRead() {
        assertThatThrownBy(() -> Kernels.with(new ShapeKernels().kernels(), () -> { Tensors.randn(new Random(1), 2, 2).exp().toArray(); }))
            .hasMessageMatching("toArray: there are no numbers to read, only shapes are computed here \\(at WatchingKernelsTest.java:\\d+\\). "
                + "Run it with other kernels, such as Kernels.use\\(\"vector\"\\).");
    }

    private static Row row(ProfilingKernels profile, String kernel) {
        return profile.rows().stream().filter(r -> r.kernel().equals(kernel)).findFirst().orElseThrow();
    }
}
