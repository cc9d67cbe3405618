package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.ShapeKernels;

/** Recurrent layers and cells give what PyTorch gave in float64, train along PyTorch's loss curve, and say what is wrong. */
class RecurrentTest {
    // ---- PyTorch's numbers

    @TestFactory
    Stream<DynamicTest> layersAndCells() {
        return Recorded.onEveryProvider("recurrent", RecurrentTest::compare);
    }

    private static Tensor lengths(Recorded.Case c) {
        return c.args().get("lengths") instanceof List<?> list ? Tensors.ids(list.stream().mapToInt(v -> ((Double) v).intValue()).toArray()) : null;
    }

    private static void compare(Recorded.Case c, String where) {
        Random random = new Random(1);
        Map<String, Tensor> leaves = new LinkedHashMap<>(), outputs = new LinkedHashMap<>();
        c.inputs().forEach((name, values) -> leaves.put(name, values.tensor().requiresGrad(true)));
        Tensor x = leaves.get("x"), h0 = leaves.get("h0"), c0 = leaves.get("c0"), lengths = lengths(c);
        int I = c.integer("I"), H = c.integer("H");
        Module module;
        switch (c.op()) {
            case "RNN" -> {
                Rnn rnn = new Rnn(I, H, c.integer("layers"), c.flag("both"), 0, c.flag("relu") ? Rnn.Nonlinearity.RELU : Rnn.Nonlinearity.TANH, random);
                c.load(module = rnn);
                Rnn.Result r = rnn.forward(x, h0, lengths);
                outputs.put("output", r.output());
                outputs.put("hN", r.hN());
            }
            case "LSTM" -> {
                Lstm lstm = new Lstm(I, H, c.integer("layers"), c.flag("both"), 0, random);
                c.load(module = lstm);
                Lstm.Result r = lstm.forward(x, h0, c0, lengths);
                outputs.put("output", r.output());
                outputs.put("hN", r.hN());
                outputs.put("cN", r.cN());
            }
            case "GRU" -> {
                Gru gru = new Gru(I, H, c.integer("layers"), c.flag("both"), 0, random);
                c.load(module = gru);
                Gru.Result r = gru.forward(x, h0, lengths);
                outputs.put("output", r.output());
                outputs.put("hN", r.hN());
            }
            case "RNNCell" -> {
                RnnCell cell = new RnnCell(I, H, random);
                c.load(module = cell);
                outputs.put("hN", cell.forward(x, h0));
            }
            case "LSTMCell" -> {
                LstmCell cell = new LstmCell(I, H, random);
                c.load(module = cell);
                LstmCell.State state = cell.forward(x, h0, c0);
                outputs.put("hN", state.h());
                outputs.put("cN", state.c());
            }
            case "GRUCell" -> {
                GruCell cell = new GruCell(I, H, random);
                c.load(module = cell);
                outputs.put("hN", cell.forward(x, h0));
            }
            default -> module = fail("no Java code runs the recorded " + c.op());
        }
        assertThat(outputs.keySet()).as(where).isEqualTo(c.outputs().keySet());
        outputs.forEach((name, y) -> c.same(where, name, y));
        // one loss whose gradients are the douts
        Tensor loss = Tensors.zeros();
        for (String name : c.douts().keySet()) loss = loss.add(outputs.get(name).mul(c.douts().get(name).tensor()).sum());
        loss.backward();
        Map<String, Tensor> all = new LinkedHashMap<>(leaves);
        all.putAll(module.namedParameters());
        assertThat(all.keySet()).as(where).containsExactlyInAnyOrderElementsOf(c.gradients().keySet());
        c.gradients().forEach((name, values) -> c.same(where + ", gradient of " + name, values, all.get(name).grad()));
    }

    // ---- PyTorch's loss curves

    private static final class Net extends Module {
        final RecurrentLayers recurrent;
        final Linear out;

        Net(String op) {
            recurrent = module("recurrent", switch (op) {
                case "RNN" -> new Rnn(2, 10, 2, true, 0, Rnn.Nonlinearity.TANH, new Random(1));
                case "LSTM" -> new Lstm(2, 10, 2, true, 0, new Random(1));
                default -> new Gru(2, 10, 2, true, 0, new Random(1));
            });
            out = module("out", new Linear(20, 2, new Random(1)));
        }

        Tensor logits(Tensor x, Tensor lengths) {
            Tensor last = recurrent.layers(x, null, null, lengths).hN();
            return out.forward(Tensors.cat(-1, last.select(0, -2), last.select(0, -1)));
        }
    }

    @TestFactory
    Stream<DynamicTest> fiftyStepsOfTrainingFollowPyTorch() {
        return Recorded.onEveryProvider("recurrent-curves", (c, where) -> {
            Net net = new Net(c.op());
            c.load(net);
            AdamW adamW = new AdamW(net, 0.01);
            Tensor x = c.inputs().get("x").tensor(), lengths = c.inputs().get("lengths").tensor(), labels = c.inputs().get("labels").tensor();
            List<Double> losses = new ArrayList<>();
            Training.run(50, step -> losses.add(step.loss()), adamW, 1, i ->
                net.logits(x.select(0, i % 4), lengths.select(0, i % 4)).crossEntropy(labels.select(0, i % 4)));
            double[] expected = c.outputs().get("losses").data();
            for (int i = 0; i < 50; i++) assertThat(losses.get(i)).as(where + ", step " + i).isCloseTo(expected[i], within(1e-3 * expected[i]));
            assertThat(expected[49]).as("it has learned something").isLessThan(0.5 * expected[0]);
        });
    }

    // ---- what must hold besides

    private static Tensor randn(int seed, int... shape) { return Tensors.randn(new Random(seed), shape); }

    @Test void namesAreThoseOfPyTorch() {
        assertThat(new Lstm(3, 4, 2, true, 0.1, new Random(1)).stateDict().keySet()).containsExactly(
            "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse",
            "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1", "weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse");
        Map<String, Tensor> gru = new Gru(3, 4, 2, true, 0, new Random(1)).stateDict();
        assertThat(gru.get("weight_ih_l1").shape()).containsExactly(12, 8);
        assertThat(gru.get("weight_hh_l0_reverse").shape()).containsExactly(12, 4);
        float largest = gru.get("weight_ih_l1").abs().max().item();
        assertThat(largest).as("uniform in ±1/√hiddenSize").isBetween(0.45f, 0.5f);
        for (Module cell : List.of(new RnnCell(3, 4, new Random(1)), new LstmCell(3, 4, new Random(1)), new GruCell(3, 4, new Random(1)))) {
            assertThat(cell.stateDict().keySet()).containsExactly("weight_ih", "weight_hh", "bias_ih", "bias_hh");
        }
    }

    /** A sequence is the same cell again and again; states carry over from one piece of it to the next. */
    @Test void aLayerIsItsCellStepByStep() {
        Lstm lstm = new Lstm(3, 5, new Random(1));
        LstmCell cell = new LstmCell(3, 5, new Random(2));
        Map<String, Tensor> state = new LinkedHashMap<>();
        lstm.stateDict().forEach((name, tensor) -> state.put(name.replace("_l0", ""), tensor));
        cell.loadStateDict(state);
        Tensor x = randn(3, 2, 6, 3);
        Lstm.Result whole = lstm.forward(x), first = lstm.forward(x.slice(1, 0, 4)), second = lstm.forward(x.slice(1, 4, 6), first.hN(), first.cN());
        Tensor h = Tensors.zeros(2, 5), c = Tensors.zeros(2, 5);
        for (int t = 0; t < 6; t++) {
            LstmCell.State next = cell.forward(x.select(1, t), h, c);
            h = next.h();
            c = next.c();
            assertThat(Tensors.allClose(h, whole.output().select(1, t))).as("step " + t).isTrue();
        }
        assertThat(Tensors.allClose(c, whole.cN().select(0, 0))).isTrue();
        assertThat(Tensors.allClose(Tensors.cat(1, first.output(), second.output()), whole.output())).isTrue();
        assertThat(Tensors.allClose(second.cN(), whole.cN())).isTrue();
        Lstm.Trace trace = lstm.trace(x);
        assertThat(trace.hidden().toArray()).isEqualTo(whole.output().toArray());
        assertThat(Tensors.allClose(trace.output().mul(trace.cell().tanh()), trace.hidden())).isTrue();
        Tensor before = Tensors.cat(1, Tensors.zeros(2, 1, 5), trace.cell().slice(1, 0, 5));
        assertThat(Tensors.allClose(trace.forget().mul(before).add(trace.input().mul(trace.candidate())), trace.cell())).isTrue();
    }

    /** No gradient passes a detached state, and the rest is that of the piece alone: truncated back-propagation through time. */
    @Test void aDetachedStateEndsTheWayBack() {
        Gru gru = new Gru(2, 4, new Random(1));
        Tensor x = randn(2, 1, 5, 2).requiresGrad(true), later = randn(3, 1, 5, 2);
        Tensor carried = gru.forward(x).hN();
        gru.forward(later, carried.detach(), null).output().sum().backward();
        assertThat(x.grad()).isNull();
        gru.forward(later, carried, null).output().sum().backward();
        assertThat(x.grad().abs().max().item()).isPositive();
    }

    @Test void backwardTwiceAddsUp() {
        Lstm lstm = new Lstm(2, 4, new Random(1));
        Tensor x = randn(2, 3, 5, 2).requiresGrad(true);
        Lstm.Result r = lstm.forward(x);
        Tensor both = r.cN().sum().add(r.output().sum());
        both.backward();
        Tensor once = x.grad().copy();
        both.backward();
        assertThat(Tensors.allClose(x.grad(), once.mul(2))).isTrue();
        x.zeroGrad();
        r.output().sum().backward();
        Tensor alone = x.grad().copy();
        x.zeroGrad();
        r.cN().sum().backward();
        assertThat(Tensors.allClose(alone.add(x.grad()), once)).as("a last state's gradient of one pass is not left to the next").isTrue();
    }

    @Test void dropoutComesBetweenLayersInTraining() {
        Random one = new Random(5), two = new Random(5);
        Rnn stacked = new Rnn(3, 4, 2, false, 0.5, Rnn.Nonlinearity.TANH, one);
        Rnn lower = new Rnn(3, 4, two);
        Dropout dropout = new Dropout(0.5, two);
        Rnn upper = new Rnn(4, 4, two);
        Tensor x = randn(6, 2, 7, 3);
        for (int pass = 0; pass < 2; pass++) {
            assertThat(stacked.forward(x).output().toArray()).isEqualTo(upper.forward(dropout.forward(lower.forward(x).output())).output().toArray());
        }
        assertThat(stacked.forward(x).output().toArray()).as("each pass drops others").isNotEqualTo(stacked.forward(x).output().toArray());
        stacked.eval();
        assertThat(stacked.forward(x).output().toArray()).isEqualTo(upper.forward(lower.forward(x).output()).output().toArray());
    }

    @Test void whatLiesPastTheLengthMattersToNobody() {
        Lstm lstm = new Lstm(2, 20, 2, true, 0, new Random(1));
        Tensor x = randn(2, 3, 6, 2);
        float[] other = x.toArray();
        for (int t = 2; t < 6; t++) other[(6 + t) * 2] = Float.NaN;
        int[] lengths = {6, 2, 5};
        Tensor disturbed = Tensors.tensor(other, 3, 6, 2).requiresGrad(true);
        Lstm.Result a = lstm.forward(x, lengths), b = lstm.forward(disturbed, lengths);
        assertThat(b.output().toArray()).isEqualTo(a.output().toArray());
        assertThat(b.hN().toArray()).isEqualTo(a.hN().toArray());
        assertThat(b.output().slice(1, 2, 6).select(0, 1).abs().max().item()).isZero();
        b.hN().sum().backward();
        assertThat(disturbed.grad().select(0, 1).slice(0, 2, 6).abs().max().item()).isZero();
    }

    @Test void aNaNStaysInItsSequence() {
        Gru gru = new Gru(2, 20, new Random(1));
        float[] x = randn(2, 9, 4, 2).toArray();
        x[3 * 8 + 2] = Float.NaN;   // sequence 3, step 1
        Tensor y = gru.forward(Tensors.tensor(x, 9, 4, 2)).output();
        for (int b = 0; b < 9; b++) {
            for (int t = 0; t < 4; t++) assertThat(Float.isNaN(y.get(b, t, 7))).as("sequence " + b + ", step " + t).isEqualTo(b == 3 && t >= 1);
        }
    }

    @TestFactory
    Stream<DynamicTest> emptySequencesAndBatches() {
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name).map(provider ->
            dynamicTest(provider, () -> Kernels.with(Kernels.named(provider), RecurrentTest::empty)));
    }

    private static void empty() {
        Lstm lstm = new Lstm(3, 20, 1, true, 0, new Random(1));
        Gru gru = new Gru(3, 20, new Random(1));
        Rnn rnn = new Rnn(3, 20, new Random(1));
        Tensor h0 = randn(2, 2, 4, 20).requiresGrad(true), c0 = randn(3, 2, 4, 20).requiresGrad(true);
        // no steps: the states stay as they were, and so do their gradients
        Lstm.Result none = lstm.forward(Tensors.zeros(4, 0, 3), h0, c0);
        assertThat(none.output().shape()).containsExactly(4, 0, 40);
        assertThat(none.hN().toArray()).isEqualTo(h0.toArray());
        assertThat(none.cN().toArray()).isEqualTo(c0.toArray());
        none.hN().sum().add(none.cN().mul(2).sum()).backward();
        assertThat(h0.grad().toArray()).containsOnly(1);
        assertThat(c0.grad().toArray()).containsOnly(2);
        assertThat(lstm.parameters().getFirst().grad().toArray()).containsOnly(0);
        // a sequence of length 0 among others
        Tensor start = randn(4, 1, 2, 20).requiresGrad(true), x = randn(5, 2, 3, 3);
        for (int i = 0; i < 2; i++) {
            Tensor last = i == 0 ? gru.forward(x, start, Tensors.ids(0, 3)).hN() : rnn.forward(x, start, Tensors.ids(0, 3)).hN();
            assertThat(last.select(1, 0).toArray()).isEqualTo(start.select(1, 0).toArray());
            start.zeroGrad();
            last.sum().backward();
            assertThat(start.grad().select(1, 0).toArray()).containsOnly(1);
        }
        rnn.zeroGrad();
        Rnn.Result nobody = rnn.forward(Tensors.zeros(0, 5, 3));
        assertThat(nobody.output().shape()).containsExactly(0, 5, 20);
        assertThat(nobody.hN().shape()).containsExactly(1, 0, 20);
        nobody.output().sum().backward();
        assertThat(rnn.parameters().get(1).grad().toArray()).containsOnly(0);
    }

    /** Shapes and parameters of a network that would not fit are known without its numbers. */
    @Test void layersHaveShapesWithoutNumbers() {
        Kernels.with(new ShapeKernels().kernels(), () -> {
            Embedding embedding = new Embedding(100, 8, 0, new Random(1));
            Lstm lstm = new Lstm(8, 200, 2, true, 0.1, new Random(1)).forgetBias(1);
            Tensor x = embedding.forward(Tensors.ids(new int[64 * 5000], 64, 5000));
            Lstm.Result r = lstm.forward(x, new int[64]);
            assertThat(r.output().shape()).containsExactly(64, 5000, 400);
            assertThat(r.cN().shape()).containsExactly(4, 64, 200);
            assertThat(lstm.numParameters()).isEqualTo(2 * 4 * 200 * (8 + 200 + 2) + 2 * 4 * 200 * (400 + 200 + 2));
        });
    }

    @Test void theForgetGatesBias() {
        Lstm lstm = new Lstm(2, 3, 2, false, 0, new Random(1)).forgetBias(1.5);
        for (int layer = 0; layer < 2; layer++) {
            Tensor ih = lstm.stateDict().get("bias_ih_l" + layer), hh = lstm.stateDict().get("bias_hh_l" + layer);
            assertThat(ih.add(hh).slice(0, 3, 6).toArray()).containsOnly(1.5f);
            assertThat(ih.slice(0, 0, 3).toArray()).doesNotContain(1.5f);
        }
        assertThat(new LstmCell(2, 3, new Random(1)).forgetBias(1).stateDict().get("bias_ih").slice(0, 3, 6).toArray()).containsOnly(1);
    }

    @Test void theRowOfThePaddingStaysZero() {
        Embedding embedding = new Embedding(5, 3, 2, new Random(1));
        assertThat(embedding.weight().select(0, 2).toArray()).containsOnly(0);
        assertThat(embedding.weight().select(0, 1).toArray()).isEqualTo(new Embedding(5, 3, new Random(1)).weight().select(0, 1).toArray());
        AdamW adamW = new AdamW(embedding, 0.1);
        embedding.forward(Tensors.ids(2, 1, 2)).sum().backward();
        adamW.step();
        assertThat(embedding.weight().select(0, 2).toArray()).containsOnly(0);
        assertThat(embedding.weight().select(0, 1).toArray()).isNotEqualTo(new Embedding(5, 3, new Random(1)).weight().select(0, 1).toArray());
    }

    @Test void errors() {
        Random random = new Random(1);
        Lstm lstm = new Lstm(3, 4, 2, false, 0, random);
        Gru gru = new Gru(3, 4, random);
        Tensor x = Tensors.zeros(2, 5, 3);
        assertThatThrownBy(() -> lstm.forward(Tensors.zeros(5, 3))).hasMessage(
            "lstm: the input (5, 3) is (B, T, 3): the batch first, then the steps. Hint: unsqueeze(0) makes a batch of one sequence.");
        assertThatThrownBy(() -> gru.forward(Tensors.zeros(2, 5, 7))).hasMessage(
            "gru: the input (2, 5, 7) is (B, T, 3): the batch first, then the steps. Hint: the last size is that of weight_ih (12, 3).");
        assertThatThrownBy(() -> gru.forward(Tensors.ids(new int[6], 1, 2, 3))).hasMessage("gru: (1, 2, 3) holds ints, and gru works on floats. Hint: x.toFloat() first.");
        assertThatThrownBy(() -> lstm.forward(x, Tensors.zeros(2, 4), null)).hasMessage(
            "Lstm: the first state h0 (2, 4) is (layers · directions, B, hiddenSize) = (2, 2, 4). Hint: hN of an earlier call fits, or none at all.");
        assertThatThrownBy(() -> lstm.forward(x, null, Tensors.zeros(2, 3, 4))).hasMessage(
            "Lstm: the first state c0 (2, 3, 4) is (layers · directions, B, hiddenSize) = (2, 2, 4). Hint: cN of an earlier call fits, or none at all.");
        assertThatThrownBy(() -> gru.forward(x, new int[] {5, 6})).hasMessage(
            "gru: sequence 1 has length 6, and T is 5. Hint: a length counts the steps of its sequence, 0 to T.");
        assertThatThrownBy(() -> gru.forward(x, new int[] {5, 4, 3})).hasMessage(
            "gru: lengths (3) for a batch of 2: each sequence has one. Hint: ids(…) with 2 numbers from 0 to T = 5");
        assertThatThrownBy(() -> gru.forward(x, null, Tensors.ones(2))).hasMessage("gru: the lengths (2) are floats, and lengths are ints. Hint: make them with ids(...).");
        assertThatThrownBy(() -> new RnnCell(3, 4, random).forward(x, Tensors.zeros(2, 4))).hasMessage(
            "RnnCell: the input (2, 5, 3) of one step is (B, inputSize) = (B, 3). Hint: select(1, t) is step t of a batch of sequences.");
        assertThatThrownBy(() -> new GruCell(3, 4, random).forward(Tensors.zeros(3), Tensors.zeros(4))).hasMessage(
            "GruCell: the input (3) of one step is (B, inputSize) = (B, 3). Hint: unsqueeze(0) makes a batch of one.");
        assertThatThrownBy(() -> new GruCell(3, 4, random).forward(Tensors.zeros(2, 5), Tensors.zeros(2, 4))).hasMessage(
            "GruCell: the input (2, 5) of one step is (B, inputSize) = (B, 3). Hint: weight_ih (12, 3) fixes the inputSize.");
        assertThatThrownBy(() -> new LstmCell(3, 4, random).forward(Tensors.zeros(2, 3), Tensors.zeros(2, 4), Tensors.zeros(1, 4))).hasMessage(
            "lstm: the first state c0 (1, 4) is (B, hiddenSize) = (2, 4). Hint: zeros(2, 4), or none at all.");
        assertThatThrownBy(() -> new Lstm(3, 0, random)).hasMessage(
            "Lstm: inputSize 3, hiddenSize 0 and numLayers 1 must each be 1 or more. Hint: new Lstm(inputSize, hiddenSize, random)");
        assertThatThrownBy(() -> new Gru(3, 4, 1, true, 0.5, random)).hasMessage(
            "Gru: dropout 0.5 comes between layers, and there is one layer. Hint: numLayers 2, or a Dropout after this one.");
        assertThatThrownBy(() -> new Gru(3, 4, 1, true, -0.5, random)).hasMessageStartingWith("Gru: dropout -0.5 comes between layers");
        assertThatThrownBy(() -> new Embedding(5, 3, 5, random).forward(Tensors.ids(1))).hasMessage(
            "embedding: the padding 5 names no row of the table (5, 3). Hint: 0 is usual; -1 is none.");
    }
}
