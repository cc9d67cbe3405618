package org.unrolled.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.nn.Activation;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Dropout;
import org.unrolled.nn.LayerNorm;
import org.unrolled.nn.Linear;
import org.unrolled.nn.MultiHeadAttention;
import org.unrolled.nn.Sequential;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.RecordingKernels;
import org.unrolled.tensor.kernel.RecordingKernels.Recording;

/**
 * The proof that the contract can be compiled: one training step, with dropout, clipping by norm and AdamW, is recorded once and
 * replayed with other batches, learning rates and step numbers. It computes the bits that the eager step computes.
 */
class RecordedStepTest {
    private static final int BATCH = 32, IN = 20, HIDDEN = 48, CLASSES = 7, STEPS = 12;

    /** A network with its optimiser and the tensors that a step reads. */
    private static final class Model {
        final Dropout dropout = new Dropout(0.25, 77);
        final Sequential net;
        final AdamW adamW;
        final Tensor x = Tensors.zeros(BATCH, IN), labels = Tensors.ids(new int[BATCH], BATCH), loss = Tensors.zeros();

        Model() {
            Random random = new Random(5);
            net = new Sequential(new Linear(IN, HIDDEN, random), new Activation(Tensor::relu), dropout, new Linear(HIDDEN, HIDDEN, random), new Activation(Tensor::gelu),
                new LayerNorm(HIDDEN), new Linear(HIDDEN, CLASSES, random));
            adamW = new AdamW(net, 1);
        }

        void step() {
            Steps.step(adamW, loss, () -> net.forward(x).crossEntropy(labels));
        }

        /** All parameters and the loss. */
        float[] state() {
            return Steps.numbers(net.parameters().stream(), loss);
        }
    }

    private static float lr(int step) { return 0.01f / (1 + step); }

    private static float[] batch(int step) {
        Random random = new Random(100 + step);
        float[] x = new float[BATCH * IN];
        for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian();
        return x;
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
            Recording step = RecordingKernels.record(kernels, List.of(recorded.x.buffer(), recorded.labels.buffer(), recorded.adamW.lrBuffer(),
                recorded.adamW.stepBuffer(), recorded.dropout.step().buffer()), recorded::step);
            assertThat(recorded.state()).as("recording computed nothing").isEqualTo(new Model().state());
            for (int s = 0; s < STEPS; s++) {
                eager.x.assign(batch(s));
                eager.labels.assign(labels(s));
                eager.adamW.lr(lr(s));
                eager.step();
                step.upload(recorded.x.buffer(), batch(s));
                step.upload(recorded.labels.buffer(), labels(s));
                step.upload(recorded.adamW.lrBuffer(), lr(s));
                step.replay();
                assertThat(recorded.state()).as("step " + s).isEqualTo(eager.state());
            }
            assertThat(eager.net.parameters().getFirst().toArray()).as("the steps moved the weights").isNotEqualTo(new Model().net.parameters().getFirst().toArray());
        });
    }

    @ParameterizedTest
    @MethodSource("org.unrolled.recorded.Steps#providers")
    void theStepNumberIsAnInput(String provider) {
        Kernels kernels = Kernels.named(provider);
        Kernels.with(kernels, () -> {
            Model eager = new Model(), recorded = new Model();
            Recording step = RecordingKernels.record(kernels, List.of(recorded.x.buffer(), recorded.adamW.stepBuffer(), recorded.dropout.step().buffer()), recorded::step);
            for (Model m : List.of(eager, recorded)) {
                m.x.assign(batch(3));
                m.labels.assign(labels(3));
            }
            kernels.upload(eager.adamW.stepBuffer(), new int[] {40});
            eager.dropout.step().assign(41);
            eager.step();
            step.upload(recorded.adamW.stepBuffer(), 40);
            step.upload(recorded.dropout.step().buffer(), 41);
            step.replay();
            assertThat(recorded.state()).isEqualTo(eager.state());
            assertThat(kernels.hostInts(recorded.adamW.stepBuffer())).containsExactly(41);
            Model other = new Model();
            other.x.assign(batch(3));
            other.labels.assign(labels(3));
            other.step();
            assertThat(other.net.parameters().getFirst().toArray()).as("with another number other elements are dropped").isNotEqualTo(eager.net.parameters().getFirst().toArray());
        });
    }

    @Test
    void anAttentionStepHasNoHazard() {
        Kernels kernels = Kernels.named("reference");
        Kernels.with(kernels, () -> {
            MultiHeadAttention attention = new MultiHeadAttention(8, 2, new Random(1));
            AdamW adamW = new AdamW(attention, 0.1);
            Tensor x = Tensors.randn(new Random(2), 3, 5, 8), mask = Tensors.causalMask(5);
            Runnable body = () -> {
                adamW.zeroGrad();
                Tensor y = attention.forward(x, mask);
                y.mul(y).mean().backward();
                adamW.clipGradNorm(1);
                adamW.step();
            };
            float[] before = attention.parameters().getFirst().toArray();
            Recording step = RecordingKernels.record(kernels, List.of(), body);
            step.replay();
            step.replay();
            MultiHeadAttention eager = new MultiHeadAttention(8, 2, new Random(1));
            AdamW eagerW = new AdamW(eager, 0.1);
            for (int i = 0; i < 2; i++) {
                eagerW.zeroGrad();
                Tensor y = eager.forward(x, mask);
                y.mul(y).mean().backward();
                eagerW.clipGradNorm(1);
                eagerW.step();
            }
            assertThat(attention.parameters().getFirst().toArray()).isEqualTo(eager.parameters().getFirst().toArray()).isNotEqualTo(before);
        });
    }

    @Test
    void aStepThatLooksAtItsLossIsRefused() {
        Kernels kernels = Kernels.named("reference");
        Kernels.with(kernels, () -> {
            Model model = new Model();
            assertThatThrownBy(() -> RecordingKernels.record(kernels, List.of(), () -> {
                model.step();
                if (model.loss.item() < 1) model.adamW.zeroGrad();
            })).hasMessageMatching("item: a step is being recorded, and what it does may not depend on the numbers it computes "
                + "\\(at RecordedStepTest.java:\\d+\\). Keep the tensor and read it after replay\\(\\).");
        });
    }

    @Test
    void aRecordedStepIsAFewDozenCalls() {
        Kernels kernels = Kernels.named("reference");
        Kernels.with(kernels, () -> {
            Model model = new Model();
            Recording step = RecordingKernels.record(kernels, List.of(), model::step);
            // a TornadoVM graph holds some 60 tasks; what grows past that is compiled in pieces
            assertThat(step.calls().size()).as(step.toString()).isLessThan(60);
        });
    }
}
