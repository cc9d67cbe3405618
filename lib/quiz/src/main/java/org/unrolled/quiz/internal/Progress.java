package org.unrolled.quiz.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Verdict;

/**
 * Where the learner stands, in one small file beside the notebooks. Every change reads the file again under a lock and
 * replaces it in one move, so that two notebooks open at once lose nothing and a power cut leaves the old or the new file.
 */
public final class Progress {

    /** What is known about one question; {@code best} is the outcome of the best attempt. */
    public record Entry(String best, int points, int max, int attempts, int hints, boolean solutionSeen) {
        static final Entry NONE = new Entry(Outcome.NOT_ATTEMPTED.json(), 0, 0, 0, 0, false);
    }

    private record Content(int version, Map<String, Entry> questions) {}

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    private static final Object IN_THIS_JVM = new Object();

    private final @Nullable Path file;
    /** What the file would hold where it cannot be written. */
    private final Map<String, Entry> memory = new TreeMap<>();
    private @Nullable String trouble;

    private Progress(@Nullable Path file) {
        this.file = file;
    }

    public static Progress in(Path file) {
        return new Progress(file);
    }

    /**
     * The file of this session: {@code .unrolled-progress.json} in the working directory, which in Jupyter is the
     * notebook's. The environment variable UNROLLED_PROGRESS names another, or is {@code off} where a program runs the
     * notebook and not a learner.
     */
    public static Progress ofSession() {
        String path = System.getProperty("unrolled.progress", System.getenv().getOrDefault("UNROLLED_PROGRESS", ".unrolled-progress.json"));
        return new Progress(path.equals("off") ? null : Path.of(path).toAbsolutePath());
    }

    public void record(Verdict v) {
        change(v.questionId(), e -> {
            boolean better = rank(v.outcome().json()) > rank(e.best()) || v.outcome().json().equals(e.best()) && v.points() >= e.points();
            return new Entry(better ? v.outcome().json() : e.best(), Math.max(e.points(), v.points()), v.maxPoints(),
                    e.attempts() + (v.attempted() ? 1 : 0), e.hints(), e.solutionSeen());
        });
    }

    private static int rank(String outcome) {
        return switch (outcome) {
            case "correct" -> 4;
            case "awaitingTeacher" -> 3;
            case "partial" -> 2;
            case "notAttempted" -> 0;
            default -> 1;
        };
    }

    /** One more hint is open, up to {@code of}; gives how many are. */
    public int openHint(String questionId, int of) {
        return change(questionId, e -> new Entry(e.best(), e.points(), e.max(), e.attempts(), Math.min(of, e.hints() + 1), e.solutionSeen())).hints();
    }

    public void solutionSeen(String questionId) {
        change(questionId, e -> new Entry(e.best(), e.points(), e.max(), e.attempts(), e.hints(), true));
    }

    public Entry of(String questionId) {
        return all().getOrDefault(questionId, Entry.NONE);
    }

    public Map<String, Entry> all() {
        synchronized (IN_THIS_JVM) {
            Map<String, Entry> all = read();
            memory.forEach(all::putIfAbsent);
            return all;
        }
    }

    /** A sentence about the file, once, where something was wrong with it. */
    public Optional<String> trouble() {
        Optional<String> told = Optional.ofNullable(trouble);
        trouble = null;
        return told;
    }

    private Entry change(String id, UnaryOperator<Entry> change) {
        synchronized (IN_THIS_JVM) {
            if (file == null) {
                return memory.merge(id, change.apply(Entry.NONE), (old, _) -> change.apply(old));
            }
            Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                Map<String, Entry> all = read();
                memory.forEach(all::putIfAbsent);
                Entry changed = change.apply(all.getOrDefault(id, Entry.NONE));
                all.put(id, changed);
                write(all);
                memory.clear();
                return changed;
            } catch (IOException e) {
                trouble = "Progress cannot be kept in " + file + " (" + e.getClass().getSimpleName() + ": " + e.getMessage()
                        + "). It is kept until the kernel restarts; make the folder writable to keep it longer.";
                Entry old = memory.containsKey(id) ? memory.get(id) : read().getOrDefault(id, Entry.NONE);
                Entry changed = change.apply(old);
                memory.put(id, changed);
                return changed;
            }
        }
    }

    private Map<String, Entry> read() {
        if (file == null || !Files.exists(file)) {
            return new TreeMap<>();
        }
        try {
            Content content = GSON.fromJson(Files.readString(file), Content.class);
            if (content == null || content.questions() == null || content.questions().values().stream().anyMatch(e -> e == null || e.best() == null)) {
                throw new JsonParseException("no list of questions");
            }
            return new TreeMap<>(content.questions());
        } catch (IOException | RuntimeException e) {
            putAside(e);
            return new TreeMap<>();
        }
    }

    private void putAside(Exception reason) {
        Path from = java.util.Objects.requireNonNull(file);
        Path aside = from.resolveSibling(from.getFileName() + ".broken");
        for (int i = 2; Files.exists(aside); i++) {
            aside = from.resolveSibling(from.getFileName() + ".broken" + i);
        }
        try {
            Files.move(from, aside);
            trouble = "The progress file " + from.getFileName() + " could not be read (" + firstLine(reason.getMessage()) + "). It was kept as "
                    + aside.getFileName() + " and a new one was begun.";
        } catch (IOException e) {
            trouble = "The progress file " + from.getFileName() + " could not be read (" + firstLine(reason.getMessage()) + ").";
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("").strip();
    }

    private void write(Map<String, Entry> all) throws IOException {
        Path to = java.util.Objects.requireNonNull(file);
        Path fresh = Files.createTempFile(to.getParent(), to.getFileName().toString(), ".new");
        try {
            Files.writeString(fresh, GSON.toJson(new Content(1, all)) + "\n");
            try {
                Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(fresh, to, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
