package org.unrolled.notebook.cell;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.spi.SPIResolutionException;

/** Where in the learner's cells an exception came from, without the frames of the kit, the kernel and the JDK. */
public final class CellErrors {
    /** A stack overflow has a thousand frames that say the same. */
    private static final int MOST_FRAMES = 8;

    /**
     * A frame of a cell.
     *
     * @param executionCount the n of In[n]; 0 if unknown
     * @param line in the cell, from 1; in the definition where the kernel does not tell its cells' code
     * @param method empty for code outside a method
     * @param source the learner's line
     */
    public record Frame(int executionCount, int line, String method, String source) {
        /** {@code In[10] line 3 in attend: return softmax(q.matmul(k));} */
        @Override public String toString() {
            return (executionCount > 0 ? "In[" + executionCount + "]" : "An earlier cell") + " line " + line
                    + (method.isEmpty() ? "" : " in " + method) + ": " + source;
        }
    }

    private CellErrors() {}

    /** {@code IllegalArgumentException: matmul: ...}, then a line for each frame of a cell, the innermost first. */
    public static String describe(Throwable t) {
        String what = Text.simpleName(t instanceof EvalException e ? e.getExceptionClassName() : t.getClass().getName());
        String message = t.getMessage() == null || t.getMessage().equals("null") ? "" : ": " + t.getMessage();  // JJava's null is a string
        if (t instanceof SPIResolutionException) {
            what = "UnresolvedReference";
            message = ": this definition uses a name that no cell defines, or calls a method with arguments that it does not take";
        }
        List<Frame> frames = frames(t);
        List<String> lines = new ArrayList<>();
        for (Frame frame : frames) {
            if (lines.size() == MOST_FRAMES) break;
            if (lines.isEmpty() || !lines.getLast().equals("\n  " + frame)) lines.add("\n  " + frame);
        }
        long repeated = frames.size() - lines.size();
        return what + message + lines.stream().collect(Collectors.joining())
                + (repeated > MOST_FRAMES ? "\n  (" + repeated + " more calls like these)" : "");
    }

    /** {@code In[10] line 3 in attend: return ...}: the innermost frame of a cell, if there is one. */
    public static Optional<String> where(Throwable t) {
        return frames(t).stream().findFirst().map(Frame::toString);
    }

    /** The frames of cells, the innermost first; of the cause, where {@code t} itself has none. */
    public static List<Frame> frames(Throwable t) {
        List<Frame> frames = Cells.current().map(cells -> frames(cells, t)).orElse(List.of());
        return frames.isEmpty() && t.getCause() != null ? frames(t.getCause()) : frames;
    }

    /** The line of a cell that some thread is at, if one is. */
    public static Optional<String> running() {
        for (StackTraceElement[] frames : Thread.getAllStackTraces().values()) {
            if (Arrays.stream(frames).noneMatch(frame -> CellCode.isCell(frame.getClassName()))) continue;
            Throwable at = new Throwable();
            at.setStackTrace(frames);
            Optional<String> where = where(at);
            if (where.isPresent()) return where;
        }
        return Optional.empty();
    }

    private static List<Frame> frames(Cells cells, Throwable t) {
        List<Frame> frames = new ArrayList<>();
        for (StackTraceElement frame : t.getStackTrace()) {
            Optional<Place> place = CellCode.isCell(frame.getClassName()) ? unwrap(cells, frame) : translated(cells, frame);
            place.ifPresent(at -> {
                CellLog.Entry entry = at.entry();
                int line = Math.max(0, at.snippetLine());
                int position = entry.source().lines().limit(line).mapToInt(text -> text.length() + 1).sum();
                String source = entry.source().lines().skip(line).findFirst().orElse("").strip();
                frames.add(new Frame(entry.run().count, entry.line(position), methodName(frame.getMethodName()), source));
            });
        }
        return frames;
    }

    private record Place(CellLog.Entry entry, int snippetLine) {}

    /** JShell translates the frames of an exception that leaves a cell: file #12, line in the snippet. */
    private static Optional<Place> translated(Cells cells, StackTraceElement frame) {
        String file = frame.getFileName();
        if (file == null || !file.startsWith("#")) return Optional.empty();
        return cells.log().entry(file.substring(1)).map(entry -> new Place(entry, frame.getLineNumber() - 1));
    }

    /** An exception caught inside a cell still has JShell's own: class REPL.$JShell$12, line in the class around it. */
    private static Optional<Place> unwrap(Cells cells, StackTraceElement frame) {
        try {
            Field field = JShell.class.getDeclaredField("outerMap");
            field.setAccessible(true);
            Object wraps = field.get(cells.shell());
            String outer = frame.getClassName().replaceFirst("^(REPL\\.\\$JShell\\$\\w+?)\\$.*", "$1");
            Object wrap = call(wraps, "getOuter", outer);
            if (wrap == null) return Optional.empty();
            int line = frame.getLineNumber() - 1;
            Snippet snippet = (Snippet) call(wrap, "wrapLineToSnippet", line);
            if (Handover.evaluated(snippet.source())) return Optional.empty();
            int snippetLine = (int) call(wrap, "wrapLineToSnippetLine", line);
            return Optional.of(new Place(cells.log().entryOrRunning(snippet), snippetLine));
        } catch (ReflectiveOperationException | RuntimeException closed) {
            return Optional.empty();
        }
    }

    private static Object call(Object target, String name, Object argument) throws ReflectiveOperationException {
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (!method.getName().equals(name) || method.getParameterCount() != 1) continue;
                method.setAccessible(true);
                return method.invoke(target, argument);
            }
        }
        throw new NoSuchMethodException(name);
    }

    /** {@code lambda$attend$0} is in attend, as far as a learner is concerned; do_it$ is the cell itself. */
    private static String methodName(String method) {
        if (method.equals("do_it$") || method.equals("<clinit>")) return "";
        if (method.startsWith("lambda$")) {
            String home = method.substring("lambda$".length(), method.lastIndexOf('$'));
            return home.equals("do_it$") || home.equals("static") || home.equals("new") ? "" : home;
        }
        return method.equals("<init>") ? "a constructor" : method;
    }
}
