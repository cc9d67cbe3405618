package org.unrolled.tensor;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Reads what record.py wrote. */
final class Recordings {
    private Recordings() { }

    record Values(int[] shape, double[] data, int[] ints) {
        Tensor tensor() {
            if (ints != null) {
                return Tensors.ids(ints, shape);
            }
            float[] floats = new float[data.length];
            for (int i = 0; i < data.length; i++) {
                floats[i] = (float) data[i];
            }
            return Tensors.tensor(floats, shape);
        }

        double[] expected() {
            if (ints == null) {
                return data;
            }
            double[] values = new double[ints.length];
            for (int i = 0; i < ints.length; i++) {
                values[i] = ints[i];
            }
            return values;
        }
    }

    record Case(String op, String name, Map<String, Object> args, int terms, Map<String, Values> inputs, Values dout,
                Map<String, Values> outputs, Map<String, Values> gradients) {
        double number(String arg) { return ((Number) args.get(arg)).doubleValue(); }

        int integer(String arg) { return (int) number(arg); }

        boolean flag(String arg) { return (Boolean) args.get(arg); }

        int[] integers(String arg) { return ((List<?>) args.get(arg)).stream().mapToInt(v -> ((Number) v).intValue()).toArray(); }
    }

    record File(String torch, String source, int count, List<Case> cases) { }

    static File read(String name) {
        try (InputStream in = Recordings.class.getResourceAsStream("/pytorch/" + name + ".json")) {
            File file = new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), File.class);
            if (file.cases.size() != file.count) {
                throw new IllegalStateException(name + ".json says " + file.count + " cases and holds " + file.cases.size());
            }
            return file;
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the recordings " + name, e);
        }
    }
}
