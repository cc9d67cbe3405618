package org.unrolled.quizzes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lessons stay within what plain IJava accepts: it evaluates a cell snippet by snippet and refuses one whose types are
 * not all known yet, so neither top-level sealed types nor types that need each other work in a cell. Cells are compiled
 * here as IJava compiles them, and not run: running is LessonsTest's business.
 */
class PlainKernelTest {
    static Stream<Path> notebooks() throws IOException {
        return LessonNotebooksTest.notebooks();
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    @Tag("lesson")
    void everySnippetOfALessonIsAccepted(Path notebook) throws IOException {
        assertThat(refused(codeCells(notebook))).isEmpty();
    }

    @Test
    void whatIJavaRefusesIsFound() {
        assertThat(refused(List.of("sealed interface Gate permits Forget { }\nrecord Forget() implements Gate { }"))).hasSize(1);
        assertThat(refused(List.of("class Encoder { Decoder next; }\nclass Decoder { Encoder last; }"))).hasSize(1);
        assertThat(refused(List.of("int n = \"seven\";"))).hasSize(1);
        assertThat(refused(List.of("int n = 7;", "int twice(int x) { return n * x; }\ntwice(3)"))).isEmpty();
    }

    /** The snippets that IJava would refuse. */
    private static List<String> refused(List<String> cells) {
        List<String> refused = new ArrayList<>();
        try (JShell shell = JShell.builder().executionEngine(new CompileOnly(), Map.of()).build()) {
            Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)).forEach(shell::addToClasspath);
            Stream.of("java.util.*", "java.util.function.*", "java.util.stream.*").forEach(name -> shell.eval("import " + name + ";"));
            for (String cell : cells) {
                String rest = cell;
                while (!rest.isBlank()) {
                    CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
                    String snippet = next.source() == null ? rest : next.source();
                    for (SnippetEvent event : shell.eval(snippet)) {
                        if (event.causeSnippet() == null && !event.status().isDefined()) {
                            refused.add(snippet.strip() + "\n" + shell.diagnostics(event.snippet()).map(d -> d.getMessage(null)).toList());
                        }
                    }
                    rest = next.remaining();
                }
            }
        }
        return refused;
    }

    private static List<String> codeCells(Path notebook) throws IOException {
        List<String> cells = new ArrayList<>();
        for (JsonElement element : JsonParser.parseString(Files.readString(notebook)).getAsJsonObject().getAsJsonArray("cells")) {
            JsonObject cell = element.getAsJsonObject();
            if (!cell.get("cell_type").getAsString().equals("code")) {
                continue;
            }
            StringBuilder source = new StringBuilder();
            cell.getAsJsonArray("source").forEach(line -> source.append(line.getAsString()));
            cells.add(source.toString());
        }
        return cells;
    }

    /** An engine that takes classes and runs none of them. */
    private static final class CompileOnly implements ExecutionControlProvider, ExecutionControl {
        @Override public String name() {
            return "compile only";
        }

        @Override public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return this;
        }

        @Override public Map<String, String> defaultParameters() {
            return new HashMap<>();
        }

        @Override public void load(ClassBytecodes[] classes) { }

        @Override public void redefine(ClassBytecodes[] classes) { }

        @Override public String invoke(String className, String methodName) {
            return "";
        }

        @Override public String varValue(String className, String varName) {
            return "";
        }

        @Override public void addToClasspath(String path) { }

        @Override public Object extensionCommand(String command, Object argument) {
            return "";
        }

        @Override public void stop() { }

        @Override public void close() { }
    }
}
