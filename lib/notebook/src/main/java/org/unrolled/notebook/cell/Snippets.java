package org.unrolled.notebook.cell;

import java.lang.reflect.Method;
import java.util.Optional;
import jdk.jshell.EvalException;
import jdk.jshell.Snippet;

/** A snippet's class. JShell keeps its name to itself; the kernels need the same {@code --add-opens} as this. */
final class Snippets {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private Snippets() {}

    /** {@code REPL.$JShell$12}; empty where jdk.jshell is not open to us. */
    static Optional<String> className(Snippet snippet) {
        try {
            Method method = Snippet.class.getDeclaredMethod("classFullName");
            method.setAccessible(true);
            return Optional.of((String) method.invoke(snippet));
        } catch (ReflectiveOperationException | RuntimeException closed) {
            return Optional.empty();
        }
    }

    /** The class itself, found through the cell that called the library: all cells share one class loader. */
    static Optional<Class<?>> classOf(Snippet snippet) {
        return className(snippet).flatMap(name -> callingCell().map(Class::getClassLoader).or(Snippets::lastLoader).flatMap(loader -> {
            try {
                return Optional.of(Class.forName(name, true, loader));
            } catch (ClassNotFoundException | LinkageError gone) {
                return Optional.empty();
            }
        }));
    }

    /**
     * JShell hands on an exception's class name, message and frames. Where the class can be found and made from a
     * message it is made again, so that callers can tell one exception from another.
     */
    static Throwable original(EvalException e) {
        Throwable made;
        try {
            Class<? extends Throwable> type = Class.forName(e.getExceptionClassName()).asSubclass(Throwable.class);
            made = type.getConstructor(String.class).newInstance(e.getMessage());
        } catch (ReflectiveOperationException | LinkageError | ClassCastException notByMessage) {
            made = new IllegalStateException(e.getExceptionClassName() + ": " + e.getMessage());
        }
        made.setStackTrace(e.getStackTrace());
        return made;
    }

    static Optional<Class<?>> callingCell() {
        return WALKER.walk(frames -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                .filter(caller -> CellCode.isCell(caller.getName())).findFirst());
    }

    /** The check may run on a thread of its own ({@link TimeLimit}), which inherits the kernel's class loader. */
    private static Optional<ClassLoader> lastLoader() {
        return Optional.ofNullable(Thread.currentThread().getContextClassLoader());
    }
}
