package org.unrolled.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel from a cell of a notebook, in the real notebook kernels: on a device under unrolled-tornado, and what unrolled says without one. */
@Tag("lesson")
class CellKernelTest {
    private static final String START = "import static org.unrolled.quiz.Lesson.*;\nimport org.unrolled.tensor.kernel.*;";
    private static final String SAXPY = """
            static void saxpy(float a, float[] x, float[] y, float[] out) {
                for (@Parallel int i = 0; i < out.length; i++) out[i] = a * x[i] + y[i];
            }
            void expect(boolean right, Object said) {
                if (!right) throw new AssertionError(said);
            }
            String said(Runnable cell) {
                try { cell.run(); } catch (RuntimeException e) { return e.getMessage(); }
                return "nothing";
            }""";

    @BeforeAll static void installed() throws Exception {
        Launcher.requireFreshKit();
    }

    private static RunCommand.Result run(Path folder, List<String> cells, String... options) throws Exception {
        List<Map<String, Object>> all = new ArrayList<>();
        for (String cell : cells) all.add(Map.of("cell_type", "code", "id", "c" + all.size(), "metadata", Map.of(), "outputs", List.of(), "source", cell));
        Path notebook = Files.writeString(folder.resolve("own.ipynb"), Unrolled.JSON.toJson(Map.of("cells", all, "nbformat", 4, "nbformat_minor", 5,
                "metadata", Map.of("kernelspec", Map.of("name", "unrolled", "language", "java", "display_name", "Unrolled (Java)")))));
        List<String> arguments = new ArrayList<>(List.of("run", notebook.toString(), "--json"));
        arguments.addAll(List.of(options));
        Launcher.Said said = Launcher.run(arguments.toArray(String[]::new));
        assertThat(said.out()).as("one JSON document; standard error: " + said.err()).startsWith("[{");
        return Unrolled.JSON.fromJson(said.out(), RunCommand.Result[].class)[0];
    }

    @Test void onADevice(@TempDir Path folder) throws Exception {
        Launcher.Said devices = Launcher.run("devices", "--json");
        assumeTrue(devices.out().matches("(?s).*\"name\": ?\"tornado:\\d:\\d\"[^}]*\"usable\": ?true.*"), "no device of TornadoVM can be used here; ./unrolled devices says why");
        RunCommand.Result result = run(folder, List.of(START, SAXPY,
                """
                float[] x = {1, 2, 3}, y = {10, 20, 30}, out = new float[3], java = new float[3];
                DeviceRun run = onDevice("saxpy", 2f, x, y, out);
                saxpy(2, x, y, java);
                expect(Arrays.equals(out, java), Arrays.toString(out));
                expect(run.source().contains("saxpy(") && run.java().startsWith("static void saxpy") && run.workItems().equals(List.of(3L)), run);
                show(run);
                sources(run);""",
                "float root(float x) {\n    float r = x + 1;\n    while (r * r > x + 1e-3f) r = (r + x / r) / 2;\n    return r;\n}",
                "static void roots(float[] x, float[] out) {\n    for (@Parallel int i = 0; i < out.length; i++) out[i] = root(x[i]);\n}",
                "onDevice(\"roots\", new float[] {1, 4, 9}, out);\nexpect(Math.abs(out[2] - 3) < 1e-2, Arrays.toString(out));",
                "float root(float x) {\n    return 7;\n}",
                "onDevice(\"roots\", new float[] {1, 4, 9}, out);\nexpect(out[2] == 7, \"the helper as it was defined last: \" + Arrays.toString(out));",
                "int n = 3;\nstatic void reads(float[] out) {\n    for (@Parallel int i = 0; i < n; i++) out[i] = 1;\n}",
                """
                String why = said(() -> onDevice("reads", out));
                expect(why.equals("reads cannot run on a device: it reads the variable n, and a device sees only what a kernel is given. Make it a parameter."), why);
                why = said(() -> onDevice("saxpy", 2f, x, y, new float[4]));
                expect(why.startsWith("saxpy fails as plain Java, and a device would not notice but compute something. ArrayIndexOutOfBoundsException: Index 3"), why);
                why = said(() -> onDevice("tornado:9:9", "saxpy", 2f, x, y, out));
                expect(why.startsWith("There is no device tornado:9:9. TornadoVM has "), why);"""), "--kernels", "tornado");
        assertThat(result.error()).isNull();
        assertThat(result.ok()).isTrue();
    }

    @Test void withoutTornadoVm(@TempDir Path folder) throws Exception {
        RunCommand.Result result = run(folder, List.of(START, SAXPY,
                """
                float[] x = {1, 2, 3}, out = new float[3];
                expect(!hasDevice(), "a device");
                String why = said(() -> onDevice("saxpy", 2f, x, x, out));
                expect(why.startsWith("Kernels \\"tornado\\" cannot be used here: ") && why.contains("\\"Unrolled on TornadoVM\\""), why);"""));
        assertThat(result.error()).isNull();
    }
}
