package org.unrolled.notebook.cell;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionEnv;
import org.jspecify.annotations.Nullable;

/**
 * Runs cells in this JVM as the kernel does, without Jupyter: same imports and compiler options, cells numbered from 1,
 * loops that can be ended, failures told by cell and line. One session is the current one at a time.
 *
 * <pre>{@code
 * try (CellSession notebook = CellSession.open()) {
 *     notebook.run("float twice(float x) { return 2 * x; }");
 *     assert notebook.run("twice(4)").equals(8f);
 * }
 * }</pre>
 */
public final class CellSession implements AutoCloseable {
    private final Engine engine = new Engine();
    private final JShell shell;
    private final Cells cells;
    private int executionCount;
    private volatile @Nullable Thread running;

    private CellSession() {
        shell = JShell.builder().compilerOptions(compilerOptions().toArray(String[]::new))
                .executionEngine(CellControl.over(engine.provider()), Map.of()).build();
        cells = Cells.install(shell, () -> executionCount);
        defaultImports().forEach(shell::eval);
    }

    /** A fresh notebook; it becomes {@link Cells#current()} until it is closed. */
    public static CellSession open() {
        return new CellSession();
    }

    /** What every cell may use without an import of its own. */
    public static List<String> defaultImports() {
        return Stream.of("java.util.*", "java.util.function.*", "java.util.stream.*").map(name -> "import " + name + ";").toList();
    }

    /** Local variable tables, which device kernels need, and the Vector API where this JVM has it. */
    public static List<String> compilerOptions() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return vectors ? List.of("-g", "--add-modules=jdk.incubator.vector") : List.of("-g");
    }

    /**
     * Runs one cell.
     *
     * @return the value of its last expression, or null
     * @throws CellFailure if the cell does not compile, throws, or is interrupted
     */
    public @Nullable Object run(String code) {
        executionCount++;
        cells.begin(executionCount, code);
        running = Thread.currentThread();
        try {
            SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
            CompletionInfo part = analysis.analyzeCompletion(code);
            Object value = null;
            while (part.completeness().isComplete()) {
                value = evaluate(part.source().stripLeading());  // JShell miscounts lines after a leading line break
                part = analysis.analyzeCompletion(part.remaining());
            }
            if (part.completeness() != SourceCodeAnalysis.Completeness.EMPTY) throw CellFailure.incomplete(cells, part.remaining());
            return value;
        } catch (CellFailure failure) {
            cells.stopped(failure.getMessage());
            throw failure;
        } finally {
            running = null;
            Poll.forget(Thread.currentThread());
        }
    }

    private @Nullable Object evaluate(String source) {
        engine.value = null;
        List<SnippetEvent> events = shell.eval(source);
        events.forEach(event -> CellFailure.check(cells, event));
        // as JJava does: what was overwritten is dropped
        events.stream().filter(event -> event.status() == Snippet.Status.OVERWRITTEN).forEach(event -> shell.drop(event.snippet()));
        return events.isEmpty() || events.getLast().value() == null ? null : engine.value;
    }

    /** What Jupyter's interrupt button does; from another thread than the one that runs a cell. */
    public void interrupt() {
        Thread thread = running;
        if (thread != null) Poll.end(thread);
        Poll.endPoolThreads();
    }

    public Cells cells() {
        return cells;
    }

    @Override public void close() {
        cells.uninstall();
        shell.close();
    }

    /** Runs cells on the calling thread, and keeps the last value as the object it is. */
    private static final class Engine extends DirectExecutionControl {
        private @Nullable Object value;

        ExecutionControlProvider provider() {
            return new ExecutionControlProvider() {
                @Override public String name() {
                    return "session";
                }

                @Override public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                    return Engine.this;
                }
            };
        }

        @Override protected String invoke(Method cell) throws Exception {
            value = cell.invoke(null);
            return valueString(value);
        }
    }
}
