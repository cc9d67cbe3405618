package org.unrolled.notebook.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.jshell.Diag;
import jdk.jshell.ErroneousSnippet;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;
import org.jspecify.annotations.Nullable;

/**
 * Which cell brought which snippet. JShell knows snippets but no cells, and forgets what was rejected or overwritten;
 * a learner thinks in cells, and asks about the one that just failed.
 */
final class CellLog {
    /** One run of one cell; {@code code} is null where the kernel does not tell it. */
    static final class Run {
        final int count;
        final @Nullable String code;
        private final List<Entry> entries = new ArrayList<>();
        private int read;
        private @Nullable String stopped;

        private Run(int count, @Nullable String code) {
            this.count = count;
            this.code = code;
        }

        /** What was not evaluated because the cell stopped; empty when it ran to its end. */
        String rest() {
            return stopped == null || code == null ? "" : code.substring(read);
        }
    }

    /**
     * @param offset where the snippet begins in the cell's code, -1 if unknown
     * @param failure set when the declaration compiled but its initializer threw
     */
    record Entry(Run run, Snippet snippet, boolean rejected, List<Diag> diags, int offset, @Nullable Exception failure) {
        String source() {
            return snippet.source();
        }

        boolean declares(String name) {
            return switch (snippet) {
                case MethodSnippet _, VarSnippet _, TypeDeclSnippet _ -> ((PersistentSnippet) snippet).name().equals(name);
                case ErroneousSnippet _ -> Declarations.in(source(), name);
                default -> false;
            };
        }

        /** The line of the cell that a position in the snippet lies on, from 1. */
        int line(int position) {
            String code = run.code;
            String before = code == null || offset < 0
                    ? source().substring(0, Math.min(position, source().length()))
                    : code.substring(0, Math.min(offset + position, code.length()));
            return 1 + (int) before.chars().filter(c -> c == '\n').count();
        }

        Diagnostic diagnostic(long position, String message) {
            int at = Math.clamp(position, 0, source().length());
            int start = source().lastIndexOf('\n', at - 1) + 1;
            int end = source().indexOf('\n', at);
            return new Diagnostic(line(at), message, source().substring(start, end < 0 ? source().length() : end), at - start + 1);
        }

        List<Diagnostic> diagnostics() {
            return diags.stream().map(diag -> diagnostic(diag.getPosition(), Text.message(diag.getMessage(Locale.ENGLISH)))).toList();
        }
    }

    /** The last run that was to declare a name: by an entry, or in code it never came to. */
    record Declared(Run run, @Nullable Entry entry) {}

    private final JShell shell;
    private final List<Run> runs = new ArrayList<>();
    private final Run before = new Run(0, null);
    private boolean paused;

    CellLog(JShell shell) {
        this.shell = shell;
        shell.snippets().forEach(snippet -> before.entries.add(
                new Entry(before, snippet, shell.status(snippet) == Snippet.Status.REJECTED, errors(snippet), -1, null)));
        runs.add(before);
    }

    /** Warnings (that the Vector API is incubating) are no learner's business. */
    private List<Diag> errors(Snippet snippet) {
        return shell.diagnostics(snippet).filter(Diag::isError).toList();
    }

    synchronized void begin(int count, @Nullable String code) {
        runs.add(new Run(count, code));
    }

    /** The running cell ended before its code did. */
    synchronized void stopped(String reason) {
        runs.getLast().stopped = reason;
    }

    /** While the library evaluates something of its own, which no cell wrote. */
    synchronized void pause(boolean on) {
        paused = on;
    }

    /** @param count of the running cell, for a kernel that does not announce its cells by {@link #begin} */
    synchronized void add(SnippetEvent event, int count, @Nullable String code) {
        // what follows from another event (a helper appeared, an old definition was overwritten or dropped) no cell wrote
        if (paused || event.causeSnippet() != null || event.status() == Snippet.Status.DROPPED) return;
        if (runs.getLast().count != count) begin(count, code);
        Run run = runs.getLast();
        run.entries.add(new Entry(run, event.snippet(), event.status() == Snippet.Status.REJECTED,
                errors(event.snippet()), advance(run, event.snippet()), event.exception()));
    }

    /** Where a snippet begins in its cell. Snippets come in the order of the code. */
    private static int advance(Run run, Snippet snippet) {
        int offset = -1;
        if (run.code != null) {
            // JShell adds a semicolon where one may be left out
            String source = snippet.source();
            boolean again = !run.entries.isEmpty() && run.entries.getLast().source().equals(source) && run.entries.getLast().offset >= 0
                    && snippet instanceof VarSnippet;  // int a = 1, b = 2; is two snippets of one source
            offset = again ? run.entries.getLast().offset : run.code.indexOf(source, run.read);
            if (offset < 0 && source.endsWith(";")) {
                source = source.substring(0, source.length() - 1);
                offset = run.code.indexOf(source, run.read);
            }
            if (offset >= 0) run.read = offset + source.length();
        }
        return offset;
    }

    /** The entry of a snippet; a new one, not kept, for the snippet that is running, of which JShell has not told yet. */
    synchronized Entry entryOrRunning(Snippet snippet) {
        return entry(snippet).orElseGet(() -> {
            Run run = runs.getLast();
            int read = run.read;
            Entry entry = new Entry(run, snippet, false, errors(snippet), advance(run, snippet), null);
            run.read = read;
            return entry;
        });
    }

    synchronized Optional<Declared> last(String name) {
        for (Run run : runs.reversed()) {
            if (Declarations.in(run.rest(), name)) return Optional.of(new Declared(run, null));
            for (Entry entry : run.entries.reversed()) if (entry.declares(name)) return Optional.of(new Declared(run, entry));
        }
        return Optional.empty();
    }

    synchronized Optional<Entry> entry(Snippet snippet) {
        return all().filter(entry -> entry.snippet() == snippet).findFirst();
    }

    /** Ids are used again when a name is defined again: the last one is meant. */
    synchronized Optional<Entry> entry(String snippetId) {
        return all().filter(entry -> entry.snippet().id().equals(snippetId)).findFirst();
    }

    synchronized @Nullable String stopReason(Run run) {
        return run.stopped;
    }

    /** What the compiler said to the part at which a run stopped; empty where it stopped for another reason. */
    synchronized List<Diagnostic> refused(Run run) {
        return run.entries.isEmpty() || !run.entries.getLast().rejected() ? List.of() : run.entries.getLast().diagnostics();
    }

    /** The newest first. */
    synchronized Stream<Entry> all() {
        return runs.reversed().stream().flatMap(run -> run.entries.reversed().stream()).toList().stream();
    }
}
