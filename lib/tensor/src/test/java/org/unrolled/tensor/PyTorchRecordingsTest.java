package org.unrolled.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Recordings.Case;
import org.unrolled.tensor.Recordings.Values;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.CrossEntropy;

/** Every op, on every provider, gives the outputs and the gradients that PyTorch gave in float64. */
class PyTorchRecordingsTest {
    private static final List<String> FILES = List.of("matmul", "shape", "arithmetic", "elementwise", "reduction", "softmax", "layer", "convolution", "parts", "loss");

    /** An op as the recordings name it; the inputs come in the order of the recording. */
    private interface Op { Tensor apply(Case c, Tensor[] x); }

    private static final Map<String, Op> OPS = new LinkedHashMap<>();

    static {
        OPS.put("matmul", (c, x) -> x[0].matmul(x[1]));
        OPS.put("transpose", (c, x) -> x[0].transpose());
        OPS.put("transposeDims", (c, x) -> x[0].transpose(c.integer("a"), c.integer("b")));
        OPS.put("permute", (c, x) -> x[0].permute(c.integers("order")));
        OPS.put("reshape", (c, x) -> x[0].reshape(c.integers("shape")));
        OPS.put("unsqueeze", (c, x) -> x[0].unsqueeze(c.integer("dim")));
        OPS.put("squeeze", (c, x) -> x[0].squeeze(c.integer("dim")));
        OPS.put("expand", (c, x) -> x[0].expand(c.integers("shape")));
        OPS.put("slice", (c, x) -> x[0].slice(c.integer("dim"), c.integer("from"), c.integer("to")));
        OPS.put("select", (c, x) -> x[0].select(c.integer("dim"), c.integer("index")));
        OPS.put("cat", (c, x) -> Tensors.cat(c.integer("dim"), x));
        OPS.put("stack", (c, x) -> Tensors.stack(c.integer("dim"), x));
        OPS.put("add", (c, x) -> x[0].add(x[1]));
        OPS.put("sub", (c, x) -> x[0].sub(x[1]));
        OPS.put("mul", (c, x) -> x[0].mul(x[1]));
        OPS.put("div", (c, x) -> x[0].div(x[1]));
        OPS.put("addScalar", (c, x) -> x[0].add(c.number("value")));
        OPS.put("subScalar", (c, x) -> x[0].sub(c.number("value")));
        OPS.put("mulScalar", (c, x) -> x[0].mul(c.number("value")));
        OPS.put("divScalar", (c, x) -> x[0].div(c.number("value")));
        OPS.put("pow", (c, x) -> x[0].pow(c.number("exponent")));
        OPS.put("neg", (c, x) -> x[0].neg());
        OPS.put("exp", (c, x) -> x[0].exp());
        OPS.put("log", (c, x) -> x[0].log());
        OPS.put("sqrt", (c, x) -> x[0].sqrt());
        OPS.put("abs", (c, x) -> x[0].abs());
        OPS.put("tanh", (c, x) -> x[0].tanh());
        OPS.put("sigmoid", (c, x) -> x[0].sigmoid());
        OPS.put("relu", (c, x) -> x[0].relu());
        OPS.put("gelu", (c, x) -> x[0].gelu());
        OPS.put("maskedFill", (c, x) -> x[0].maskedFill(x[1], c.number("value")));
        OPS.put("sum", (c, x) -> c.args().isEmpty() ? x[0].sum() : x[0].sum(c.integer("dim"), c.flag("keepDim")));
        OPS.put("mean", (c, x) -> c.args().isEmpty() ? x[0].mean() : x[0].mean(c.integer("dim"), c.flag("keepDim")));
        OPS.put("variance", (c, x) -> c.args().isEmpty() ? x[0].variance() : x[0].variance(c.integer("dim"), c.flag("keepDim")));
        OPS.put("max", (c, x) -> c.args().isEmpty() ? x[0].max() : x[0].max(c.integer("dim"), c.flag("keepDim")));
        OPS.put("argmax", (c, x) -> x[0].argmax(c.integer("dim")));
        OPS.put("softmax", (c, x) -> x[0].softmax(c.integer("dim")));
        OPS.put("logSoftmax", (c, x) -> x[0].logSoftmax(c.integer("dim")));
        OPS.put("crossEntropy", (c, x) -> x[0].crossEntropy(x[1]));
        OPS.put("crossEntropyOf", (c, x) -> CrossEntropy.apply(x[0], x[1], x.length > 2 ? x[2] : null, c.number("smoothing"), c.integer("ignored")));
        OPS.put("bceWithLogits", (c, x) -> x.length > 2 ? Tensors.bceWithLogits(x[0], x[1], x[2]) : Tensors.bceWithLogits(x[0], x[1]));
        OPS.put("mseLoss", (c, x) -> Tensors.mseLoss(x[0], x[1]));
        OPS.put("l1Loss", (c, x) -> Tensors.l1Loss(x[0], x[1]));
        OPS.put("huberLoss", (c, x) -> Tensors.huberLoss(x[0], x[1], c.number("delta")));
        OPS.put("fusedAttention", (c, x) -> Tensors.scaledDotProductAttention(x[0], x[1], x[2], x.length > 3 ? x[3] : null, c.flag("causal")));
        OPS.put("silu", (c, x) -> x[0].silu());
        OPS.put("geluTanh", (c, x) -> x[0].geluTanh());
        OPS.put("leakyRelu", (c, x) -> x[0].leakyRelu(c.number("slope")));
        OPS.put("rmsNorm", (c, x) -> x[0].rmsNorm(x[1], c.number("eps")));
        OPS.put("embedding", (c, x) -> Tensors.embedding(x[0], x[1]));
        OPS.put("embeddingWithPadding", (c, x) -> Tensors.embedding(x[0], x[1], c.integer("padding")));
        OPS.put("gather", (c, x) -> x[0].gather(c.integer("dim"), x[1]));
        OPS.put("split", (c, x) -> x[0].split(c.integer("dim"), c.integers("sizes"))[c.integer("part")]);
        OPS.put("chunk", (c, x) -> x[0].chunk(c.integer("dim"), c.integer("n"))[c.integer("part")]);
        OPS.put("layerNorm", (c, x) -> x[0].layerNorm(x[1], x[2], c.number("eps")));
        OPS.put("attention", (c, x) -> x[0].matmul(x[1].transpose()).div(Math.sqrt(x[0].size(-1))).softmax(-1).matmul(x[2]));
        OPS.put("maskedAttention", (c, x) -> x[0].matmul(x[1].transpose()).div(Math.sqrt(x[0].size(-1)))
            .maskedFill(x[3], Double.NEGATIVE_INFINITY).softmax(-1).matmul(x[2]));
        OPS.put("conv2d", (c, x) -> Tensors.conv2d(x[0], x[1], x.length == 3 ? x[2] : null, c.integers("stride"), c.integers("padding"), c.integers("dilation"), c.integer("groups")));
        OPS.put("conv1d", (c, x) -> Tensors.conv1d(x[0], x[1], x[2], c.integers("stride")[0], c.integers("padding")[0], c.integers("dilation")[0], c.integer("groups")));
        OPS.put("convTranspose2d", (c, x) -> Tensors.convTranspose2d(x[0], x[1], x[2], c.integer("stride"), c.integer("padding"), c.integer("output_padding"), c.integer("groups"), c.integer("dilation")));
        OPS.put("unfold", (c, x) -> Tensors.unfold(x[0], c.integer("kernel"), c.integer("stride"), c.integer("padding"), c.integer("dilation")));
        OPS.put("fold", (c, x) -> Tensors.fold(x[0], c.integer("H"), c.integer("W"), c.integer("kernel"), c.integer("stride"), c.integer("padding"), c.integer("dilation")));
        OPS.put("maxPool2d", (c, x) -> Tensors.maxPool2d(x[0], c.integer("kernel"), c.integer("stride"), c.integer("padding")));
        OPS.put("avgPool2d", (c, x) -> Tensors.avgPool2d(x[0], c.integer("kernel"), c.integer("stride"), c.integer("padding")));
        OPS.put("maxPool1d", (c, x) -> Tensors.maxPool1d(x[0], c.integer("kernel"), c.integer("stride"), c.integer("padding")));
        OPS.put("avgPool1d", (c, x) -> Tensors.avgPool1d(x[0], c.integer("kernel"), c.integer("stride"), c.integer("padding")));
        OPS.put("adaptiveAvgPool2d", (c, x) -> Tensors.adaptiveAvgPool2d(x[0], c.integer("H"), c.integer("W")));
        OPS.put("batchNorm", (c, x) -> {
            Tensor y = Tensors.batchNorm(x[0], x[3], x[4], x[1], x[2], c.flag("training"), c.number("momentum"), 1e-5);
            return Tensors.cat(0, y.reshape(-1), x[3].detach(), x[4].detach());
        });
        OPS.put("groupNorm", (c, x) -> Tensors.groupNorm(x[0], c.integer("groups"), x[1], x[2], 1e-5));
    }

    private final String before = Kernels.current().name();

    @AfterEach
    void restoreProvider() { Kernels.use(before); }

    @TestFactory
    Stream<DynamicNode> everyRecordedCaseOnEveryProvider() {
        return usable().map(provider -> dynamicContainer(provider, FILES.stream().map(file ->
            dynamicContainer(file, Recordings.read(file).cases().stream().map(c ->
                dynamicTest(c.op() + ": " + c.name(), () -> {
                    Kernels.use(provider);
                    assertThat(compare(c, provider)).as("numbers compared").isEqualTo(recordedNumbers(c));
                }))))));
    }

    @Test
    void everyOpOfThisTestWasRecorded() {
        assertThat(FILES.stream().flatMap(f -> Recordings.read(f).cases().stream()).map(Case::op)).containsAll(OPS.keySet());
    }

    private static Stream<String> usable() {
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name);
    }

    /** @return how many numbers were compared */
    private static int compare(Case c, String provider) {
        Op op = OPS.get(c.op());
        if (op == null) {
            fail("no Java code runs the recorded op " + c.op() + "; add it to OPS");
        }
        Tensor[] x = c.inputs().values().stream().map(Values::tensor).toArray(Tensor[]::new);
        int at = 0;
        for (String name : c.inputs().keySet()) {
            Tensor t = x[at++];
            if (!t.isInt() && c.dout() != null) {
                t.requiresGrad(c.gradients().containsKey(name));
            }
        }
        Tensor y = op.apply(c, x);
        int compared = compare(c, provider, "output", c.outputs().get("y"), y);
        if (c.dout() != null) {
            y.backward(c.dout().tensor());
            int i = 0;
            for (String input : c.inputs().keySet()) {
                Tensor leaf = x[i++];
                if (c.gradients().containsKey(input)) {
                    compared += compare(c, provider, "gradient of " + input, c.gradients().get(input), leaf.grad());
                }
            }
        }
        return compared;
    }

    private static int compare(Case c, String provider, String what, Values values, Tensor tensor) {
        String where = provider + ": " + c.op() + " (" + c.name() + "), " + what;
        if (tensor == null) {
            fail(where + ": missing");
        }
        assertThat(tensor.shape()).as(where + ": shape").isEqualTo(values.shape());
        double[] expected = values.expected();
        double[] got = tensor.isInt() ? Arrays.stream(tensor.toIntArray()).asDoubleStream().toArray() : widen(tensor.toArray());
        double tolerance = tolerance(c.terms(), expected);
        for (int i = 0; i < expected.length; i++) {
            // the negated form also fails on NaN
            if (!(Math.abs(got[i] - expected[i]) <= tolerance)) {
                fail(where + ": at index " + Arrays.toString(index(i, values.shape())) + " got " + got[i] + ", expected " + expected[i]
                    + " within " + tolerance);
            }
        }
        return expected.length;
    }

    /** One rounding (2^-23 of the largest value) for each term of the longest sum, and four for the formula around it. */
    private static double tolerance(int terms, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        return (4 + terms) * 0x1p-23 * Math.max(0.5, largest);
    }

    private static double[] widen(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i];
        }
        return y;
    }

    private static int[] index(int flat, int[] shape) {
        int[] index = new int[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            index[d] = flat % shape[d];
            flat /= shape[d];
        }
        return index;
    }

    private static int recordedNumbers(Case c) {
        return c.outputs().get("y").expected().length
            + (c.gradients() == null ? 0 : c.gradients().values().stream().mapToInt(v -> v.expected().length).sum());
    }
}
