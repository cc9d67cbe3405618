package org.unrolled.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Lstm;
import org.unrolled.nn.Module;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.RecordingKernels;
import org.unrolled.tensor.kernel.RecordingKernels.Recording;

/** A training step of an LSTM, recorded once: other sequences, lengths and labels give the bits of the eager step. */
class RecordedRecurrentStepTest {
    private static final int B = 5, T = 6, I = 3, H = 20;

    private static final class Model extends Module {
        final Lstm lstm = module("lstm", new Lstm(I, H, 2, true, 0, new Random(1)));
        final Linear out = module("out", new Linear(2 * H, 2, new Random(2)));
        final Tensor x = Tensors.zeros(B, T, I), lengths = Tensors.ids(new int[B], B), labels = Tensors.ids(new int[B], B), loss = Tensors.zeros();
        final AdamW adamW = new AdamW(this, 0.05);

        void step() {
            Steps.step(adamW, loss, () -> {
                Lstm.Result r = lstm.forward(x, null, null, lengths);
                return out.forward(Tensors.cat(-1, r.hN().select(0, -2), r.cN().select(0, -1))).crossEntropy(labels).add(r.output().pow(2).mean());
            });
        }

        float[] state() {
            return Steps.numbers(parameters().stream(), loss);
        }
    }

    @ParameterizedTest
    @MethodSource("org.unrolled.recorded.Steps#providers")
    void aReplayedStepIsTheEagerStepToTheBit(String provider) {
        Kernels kernels = Kernels.named(provider);
        Kernels.with(kernels, () -> {
            Model eager = new Model(), recorded = new Model();
            Recording step = RecordingKernels.record(kernels, List.of(recorded.x.buffer(), recorded.lengths.buffer(), recorded.labels.buffer()), recorded::step);
            assertThat(step.calls().stream().filter("lstmLayer"::equals)).as("one call for a layer in a direction, however many steps").hasSize(4);
            for (int s = 0; s < 6; s++) {
                Random random = new Random(s);
                float[] x = Tensors.randn(random, B, T, I).toArray();
                int[] lengths = random.ints(B, 0, T + 1).toArray(), labels = random.ints(B, 0, 2).toArray();
                eager.x.assign(x);
                eager.lengths.assign(lengths);
                eager.labels.assign(labels);
                eager.step();
                step.upload(recorded.x.buffer(), x);
                step.upload(recorded.lengths.buffer(), lengths);
                step.upload(recorded.labels.buffer(), labels);
                step.replay();
                assertThat(recorded.state()).as("step " + s).isEqualTo(eager.state());
            }
            assertThat(eager.parameters().getFirst().toArray()).as("the steps moved the weights").isNotEqualTo(new Model().parameters().getFirst().toArray());
        });
    }
}
