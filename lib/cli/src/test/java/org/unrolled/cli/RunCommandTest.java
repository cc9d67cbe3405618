package org.unrolled.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RunCommandTest {
    private static JsonObject notebook(String cell) {
        return JsonParser.parseString("{\"cells\": [" + cell + "], \"metadata\": {}}").getAsJsonObject();
    }

    @Test void solvedReplacesAnswerCellsOnly() {
        JsonObject document = notebook("""
                {"source": ["int a;"], "metadata": {}},
                {"source": ["throw new Todo();"], "metadata": {"tags": ["answer"], "unrolled": {"question": "t/q"}}}""");
        RunCommand.solve(document, id -> "solution of " + id);
        assertThat(document.getAsJsonArray("cells").get(0).getAsJsonObject().get("source")).hasToString("[\"int a;\"]");
        assertThat(document.getAsJsonArray("cells").get(1).getAsJsonObject().get("source")).hasToString("[\"solution of t/q\"]");
    }

    @Test void anAnswerCellWithoutAQuestionIsSaid() {
        assertThatThrownBy(() -> RunCommand.solve(notebook("{\"source\": [], \"metadata\": {\"tags\": [\"answer\"]}}"), id -> id))
                .hasMessage("cell 1 is tagged \"answer\" but its metadata names no question. "
                        + "Add {\"unrolled\": {\"question\": \"topic/name\"}}; ./unrolled quiz list shows the ids.");
    }

    @Test void aPythonNotebookIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("p.ipynb"),
                "{\"cells\": [], \"metadata\": {\"kernelspec\": {\"name\": \"python3\", \"language\": \"python\"}}}");
        Said said = execute("run", file.toString(), "--json");
        assertThat(said.status).isEqualTo(1);
        RunCommand.Result result = Unrolled.JSON.fromJson(said.out, RunCommand.Result[].class)[0];
        assertThat(result.error()).isEqualTo("its cells are python and Unrolled's kernel runs Java. "
                + "In JupyterLab: Kernel, Change Kernel, \"Unrolled (Java)\".");
    }

    @Test void whatIsNoNotebookIsAFailureAndNotATrace(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("p.ipynb");
        for (String text : new String[] {"no json", "", "[]", "{}", "{\"cells\": 3}", "{\"cells\": [], \"metadata\": 3}", "{\"cells\": \"\u00e4\"}"}) {
            Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
            Said said = execute("run", file.toString(), "--solved");
            assertThat(said.status).as(text).isEqualTo(1);
            assertThat(said.out).as(text).startsWith("✗ " + file).contains("it is no notebook: ");
            assertThat(said.err).as(text).isEmpty();
        }
    }

    @Test void aMissingNotebookIsAUsageError() {
        Said said = execute("run", "nowhere.ipynb", "--json");
        assertThat(said.status).isEqualTo(2);
        assertThat(said.out).isEmpty();
        assertThat(said.err).startsWith("unrolled: no notebook nowhere.ipynb in ");
    }

    @Test void unknownOptionIsAUsageError() {
        Said said = execute("devices", "--jsn");
        assertThat(said.status).isEqualTo(2);
        assertThat(said.err).contains("Unknown option: '--jsn'").contains("--json");
    }

    @Test void devicesNameTheReference() {
        Said said = execute("devices", "--json");
        assertThat(said.status).isZero();
        assertThat(Unrolled.JSON.fromJson(said.out, DevicesCommand.Device[].class))
                .anySatisfy(device -> {
                    assertThat(device.name()).isEqualTo("reference");
                    assertThat(device.kind()).isEqualTo("cpu");
                    assertThat(device.usable()).isTrue();
                    assertThat(device.reason()).isEmpty();
                });
    }

    @Test void devicesOfAnotherJvmAndWhatIsMissingAreLinesToo(@TempDir Path folder) throws IOException {
        assertThat(execute("devices", "--lines").out).startsWith("[");
        Path beside = Files.writeString(folder.resolve("lines"), """
                [{"name": "tornado:fpga", "usable": true, "reason": "", "fix": "", "device": {"kind": "fpga", "title": "An FPGA", "memoryMiB": 7, "limits": "on it: matmul"}},
                 {"name": "tornado", "usable": false, "reason": "No SDK.", "fix": "Get it."}]""");
        Said said = execute("devices", "--beside", beside.toString());
        assertThat(said.out).contains("✓ tornado:fpga   fpga   An FPGA, 7 MiB, on it: matmul").contains("✗ tornado        cpu    No SDK. Get it.");
        assertThat(Unrolled.JSON.fromJson(execute("devices", "--json", "--beside", beside.toString()).out, DevicesCommand.Device[].class))
                .contains(new DevicesCommand.Device("tornado:fpga", "fpga", true, "", 7L));
    }

    @Test void doctorFindsThisMachineFit() {
        Said said = execute("doctor");
        assertThat(said.status).as(said.out).isZero();
        assertThat(said.out).contains("✓ kernels reference", "✓ drawing charts");
    }

    private record Said(int status, String out, String err) {}

    private static Said execute(String... arguments) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        CommandLine line = Unrolled.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Said(line.execute(arguments), out.toString(), err.toString());
    }
}
