package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unrolled.tensor.kernel.DeviceRun;

/** Measured where there is a device, else what was recorded, and never without saying which. */
class RecordedTest {
    record Crossing(int n, double cpuMs, String note) {}

    private static final String FILE = """
            {"crossover": {"origin": {"date": "2026-01-02", "machine": "some processor (2 threads)", "device": "some device", "java": "25"},
              "figures": [{"n": 64, "cpuMs": 0.5, "note": "a"}, {"n": 128, "cpuMs": 4.0, "note": "b"}]}}
            """;

    private static String said(Runnable body) {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            body.run();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void withoutADeviceTheRecordedFiguresCarryTheirMachineAndDay() {
        AtomicInteger measured = new AtomicInteger();
        Recorded recorded = Recorded.in(FILE, () -> null, null);
        String said = said(() -> assertThat(recorded.figures("crossover", Crossing[].class, () -> {
            measured.incrementAndGet();
            return new Crossing[0];
        })).containsExactly(new Crossing(64, 0.5, "a"), new Crossing(128, 4, "b")));
        assertThat(said).isEqualTo("Recorded, not on this machine: by this cell's code, on 2026-01-02 on some processor (2 threads), device some device, Java 25."
                + " Here there is no device that can be used; ./unrolled devices says why, and how to get one.");
        assertThat(measured).hasValue(0);
    }

    @Test
    void withADeviceItIsMeasuredHere() {
        Recorded recorded = Recorded.in(FILE, () -> "my device", null);
        String said = said(() -> assertThat(recorded.figures("crossover", Crossing[].class, () -> new Crossing[] {new Crossing(1, 2, "here")})).containsExactly(new Crossing(1, 2, "here")));
        assertThat(said).isEqualTo("Measured on this machine: device my device.");
    }

    @Test
    void whatWasNeverRecordedSaysSo() {
        assertThatThrownBy(() -> Recorded.in(FILE, () -> null, null).figures("saxpy", Crossing.class, () -> new Crossing(1, 1, "")))
                .hasMessage("\"saxpy\" was never recorded, and this machine has no device to measure it on. Recorded are [crossover]; ./unrolled devices says what is missing here.");
    }

    @Test
    void whatIsRecordedIsReadAgain(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("recorded.json");
        DeviceRun run = new DeviceRun("saxpy", "my device", "OpenCL C", "kernel void saxpy(…)", "void saxpy()", 120.5, 0.1, 0.2, 0.3, 0.9, 16, 8, List.of(512L, 4L), 20);
        Recorded writes = Recorded.in("{}", () -> "my device", file);
        writes.figures("saxpy", DeviceRun.class, () -> run);
        writes.figures("crossover", Crossing[].class, () -> new Crossing[] {new Crossing(1, 2, "x < y")});
        Recorded reads = Recorded.in(Files.readString(file), () -> null, null);
        String said = said(() -> {
            assertThat(reads.figures("saxpy", DeviceRun.class, () -> run.withJava("measured"))).isEqualTo(run);
            assertThat(reads.figures("crossover", Crossing[].class, () -> new Crossing[0])).containsExactly(new Crossing(1, 2, "x < y"));
        });
        assertThat(said).contains("on " + LocalDate.now(), "device my device", Runtime.getRuntime().availableProcessors() + " thread", "Java " + System.getProperty("java.version"));
    }
}
