package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Modules and optimisers give what PyTorch gave in float64 (recorded by lib/tensor/src/test/python/record.py): outputs,
 * gradients, names of parameters, and ten steps of AdamW with clipping. On every provider.
 */
class PyTorchModulesTest {
    // ---- modules

    @TestFactory
    Stream<DynamicTest> modules() {
        return Recorded.onEveryProvider("modules", PyTorchModulesTest::module);
    }

    private static void module(Recorded.Case c, String where) {
        Random random = new Random(1);
        Module module = switch (c.op()) {
            case "Linear" -> new Linear(c.integer("in"), c.integer("out"), random);
            case "Embedding" -> new Embedding(c.integer("rows"), c.integer("columns"), random);
            case "LayerNorm" -> new LayerNorm(c.integer("size"));
            case "MultiHeadAttention" -> new MultiHeadAttention(c.integer("dModel"), c.integer("numHeads"), random);
            default -> fail("no Java code runs the recorded module " + c.op());
        };
        c.load(module);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        c.inputs().forEach((name, values) -> {
            Tensor x = values.tensor();
            inputs.put(name, x.isInt() ? x : x.requiresGrad(true));
        });
        Tensor first = inputs.values().iterator().next(), y;
        if (module instanceof MultiHeadAttention attention) {
            Tensor memory = inputs.getOrDefault("memory", first);
            Tensor mask = c.flag("causal") ? Tensors.causalMask(first.size(1)) : null;
            MultiHeadAttention.Attended attended = attention.attend(first, memory, memory, mask);
            y = attended.output();
            c.same(where, "weights", attended.weights());
        } else {
            y = ((Layer) module).forward(first);
        }
        c.same(where, "y", y);
        y.backward(c.dout().tensor());
        c.gradients().forEach((name, values) -> c.same(where + ", gradient of " + name, values, inputs.get(name).grad()));
        c.parameterGradients().forEach((name, values) -> c.same(where + ", gradient of " + name, values, module.namedParameters().get(name).grad()));
        assertThat(module.namedParameters().keySet()).as(where).containsExactlyInAnyOrderElementsOf(c.parameterGradients().keySet());
    }

    // ---- optimisers

    @TestFactory
    Stream<DynamicTest> optimisers() {
        return Recorded.onEveryProvider("optimisers", PyTorchModulesTest::optimiser);
    }

    private static void optimiser(Recorded.Case c, String where) {
        Random random = new Random(1);
        Sequential net = new Sequential(new Linear(4, 6, random), new Activation(Tensor::relu), new Linear(6, 3, random));
        c.load(net);
        AdamW adamW = new AdamW(net.parameters(), c.number("lr"), c.number("beta1"), c.number("beta2"), c.number("weightDecay"));
        Tensor x = c.inputs().get("x").tensor(), labels = c.inputs().get("labels").tensor();
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
        c.same(where, "losses", Tensors.tensor(losses, steps));
        c.same(where, "norms", Tensors.tensor(norms, steps));
        net.stateDict().forEach((name, tensor) -> c.same(where + ", after the last step", name, tensor));
        assertThat(c.outputs().keySet()).as("everything recorded was compared").hasSize(net.stateDict().size() + 2);
    }
}
