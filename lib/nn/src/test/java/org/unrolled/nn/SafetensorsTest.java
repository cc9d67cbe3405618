package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Files of Python's safetensors are read, ours are what Python read (record_metrics.py), and broken ones are named. */
class SafetensorsTest {
    @TempDir Path folder;

    private static Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("linear.weight", Tensors.tensor(new double[][] {{1, -2.5, 0.1}, {Double.POSITIVE_INFINITY, 0, 7}}));
        tensors.put("linear.bias", Tensors.tensor(0.25, -0.5));
        tensors.put("scalar", Tensors.tensor(new float[] {3}, new int[0]));
        tensors.put("empty", Tensors.zeros(0, 4));
        tensors.put("count", Tensors.ids(3, -4, Integer.MAX_VALUE));
        return tensors;
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = SafetensorsTest.class.getResourceAsStream("/safetensors/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test void whatPythonWrote() throws IOException {
        Path file = Files.write(folder.resolve("python.safetensors"), resource("python.safetensors"));
        Safetensors.File read = Safetensors.read(file);
        assertThat(read.metadata()).containsEntry("format", "pt").containsEntry("note", "größer");
        Map<String, Tensor> t = read.tensors();
        assertThat(t.keySet()).containsExactlyInAnyOrder("weight", "bias", "scalar", "half", "double", "long", "int", "bytes", "flags", "nothing");
        assertThat(t.get("weight").shape()).containsExactly(2, 3);
        assertThat(t.get("weight").toArray()).containsExactly(1.5f, -2.25f, 3e-8f, 0.1f, -0f, 65504);
        assertThat(t.get("bias").toArray()).containsExactly(0.5f);
        assertThat(t.get("scalar").shape()).isEmpty();
        assertThat(t.get("scalar").item()).isEqualTo(2.5f);
        assertThat(t.get("half").toArray()).containsExactly(1.5f, -0.3330078125f, 65504);
        assertThat(t.get("double").toArray()).containsExactly(1 / 3f, -1e10f);
        assertThat(t.get("long").shape()).containsExactly(1, 2);
        assertThat(t.get("long").toIntArray()).containsExactly(7, -9);
        assertThat(t.get("int").toIntArray()).containsExactly(1, -2, 3);
        assertThat(t.get("bytes").toIntArray()).containsExactly(0, 255);
        assertThat(t.get("flags").toIntArray()).containsExactly(1, 0);
        assertThat(t.get("nothing").shape()).containsExactly(0, 3);
    }

    @Test void whatPythonReads() throws IOException {
        Path file = folder.resolve("java.safetensors");
        Safetensors.write(file, tensors(), Map.of("epoch", "3"));
        assertThat(Files.readAllBytes(file)).isEqualTo(resource("java.safetensors"));
    }

    @Test void aModuleWithItsBuffersComesBack() {
        Path file = folder.resolve("deep/net.safetensors");
        Sequential net = new Sequential(new Linear(3, 4, new Random(1)), new BatchNorm1d(4), new Linear(4, 2, new Random(2)));
        net.forward(Tensors.randn(new Random(3), 8, 3));
        Safetensors.save(file, net);
        Sequential other = new Sequential(new Linear(3, 4, new Random(7)), new BatchNorm1d(4), new Linear(4, 2, new Random(8)));
        Safetensors.load(file, other);
        net.stateDict().forEach((name, tensor) -> assertThat(other.stateDict().get(name).toArray()).as(name).isEqualTo(tensor.toArray()));
        assertThat(other.stateDict()).containsKeys("1.running_mean", "1.num_batches_tracked");
        assertThat(folder.resolve("deep")).isDirectoryNotContaining("glob:**.part");
    }

    private Path file(String header, int data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return Files.write(folder.resolve("x.safetensors"), ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 7 | its header describes 8 bytes of numbers, and 7 are there",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | 8 | \"a\" has 8 bytes, and F32 of its shape needs 12",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | 8 | \"a\" has a negative size",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 8 | \"a\" lies at bytes 4 to 8, and what comes before it ends at 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 8 | \"b\" lies at bytes 4 to 8, and what comes before it ends at 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2000000000,2000000000,9],\"data_offsets\":[0,8]}} | 8 | \"a\" has a shape that no file can hold",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}} | 8 | its header's entry \"a\" has not the form {dtype, shape, data_offsets}",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}} | 8 | its header's entry \"a\" has not the form {dtype, shape, data_offsets}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":null,\"data_offsets\":[0,8]}} | 8 | its header's entry \"a\" has not the form {dtype, shape, data_offsets}",
        "{\"a\":7} | 8 | its header's entry \"a\" has not the form {dtype, shape, data_offsets}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}} | 8 | its header's entry \"a\" has not the form {dtype, shape, data_offsets}",
        "not json | 8 | its header is not JSON"})
    void aBrokenFileIsNamed(String header, int data, String why) throws IOException {
        Path file = file(header, data);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("safetensors: " + file + " is no whole safetensors file: " + why + ". Hint: fetch or write it again.");
    }

    @Test void aFileCutShort() throws IOException {
        byte[] whole = resource("python.safetensors");
        for (int length : new int[] {0, 3, 8, 100, whole.length - 1}) {
            Path file = Files.write(folder.resolve("cut.safetensors"), java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.read(file)).as("%d bytes", length).hasMessageContaining("is no whole safetensors file: ");
        }
        Path empty = Files.write(folder.resolve("empty.safetensors"), new byte[3]);
        assertThatThrownBy(() -> Safetensors.read(empty)).hasMessageContaining("it has 3 bytes, and the first 8 say how long the header is");
        Path wild = Files.write(folder.resolve("wild.safetensors"), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 0});
        assertThatThrownBy(() -> Safetensors.read(wild)).hasMessageContaining(
            "its first 8 bytes say that the header has 18446744073709551615 bytes, and the file has 9");
    }

    @Test void whatCannotBeRead() throws IOException {
        Path other = file("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8);
        assertThatThrownBy(() -> Safetensors.read(other)).hasMessage("safetensors: " + other + ": \"a\" is of type F8_E4M3, and F64, F32, F16, BF16, I64, I32, "
            + "I16, I8, U8 and BOOL can be read. Hint: convert it before you save it.");
        Path absent = folder.resolve("absent.safetensors");
        assertThatThrownBy(() -> Safetensors.read(absent)).hasMessage("safetensors: " + absent + " cannot be read: there is no such file.");
        Path large = Files.write(folder.resolve("large.safetensors"), new byte[0]);
        byte[] json = "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}".getBytes(StandardCharsets.UTF_8);
        Files.write(large, ByteBuffer.allocate(16 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).putLong(1L << 40).array());
        assertThatThrownBy(() -> Safetensors.read(large)).hasMessage("safetensors: " + large + ": \"a\" holds 1099511627776, and ints here have 32 bits.");
    }

    @Test void aTensorMayNotBeNamedAsTheMetadata() {
        Path file = folder.resolve("named.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, java.util.Map.of("__metadata__", Tensors.ones(1)), java.util.Map.of())).hasMessage(
            "safetensors: a tensor named __metadata__, and that name stands for what is noted beside the tensors. Hint: rename it.");
        assertThat(file).doesNotExist();
    }

    @Test void halfPrecisionOfBrains() throws IOException {
        byte[] json = "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}".getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("b.safetensors"),
            ByteBuffer.allocate(12 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).putShort((short) 0x3fc0).putShort((short) 0xc000).array());
        assertThat(Safetensors.read(file).tensors().get("a").toArray()).containsExactly(1.5f, -2);
    }
}
