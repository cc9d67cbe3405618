package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** After ten steps each optimiser has PyTorch's losses, parameters and moments; each schedule has PyTorch's learning rates. */
class UpdatesTest {
    private static Sequential net() {
        Random random = new Random(1);
        return new Sequential(new Linear(4, 6, random), new Activation(Tensor::relu), new Linear(6, 3, random));
    }

    private static Optimizer optimizer(Recorded.Case c, Module net) {
        List<Tensor> p = net.parameters();
        return switch (c.op()) {
            case "Sgd" -> new Sgd(p, c.number("lr"), c.number("momentum"), c.number("weightDecay"), c.flag("nesterov"));
            case "Adam" -> new Adam(p, c.number("lr"), c.number("beta1"), c.number("beta2"), c.number("weightDecay"));
            case "AdamW" -> new AdamW(p, c.number("lr"), c.number("beta1"), c.number("beta2"), c.number("weightDecay"));
            default -> fail("no Java code runs the recorded optimiser " + c.op());
        };
    }

    private static float step(Recorded.Case c, Module net, Optimizer optimizer, int i) {
        optimizer.zeroGrad();
        Tensor loss = ((Layer) net).forward(c.input("x").select(0, i)).crossEntropy(c.input("labels").select(0, i));
        loss.backward();
        if (c.number("clipValue") > 0) optimizer.clipGradValue(c.number("clipValue"));
        optimizer.step();
        return loss.item();
    }

    @TestFactory
    Stream<DynamicTest> tenSteps() {
        return Recorded.onEveryProvider("updates", (c, where) -> {
            Sequential net = net();
            c.load(net);
            Optimizer optimizer = optimizer(c, net);
            float[] losses = new float[10];
            for (int i = 0; i < 10; i++) losses[i] = step(c, net, optimizer, i);
            c.same(where, "losses", Tensors.tensor(losses, 10));
            net.stateDict().forEach((name, tensor) -> c.same(where, name, tensor));
            Map<String, Tensor> state = optimizer.stateDict();
            assertThat(state.remove("step").toIntArray()).containsExactly(10);
            // PyTorch keeps no velocity where there is no momentum
            if (!c.outputs().containsKey("momentum_buffer")) state.remove("momentum_buffer");
            state.forEach((name, tensor) -> c.same(where, name, tensor));
            assertThat(c.outputs()).as("everything recorded was compared").hasSize(1 + net.stateDict().size() + state.size());
        });
    }

    @TestFactory
    Stream<DynamicTest> goesOnFromASavedStateToTheBit() {
        return Recorded.onEveryProvider("updates", (c, where) -> {
            Sequential whole = net(), first = net(), second = net();
            c.load(whole);
            c.load(first);
            Optimizer all = optimizer(c, whole), half = optimizer(c, first);
            for (int i = 0; i < 10; i++) step(c, whole, all, i);
            for (int i = 0; i < 5; i++) step(c, first, half, i);
            Optimizer rest = optimizer(c, second);
            second.loadStateDict(first.stateDict());
            rest.loadStateDict(half.stateDict());
            for (int i = 5; i < 10; i++) step(c, second, rest, i);
            whole.stateDict().forEach((name, tensor) -> assertThat(second.stateDict().get(name).toArray()).as(where + ", " + name).isEqualTo(tensor.toArray()));
        });
    }

    @TestFactory
    Stream<DynamicTest> schedules() {
        return Recorded.read("schedules").stream().map(c -> dynamicTest(c.op() + ": " + c.name(), () -> {
            double[] expected = c.outputs().get("lr").data();
            double[] values = c.op().equals("plateau") ? c.inputs().get("values").data() : new double[0];
            Plateau plateau = new Plateau(0.3, 0.5, 2, 0.02);
            for (int t = 0; t < expected.length; t++) {
                double got = switch (c.op()) {
                    case "step" -> Schedule.step(0.3, c.integer("every"), c.number("gamma")).lr(t);
                    case "cosine" -> Schedule.cosine(0.3, c.integer("steps"), c.number("minLr")).lr(t);
                    case "warmUpCosine" -> Schedule.warmUpCosine(0.3, c.integer("warmUp"), c.integer("steps"), c.number("minLr")).lr(t);
                    case "plateau" -> plateau.next(values[t] > 1e8 ? Double.NaN : values[t]);
                    default -> fail("no Java code runs the recorded schedule " + c.op());
                };
                assertThat(got).as("step " + t).isCloseTo(expected[t], within(1e-10));
            }
        }));
    }

    @Test void aScheduleStaysWhereItEnds() {
        assertThat(Schedule.cosine(1, 10, 0.1).lr(25)).isCloseTo(0.1, within(1e-15));
        assertThat(Schedule.warmUpCosine(1, 4, 10, 0.1).lr(0)).isEqualTo(0.25);
        assertThat(Schedule.warmUpCosine(1, 0, 10, 0).lr(0)).isEqualTo(1);
        assertThat(Schedule.constant(0.5).lr(7)).isEqualTo(0.5);
    }

    @Test void clippingByValueKeepsNaN() {
        Tensor p = Tensors.tensor(1, 1, 1).requiresGrad(true);
        Sgd sgd = new Sgd(List.of(p), 0.1);
        p.mul(Tensors.tensor(-7, 0.2, Double.NaN)).sum().backward();
        sgd.clipGradValue(0.5);
        assertThat(p.grad().toArray()).containsExactly(-0.5f, 0.2f, Float.NaN);
    }

    @Test void errors() {
        assertThatThrownBy(() -> new Sgd(List.of(Tensors.ones(1).requiresGrad(true)), 0.1, 0, 0, true)).hasMessage(
                "Sgd: Nesterov's look ahead is along the momentum, and that is 0.0. Hint: momentum is often 0.9.");
        assertThatThrownBy(() -> Schedule.step(1, 0, 0.1)).hasMessage("step: every = 0, and it is at least 1. Hint: it counts steps.");
        assertThatThrownBy(() -> Schedule.warmUpCosine(1, 5, 5, 0)).hasMessage("warmUpCosine: steps = 5, and it is at least 6. Hint: it counts steps.");
        assertThatThrownBy(() -> new Plateau(1, 1, 1)).hasMessage(
                "Plateau: the factor 1.0 is not between 0 and 1, so it would not lower the learning rate. Hint: 0.1 or 0.5.");
        Linear shared = new Linear(2, 2, new Random(1));
        Sgd early = new Sgd(shared, 0.1), late = new Sgd(shared, 0.1);
        shared.forward(Tensors.ones(1, 2)).sum().backward();
        assertThatThrownBy(early::step).isInstanceOf(IllegalStateException.class).hasMessage(
                "step: a later optimiser has taken over a parameter (2, 2), so this one would update numbers that no forward pass reads. "
                + "Hint: step the latest one, and give each parameter one optimiser.");
        float before = shared.weight().get(0, 0);
        late.step();
        assertThat(shared.weight().get(0, 0)).isCloseTo(before - 0.1f, within(1e-6f));
        Adam adam = new Adam(net(), 0.1);
        assertThatThrownBy(() -> adam.loadStateDict(new Sgd(net(), 0.1).stateDict())).hasMessage(
                "loadStateDict: the state has [momentum_buffer, step], and Adam has [exp_avg, exp_avg_sq, step]. Hint: make the optimiser that was saved.");
        assertThatThrownBy(() -> adam.loadStateDict(new Adam(new Linear(2, 2, new Random(1)), 0.1).stateDict())).hasMessage(
                "loadStateDict: exp_avg has 6 elements in the state and 51 here: one for each number that is trained. Hint: build the module with the sizes it was saved with.");
    }
}
