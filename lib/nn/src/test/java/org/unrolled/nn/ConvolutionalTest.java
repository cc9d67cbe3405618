package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Layers of convolutional networks give what PyTorch gave in float64, train along PyTorch's loss curve, and begin with its numbers. */
class ConvolutionalTest {
    // ---- layers

    @TestFactory
    Stream<DynamicTest> layers() {
        return Recorded.onEveryProvider("convolutional", ConvolutionalTest::layer);
    }

    private static void layer(Recorded.Case c, String where) {
        Random random = new Random(1);
        Layer layer = switch (c.op()) {
            case "Conv2d" -> new Conv2d(c.integer("in"), c.integer("out"), c.integer("kernel"), c.integer("stride"), c.integer("padding"), c.integer("dilation"),
                c.integer("groups"), c.flag("bias"), random);
            case "Conv1d" -> new Conv1d(c.integer("in"), c.integer("out"), c.integer("kernel"), c.integer("stride"), c.integer("padding"), c.integer("dilation"),
                c.integer("groups"), c.flag("bias"), random);
            case "ConvTranspose2d" -> new ConvTranspose2d(c.integer("in"), c.integer("out"), c.integer("kernel"), c.integer("stride"), c.integer("padding"),
                c.integer("output_padding"), c.integer("groups"), c.flag("bias"), c.integer("dilation"), random);
            case "MaxPool2d" -> new MaxPool2d(c.integer("kernel"), c.integer("stride"), c.integer("padding"));
            case "AvgPool2d" -> new AvgPool2d(c.integer("kernel"), c.integer("stride"), c.integer("padding"));
            case "AdaptiveAvgPool2d" -> new AdaptiveAvgPool2d(c.integer("H"), c.integer("W"));
            case "GroupNorm" -> new GroupNorm(c.integer("groups"), c.integer("channels"));
            case "Flatten" -> new Flatten();
            case "BatchNorm2d" -> new BatchNorm2d(c.integer("channels"), c.number("momentum"));
            case "BatchNorm1d" -> new BatchNorm1d(c.integer("channels"), c.number("momentum"));
            default -> fail("no Java code runs the recorded layer " + c.op());
        };
        c.load(layer);
        if (layer instanceof BatchNorm) {
            Tensor before = c.inputs().get("before").tensor();
            for (int i = 0; i < before.size(0); i++) layer.forward(before.select(0, i));
            if (c.flag("evaluation")) layer.eval();
        }
        Tensor x = c.inputs().get("x").tensor().requiresGrad(true), y = layer.forward(x);
        c.same(where, "y", y);
        if (layer instanceof BatchNorm norm) {
            c.same(where, "running_mean", norm.runningMean());
            c.same(where, "running_var", norm.runningVar());
            assertThat(layer.stateDict().get("num_batches_tracked").item()).isEqualTo(c.batches());
        }
        y.backward(c.dout().tensor());
        c.same(where + ", gradient of x", c.gradients().get("x"), x.grad());
        assertThat(layer.namedParameters().keySet()).as(where).containsExactlyElementsOf(c.parameterGradients().keySet());
        c.parameterGradients().forEach((name, values) -> c.same(where + ", gradient of " + name, values, layer.namedParameters().get(name).grad()));
    }

    // ---- training

    private static Sequential leNet(Random random) {
        return new Sequential(new Conv2d(1, 4, 5, 1, 2, 1, 1, false, random), new BatchNorm2d(4), new Activation(Tensor::relu), new MaxPool2d(2),
            new Conv2d(4, 8, 5, 1, 0, 1, 1, false, random), new BatchNorm2d(8), new Activation(Tensor::relu), new AvgPool2d(2), new Flatten(),
            new Linear(8, 12, false, random), new BatchNorm1d(12), new Activation(Tensor::relu), new Linear(12, 4, random));
    }

    /** 50 steps from PyTorch's weights on PyTorch's data: each loss to 1e-3 of PyTorch's; the evaluation after them uses the running statistics. */
    @TestFactory
    Stream<DynamicTest> aTrainingRunWithBatchNorm() {
        return Recorded.onEveryProvider("convolutional-curve", (c, where) -> {
            Sequential net = leNet(new Random(1));
            c.load(net);
            AdamW adamW = new AdamW(net.parameters(), 0.003, 0.9, 0.999, 0.01);
            Tensor x = c.inputs().get("x").tensor(), labels = c.inputs().get("labels").tensor();
            double[] losses = c.outputs().get("losses").data();
            assertThat(losses).hasSize(50);
            for (int step = 0; step < losses.length; step++) {
                adamW.zeroGrad();
                Tensor loss = net.forward(x.select(0, step % 4)).crossEntropy(labels.select(0, step % 4));
                loss.backward();
                adamW.clipGradNorm(1);
                adamW.step();
                if (step == 9) net.stateDict().forEach((name, tensor) -> close(where + ", " + name + " after ten steps", 1e-4, c.outputs().get(name), tensor.toFloat()));
                assertThat((double) loss.item()).as(where + ", loss of step " + step).isCloseTo(losses[step], within(1e-3 * losses[step]));
            }
            net.eval();
            close(where + ", logits in evaluation", 2e-3, c.outputs().get("logits"), net.forward(x.select(0, 0)));
            close(where + ", running variance", 2e-3, c.outputs().get("running_var"), net.stateDict().get("1.running_var"));
        });
    }

    private static void close(String where, double tolerance, Recorded.Values expected, Tensor got) {
        float[] numbers = got.toArray();
        double[] wanted = expected.data() != null ? expected.data() : Arrays.stream(expected.ints()).asDoubleStream().toArray();
        assertThat(numbers).as(where).hasSameSizeAs(wanted);
        for (int i = 0; i < numbers.length; i++) {
            assertThat((double) numbers[i]).as(where + ", element " + i).isCloseTo(wanted[i], within(tolerance * Math.max(1, Math.abs(wanted[i]))));
        }
    }

    @Test void dropout2dDropsWholeChannelsInTrainingOnly() {
        Dropout2d dropout = new Dropout2d(0.4, 7);
        Tensor x = Tensors.ones(50, 20, 3, 3), y = dropout.forward(x);
        float[] channels = y.mean(3).mean(2).toArray();
        int dropped = 0;
        for (float channel : channels) {
            assertThat(channel == 0 || Math.abs(channel - 1 / 0.6f) < 1e-6).as("all of a channel or nothing: " + channel).isTrue();
            if (channel == 0) dropped++;
        }
        assertThat(dropped / 1000.0).isCloseTo(0.4, within(0.05));
        assertThat(y.toArray()).containsOnly(0, 1 / 0.6f);
        assertThat(dropout.forward(x).toArray()).as("another step, other channels").isNotEqualTo(y.toArray());
        assertThat(new Dropout2d(0.4, 7).forward(x).toArray()).as("the same seed and step").isEqualTo(y.toArray());
        dropout.eval();
        assertThat(dropout.forward(x)).isSameAs(x);
    }

    @Test void anEmptyBatchPassesAndChangesNoStatistics() {
        Sequential net = leNet(new Random(2));
        assertThat(net.forward(Tensors.zeros(0, 1, 12, 12)).shape()).containsExactly(0, 4);
        assertThat(net.stateDict().get("1.running_var").toArray()).containsOnly(1);
        assertThat(net.stateDict().get("1.running_mean").toArray()).containsOnly(0);
    }

    @Test void buffersAreStateAndNotTrained() {
        Sequential net = leNet(new Random(2));
        assertThat(net.namedParameters()).doesNotContainKeys("1.running_mean", "1.num_batches_tracked").containsKeys("1.weight", "1.bias");
        assertThat(net.stateDict()).containsKeys("1.running_mean", "1.running_var", "1.num_batches_tracked");
        net.forward(Tensors.randn(new Random(3), 4, 1, 12, 12));
        Sequential other = leNet(new Random(4));
        other.loadStateDict(net.stateDict());
        assertThat(other.stateDict().get("1.running_mean").toArray()).isEqualTo(net.stateDict().get("1.running_mean").toArray()).isNotEqualTo(new float[4]);
        assertThat(other.stateDict().get("1.num_batches_tracked").item()).isEqualTo(1);
        long trained = 0;
        for (Tensor p : net.parameters()) {
            assertThat(p.requiresGrad()).isTrue();
            trained += p.numel();
        }
        assertThat(net.numParameters()).isEqualTo(trained).isEqualTo(4 * 25 + 8 + 8 * 4 * 25 + 16 + 8 * 12 + 24 + 12 * 4 + 4);
    }

    // ---- initial values

    /** The bound of uniform numbers, or the standard deviation of normal ones, is what PyTorch hands to its generator. */
    @Test void initialValuesSpreadAsInPyTorch() {
        JsonObject recorded = Recorded.read("convolutional-initial", JsonObject.class).getFirst();
        recorded.getAsJsonObject("gains").entrySet().forEach(e -> assertThat(Init.gain(e.getKey())).isCloseTo(e.getValue().getAsDouble(), within(1e-12)));
        assertThat(Init.gain(0.2)).isCloseTo(recorded.get("leaky").getAsDouble(), within(1e-12));
        for (JsonElement one : recorded.getAsJsonArray("weights")) {
            JsonObject weight = one.getAsJsonObject();
            int[] shape = new Gson().fromJson(weight.get("shape"), int[].class);
            uniform(weight, "kaimingUniform", shape, (w, r) -> Init.kaimingUniform(w, r));
            uniform(weight, "kaimingUniformLeakyOut", shape, (w, r) -> Init.kaimingUniform(w, 0.2, Init.Fan.OUT, r));
            uniform(weight, "xavierUniform", shape, (w, r) -> Init.xavierUniform(w, 1.5, r));
            normal(weight, "kaimingNormal", shape, (w, r) -> Init.kaimingNormal(w, r));
            normal(weight, "kaimingNormalLeakyOut", shape, (w, r) -> Init.kaimingNormal(w, 0.2, Init.Fan.OUT, r));
            normal(weight, "xavierNormal", shape, (w, r) -> Init.xavierNormal(w, 1.5, r));
        }
        JsonObject layers = recorded.getAsJsonObject("layers");
        uniform(layers, "Conv2d", null, (w, r) -> new Conv2d(6, 16, 5, 1, 0, 1, 2, true, r).weight());
        uniform(layers, "Conv2d", null, (w, r) -> new Conv2d(6, 16, 5, 1, 0, 1, 2, true, r).bias());
        uniform(layers, "Conv1d", null, (w, r) -> new Conv1d(6, 4, 3, r).weight());
        uniform(layers, "Conv1d", null, (w, r) -> new Conv1d(6, 4, 3, r).bias());
        uniform(layers, "ConvTranspose2d", null, (w, r) -> new ConvTranspose2d(6, 4, 3, 1, 0, 0, 2, true, 1, r).weight());
        uniform(layers, "ConvTranspose2d", null, (w, r) -> new ConvTranspose2d(6, 4, 3, 1, 0, 0, 2, true, 1, r).bias());
        uniform(layers, "Linear", null, (w, r) -> new Linear(7, 3, r).weight());
    }

    private interface Drawing { Tensor draw(Tensor w, Random random); }

    /** Of some thousand numbers the largest comes within a percent of the bound, and none beyond. */
    private static void uniform(JsonObject recorded, String name, int[] shape, Drawing drawing) {
        double bound = recorded.get(name).getAsDouble(), largest = 0, sum = 0;
        int n = 0;
        for (int seed = 0; n < 4000; seed++) {
            for (float v : drawing.draw(shape == null ? Tensors.zeros() : Tensors.zeros(shape), new Random(seed)).toArray()) {
                largest = Math.max(largest, Math.abs(v));
                sum += v;
                n++;
            }
        }
        assertThat(largest).as(name).isBetween(0.99 * bound, (1 + 1e-6) * bound);
        assertThat(sum / n).as(name + ": mean").isCloseTo(0, within(4 * bound / Math.sqrt(3.0 * n)));
    }

    private static void normal(JsonObject recorded, String name, int[] shape, Drawing drawing) {
        double std = recorded.get(name).getAsDouble(), squares = 0;
        int n = 0, beyondTwo = 0;
        for (int seed = 0; n < 20_000; seed++) {
            for (float v : drawing.draw(Tensors.zeros(shape), new Random(seed)).toArray()) {
                squares += (double) v * v;
                if (Math.abs(v) > 2 * std) beyondTwo++;
                n++;
            }
        }
        assertThat(Math.sqrt(squares / n)).as(name).isCloseTo(std, within(0.03 * std));
        assertThat((double) beyondTwo / n).as(name + ": beyond two standard deviations").isCloseTo(0.0455, within(0.008));
    }

    @Test void orthogonalRowsOrColumns() {
        for (int[] shape : new int[][] {{5, 9}, {9, 5}, {6, 6}, {4, 2, 3, 3}, {1, 3}}) {
            Tensor w = Init.orthogonal(Tensors.zeros(shape), 1.5, new Random(1)).reshape(shape[0], -1);
            Tensor gram = w.size(0) <= w.size(1) ? w.matmul(w.transpose()) : w.transpose().matmul(w);
            assertThat(Tensors.maxAbsDiff(gram, Tensors.eye(gram.size(0)).mul(2.25))).isLessThan(1e-6);
        }
        assertThat(Init.orthogonal(Tensors.zeros(0, 3), 1, new Random(1)).numel()).isZero();
    }

    // ---- what is wrong

    @Test void errors() {
        Random random = new Random(1);
        assertThatThrownBy(() -> new Conv2d(3, 4, 3, 1, 1, 1, 2, true, random)).hasMessage(
            "Conv2d: groups = 2 does not divide 3 channels in and 4 out: each group has equally many. Hint: choose a number that divides both.");
        assertThatThrownBy(() -> new GroupNorm(4, 6)).hasMessage(
            "GroupNorm: groups = 4 does not divide 6 channels: each group has equally many. Hint: choose a number that divides it.");
        assertThatThrownBy(() -> new Conv2d(3, 4, 3, random).forward(Tensors.ones(2, 1, 8, 8))).hasMessage(
            "conv2d: (2, 1, 8, 8) with weight (4, 3, 3, 3): the input has 1 channel, so each kernel spans 1, and this weight's span 3. "
                + "Hint: the weight is (Cout, C/groups, kH, kW).");
        assertThatThrownBy(() -> new BatchNorm1d(3).forward(Tensors.ones(2, 3, 4, 4))).hasMessage(
            "BatchNorm1d: the input (2, 3, 4, 4) has 4 axes, and it is (B, C) or (B, C, L) with C = 3. Hint: BatchNorm2d is for images.");
        assertThatThrownBy(() -> new BatchNorm2d(3).forward(Tensors.ones(2, 3))).hasMessage(
            "BatchNorm2d: the input (2, 3) has 2 axes, and it is (B, C, H, W) with C = 3. Hint: reshape or unsqueeze it.");
        assertThatThrownBy(() -> new BatchNorm2d(3).forward(Tensors.ones(2, 5, 4, 4))).hasMessage(
            "BatchNorm2d: the input (2, 5, 4, 4) has 5 channels, and it is (B, C, H, W) with C = 3. Hint: the layer is made for as many as the one before it puts out.");
        assertThatThrownBy(() -> new GroupNorm(2, 4).forward(Tensors.ones(2, 6, 4))).hasMessage(
            "GroupNorm: the input (2, 6, 4) has 6 channels, and it is (B, C, …) with C = 4. Hint: the layer is made for as many as the one before it puts out.");
        assertThatThrownBy(() -> new Conv2d(3, 4, new int[] {3}, new int[] {1}, new int[] {0}, new int[] {1}, 1, true, random)).hasMessage(
            "Conv2d: kernel (3) has 1 number, and it is (rows, columns). Hint: a square one is given as an int.");
        assertThatThrownBy(() -> new BatchNorm2d(3).forward(Tensors.ones(1, 3, 1, 1))).hasMessage(
            "batchNorm: (1, 3, 1, 1) in training has one value for each channel, whose variance is 0: training needs more than one. "
                + "Hint: a larger batch, or eval() on the module.");
        assertThat(new BatchNorm2d(3).eval()).isInstanceOfSatisfying(BatchNorm2d.class, norm ->
            assertThat(norm.forward(Tensors.ones(1, 3, 1, 1)).toArray()).containsOnly((float) (1 / Math.sqrt(1 + 1e-5))));
        assertThatThrownBy(() -> new BatchNorm2d(3, 1.5)).hasMessage(
            "BatchNorm2d: momentum = 1.5 is not in 0..1. Hint: it is the weight of the new batch in the running statistics, often 0.1.");
        assertThatThrownBy(() -> new Dropout2d(1, 0)).hasMessage(
            "Dropout2d: p = 1.0 is not in 0 ≤ p < 1. Hint: p is the share of the channels that is dropped, often 0.1.");
        assertThatThrownBy(() -> Init.kaimingUniform(Tensors.zeros(4), random)).hasMessage(
            "kaimingUniform: (4) has fewer than 2 axes, so it has no fan-in and fan-out. Hint: a bias begins at zeros(n).");
        assertThatThrownBy(() -> Init.gain("swish")).hasMessage(
            "gain: the activation \"swish\" has none here. Hint: linear, sigmoid, tanh, relu or selu; gain(slope) is leaky ReLU's.");
    }
}
