package org.unrolled.notebook;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Machine;

/**
 * Figures that need a device: measured where there is one, and where there is none those that the same code measured on another machine,
 * with that machine's name and the day above them.
 *
 * <pre>
 *   Recorded recorded = Recorded.beside(Figures.class, "recorded.json");
 *   DeviceRun run = recorded.figures("saxpy", DeviceRun.class, () -&gt; onDevice("saxpy", x, y, out));
 * </pre>
 *
 * To record anew, run the lesson on a machine with a device and let the environment name the file: {@code UNROLLED_RECORD=path/to/recorded.json
 * ./unrolled run notebooks/15-kernels.ipynb --solved --kernels tornado:cpu}. Each cell then writes what it measured under its name.
 */
public final class Recorded {
    /** Where and when figures were measured. */
    record Origin(String date, String machine, String device, String java) {
        String sentence() {
            return "on " + date + " on " + machine + ", device " + device + ", Java " + java;
        }
    }

    private record Entry(Origin origin, JsonElement figures) {}

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final TypeToken<TreeMap<String, Entry>> ENTRIES = new TypeToken<>() {};

    private final Map<String, Entry> entries;
    /** The usable device; null: none. */
    private final Supplier<@Nullable String> device;
    private final @Nullable Path recordTo;

    Recorded(Map<String, Entry> entries, Supplier<@Nullable String> device, @Nullable Path recordTo) {
        this.entries = entries;
        this.device = device;
        this.recordTo = recordTo;
    }

    /** Figures in a resource file beside a class. */
    public static Recorded beside(Class<?> owner, String file) {
        String record = System.getenv("UNROLLED_RECORD");
        try (InputStream in = owner.getResourceAsStream(file)) {
            Map<String, Entry> entries = in == null ? Map.of() : GSON.fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), ENTRIES);
            return new Recorded(entries, Recorded::usableDevice, record == null || record.isBlank() ? null : Path.of(record));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Recorded in(String json, Supplier<@Nullable String> device, @Nullable Path recordTo) {
        return new Recorded(GSON.fromJson(json, ENTRIES), device, recordTo);
    }

    /** The device that {@link Notebook#onDevice} would take. */
    private static @Nullable String usableDevice() {
        return Kernels.available().stream().filter(line -> line.usable() && line.device() != null && !line.device().kind().equals("fpga"))
                .map(line -> line.device().title()).findFirst().orElse(null);
    }

    /**
     * Measures where a device can be used, else reads what was recorded under this name. Either way the cell's output says first which of the
     * two it is.
     *
     * @param type    a record, or an array of records, of numbers and strings
     * @param measure runs only where there is a device
     */
    public <T> T figures(String name, Class<T> type, Supplier<T> measure) {
        String here = device.get();
        if (here != null) {
            T measured = measure.get();
            label(true, "Measured on this machine", "device " + here + ".");
            if (recordTo != null) write(recordTo, name, new Entry(new Origin(LocalDate.now().toString(), machine(), here, System.getProperty("java.version")), GSON.toJsonTree(measured)));
            return measured;
        }
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalStateException("\"" + name + "\" was never recorded, and this machine has no device to measure it on. Recorded are "
                    + entries.keySet() + "; ./unrolled devices says what is missing here.");
        }
        label(false, "Recorded, not on this machine",
                "by this cell's code, " + entry.origin.sentence() + ". Here there is no device that can be used; ./unrolled devices says why, and how to get one.");
        return GSON.fromJson(entry.figures, type);
    }

    private static String machine() {
        int threads = Runtime.getRuntime().availableProcessors();
        return Machine.processorName() + " (" + threads + (threads == 1 ? " thread)" : " threads)");
    }

    private static void label(boolean here, String what, String rest) {
        String color = here ? "#0b7a53" : "#b35900";
        Display.html("<div style=\"border-left:5px solid " + color + ";padding:.3em .9em;margin:.4em 0\">" + (here ? "● " : "◌ ") + "<strong>" + Html.escape(what)
                + "</strong>: " + Html.escape(rest) + "</div>", what + ": " + rest);
    }

    private static void write(Path file, String name, Entry entry) {
        try {
            TreeMap<String, Entry> all = Files.exists(file) ? GSON.fromJson(Files.readString(file), ENTRIES) : new TreeMap<>();
            all.put(name, entry);
            Files.writeString(file, GSON.toJson(all) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("The figures \"" + name + "\" cannot be written to " + file + ", which UNROLLED_RECORD names.", e);
        }
    }
}
