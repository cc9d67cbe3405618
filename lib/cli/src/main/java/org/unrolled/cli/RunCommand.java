package org.unrolled.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "run", description = "Executes notebooks headless through the kernel and counts their checks.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Mixin Unrolled.Form form = new Unrolled.Form();
    @Spec CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "NOTEBOOK")
    List<Path> notebooks = List.of();

    @Option(names = "--html", paramLabel = "DIR", description = "write each executed notebook as a page into this folder")
    @Nullable Path html;

    @Option(names = "--kernels", paramLabel = "NAME", description = "the tensor kernels to compute with (./unrolled devices lists them)")
    @Nullable String kernels;

    @Option(names = "--solved", description = "put the question bank's solutions into the answer cells first (into a copy)")
    boolean solved;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "600", description = "for one cell (default: ${DEFAULT-VALUE})")
    int timeout;

    /** {@code incorrect} counts every outcome but correct and notAttempted. */
    record Checks(int correct, int incorrect, int notAttempted) {}

    record Result(String notebook, boolean ok, double seconds, @Nullable Double peakRssMiB, @Nullable String error, Checks checks) {}

    @Override public Integer call() throws IOException, InterruptedException {
        for (Path notebook : notebooks) {
            if (!Files.isRegularFile(notebook)) {
                throw Unrolled.Problem.usage("no notebook " + notebook + " in " + Path.of("").toAbsolutePath() + ".");
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Result> results = new ArrayList<>();
        for (Path notebook : notebooks) {
            Result result = run(notebook);
            results.add(result);
            if (!form.json) {
                out.printf(Locale.ROOT, "%s %s · %.1f s · %s MiB · checks: %d correct, %d incorrect, %d not attempted%s%n",
                        result.ok ? "✓" : "✗", notebook, result.seconds,
                        result.peakRssMiB == null ? "?" : Math.round(result.peakRssMiB), result.checks.correct,
                        result.checks.incorrect, result.checks.notAttempted, result.error == null ? "" : "\n  " + result.error);
                out.flush();
            }
        }
        if (form.json) out.println(Unrolled.JSON.toJson(results));
        return results.stream().allMatch(Result::ok) ? 0 : 1;
    }

    private Result run(Path notebook) throws IOException, InterruptedException {
        JsonObject document;
        try {
            document = JsonParser.parseString(Files.readString(notebook)).getAsJsonObject();
            if (!(document.get("cells") instanceof JsonArray)) throw new JsonParseException("it has no list of cells.");
            refuseOtherLanguages(document);
            if (solved) solve(document, Bank::solutionSource);
        } catch (JsonParseException | IllegalStateException | ClassCastException e) {
            return new Result(notebook.toString(), false, 0, null, "it is no notebook: " + e.getMessage(), new Checks(0, 0, 0));
        } catch (CharacterCodingException e) {
            return new Result(notebook.toString(), false, 0, null, "it is no notebook: its text is not UTF-8.", new Checks(0, 0, 0));
        } catch (IllegalArgumentException e) {
            return new Result(notebook.toString(), false, 0, null, e.getMessage(), new Checks(0, 0, 0));
        }
        Path work = Files.createTempDirectory("unrolled-run");
        Path copy = Files.writeString(work.resolve(notebook.getFileName()), Unrolled.JSON.toJson(document));
        try {
            return execute(notebook, copy, work);
        } finally {
            try (var files = Files.walk(work)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.deleteIfExists(file);
            }
        }
    }

    private Result execute(Path notebook, Path copy, Path work) throws IOException, InterruptedException {
        String python = System.getProperty("unrolled.python", "");
        Path script = Path.of(System.getProperty("unrolled.root", ""), "lib/cli/src/main/python/run_notebook.py");
        if (python.isEmpty() || !Files.isRegularFile(script)) {
            throw Unrolled.Problem.usage("run needs the Python environment that the launcher makes. Start it as ./unrolled run " + notebook);
        }
        List<String> command = new ArrayList<>(List.of(python, script.toString(), copy.toString(),
                "--folder", notebook.toAbsolutePath().getParent().toString(), "--timeout", Integer.toString(timeout)));
        if (kernels != null) command.addAll(List.of("--kernels", kernels));
        if (html != null) command.addAll(List.of("--html", Files.createDirectories(html).toAbsolutePath().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(work.resolve("stderr").toFile());
        // A headless run must not count as the learner's own progress.
        builder.environment().put("UNROLLED_PROGRESS", work.resolve("progress.json").toString());
        Process process = builder.start();
        Progress progress = new Progress(spec.commandLine().getErr());
        JsonObject last = null;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject said = JsonParser.parseString(line).getAsJsonObject();
                if (said.has("cell")) {
                    progress.say("%s · cell %d of %d".formatted(notebook.getFileName(), said.get("cell").getAsInt(), said.get("of").getAsInt()));
                } else {
                    last = said;
                }
            }
        } finally {
            process.destroy();
        }
        int status = process.waitFor();
        progress.clear();
        if (last != null) sayWhatIsNotAsExpected(last.getAsJsonArray("verdicts"));
        if (last == null) {
            List<String> said = Files.readAllLines(work.resolve("stderr"));
            return new Result(notebook.toString(), false, 0, null, "the runner ended with status " + status + ": "
                    + String.join("\n", said.subList(Math.max(0, said.size() - 8), said.size())), new Checks(0, 0, 0));
        }
        Checks checks = Unrolled.JSON.fromJson(last.get("checks"), Checks.class);
        JsonElement error = last.get("error");
        JsonElement peak = last.get("peakRssMiB");
        return new Result(notebook.toString(), error.isJsonNull() && checks.incorrect == 0, last.get("seconds").getAsDouble(),
                peak.isJsonNull() ? null : peak.getAsDouble(), error.isJsonNull() ? null : error.getAsString(), checks);
    }

    /** Which checks make the counts: every incorrect one and, where all answers were put in, every one that is not correct. */
    private void sayWhatIsNotAsExpected(JsonArray verdicts) {
        for (JsonElement element : verdicts) {
            String question = element.getAsJsonObject().get("question").getAsString();
            String outcome = element.getAsJsonObject().get("outcome").getAsString();
            if (outcome.equals("correct") || outcome.equals("notAttempted") && !solved) continue;
            spec.commandLine().getErr().println("  " + question + ": " + outcome);
        }
    }

    /** The notebook's own kernelspec is not used (a lesson runs on `unrolled` whatever a learner chose), but Python cells cannot. */
    static void refuseOtherLanguages(JsonObject document) {
        JsonObject metadata = document.has("metadata") ? document.getAsJsonObject("metadata") : new JsonObject();
        if (!metadata.has("kernelspec")) return;
        JsonElement language = metadata.getAsJsonObject("kernelspec").get("language");
        if (language != null && !language.getAsString().equals("java")) {
            throw new IllegalArgumentException("its cells are " + language.getAsString() + " and Unrolled's kernel runs Java. "
                    + "In JupyterLab: Kernel, Change Kernel, \"Unrolled (Java)\".");
        }
    }

    /** Replaces the source of each cell tagged "answer" by the solution of the question that its metadata names. */
    static void solve(JsonObject document, Function<String, String> solutionSource) {
        int position = 0;
        for (JsonElement element : document.getAsJsonArray("cells")) {
            JsonObject cell = element.getAsJsonObject();
            position++;
            JsonObject metadata = cell.has("metadata") ? cell.getAsJsonObject("metadata") : new JsonObject();
            if (!metadata.has("tags") || !metadata.getAsJsonArray("tags").contains(new JsonPrimitive("answer"))) continue;
            JsonObject ours = metadata.getAsJsonObject("unrolled");
            if (ours == null || !ours.has("question")) {
                throw new IllegalArgumentException("cell " + position + " is tagged \"answer\" but its metadata names no question. "
                        + "Add {\"unrolled\": {\"question\": \"topic/name\"}}; ./unrolled quiz list shows the ids.");
            }
            JsonArray lines = new JsonArray();
            lines.add(solutionSource.apply(ours.get("question").getAsString()));
            cell.add("source", lines);
        }
    }
}
