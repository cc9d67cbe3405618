package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;

/** What record.py wrote for lib/nn, and the comparison with it. */
final class Recorded {
    private Recorded() { }

    record Values(int[] shape, double[] data, int[] ints) {
        Tensor tensor() {
            if (ints != null) return Tensors.ids(ints, shape);
            float[] floats = new float[data.length];
            for (int i = 0; i < data.length; i++) floats[i] = (float) data[i];
            return Tensors.tensor(floats, shape);
        }
    }

    record Case(String op, String name, Map<String, Object> args, int terms, Map<String, Values> inputs, Map<String, Values> state,
                Map<String, Values> outputs, Map<String, Values> gradients, Map<String, Values> parameterGradients, Values dout, Map<String, Values> douts,
                int batches) {
        double number(String arg) { return (Double) args.get(arg); }

        int integer(String arg) { return (int) number(arg); }

        boolean flag(String arg) { return (Boolean) args.get(arg); }

        Tensor input(String name) { return inputs.get(name).tensor(); }

        void load(Module module) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            state.forEach((name, values) -> tensors.put(name, values.tensor()));
            assertThat(module.stateDict().keySet()).as("names and their order").containsExactlyElementsOf(tensors.keySet());
            module.loadStateDict(tensors);
        }

        /** Fails unless each element is within terms + 4 roundings of the largest. */
        void same(String where, String output, Tensor got) {
            same(where + ", " + output, outputs.get(output), got);
        }

        void same(String where, Values expected, Tensor got) {
            assertThat(expected).as(where + ": recorded").isNotNull();
            assertThat(got).as(where).isNotNull();
            assertThat(got.shape()).as(where + ": shape").isEqualTo(expected.shape);
            float[] numbers = got.toArray();
            double largest = 0.5;
            for (double e : expected.data) largest = Math.max(largest, Math.abs(e));
            double tolerance = (4 + terms) * 0x1p-23 * largest;
            for (int i = 0; i < numbers.length; i++) {
                if (!(Math.abs(numbers[i] - expected.data[i]) <= tolerance)) {
                    fail(where + ": element " + i + ": got " + numbers[i] + ", expected " + expected.data[i] + " within " + tolerance);
                }
            }
        }
    }

    static List<Case> read(String file) {
        return read(file, Case.class);
    }

    static <T> List<T> read(String file, Class<T> as) {
        try (InputStream in = Recorded.class.getResourceAsStream("/pytorch/" + file + ".json")) {
            JsonObject recorded = JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8)).getAsJsonObject();
            assertThat(recorded.getAsJsonArray("cases")).isNotEmpty().hasSize(recorded.get("count").getAsInt());
            return recorded.getAsJsonArray("cases").asList().stream().map(c -> new Gson().fromJson(c, as)).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A test for each case on each usable provider. */
    static Stream<DynamicTest> onEveryProvider(String file, BiConsumer<Case, String> test) {
        List<Case> cases = read(file);
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name).flatMap(provider ->
            cases.stream().map(c -> dynamicTest(provider + ", " + c.op + ": " + c.name, () ->
                Kernels.with(Kernels.named(provider), () -> test.accept(c, provider + ": " + c.op + " (" + c.name + ")")))));
    }
}
