package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.op.CrossEntropy;

/** From PyTorch's initial weights a Trainer goes along PyTorch's loss curve: an MLP, Adam, cosine, clipping, class weights and label smoothing. */
class MlpCurveTest {
    @TestFactory
    Stream<DynamicTest> asPyTorch() {
        return Recorded.onEveryProvider("mlp", (c, where) -> {
            if (c.op().equals("RmsNorm")) rmsNorm(c, where);
            else curve(c, where);
        });
    }

    private static void rmsNorm(Recorded.Case c, String where) {
        RmsNorm norm = new RmsNorm(5);
        c.load(norm);
        Tensor x = c.input("x").requiresGrad(true), y = norm.forward(x);
        y.backward(c.dout().tensor());
        c.same(where, "y", y);
        c.same(where + ", gradient of x", c.gradients().get("x"), x.grad());
        c.same(where + ", gradient of weight", c.parameterGradients().get("weight"), norm.parameters().getFirst().grad());
    }

    private static void curve(Recorded.Case c, String where) {
        Random random = new Random(1);
        Sequential net = new Sequential(new Linear(6, 24, random), new Activation(Tensor::gelu), new LayerNorm(24), new Linear(24, 24, random),
            new Activation(Tensor::silu), new Linear(24, 4, random));
        c.load(net);
        Tensor x = c.input("x"), labels = c.input("labels"), weights = c.input("weights");
        double[] expected = c.outputs().get("losses").data();
        double[] got = new double[expected.length];
        new Trainer<Integer>(net, new Adam(net, c.number("lr")),
            i -> CrossEntropy.apply(net.forward(x.select(0, i)), labels.select(0, i), weights, c.number("smoothing"), CrossEntropy.IGNORED))
            .clipNorm(c.number("maxNorm")).schedule(Schedule.cosine(c.number("lr"), 50)).listener(s -> got[s.step() - 1] = s.loss())
            .fit(1, IntStream.range(0, 50).boxed().toList());
        for (int i = 0; i < got.length; i++) assertThat(got[i]).as(where + ", step " + i).isCloseTo(expected[i], within(1e-3 * expected[i]));
        assertThat(expected[49]).as("it has learned something").isLessThan(0.9 * expected[0]);
    }
}
