package org.unrolled.kernel;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.UnresolvedReferenceException;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.HelpLink;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.history.HistoryEntry;
import org.dflib.jjava.jupyter.kernel.history.HistoryManager;
import org.dflib.jjava.jupyter.kernel.magic.MagicTranspiler;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.magic.MagicsResolver;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;
import org.dflib.jjava.kernel.JavaKernel;
import org.dflib.jjava.kernel.JavaKernelBuilder;
import org.dflib.jjava.kernel.execution.CodeEvaluator;
import org.dflib.jjava.kernel.execution.CompilationException;
import org.dflib.jjava.kernel.execution.EvaluationInterruptedException;
import org.dflib.jjava.kernel.execution.IncompleteSourceException;
import org.dflib.jjava.kernel.magics.ClasspathMagic;
import org.unrolled.notebook.Display;
import org.unrolled.notebook.cell.CellControl;
import org.unrolled.notebook.cell.CellErrors;
import org.unrolled.notebook.cell.CellFailure;
import org.unrolled.notebook.cell.CellSession;
import org.unrolled.notebook.cell.Cells;
import org.unrolled.notebook.cell.Poll;

/** JJava's kernel with our JShell, our errors and our interrupt. */
final class UnrolledKernel extends JavaKernel {
    private final Cells cells;
    private volatile String interruptedAt = "";

    private UnrolledKernel(Builder builder, CodeEvaluator evaluator) {
        super(builder.buildName(), builder.buildVersion(), builder.buildLanguageInfo(), List.<HelpLink>of(),
                builder.buildHistoryManager(), builder.buildJupyterIO(builder.buildJupyterIOEncoding()), builder.buildCommManager(),
                builder.buildRenderer(), builder.buildMagicsResolver(builder.buildMagicTranspiler()), builder.buildMagicsRegistry(),
                builder.buildExtensionsEnabled(), builder.buildErrorStyler(), builder.buildJShell(evaluator), evaluator);
        cells = Cells.install(getJShell(), () -> executionCount.get() - 1);
        Display.drawValues(this);
    }

    static UnrolledKernel create() {
        return new Builder().lineMagic("classpath", new ClasspathMagic()).extensionsEnabled(false).build();
    }

    /**
     * Evaluates the default imports and a first expression, which loads the compiler, while Jupyter still connects.
     * Returns at once; the first cell waits for it.
     */
    void warmUp() throws InterruptedException {
        CountDownLatch locked = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("warm-up").start(() -> {
            synchronized (this) {  // handleExecuteRequest is synchronized too
                locked.countDown();
                CellSession.defaultImports().forEach(super::doEval);
                super.doEval("1");
            }
        });
        locked.await();
    }

    @Override protected synchronized void handleExecuteRequest(ShellReplyEnvironment env, Message<ExecuteRequest> message) {
        cells.begin(executionCount.get(), message.getContent().getCode());
        super.handleExecuteRequest(env, message);
    }

    @Override protected Object doEval(String source) {
        try {
            return super.doEval(source);
        } catch (RuntimeException e) {
            CellFailure failure = explain(e).orElseThrow(() -> e);
            cells.stopped(failure.getMessage());
            throw failure;
        }
    }

    private Optional<CellFailure> explain(RuntimeException e) {
        if (e instanceof CompilationException compilation) return Optional.of(CellFailure.rejected(cells, compilation.getBadSnippetCompilation().snippet()));
        if (e instanceof IncompleteSourceException incomplete) return Optional.of(CellFailure.incomplete(cells, incomplete.getSource()));
        if (e instanceof EvaluationInterruptedException) return Optional.of(CellFailure.interrupted(interruptedAt));
        return switch (e.getCause()) {
            case EvalException thrown -> Optional.of(CellFailure.thrown(thrown));
            case UnresolvedReferenceException unresolved -> Optional.of(CellFailure.unresolved(cells, unresolved));
            case null, default -> Optional.empty();
        };
    }

    @Override protected List<String> formatError(Throwable e) {
        return e instanceof CellFailure failure ? failure.report().lines().map(errorStyler::secondary).toList() : super.formatError(e);
    }

    @Override public void interrupt() {
        interruptedAt = CellErrors.running().orElse("");
        super.interrupt();
        Poll.endPoolThreads();
    }

    @Override public void onShutdown(boolean isRestarting) {
        cells.uninstall();
        super.onShutdown(isRestarting);
    }

    /**
     * An empty history. Without a manager JJava does not answer JupyterLab's first request, a history request, and
     * JupyterLab calls the kernel's state unknown until a cell has run.
     */
    private static final class NoHistory implements HistoryManager {
        @Override public List<HistoryEntry> lookupRange(int session, int start, int stop, Set<ResultFlag> flags) { return List.of(); }
        @Override public List<HistoryEntry> lookupTail(int length, Set<ResultFlag> flags) { return List.of(); }
        @Override public List<HistoryEntry> search(String pattern, int length, Set<ResultFlag> flags) { return List.of(); }
    }

    /** Makes the parts; they are protected, and reachable for the kernel's constructor only through overrides. */
    private static final class Builder extends JavaKernelBuilder<Builder, UnrolledKernel> {
        @Override protected String buildName() { return "Unrolled"; }
        @Override protected String buildVersion() { return "0.1.0"; }
        @Override protected LanguageInfo buildLanguageInfo() { return super.buildLanguageInfo(); }
        @Override protected HistoryManager buildHistoryManager() { return new NoHistory(); }
        @Override protected Charset buildJupyterIOEncoding() { return super.buildJupyterIOEncoding(); }
        @Override protected JupyterIO buildJupyterIO(Charset encoding) { return super.buildJupyterIO(encoding); }
        @Override protected CommManager buildCommManager() { return super.buildCommManager(); }
        @Override protected Renderer buildRenderer() { return super.buildRenderer(); }
        @Override protected MagicTranspiler buildMagicTranspiler() { return super.buildMagicTranspiler(); }
        @Override protected MagicsResolver buildMagicsResolver(MagicTranspiler transpiler) { return super.buildMagicsResolver(transpiler); }
        @Override protected MagicsRegistry buildMagicsRegistry() { return super.buildMagicsRegistry(); }
        @Override protected boolean buildExtensionsEnabled() { return super.buildExtensionsEnabled(); }
        @Override protected StringStyler buildErrorStyler() { return super.buildErrorStyler(); }

        @Override protected JShell buildJShell(CodeEvaluator evaluator) {
            return JShell.builder().out(System.out).err(System.err).in(System.in)
                    .compilerOptions(CellSession.compilerOptions().toArray(String[]::new))
                    .executionEngine(CellControl.over(evaluator.getExecControlProvider()), Map.of())
                    .build();
        }

        @Override protected CodeEvaluator buildCodeEvaluator(String name) {
            return new CodeEvaluator(name, -1, TimeUnit.MILLISECONDS) {  // no time limit
                @Override protected Object evalSingle(JShell shell, String code) {
                    return super.evalSingle(shell, code.stripLeading());  // JShell miscounts lines after a leading line break
                }
            };
        }

        @Override public UnrolledKernel build() {
            return new UnrolledKernel(this, buildCodeEvaluator(buildName()));
        }
    }
}
