package org.unrolled.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every notebook through the real kernel: as a learner first opens it, and with every answer right. */
@Tag("lesson")
class LessonsTest {
    /** Lessons that may take two minutes; the others get one (design: "The notebook environment"). */
    private static final Set<String> LONG = Set.of("04", "08", "09", "14", "15");

    static Stream<Path> notebooks() throws IOException {
        try (Stream<Path> lessons = Files.list(Launcher.ROOT.resolve("notebooks"))) {
            return lessons.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList().stream();
        }
    }

    @BeforeAll static void installed() throws Exception {
        Launcher.requireFreshKit();
    }

    @Test void thereAreLessons() throws IOException {
        assertThat(notebooks()).extracting(file -> file.getFileName().toString())
                .contains("00-start-here.ipynb", "07-attention.ipynb");
    }

    @ParameterizedTest @MethodSource("notebooks")
    void untouchedNoCellFailsAndEveryCheckIsNotAttempted(Path notebook) throws Exception {
        RunCommand.Result result = run(notebook);
        assertThat(result.checks()).isEqualTo(new RunCommand.Checks(0, 0, checks(notebook)));
    }

    @ParameterizedTest @MethodSource("notebooks")
    void solvedEveryCheckIsCorrect(Path notebook) throws Exception {
        RunCommand.Result result = run(notebook, "--solved");
        assertThat(result.checks()).isEqualTo(new RunCommand.Checks(checks(notebook), 0, 0));
        assertThat(result.seconds()).as("seconds from top to bottom")
                .isLessThan(LONG.contains(notebook.getFileName().toString().substring(0, 2)) ? 120 : 60);
        if (result.peakRssMiB() != null) assertThat(result.peakRssMiB()).as("peak memory of the kernel in MiB").isLessThan(1024);
    }

    @ParameterizedTest @MethodSource("notebooks")
    void isKeptWithoutOutputs(Path notebook) throws IOException {
        for (JsonObject cell : cells(notebook)) {
            if (!cell.get("cell_type").getAsString().equals("code")) continue;
            assertThat(cell.getAsJsonArray("outputs")).as("outputs of the cell " + cell.get("source")).isEmpty();
            assertThat(cell.get("execution_count").isJsonNull()).as("no execution count").isTrue();
        }
        JsonObject spec = JsonParser.parseString(Files.readString(notebook)).getAsJsonObject()
                .getAsJsonObject("metadata").getAsJsonObject("kernelspec");
        assertThat(spec.get("name").getAsString()).isEqualTo("unrolled");
    }

    @ParameterizedTest @MethodSource("notebooks")
    void answerCellsHoldTheBanksStub(Path notebook) throws IOException {
        for (JsonObject cell : cells(notebook)) {
            if (!tags(cell).contains("answer")) continue;
            String id = cell.getAsJsonObject("metadata").getAsJsonObject("unrolled").get("question").getAsString();
            assertThat(source(cell)).as("the answer cell of " + id).isEqualTo(Bank.find(id).stub().strip());
        }
    }

    private static RunCommand.Result run(Path notebook, String... options) throws Exception {
        String[] arguments = Stream.concat(Stream.of("run", notebook.toString(), "--json"), Stream.of(options)).toArray(String[]::new);
        Launcher.Said said = Launcher.run(arguments);
        assertThat(said.out()).as("one JSON document; standard error: " + said.err()).startsWith("[{");
        RunCommand.Result result = Unrolled.JSON.fromJson(said.out(), RunCommand.Result[].class)[0];
        assertThat(result.error()).as(notebook.getFileName() + ": the cell that failed").isNull();
        assertThat(said.status()).as("exit status").isZero();
        return result;
    }

    /** How many verdicts a run must show: one for each cell tagged "check". */
    private static int checks(Path notebook) throws IOException {
        return (int) cells(notebook).stream().filter(cell -> tags(cell).contains("check")).count();
    }

    static List<JsonObject> cells(Path notebook) throws IOException {
        return JsonParser.parseString(Files.readString(notebook)).getAsJsonObject().getAsJsonArray("cells").asList()
                .stream().map(JsonElement::getAsJsonObject).toList();
    }

    static String source(JsonObject cell) {
        JsonElement source = cell.get("source");
        if (!source.isJsonArray()) return source.getAsString().strip();
        return source.getAsJsonArray().asList().stream().map(JsonElement::getAsString).collect(Collectors.joining()).strip();
    }

    static List<String> tags(JsonObject cell) {
        JsonObject metadata = cell.getAsJsonObject("metadata");
        if (!metadata.has("tags")) return List.of();
        return metadata.getAsJsonArray("tags").asList().stream().map(JsonElement::getAsString).toList();
    }
}
