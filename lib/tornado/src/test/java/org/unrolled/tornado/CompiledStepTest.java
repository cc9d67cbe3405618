package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unrolled.nn.Activation;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Conv2d;
import org.unrolled.nn.Dropout;
import org.unrolled.nn.Embedding;
import org.unrolled.nn.Flatten;
import org.unrolled.nn.Layer;
import org.unrolled.nn.LayerNorm;
import org.unrolled.nn.LearnedPositions;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Lstm;
import org.unrolled.nn.MaxPool2d;
import org.unrolled.nn.Module;
import org.unrolled.nn.Sequential;
import org.unrolled.nn.TransformerBlock;
import org.unrolled.nn.TransformerConfig;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.CompiledStep;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.RecordingKernels;

/**
 * A recorded training step of each family, compiled for the device: with other batches, learning rates and dropout's step numbers it has
 * the loss curve of the CPU's reference kernels, and the same parameters in the end.
 */
class CompiledStepTest {
    @BeforeAll static void aDeviceIsThere() {
        UsableDevice.require();
    }

    private static final int STEPS = 50;

    /** A model, what a step reads, and how a step's batch is made. */
    abstract static class Model extends Module {
        final List<Tensor> inputs = new ArrayList<>();
        final Tensor loss = Tensors.zeros();
        AdamW adamW;

        abstract Tensor value();

        abstract void batch(Random random);

        Tensor input(Tensor tensor) {
            inputs.add(tensor);
            return tensor;
        }

        void step() {
            adamW.zeroGrad();
            Tensor value = value();
            value.backward();
            adamW.clipGradNorm(1);
            adamW.step();
            loss.assign(value.detach());
        }
    }

    /** Three dense layers with dropout. */
    static final class Mlp extends Model {
        final Dropout dropout = new Dropout(0.25, 77);
        final Sequential net = module("net", new Sequential(new Linear(20, 33, new Random(1)), new Activation(Tensor::relu), dropout,
            new Linear(33, 40, new Random(2)), new Activation(Tensor::gelu), new LayerNorm(40), new Linear(40, 7, new Random(3))));
        final Tensor x = input(Tensors.zeros(16, 20)), labels = input(Tensors.ids(new int[16], 16));

        @Override Tensor value() {
            return net.forward(x).crossEntropy(labels);
        }

        @Override void batch(Random random) {
            x.assign(Tensors.randn(random, 16, 20).toArray());
            labels.assign(random.ints(16, 0, 7).toArray());
        }
    }

    /** LeNet-5 on pictures of 28 x 28 (padded to 32). */
    static final class LeNet extends Model {
        final Layer net = module("net", new Sequential(new Conv2d(1, 6, 5, 1, 2, new Random(1)), new Activation(Tensor::relu), new MaxPool2d(2), new Conv2d(6, 16, 5, new Random(2)),
            new Activation(Tensor::relu), new MaxPool2d(2), new Flatten(), new Linear(400, 120, new Random(3)), new Activation(Tensor::relu), new Linear(120, 84, new Random(4)),
            new Activation(Tensor::relu), new Linear(84, 10, new Random(5))));
        final Tensor x = input(Tensors.zeros(4, 1, 28, 28)), labels = input(Tensors.ids(new int[4], 4));

        @Override Tensor value() {
            return net.forward(x).crossEntropy(labels);
        }

        @Override void batch(Random random) {
            x.assign(Tensors.randn(random, 4, 1, 28, 28).toArray());
            labels.assign(random.ints(4, 0, 10).toArray());
        }
    }

    /** Two layers of LSTM over sequences of unequal lengths. */
    static final class Recurrent extends Model {
        final Lstm lstm = module("lstm", new Lstm(5, 16, 2, false, 0, new Random(1)));
        final Linear out = module("out", new Linear(16, 3, new Random(2)));
        final Tensor x = input(Tensors.zeros(6, 9, 5)), lengths = input(Tensors.ids(new int[6], 6)), labels = input(Tensors.ids(new int[6], 6));

        @Override Tensor value() {
            return out.forward(lstm.forward(x, null, null, lengths).hN().select(0, -1)).crossEntropy(labels);
        }

        @Override void batch(Random random) {
            x.assign(Tensors.randn(random, 6, 9, 5).toArray());
            lengths.assign(random.ints(6, 1, 10).toArray());
            labels.assign(random.ints(6, 0, 3).toArray());
        }
    }

    /** A small causal language model. */
    static final class Gpt extends Model {
        final Embedding tokens = module("tokens", new Embedding(20, 24, new Random(1)));
        final LearnedPositions positions = module("positions", new LearnedPositions(12, 24, new Random(2)));
        final TransformerBlock first = module("first", new TransformerBlock(TransformerConfig.of(24, 3), new Random(3)));
        final TransformerBlock second = module("second", new TransformerBlock(TransformerConfig.of(24, 3), new Random(4)));
        final LayerNorm norm = module("norm", new LayerNorm(24));
        final Linear head = module("head", new Linear(24, 20, new Random(5)));
        final Tensor ids = input(Tensors.ids(new int[36], 3, 12)), next = input(Tensors.ids(new int[36], 36));
        final Tensor mask = Tensors.causalMask(12);

        @Override Tensor value() {
            Tensor x = positions.forward(tokens.forward(ids));
            return head.forward(norm.forward(second.forward(first.forward(x, mask), mask))).reshape(36, 20).crossEntropy(next);
        }

        @Override void batch(Random random) {
            ids.assign(random.ints(36, 0, 20).toArray());
            next.assign(random.ints(36, 0, 20).toArray());
        }
    }

    /** A vision Transformer: patches of 4 x 4, their mean is classified. */
    static final class Vit extends Model {
        final Conv2d patches = module("patches", new Conv2d(3, 16, 4, 4, 0, new Random(1)));
        final LearnedPositions positions = module("positions", new LearnedPositions(16, 16, new Random(2)));
        final TransformerBlock block = module("block", new TransformerBlock(TransformerConfig.of(16, 2), new Random(3)));
        final Linear head = module("head", new Linear(16, 5, new Random(4)));
        final Tensor x = input(Tensors.zeros(3, 3, 16, 16)), labels = input(Tensors.ids(new int[3], 3));

        @Override Tensor value() {
            Tensor tokens = patches.forward(x).reshape(3, 16, 16).transpose();
            return head.forward(block.forward(positions.forward(tokens)).mean(1)).crossEntropy(labels);
        }

        @Override void batch(Random random) {
            x.assign(Tensors.randn(random, 3, 3, 16, 16).toArray());
            labels.assign(random.ints(3, 0, 5).toArray());
        }
    }

    enum Family {
        MLP(Mlp::new), LENET(LeNet::new), LSTM(Recurrent::new), GPT(Gpt::new), VIT(Vit::new);

        final Supplier<Model> make;

        Family(Supplier<Model> make) {
            this.make = make;
        }

        Model model() {
            Model model = make.get();
            model.adamW = new AdamW(model, 1);
            return model;
        }
    }

    private static double lr(int step) {
        return 0.01 / (1 + step % 5);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void theCompiledStepHasTheLossCurveOfTheCpu(Family family) {
        Model cpu = Kernels.with(Kernels.named("reference"), family::model);
        List<Float> expected = new ArrayList<>();
        Kernels.with(Kernels.named("reference"), () -> {
            for (int s = 0; s < STEPS; s++) {
                cpu.batch(new Random(s));
                cpu.adamW.lr(lr(s));
                cpu.step();
                expected.add(cpu.loss.item());
            }
        });
        Kernels kernels = Kernels.named("tornado");
        Kernels.with(kernels, () -> {
            Model model = family.model();
            List<Buffer> inputs = new ArrayList<>(model.inputs.stream().map(Tensor::buffer).toList());
            inputs.add(model.adamW.lrBuffer());
            RecordingKernels.Recording recording = RecordingKernels.record(kernels, inputs, model::step);
            List<Integer> told = Collections.synchronizedList(new ArrayList<>());
            long before = System.nanoTime();
            try (CompiledStep step = recording.compile(List.of(model.loss.buffer()), (done, all) -> told.add(done))) {
                double compile = (System.nanoTime() - before) / 1e9;
                assertThat(told).as("progress").isSorted().startsWith(0).endsWith(step.tasks()).hasSize(step.tasks() + 1);
                long replay = 0;
                for (int s = 0; s < STEPS; s++) {
                    model.batch(new Random(s));     // into the tensors; the device gets it below
                    for (Tensor input : model.inputs) step.upload(input.buffer());
                    step.upload(model.adamW.lrBuffer(), (float) lr(s));
                    long now = System.nanoTime();
                    step.replay();
                    replay += System.nanoTime() - now;
                    assertThat(model.loss.item()).as(family + ", loss of step " + s).isCloseTo(expected.get(s), within(1e-3f * Math.max(1, Math.abs(expected.get(s)))));
                }
                System.out.printf("%s on %s: %d tasks in %d graphs, compiled in %.1f s, a replay takes %.2f ms%n", family, kernels.name(), step.tasks(), step.graphs(), compile, replay / 1e6 / STEPS);
                List<Tensor> trained = model.parameters(), wanted = cpu.parameters();
                for (int i = 0; i < trained.size(); i++) {
                    float[] stale = trained.get(i).toArray();
                    step.download(trained.get(i).buffer());
                    assertThat(trained.get(i).toArray()).as("parameter " + i + " stayed on the device until it was asked for").isNotEqualTo(stale);
                    assertThat(Tensors.maxAbsDiff(trained.get(i).detach(), wanted.get(i).detach())).as("parameter " + i).isLessThan(2e-2f);
                }
            }
        });
    }

    @Test void whatIsNotDeclaredIsRefused() {
        Kernels kernels = Kernels.named("tornado");
        Kernels.with(kernels, () -> {
            Tensor x = Tensors.zeros(3), y = Tensors.zeros(3), other = Tensors.zeros(2);
            RecordingKernels.Recording recording = RecordingKernels.record(kernels, List.of(x.buffer()), () -> y.assign(x.add(1)));
            assertThatThrownBy(() -> recording.compile(List.of(other.buffer()), CompiledStep.Progress.NONE))
                .hasMessage("compile: an output of 2 elements is not touched by the step. Name buffers that it writes.");
            try (CompiledStep step = recording.compile(List.of(y.buffer()), CompiledStep.Progress.NONE)) {
                step.upload(x.buffer(), 1, 2, 3);
                step.replay();
                assertThat(y.toArray()).containsExactly(2, 3, 4);
                x.assign(4, 5, 6);
                step.replay();
                assertThat(y.toArray()).as("the device keeps what it was sent").containsExactly(2, 3, 4);
                step.upload(x.buffer());
                step.replay();
                assertThat(y.toArray()).containsExactly(5, 6, 7);
                assertThatThrownBy(() -> step.upload(y.buffer(), 1, 2, 3)).hasMessageStartingWith("upload: this buffer of 3 is not one of the recording's 1 declared inputs");
                assertThatThrownBy(() -> step.upload(x.buffer(), 1, 2)).hasMessage("upload: 2 values for a buffer of 3. Give each element one.");
                assertThatThrownBy(() -> step.download(other.buffer())).hasMessage("download: the step does not touch this buffer of 2 elements.");
            }
        });
    }
}
