package org.unrolled.notebook.cell;

import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.UnresolvedReferenceException;

/** A cell that did not run to its end, told in the learner's terms: what, and on which line of which cell. */
public final class CellFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String report;

    private CellFailure(String message, String report) {
        super(message, null, false, false);
        this.report = report;
    }

    /** The whole story, with source lines and carets; more than one line. */
    public String report() {
        return report;
    }

    /** The compiler refused a part of the running cell. */
    public static CellFailure rejected(Cells cells, Snippet snippet) {
        CellLog.Entry entry = cells.log().entryOrRunning(snippet);
        List<Diagnostic> diagnostics = entry.diagnostics();
        String cell = "In[" + entry.run().count + "]";
        if (diagnostics.isEmpty()) return new CellFailure(cell + " does not compile", cell + " does not compile.");
        Diagnostic first = diagnostics.getFirst();
        return new CellFailure(cell + " line " + first.line() + " does not compile: " + first.message(),
                diagnostics.stream().map(diagnostic -> cell + " " + diagnostic).collect(Collectors.joining("\n\n")));
    }

    /** The running cell ends in the middle of something. */
    public static CellFailure incomplete(Cells cells, String rest) {
        String cell = "In[" + cells.executionCount() + "]";
        String first = rest.strip().lines().findFirst().orElse("");
        String message = cell + " is not complete: something is opened and not closed. Look for a missing ), }, \" or ; from here on";
        return new CellFailure(message, message + ":\n" + first);
    }

    /** The running cell threw. */
    public static CellFailure thrown(EvalException e) {
        String report = CellErrors.describe(e);
        String fix = e.getExceptionClassName().equals(OutOfMemoryError.class.getName()) ? "\n" + memoryFix() : "";
        return new CellFailure(report.lines().findFirst().orElse(""), report + fix);
    }

    private static String memoryFix() {
        long mib = Runtime.getRuntime().maxMemory() >> 20;
        String more = "_JAVA_OPTIONS=-Xmx" + Math.ceilDiv(2 * mib, 1024) + "g";
        return "This notebook's memory, " + mib + " MiB, has no room for this beside what its variables hold. Use smaller tensors, set variables that you need no more to null,"
                + " or stop the notebook and start with more: " + more + " ./unrolled lab (on Windows: set " + more + " first).";
    }

    /** The running cell called a definition that uses a name which does not exist. */
    public static CellFailure unresolved(Cells cells, UnresolvedReferenceException e) {
        DeclarationSnippet snippet = e.getSnippet();
        CellLog.Entry entry = cells.log().entryOrRunning(snippet);
        List<Diagnostic> problems = cells.unresolved(entry, snippet);
        String cell = "In[" + entry.run().count + "]";
        String message = problems.stream().map(Diagnostic::message).collect(Collectors.joining("; "));
        return new CellFailure(message, problems.stream().map(problem -> cell + " " + problem).collect(Collectors.joining("\n\n")));
    }

    /** @param where the line that was running, or empty */
    public static CellFailure interrupted(String where) {
        String message = "Interrupted" + (where.isEmpty() ? "." : " at " + where);
        return new CellFailure(message, message);
    }

    /** @throws CellFailure if the snippet that the learner wrote was refused or threw */
    static void check(Cells cells, SnippetEvent event) {
        if (event.causeSnippet() != null) return;
        switch (event.exception()) {
            case EvalException e when e.getExceptionClassName().equals(Poll.Stopped.class.getName()) -> throw interrupted(CellErrors.where(e).orElse(""));
            case EvalException e -> throw thrown(e);
            case UnresolvedReferenceException e -> throw unresolved(cells, e);
            case null, default -> { }
        }
        if (event.status() == Snippet.Status.REJECTED) throw rejected(cells, event.snippet());
    }
}
