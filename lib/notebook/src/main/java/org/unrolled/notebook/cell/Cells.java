package org.unrolled.notebook.cell;

import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.VarSnippet;
import org.jspecify.annotations.Nullable;

/**
 * The cells of the running notebook: what they define, and answers bound by name.
 *
 * <pre>{@code
 * switch (Cells.current().orElseThrow().bind(Attend.class, "attend")) {
 *     case Binding.Bound(Attend answer, Definition from) -> ...
 *     case Binding.DoesNotCompile(Definition from, List<Diagnostic> why) -> ...
 * }
 * }</pre>
 */
public final class Cells {
    private static volatile @Nullable Cells installed;

    private final JShell shell;
    private final IntSupplier executionCount;
    private final CellLog log;

    private Cells(JShell shell, IntSupplier executionCount, Supplier<@Nullable String> code) {
        this.shell = shell;
        this.executionCount = executionCount;
        this.log = new CellLog(shell);
        shell.onSnippetEvent(event -> log.add(event, executionCount.getAsInt(), code.get()));
    }

    /** The cells of the kernel this code runs in: ours, stock JJava or IJava; empty outside a notebook. */
    public static synchronized Optional<Cells> current() {
        if (installed == null) {
            installed = ForeignKernel.find().map(kernel -> new Cells(kernel.shell(), kernel::executionCount, kernel::code)).orElse(null);
        }
        return Optional.ofNullable(installed);
    }

    /**
     * For a kernel that announces its cells by {@link #begin} and {@link #stopped}.
     *
     * @param executionCount the n of In[n] of the running cell
     */
    public static synchronized Cells install(JShell shell, IntSupplier executionCount) {
        Cells cells = new Cells(shell, executionCount, () -> null);
        installed = cells;
        return cells;
    }

    /** Forgets these cells, if they are the current ones. */
    public void uninstall() {
        synchronized (Cells.class) {
            if (installed == this) installed = null;
        }
    }

    /** The cell In[{@code executionCount}] starts. */
    public void begin(int executionCount, String code) {
        Poll.begin();
        log.begin(executionCount, code);
    }

    /** The running cell ended before its code did, for {@code reason} (a sentence). */
    public void stopped(String reason) {
        log.stopped(reason);
    }

    public JShell shell() {
        return shell;
    }

    /** The n of In[n] of the cell that runs, or ran last. */
    public int executionCount() {
        return executionCount.getAsInt();
    }

    /** The last definition of a method, variable or class that a cell ran or failed to run. */
    public Optional<Definition> definition(String name) {
        return log.last(name).map(declared -> definition(name, declared, problems(declared, name)));
    }

    /**
     * Makes the answer called {@code name} callable as {@code type}, without compiling anything in the usual case.
     *
     * <p>A method becomes the interface's function. A variable becomes its value where the interface takes no
     * arguments ({@code Supplier<String>}, read at each call), or is the answer itself where its type fits (a lambda in
     * a variable). A class becomes an instance where it implements {@code type}, else its constructor is the function.
     *
     * @param type a public interface with one abstract method
     * @throws IllegalArgumentException if {@code type} is not such an interface
     */
    public <T> Binding<T> bind(Class<T> type, String name) {
        return new Binder<>(this, type, name).bind();
    }

    /**
     * The library methods that {@code name} calls, itself or through other cells, as {@code package.Class.method};
     * empty where the kernel does not keep byte code.
     */
    public Optional<Set<String>> calls(String name) {
        return active(name).reduce((_, last) -> last).flatMap(snippet -> Snippets.className(snippet).flatMap(cell -> switch (snippet) {
            case MethodSnippet _ -> CellCode.calls(cell, name);
            case VarSnippet _ -> CellCode.callsOfVariable(cell);
            default -> CellCode.callsOfClass(cell + "$" + name);
        }));
    }

    /**
     * The same for the lambdas and method references written in the cell that is calling: {@code check(X.class, a -> f(a))}
     * hands over a function that no name leads to.
     */
    public Optional<Set<String>> callsOfFunctionsInCaller() {
        return Snippets.callingCell().flatMap(cell -> CellCode.callsOfVariable(cell.getName()));
    }

    /**
     * A method of a cell that is to run on a device.
     *
     * @param java   as it runs in this JVM: loops in it can be ended
     * @param device its twin to be compiled for a device: with the byte code that the compiler made, and a class loader that gives it out
     */
    public record DeviceMethod(Method java, Method device) {}

    /**
     * A method of a cell, to be run on a device.
     *
     * @param arguments how many it is to take: cells may define several of one name
     * @throws IllegalArgumentException if no cell defines it so, in words for the learner
     * @throws IllegalStateException    if the kernel keeps no byte code
     */
    public DeviceMethod deviceMethod(String name, int arguments) {
        Definition definition = definition(name).orElseThrow(() -> new IllegalArgumentException("No cell defines a method " + name
                + ". Run the cell that does; its name has to be the same, letter by letter, and a method inside a class is not looked for."));
        if (!definition.diagnostics().isEmpty()) {
            throw new IllegalArgumentException(definition.cell() + " defines " + name + " and does not compile: " + definition.diagnostics().getFirst());
        }
        List<Integer> others = new ArrayList<>();
        for (PersistentSnippet snippet : active(name).toList()) {
            if (!(snippet instanceof MethodSnippet)) continue;
            Class<?> home = Snippets.classOf(snippet).orElseThrow(Cells::noByteCode);
            Class<?> twin = DeviceCode.twin(home).orElseThrow(Cells::noByteCode);
            for (Method method : twin.getDeclaredMethods()) {
                if (!method.getName().equals(name)) continue;
                if (method.getParameterCount() == arguments) return new DeviceMethod(javaMethod(home, method), method);
                others.add(method.getParameterCount());
            }
        }
        if (others.isEmpty()) throw new IllegalArgumentException(name + ", which " + definition.cell() + " defines, is no method. A device runs a method: static void " + name + "(float[] x, ...) { ... }");
        throw new IllegalArgumentException(name + " takes " + others.stream().map(String::valueOf).collect(Collectors.joining(" or ")) + " arguments and got "
                + arguments + ". Its declaration in " + definition.cell() + ": " + Text.header(definition.source()));
    }

    private static Method javaMethod(Class<?> home, Method twin) {
        try {
            Method java = home.getDeclaredMethod(twin.getName(), twin.getParameterTypes());
            java.setAccessible(true);  // JShell's class around it is not public
            return java;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IllegalStateException noByteCode() {
        return new IllegalStateException("This notebook runs on a kernel that does not keep the byte code of cells, which a device's kernel is compiled from. "
                + "Choose the notebook kernel \"Unrolled on TornadoVM\".");
    }

    CellLog log() {
        return log;
    }

    /** What is defined now under a name, in the order of definition. */
    Stream<PersistentSnippet> active(String name) {
        return Stream.<PersistentSnippet>concat(shell.methods(), Stream.concat(shell.variables(), shell.types()))
                .filter(snippet -> snippet.name().equals(name));
    }

    boolean live(String name) {
        return active(name).map(shell::status).anyMatch(status -> status == Snippet.Status.VALID || status == Snippet.Status.RECOVERABLE_DEFINED);
    }

    Definition definition(String name, CellLog.Declared declared, List<Diagnostic> problems) {
        CellLog.Entry entry = declared.entry();
        return new Definition(name, declared.run().count, Text.source(entry == null ? declared.run().rest() : entry.source()),
                problems.stream().map(Diagnostic::toString).toList(), live(name));
    }

    /** Why a definition has no meaning, by what the compiler said and by what has been dropped since. */
    List<Diagnostic> problems(CellLog.Declared declared, String name) {
        CellLog.Entry entry = declared.entry();
        if (entry == null) {
            List<Diagnostic> refused = log.refused(declared.run());
            if (!refused.isEmpty()) return refused;
            String code = Objects.requireNonNull(declared.run().code);
            int start = code.length() - declared.run().rest().length();
            int at = start + Math.max(0, Declarations.position(declared.run().rest(), name));
            int lineStart = code.lastIndexOf('\n', at - 1) + 1;
            int lineEnd = code.indexOf('\n', at);
            return List.of(new Diagnostic(1 + (int) code.substring(0, at).chars().filter(c -> c == '\n').count(),
                    String.valueOf(log.stopReason(declared.run())), code.substring(lineStart, lineEnd < 0 ? code.length() : lineEnd), at - lineStart + 1));
        }
        if (entry.rejected()) return entry.diagnostics();
        if (!(entry.snippet() instanceof DeclarationSnippet declaration)) return List.of();
        List<Diagnostic> own = unresolved(entry, declaration);
        return own.isEmpty() ? unresolvedInHelpers(entry, declaration) : own;
    }

    /**
     * The same for the definitions that a definition uses, and those that they use: JShell lets a method be declared before
     * what it calls, and throws at the call. By name, since JShell keeps what depends on what to itself.
     */
    private List<Diagnostic> unresolvedInHelpers(CellLog.Entry entry, DeclarationSnippet declaration) {
        Set<String> seen = new HashSet<>(Set.of(declaration.name()));
        Deque<CellLog.Entry> open = new ArrayDeque<>(List.of(entry));
        while (!open.isEmpty()) {
            CellLog.Entry user = open.remove();
            for (DeclarationSnippet helper : Stream.<DeclarationSnippet>concat(shell.methods(), shell.types()).toList()) {
                Optional<CellLog.Entry> found = log.entry(helper);
                // an overload of an earlier cell may be broken and nobody's business
                boolean last = log.last(helper.name()).map(CellLog.Declared::run).equals(found.map(CellLog.Entry::run));
                int use = Declarations.position(user.source(), helper.name());
                if (found.isEmpty() || !last || use < 0 || helper == user.snippet() || seen.contains(helper.name())) continue;
                List<Diagnostic> missing = unresolved(found.get(), helper);
                if (!missing.isEmpty()) {
                    return found.get().run() == entry.run() ? missing : missing.stream().map(problem -> entry.diagnostic(
                            Math.max(0, Declarations.position(entry.source(), helper.name())),
                            "In[" + found.get().run().count + "] line " + problem.line() + ", which this comes to: " + problem.message())).toList();
                }
                open.add(found.get());
            }
            open.forEach(next -> seen.add(((DeclarationSnippet) next.snippet()).name()));
        }
        return List.of();
    }

    /** What a definition uses and no cell defines (any more), or not in that form. */
    List<Diagnostic> unresolved(CellLog.Entry entry, DeclarationSnippet declaration) {
        List<Diagnostic> problems = new ArrayList<>();
        shell.unresolvedDependencies(declaration).forEach(dependency -> {
            String missing = Text.simpleNames(dependency);  // "method scale(Tensor)", "class Foo", "variable x"
            String name = missing.replaceFirst("^\\w+ ", "").replaceFirst("\\(.*", "");
            String why = log.last(name)
                    .filter(declared -> !problems(declared, name).isEmpty())
                    .map(declared -> "the cell that was to define the " + missing + ", " + definition(name, declared, List.of()).cell() + ", does not compile")
                    .orElse("no cell defines the " + missing);
            problems.add(entry.diagnostic(Math.max(0, Declarations.use(entry.source(), missing)), why));
        });
        if (problems.isEmpty() && (shell.status(declaration) == Snippet.Status.RECOVERABLE_DEFINED || shell.status(declaration) == Snippet.Status.RECOVERABLE_NOT_DEFINED)) {
            // what exists and does not fit is no unresolved name to JShell: a method called with other arguments than it takes
            shell.diagnostics(declaration).filter(Diag::isError)
                    .map(diag -> entry.diagnostic(diag.getPosition(), Text.message(diag.getMessage(Locale.ENGLISH)))).forEach(problems::add);
        }
        return problems;
    }

    /** Evaluates code of the library's own, unseen by the log, and drops it again. */
    List<String> evaluate(String code) {
        log.pause(true);
        try {
            List<String> problems = new ArrayList<>();
            for (SnippetEvent event : shell.eval(code)) {
                if (event.causeSnippet() != null) continue;
                if (event.status() != Snippet.Status.VALID) {
                    shell.diagnostics(event.snippet()).filter(Diag::isError).map(diag -> Text.message(diag.getMessage(Locale.ENGLISH))).forEach(problems::add);
                    if (problems.isEmpty()) problems.add("it uses names that no cell defines");
                } else if (event.exception() != null) {
                    problems.add(String.valueOf(event.exception().getMessage()));
                }
                shell.drop(event.snippet());
            }
            return problems;
        } finally {
            log.pause(false);
        }
    }
}
