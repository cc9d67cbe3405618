package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;

/** Recurrent layers and cells give what PyTorch gave in float64, train along PyTorch's loss curve, and say what is wrong. */
class RecurrentTest {
    private record Values(int[] shape, double[] data, int[] ints) {
        Tensor tensor() {
            if (ints != null) return Tensors.ids(ints, shape);
            float[] floats = new float[data.length];
            for (int i = 0; i < data.length; i++) floats[i] = (float) data[i];
            return Tensors.tensor(floats, shape);
        }
    }

    private record Case(String op, String name, Map<String, Object> args, int terms, Map<String, Values> inputs, Map<String, Values> state,
                        Map<String, Values> douts, Map<String, Values> outputs, Map<String, Values> gradients) {
        int integer(String arg) { return ((Double) args.get(arg)).intValue(); }

        boolean flag(String arg) { return (Boolean) args.get(arg); }

        Tensor lengths() {
            return args.get("lengths") instanceof List<?> list ? Tensors.ids(list.stream().mapToInt(v -> ((Double) v).intValue()).toArray()) : null;
        }

        void load(Module module) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            state.forEach((name, values) -> tensors.put(name, values.tensor()));
            module.loadStateDict(tensors);
        }
    }

    private record File(int count, List<Case> cases) { }

    private static Stream<DynamicTest> onEveryProvider(String file, BiConsumer<Case, String> test) {
        File recorded;
        try (InputStream in = RecurrentTest.class.getResourceAsStream("/pytorch/" + file + ".json")) {
            recorded = new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), File.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(recorded.cases).hasSize(recorded.count);
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name).flatMap(provider ->
            recorded.cases.stream().map(c -> dynamicTest(provider + ", " + c.op + ": " + c.name, () ->
                Kernels.with(Kernels.named(provider), () -> test.accept(c, provider + ": " + c.op + " (" + c.name + ")")))));
    }

    // ---- PyTorch's numbers

    @TestFactory
    Stream<DynamicTest> layersAndCells() {
        return onEveryProvider("recurrent", RecurrentTest::compare);
    }

    private static void compare(Case c, String where) {
        Random random = new Random(1);
        Map<String, Tensor> leaves = new LinkedHashMap<>(), outputs = new LinkedHashMap<>();
        c.inputs.forEach((name, values) -> leaves.put(name, values.tensor().requiresGrad(true)));
        Tensor x = leaves.get("x"), h0 = leaves.get("h0"), c0 = leaves.get("c0"), lengths = c.lengths();
        int I = c.integer("I"), H = c.integer("H");
        Module module;
        switch (c.op) {
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
            default -> module = fail("no Java code runs the recorded " + c.op);
        }
        assertThat(outputs.keySet()).as(where).isEqualTo(c.outputs.keySet());
        outputs.forEach((name, y) -> same(where + ", " + name, c.terms, c.outputs.get(name), y));
        // one loss whose gradients are the douts
        Tensor loss = Tensors.zeros();
        for (String name : c.douts.keySet()) loss = loss.add(outputs.get(name).mul(c.douts.get(name).tensor()).sum());
        loss.backward();
        Map<String, Tensor> all = new LinkedHashMap<>(leaves);
        all.putAll(module.namedParameters());
        assertThat(all.keySet()).as(where).containsExactlyInAnyOrderElementsOf(c.gradients.keySet());
        c.gradients.forEach((name, values) -> same(where + ", gradient of " + name, c.terms, values, all.get(name).grad()));
    }

    private static void same(String where, int terms, Values expected, Tensor got) {
        assertThat(got).as(where).isNotNull();
        assertThat(got.shape()).as(where + ": shape").isEqualTo(expected.shape);
        float[] numbers = got.toArray();
        double largest = 0.5;
        for (double e : expected.data) largest = Math.max(largest, Math.abs(e));
        double tolerance = (16 + terms) * 0x1p-23 * largest;
        for (int i = 0; i < numbers.length; i++) {
            if (!(Math.abs(numbers[i] - expected.data[i]) <= tolerance)) {
                fail(where + ": element " + i + ": got " + numbers[i] + ", expected " + expected.data[i] + " within " + tolerance);
            }
        }
    }

    // ---- PyTorch's loss curves

    private static final class Net extends Module {
        final RecurrentLayers recurrent;
        final Linear out = module("out", new Linear(20, 2, new Random(1)));

        Net(String op) {
            recurrent = module("recurrent", switch (op) {
                case "RNN" -> new Rnn(2, 10, 2, true, 0, Rnn.Nonlinearity.TANH, new Random(1));
                case "LSTM" -> new Lstm(2, 10, 2, true, 0, new Random(1));
                default -> new Gru(2, 10, 2, true, 0, new Random(1));
            });
        }

        Tensor logits(Tensor x, Tensor lengths) {
            Tensor last = recurrent.layers(x, null, null, lengths).hN();
            return out.forward(Tensors.cat(-1, last.select(0, -2), last.select(0, -1)));
        }
    }

    @TestFactory
    Stream<DynamicTest> fiftyStepsOfTrainingFollowPyTorch() {
        return onEveryProvider("recurrent-curves", (c, where) -> {
            Net net = new Net(c.op);
            c.load(net);
            AdamW adamW = new AdamW(net, 0.01);
            Tensor x = c.inputs.get("x").tensor(), lengths = c.inputs.get("lengths").tensor(), labels = c.inputs.get("labels").tensor();
            List<Double> losses = new ArrayList<>();
            Training.run(50, step -> losses.add(step.loss()), adamW, 1, i ->
                net.logits(x.select(0, i % 4), lengths.select(0, i % 4)).crossEntropy(labels.select(0, i % 4)));
            double[] expected = c.outputs.get("losses").data;
            for (int i = 0; i < 50; i++) assertThat(losses.get(i)).as(where + ", step " + i).isCloseTo(expected[i], within(1e-3 * expected[i]));
            assertThat(expected[49]).as("it has learned something").isLessThan(0.5 * expected[0]);
        });
    }
}
