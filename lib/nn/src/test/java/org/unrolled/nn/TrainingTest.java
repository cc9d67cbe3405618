package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class TrainingTest {
    @Test void learnsTheExclusiveOr() {
        Random random = new Random(1);
        Sequential network = new Sequential(new Linear(2, 8, random), new Activation(Tensor::tanh), new Linear(8, 2, random));
        Tensor x = Tensors.tensor(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}), labels = Tensors.ids(0, 1, 1, 0);
        List<TrainingStep> seen = new ArrayList<>();
        double loss = Training.run(200, seen::add, new AdamW(network, 0.05), 1, _ -> network.forward(x).crossEntropy(labels));
        assertThat(network.forward(x).argmax(1).toIntArray()).containsExactly(0, 1, 1, 0);
        assertThat(seen).hasSize(200);
        assertThat(seen.getFirst().step()).isEqualTo(1);
        assertThat(seen.getLast().step()).isEqualTo(200);
        assertThat(seen.getLast().steps()).isEqualTo(200);
        assertThat(seen.getLast().loss()).isEqualTo(loss).isLessThan(0.05);
        assertThat(seen.getFirst().metrics().get("gradNorm")).isPositive();
        assertThat(seen.getLast().seconds()).isGreaterThan(seen.getFirst().seconds());
    }

    @Test void clippingScalesAllGradientsTogether() {
        Tensor a = Tensors.tensor(3).requiresGrad(true), b = Tensors.tensor(4).requiresGrad(true);
        Sgd sgd = new Sgd(List.of(a, b), 0.5);
        a.mul(a).add(b.mul(b)).mul(0.5).sum().backward();
        sgd.clipGradNorm(10);
        assertThat(sgd.gradNorm()).isCloseTo(5, within(1e-6));
        assertThat(a.grad().item()).isEqualTo(3);
        sgd.clipGradNorm(1);
        assertThat(a.grad().item()).isCloseTo(0.6f, within(1e-6f));
        assertThat(b.grad().item()).isCloseTo(0.8f, within(1e-6f));
        sgd.step();
        assertThat(a.item()).isCloseTo(2.7f, within(1e-6f));
        sgd.zeroGrad();
        assertThat(b.grad().item()).isZero();
        sgd.lr(0.1);
        assertThat(sgd.lr()).isEqualTo(0.1);
    }

    @Test void momentumRemembers() {
        Tensor p = Tensors.tensor(0).requiresGrad(true);
        Sgd sgd = new Sgd(List.of(p), 1, 0.5);
        for (int i = 0; i < 2; i++) {
            sgd.zeroGrad();
            p.sum().backward();
            sgd.step();
        }
        assertThat(p.item()).isEqualTo(-(1 + 1.5f));
    }

    /** By hand: m̂ = g and v̂ = g² in the first step, so the update is lr·(sign g + 0.01 p). */
    @Test void theFirstStepOfAdamWHasTheSizeOfTheLearningRate() {
        Tensor p = Tensors.tensor(2, -3).requiresGrad(true);
        AdamW adamW = new AdamW(List.of(p), 0.1);
        p.mul(p).sum().backward();
        adamW.step();
        assertThat(p.get(0)).isCloseTo(2 - 0.1f * (1 + 0.01f * 2), within(1e-5f));
        assertThat(p.get(1)).isCloseTo(-3 + 0.1f * (1 + 0.01f * 3), within(1e-5f));
    }

    @Test void aRecurrentNetworkRemembersTheFirstElement() {
        Random random = new Random(3);
        Rnn rnn = new Rnn(1, 12, random);
        Linear head = new Linear(12, 2, random);
        List<Tensor> parameters = new ArrayList<>(rnn.parameters());
        parameters.addAll(head.parameters());
        AdamW adamW = new AdamW(parameters, 0.01);
        double loss = Training.run(150, TrainingListener.NONE, adamW, 1, i -> {
            Tensor x = Tensors.randn(new Random(i), 16, 6, 1);
            float[] first = x.select(1, 0).toArray();
            int[] labels = new int[16];
            for (int b = 0; b < 16; b++) labels[b] = first[b] > 0 ? 1 : 0;
            return head.forward(rnn.forward(x).output().select(1, -1)).crossEntropy(Tensors.ids(labels));
        });
        assertThat(loss).isLessThan(0.3);
    }

    @Test void anInterruptEndsTheTraining() {
        assertThatThrownBy(() -> Training.run(10, TrainingListener.NONE, i -> {
            if (i == 3) Thread.currentThread().interrupt();
            return 0;
        })).isInstanceOf(CancellationException.class).hasMessage("The training was interrupted after step 4 of 10.");
    }

    @Test void listenersInARow() {
        StringBuilder seen = new StringBuilder();
        TrainingListener first = step -> seen.append('a').append(step.step());
        Training.run(2, first.and(step -> seen.append('b').append(step.step())), i -> i);
        assertThat(seen).hasToString("a1b1a2b2");
    }

    @Test void tiedWeightsAreUpdatedOnce() {
        Tensor p = Tensors.tensor(1).requiresGrad(true);
        Sgd sgd = new Sgd(List.of(p, p), 0.5);
        p.sum().backward();
        sgd.step();
        assertThat(p.item()).isEqualTo(0.5f);
    }

    @Test void aFrozenParameterIsRefused() {
        assertThatThrownBy(() -> new Sgd(List.of(Tensors.ones(2)), 1)).hasMessage(
                "Optimizer: a parameter does not require a gradient, so there is nothing to update it with. Hint: requiresGrad(true)");
    }
}
