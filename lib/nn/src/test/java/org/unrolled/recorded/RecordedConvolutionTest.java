package org.unrolled.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.nn.Activation;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.AvgPool2d;
import org.unrolled.nn.AdaptiveAvgPool2d;
import org.unrolled.nn.BatchNorm2d;
import org.unrolled.nn.Conv2d;
import org.unrolled.nn.ConvTranspose2d;
import org.unrolled.nn.Dropout2d;
import org.unrolled.nn.Flatten;
import org.unrolled.nn.GroupNorm;
import org.unrolled.nn.Linear;
import org.unrolled.nn.MaxPool2d;
import org.unrolled.nn.Sequential;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.RecordingKernels;
import org.unrolled.tensor.kernel.RecordingKernels.Recording;

/** A convolutional network's training step, recorded once and replayed with other batches, computes the eager step's bits, running statistics included. */
class RecordedConvolutionTest {
    private static final int BATCH = 6, SIZE = 12, CLASSES = 3, STEPS = 6;

    private static final class Model {
        final Dropout2d dropout = new Dropout2d(0.3, 77);
        final Sequential net;
        final AdamW adamW;
        final Tensor x = Tensors.zeros(BATCH, 2, SIZE, SIZE), labels = Tensors.ids(new int[BATCH], BATCH), loss = Tensors.zeros();

        Model() {
            Random random = new Random(5);
            net = new Sequential(new Conv2d(2, 4, 3, 1, 1, random), new BatchNorm2d(4), new Activation(Tensor::relu), new MaxPool2d(2), dropout,
                new Conv2d(4, 4, 3, 1, 1, 1, 4, true, random), new Conv2d(4, 6, 3, 2, 1, random), new GroupNorm(2, 6), new Activation(Tensor::relu),
                new ConvTranspose2d(6, 3, 2, 2, 0, random), new AvgPool2d(3, 1, 1), new AdaptiveAvgPool2d(3, 2), new Flatten(), new Linear(18, CLASSES, random));
            adamW = new AdamW(net, 0.01);
        }

        void step() {
            Steps.step(adamW, loss, () -> net.forward(x).crossEntropy(labels));
        }

        /** All parameters, running statistics, and the loss. */
        float[] state() {
            return Steps.numbers(net.stateDict().values().stream(), loss);
        }
    }

    private static float[] batch(int step) {
        return Tensors.randn(new Random(100 + step), BATCH, 2, SIZE, SIZE).toArray();
    }

    private static int[] labels(int step) {
        return new Random(200 + step).ints(BATCH, 0, CLASSES).toArray();
    }

    @ParameterizedTest
    @MethodSource("org.unrolled.recorded.Steps#providers")
    void aReplayedStepIsTheEagerStepToTheBit(String provider) {
        Kernels kernels = Kernels.named(provider);
        Kernels.with(kernels, () -> {
            Model eager = new Model(), recorded = new Model();
            Recording step = RecordingKernels.record(kernels, List.of(recorded.x.buffer(), recorded.labels.buffer(), recorded.dropout.step().buffer()), recorded::step);
            assertThat(recorded.state()).as("recording computed nothing").isEqualTo(new Model().state());
            for (int s = 0; s < STEPS; s++) {
                eager.x.assign(batch(s));
                eager.labels.assign(labels(s));
                eager.step();
                step.upload(recorded.x.buffer(), batch(s));
                step.upload(recorded.labels.buffer(), labels(s));
                step.replay();
                assertThat(recorded.state()).as("step " + s).isEqualTo(eager.state());
            }
            assertThat(eager.net.stateDict().get("1.num_batches_tracked").item()).isEqualTo(STEPS);
            assertThat(eager.net.parameters().getFirst().toArray()).as("the steps moved the weights").isNotEqualTo(new Model().net.parameters().getFirst().toArray());
        });
    }
}
