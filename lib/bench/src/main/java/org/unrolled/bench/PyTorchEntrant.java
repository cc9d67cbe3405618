package org.unrolled.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** PyTorch in a process of its own, which times itself: no call of it crosses the pipe while it is timed. */
final class PyTorchEntrant implements Entrant {
    private static final Gson GSON = new Gson();

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;
    private final String title;

    /** @param python an interpreter that has torch */
    PyTorchEntrant(Path python, int threads) {
        try {
            Path script = Files.createTempFile("unrolled-pytorch", ".py");
            script.toFile().deleteOnExit();
            try (var source = PyTorchEntrant.class.getResourceAsStream("/pytorch_entrant.py")) {
                if (source == null) throw new IllegalStateException("pytorch_entrant.py is missing in the bench's jar: build it again with ./unrolled bench.");
                Files.write(script, source.readAllBytes());
            }
            ProcessBuilder builder = new ProcessBuilder(python.toString(), script.toString(), Integer.toString(threads)).redirectError(ProcessBuilder.Redirect.INHERIT);
            process = builder.start();
        } catch (IOException e) {
            throw new IllegalStateException("PyTorch cannot be started with " + python + ": " + e.getMessage() + ". Give --pytorch a Python that has torch.", e);
        }
        questions = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        JsonObject first;
        try {
            first = answer();
        } catch (IllegalStateException e) {
            throw new IllegalStateException("PyTorch does not start in " + python + "; what it said stands above. Give --pytorch a Python that has torch, or leave it out: ./unrolled bench makes one on demand.", e);
        }
        title = first.get("title").getAsString();
    }

    @Override public String name() {
        return "pytorch";
    }

    @Override public String title() {
        return title;
    }

    @Override public boolean prepare(Case what) {
        return ask(Map.of("prepare", Map.of("op", what.op(), "sizes", what.sizes()))).get("ok").getAsBoolean();
    }

    @Override public List<float[]> results() {
        try {
            Path file = Files.createTempFile("unrolled-pytorch", ".bin");
            try {
                JsonObject answer = ask(Map.of("results", file.toString()));
                List<float[]> results = new ArrayList<>();
                try (var in = Files.newInputStream(file)) {
                    for (var length : answer.getAsJsonArray("lengths")) {
                        float[] result = new float[length.getAsInt()];
                        ByteBuffer.wrap(in.readNBytes(4 * result.length)).order(ByteOrder.nativeOrder()).asFloatBuffer().get(result);
                        results.add(result);
                    }
                }
                return results;
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override public double round(double seconds) {
        return ask(Map.of("round", seconds)).get("seconds").getAsDouble();
    }

    private JsonObject ask(Object question) {
        try {
            questions.write(GSON.toJson(question) + "\n");
            questions.flush();
        } catch (IOException e) {
            throw ended(e.getMessage());
        }
        return answer();
    }

    private JsonObject answer() {
        try {
            String line = answers.readLine();
            if (line == null) throw ended("it ended");
            return GSON.fromJson(line, JsonObject.class);
        } catch (IOException e) {
            throw ended(e.getMessage());
        } catch (JsonSyntaxException e) {
            throw ended("it answered what is no JSON: " + e.getMessage());
        }
    }

    private IllegalStateException ended(String why) {
        return new IllegalStateException("PyTorch's process cannot go on: " + why + ". What it said stands above; where it says nothing, the system may have ended it for its memory. Leave such a case out by a filter, or run it without --against pytorch.");
    }

    @Override public void close() {
        try {
            questions.close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
