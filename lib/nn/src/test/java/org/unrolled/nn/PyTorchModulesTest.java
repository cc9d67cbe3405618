package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;

/**
 * Modules and optimisers give what PyTorch gave in float64 (recorded by lib/tensor/src/test/python/record.py): outputs,
 * gradients, names of parameters, and ten steps of AdamW with clipping. On every provider.
 */
class PyTorchModulesTest {
    private record Values(int[] shape, double[] data, int[] ints) {
        Tensor tensor() {
            if (ints != null) return Tensors.ids(ints, shape);
            float[] floats = new float[data.length];
            for (int i = 0; i < data.length; i++) floats[i] = (float) data[i];
            return Tensors.tensor(floats, shape);
        }
    }

    private record Case(String op, String name, Map<String, Object> args, int terms, Map<String, Values> inputs, Map<String, Values> state,
                        Values dout, Map<String, Values> outputs, Map<String, Values> gradients, Map<String, Values> parameterGradients) {
        double number(String arg) { return (Double) args.get(arg); }

        int integer(String arg) { return (int) number(arg); }

        Map<String, Tensor> stateDict() {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            state.forEach((name, values) -> tensors.put(name, values.tensor()));
            return tensors;
        }
    }

    private record File(int count, List<Case> cases) { }

    private static Stream<DynamicTest> onEveryProvider(String file, java.util.function.BiConsumer<Case, String> test) {
        File recorded;
        try (InputStream in = PyTorchModulesTest.class.getResourceAsStream("/pytorch/" + file + ".json")) {
            recorded = new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), File.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(recorded.cases).hasSize(recorded.count);
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name).flatMap(provider ->
            recorded.cases.stream().map(c -> dynamicTest(provider + ", " + c.op + ": " + c.name, () ->
                Kernels.with(Kernels.named(provider), () -> test.accept(c, provider + ": " + c.op + " (" + c.name + ")")))));
    }

    // ---- modules

    @TestFactory
    Stream<DynamicTest> modules() {
        return onEveryProvider("modules", PyTorchModulesTest::module);
    }

    private static void module(Case c, String where) {
        Random random = new Random(1);
        Module module = switch (c.op) {
            case "Linear" -> new Linear(c.integer("in"), c.integer("out"), random);
            case "Embedding" -> new Embedding(c.integer("rows"), c.integer("columns"), random);
            case "LayerNorm" -> new LayerNorm(c.integer("size"));
            case "MultiHeadAttention" -> new MultiHeadAttention(c.integer("dModel"), c.integer("numHeads"), random);
            default -> fail("no Java code runs the recorded module " + c.op);
        };
        module.loadStateDict(c.stateDict());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        c.inputs.forEach((name, values) -> {
            Tensor x = values.tensor();
            inputs.put(name, x.isInt() ? x : x.requiresGrad(true));
        });
        Tensor first = inputs.values().iterator().next(), y;
        if (module instanceof MultiHeadAttention attention) {
            Tensor memory = inputs.getOrDefault("memory", first);
            Tensor mask = (Boolean) c.args.get("causal") ? Tensors.causalMask(first.size(1)) : null;
            MultiHeadAttention.Attended attended = attention.attend(first, memory, memory, mask);
            y = attended.output();
            same(where + ", weights", c, c.outputs.get("weights"), attended.weights());
        } else {
            y = ((Layer) module).forward(first);
        }
        same(where + ", output", c, c.outputs.get("y"), y);
        y.backward(c.dout.tensor());
        c.gradients.forEach((name, values) -> same(where + ", gradient of " + name, c, values, inputs.get(name).grad()));
        c.parameterGradients.forEach((name, values) -> same(where + ", gradient of " + name, c, values, module.namedParameters().get(name).grad()));
        assertThat(module.namedParameters().keySet()).as(where).containsExactlyInAnyOrderElementsOf(c.parameterGradients.keySet());
    }

    // ---- optimisers

    @TestFactory
    Stream<DynamicTest> optimisers() {
        return onEveryProvider("optimisers", PyTorchModulesTest::optimiser);
    }

    private static void optimiser(Case c, String where) {
        Random random = new Random(1);
        Sequential net = new Sequential(new Linear(4, 6, random), new Activation(Tensor::relu), new Linear(6, 3, random));
        net.loadStateDict(c.stateDict());
        AdamW adamW = new AdamW(net.parameters(), c.number("lr"), c.number("beta1"), c.number("beta2"), c.number("weightDecay"));
        Tensor x = c.inputs.get("x").tensor(), labels = c.inputs.get("labels").tensor();
        int steps = x.size(0);
        float[] losses = new float[steps], norms = new float[steps];
        for (int i = 0; i < steps; i++) {
            adamW.zeroGrad();
            Tensor loss = net.forward(x.select(0, i)).crossEntropy(labels.select(0, i));
            loss.backward();
            adamW.clipGradNorm(c.number("maxNorm"));
            adamW.step();
            losses[i] = loss.item();
            norms[i] = (float) adamW.gradNorm();
        }
        same(where + ", loss of each step", c, c.outputs.get("losses"), Tensors.tensor(losses, steps));
        same(where + ", norm of each step", c, c.outputs.get("norms"), Tensors.tensor(norms, steps));
        net.stateDict().forEach((name, tensor) -> same(where + ", " + name + " after the last step", c, c.outputs.get(name), tensor));
        assertThat(c.outputs.keySet()).as("everything recorded was compared").hasSize(net.stateDict().size() + 2);
    }

    private static void same(String where, Case c, Values expected, Tensor got) {
        assertThat(got).as(where).isNotNull();
        assertThat(got.shape()).as(where + ": shape").isEqualTo(expected.shape);
        float[] numbers = got.toArray();
        double largest = 0.5;
        for (double e : expected.data) largest = Math.max(largest, Math.abs(e));
        double tolerance = (4 + c.terms) * 0x1p-23 * largest;
        for (int i = 0; i < numbers.length; i++) {
            if (!(Math.abs(numbers[i] - expected.data[i]) <= tolerance)) {
                fail(where + ": element " + i + ": got " + numbers[i] + ", expected " + expected.data[i] + " within " + tolerance);
            }
        }
    }
}
