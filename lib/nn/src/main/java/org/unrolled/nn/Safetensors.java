package org.unrolled.nn;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Files of tensors by name, in the safetensors format that PyTorch's users exchange weights in: eight bytes with the header's length, the
 * header in JSON (for each tensor its dtype, shape and place), then the numbers, little-endian and row-major. Nothing in a file is ever run.
 *
 * <p>Written are F32 and I32. Read are F64, F16 and BF16 too, as floats, and I64, I16, I8, U8 and BOOL as ints. A file that breaks the
 * format's rules is refused with a sentence that says which.
 */
public final class Safetensors {
    /** As the format's own library refuses longer ones. */
    private static final long LONGEST_HEADER = 100_000_000;
    private static final String METADATA = "__metadata__";

    /**
     * What a file holds.
     *
     * @param tensors  in the order of the file
     * @param metadata what the writer noted beside them
     */
    public record File(Map<String, Tensor> tensors, Map<String, String> metadata) { }

    private record Entry(String name, String dtype, int[] shape, long from, long to) { }

    private Safetensors() { }

    /** Writes a module's parameters and buffers. */
    public static void save(Path path, Module module) {
        write(path, module.stateDict(), Map.of());
    }

    /** Overwrites a module's parameters and buffers with a file's; names and shapes must agree. */
    public static void load(Path path, Module module) {
        module.loadStateDict(read(path).tensors());
    }

    /** Writes tensors by name; an old file of that name is replaced only once the new one is whole. */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<String> names = new ArrayList<>(new TreeMap<>(tensors).keySet());
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException("safetensors: a tensor named " + METADATA + ", and that name stands for what is noted beside the tensors. Hint: rename it.");
        }
        JsonObject header = new JsonObject();
        if (!metadata.isEmpty()) header.add(METADATA, new Gson().toJsonTree(new TreeMap<>(metadata)));
        long at = 0;
        for (String name : names) {
            Tensor tensor = tensors.get(name);
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", tensor.isInt() ? "I32" : "F32");
            entry.add("shape", new Gson().toJsonTree(tensor.shape()));
            entry.add("data_offsets", new Gson().toJsonTree(new long[] {at, at + 4L * tensor.numel()}));
            header.add(name, entry);
            at += 4L * tensor.numel();
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        // spaces after the header bring the numbers to a multiple of 8
        ByteBuffer head = ByteBuffer.allocate(8 + (json.length + 7) / 8 * 8).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(head.capacity() - 8).put(json);
        while (head.hasRemaining()) head.put((byte) ' ');
        Path whole = path.toAbsolutePath(), part = whole.resolveSibling(whole.getFileName() + ".part");
        try {
            Files.createDirectories(whole.getParent());
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                put(out, head.flip());
                for (String name : names) {
                    Tensor tensor = tensors.get(name);
                    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, tensor.numel())).order(ByteOrder.LITTLE_ENDIAN);
                    if (tensor.isInt()) bytes.asIntBuffer().put(tensor.toIntArray());
                    else bytes.asFloatBuffer().put(tensor.toArray());
                    put(out, bytes);
                }
            }
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("safetensors: " + path + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void put(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) out.write(bytes);
    }

    /** Reads all tensors of a file. */
    public static File read(Path path) {
        try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = in.size();
            if (size < 8) throw corrupt(path, "it has " + size + " bytes, and the first 8 say how long the header is");
            long header = bytes(path, in, 0, 8).getLong();
            if (header < 2 || header > LONGEST_HEADER || 8 + header > size) {
                throw corrupt(path, "its first 8 bytes say that the header has " + Long.toUnsignedString(header) + " bytes, and the file has " + size);
            }
            String json = StandardCharsets.UTF_8.decode(bytes(path, in, 8, header)).toString();
            Map<String, String> metadata = new LinkedHashMap<>();
            List<Entry> entries = entries(path, json, metadata);
            check(path, entries, size - 8 - header);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Entry e : entries) tensors.put(e.name, tensor(path, e, bytes(path, in, 8 + header + e.from, e.to - e.from)));
            return new File(tensors, metadata);
        } catch (IOException e) {
            throw new UncheckedIOException("safetensors: " + path + " cannot be read: " + (Files.exists(path) ? e.getMessage() : "there is no such file") + ".", e);
        }
    }

    private static ByteBuffer bytes(Path path, FileChannel in, long from, long length) throws IOException {
        if (length > Integer.MAX_VALUE - 8) throw corrupt(path, "one tensor has " + length + " bytes, and 2 GiB are the most that can be read");
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (in.read(bytes, from + bytes.position()) < 0) throw corrupt(path, "it ended while it was read");
        }
        return bytes.flip();
    }

    private static List<Entry> entries(Path path, String json, Map<String, String> metadata) {
        List<Entry> entries = new ArrayList<>();
        String name = "";
        try {
            for (Map.Entry<String, JsonElement> member : JsonParser.parseString(json).getAsJsonObject().entrySet()) {
                name = member.getKey();
                JsonObject value = member.getValue().getAsJsonObject();
                if (name.equals(METADATA)) {
                    value.entrySet().forEach(m -> metadata.put(m.getKey(), m.getValue().getAsString()));
                    continue;
                }
                long[] offsets = new Gson().fromJson(value.get("data_offsets").getAsJsonArray(), long[].class);
                entries.add(new Entry(name, value.get("dtype").getAsString(), new Gson().fromJson(value.get("shape").getAsJsonArray(), int[].class), offsets[0], offsets[1]));
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | ArrayIndexOutOfBoundsException | ClassCastException
                 | NumberFormatException | UnsupportedOperationException e) {
            throw corrupt(path, name.isEmpty() ? "its header is not JSON" : "its header's entry \"" + name + "\" has not the form {dtype, shape, data_offsets}");
        }
        return entries;
    }

    /** The entries must cover the data without a hole and without overlap, each with as many bytes as its shape needs. */
    private static void check(Path path, List<Entry> entries, long data) {
        long at = 0;
        for (Entry e : entries.stream().sorted(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to)).toList()) {
            if (e.from != at || e.to < e.from) {
                throw corrupt(path, "\"" + e.name + "\" lies at bytes " + e.from + " to " + e.to + ", and what comes before it ends at " + at);
            }
            long needed = bytesOf(path, e);
            for (int size : e.shape) {
                if (size < 0) throw corrupt(path, "\"" + e.name + "\" has a negative size");
                if (size > 0 && needed > Long.MAX_VALUE / size) throw corrupt(path, "\"" + e.name + "\" has a shape that no file can hold");
                needed *= size;
            }
            if (needed != e.to - e.from) {
                throw corrupt(path, "\"" + e.name + "\" has " + (e.to - e.from) + " bytes, and " + e.dtype + " of its shape needs " + needed);
            }
            at = e.to;
        }
        if (at != data) throw corrupt(path, "its header describes " + at + " bytes of numbers, and " + data + " are there");
    }

    private static int bytesOf(Path path, Entry e) {
        return switch (e.dtype) {
            case "F64", "I64" -> 8;
            case "F32", "I32" -> 4;
            case "F16", "BF16", "I16" -> 2;
            case "I8", "U8", "BOOL" -> 1;
            default -> throw new IllegalArgumentException("safetensors: " + path + ": \"" + e.name + "\" is of type " + e.dtype
                    + ", and F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL can be read. Hint: convert it before you save it.");
        };
    }

    private static Tensor tensor(Path path, Entry e, ByteBuffer bytes) {
        int n = bytes.remaining() / bytesOf(path, e);
        if (e.dtype.contains("F")) {
            float[] floats = new float[n];
            for (int i = 0; i < n; i++) {
                floats[i] = switch (e.dtype) {
                    case "F64" -> (float) bytes.getDouble();
                    case "F32" -> bytes.getFloat();
                    case "F16" -> Float.float16ToFloat(bytes.getShort());
                    default -> Float.intBitsToFloat(bytes.getShort() << 16);
                };
            }
            return Tensors.tensor(floats, e.shape);
        }
        int[] ints = new int[n];
        for (int i = 0; i < n; i++) {
            long value = switch (e.dtype) {
                case "I64" -> bytes.getLong();
                case "I32" -> bytes.getInt();
                case "I16" -> bytes.getShort();
                case "I8" -> bytes.get();
                default -> bytes.get() & 0xff;
            };
            if (value != (int) value) {
                throw new IllegalArgumentException("safetensors: " + path + ": \"" + e.name + "\" holds " + value + ", and ints here have 32 bits.");
            }
            ints[i] = (int) value;
        }
        return Tensors.ids(ints, e.shape);
    }

    private static IllegalArgumentException corrupt(Path path, String why) {
        return new IllegalArgumentException("safetensors: " + path + " is no whole safetensors file: " + why + ". Hint: fetch or write it again.");
    }
}
