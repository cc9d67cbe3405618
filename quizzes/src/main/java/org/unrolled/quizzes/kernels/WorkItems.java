package org.unrolled.quizzes.kernels;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Runs a kernel as a device may run it: every round of a loop marked {@code @Parallel} is a work item, all begin together, and none sees what another
 * one writes. Two kinds of mistakes that plain Java hides come to light: two items that write one place (a race), and an item that reads what another
 * one writes (a dependency carried by the loop).
 *
 * <p>It works on the source: in the head of each marked loop the counter begins at the number of an item and jumps beyond the end, so that one round
 * is left. Each item then runs alone, in plain Java, on a copy of the arrays.
 */
public final class WorkItems {
    /** Beyond the end of every loop. */
    private static final int FAR = 1 << 24;
    private static final Pattern MARKED = Pattern.compile("@(?:\\w+\\.)*Parallel\\b");
    private static final Pattern HEAD = Pattern.compile(
            "for\\s*\\(\\s*@(?:\\w+\\.)*Parallel\\s+int\\s+(\\w+)\\s*=\\s*([^;]+);([^;]*);\\s*(?:\\1\\s*\\+\\+|\\+\\+\\s*\\1|\\1\\s*\\+=\\s*1)\\s*\\)");
    private static final Pattern QUIET = Pattern.compile("//[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    private static final ThreadLocal<int[]> ITEM = ThreadLocal.withInitial(() -> new int[3]);

    /**
     * What happened to the arrays.
     *
     * @param arguments as they are after all items: every element that an item wrote
     * @param conflicts places that more than one item wrote, in words
     */
    public record Outcome(Object[] arguments, List<String> conflicts) {}

    private final Method kernel;
    private final Object cell;
    private final List<String> counters;

    private WorkItems(Method kernel, Object cell, List<String> counters) {
        this.kernel = kernel;
        this.cell = cell;
        this.counters = counters;
    }

    /** Called by the rewritten kernel: where the counter of its axis-th marked loop begins. */
    public static int item(int axis) {
        return ITEM.get()[axis];
    }

    /**
     * Takes a kernel apart.
     *
     * @param source of the cell that defines it
     * @throws IllegalArgumentException where no loop is marked, a marked loop has another form, or the text does not compile
     */
    public static WorkItems of(String source, String method) {
        String bare = QUIET.matcher(source).replaceAll(m -> " " + "\n".repeat((int) m.group().chars().filter(c -> c == '\n').count()));
        long marks = MARKED.matcher(bare).results().count();
        List<String> counters = new ArrayList<>();
        Matcher head = HEAD.matcher(bare);
        String rewritten = head.replaceAll(m -> {
            counters.add(m.group(1));
            return Matcher.quoteReplacement("for (int " + m.group(1) + " = (" + m.group(2) + ") + org.unrolled.quizzes.kernels.WorkItems.item(" + (counters.size() - 1) + ");"
                    + m.group(3) + "; " + m.group(1) + " += " + FAR + ")");
        });
        if (marks == 0) {
            throw new IllegalArgumentException("no loop is marked. Write @Parallel before int in the head of a loop; without it a device runs the whole kernel as one single item");
        }
        if (marks != counters.size() || marks > 3) {
            throw new IllegalArgumentException("a device takes up to three marked loops, each of the form for (@Parallel int i = 0; i < n; i++)");
        }
        return compile(rewritten, method, counters);
    }

    /** Runs every item alone, and puts together what they wrote. */
    public Outcome run(Object... arguments) {
        int[] ends = new int[3];
        int most = Arrays.stream(arguments).filter(float[].class::isInstance).mapToInt(a -> ((float[]) a).length).max().orElse(0);
        Arrays.fill(ends, 1);
        Arrays.fill(ends, 0, counters.size(), most + 1);
        Object[] after = copy(arguments);
        Map<String, String> writers = new HashMap<>();
        List<String> conflicts = new ArrayList<>();
        for (int i = 0; i < ends[0]; i++) {
            for (int j = 0; j < ends[1]; j++) {
                for (int k = 0; k < ends[2]; k++) {
                    Object[] own = copy(arguments);
                    ITEM.set(new int[] {i, j, k});
                    call(own);
                    collect(arguments, own, after, name(i, j, k), writers, conflicts);
                }
            }
        }
        return new Outcome(after, conflicts);
    }

    private String name(int... item) {
        StringBuilder out = new StringBuilder();
        for (int axis = 0; axis < counters.size(); axis++) {
            out.append(axis == 0 ? "" : ", ").append(counters.get(axis)).append(" = ").append(item[axis]);
        }
        return out.toString();
    }

    private void collect(Object[] before, Object[] own, Object[] after, String item, Map<String, String> writers, List<String> conflicts) {
        for (int p = 0; p < own.length; p++) {
            if (!(own[p] instanceof float[] mine)) {
                continue;
            }
            float[] old = (float[]) before[p];
            for (int e = 0; e < mine.length; e++) {
                if (Float.floatToRawIntBits(mine[e]) != Float.floatToRawIntBits(old[e])) {
                    ((float[]) after[p])[e] = mine[e];
                    String place = kernel.getParameters()[p].getName() + "[" + e + "]";
                    String other = writers.putIfAbsent(place, item);
                    if (other != null && conflicts.size() < 8) {
                        conflicts.add("the items (" + other + ") and (" + item + ") both write " + place);
                    }
                }
            }
        }
    }

    private void call(Object[] arguments) {
        try {
            kernel.invoke(cell, arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("a work item threw " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object[] copy(Object[] arguments) {
        return Arrays.stream(arguments).map(a -> a instanceof float[] f ? f.clone() : a instanceof int[] n ? n.clone() : a).toArray();
    }

    // ---------------------------------------------------------------- compiling

    private static WorkItems compile(String cell, String method, List<String> counters) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("This Java has no compiler: run with a JDK.");
        }
        StringBuilder imports = new StringBuilder("import java.util.*; import static org.unrolled.quiz.Lesson.*; import org.unrolled.tensor.kernel.Parallel; ");
        Matcher own = Pattern.compile("(?m)^\\s*import\\s[^;]+;").matcher(cell);
        while (own.find()) {
            imports.append(own.group().strip()).append(' ');
        }
        String text = imports + "public class Kernel {\n" + own.replaceAll("") + "\n}\n";
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        JavaFileObject source = new SimpleJavaFileObject(URI.create("string:///Kernel.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        try (JavaFileManager files = new ForwardingJavaFileManager<JavaFileManager>(compiler.getStandardFileManager(said, Locale.ROOT, null)) {
            @Override
            public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("mem:///" + name + ".class"), kind) {
                    @Override
                    public ByteArrayOutputStream openOutputStream() {
                        return classes.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
                    }
                };
            }
        }) {
            // surefire hides the class path in a manifest; the property it keeps beside it has it all
            String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            if (!compiler.getTask(null, files, said, List.of("-proc:none", "-Xlint:none", "-parameters", "-cp", path), null, List.of(source)).call()) {
                throw new IllegalArgumentException("the kernel does not compile on its own: " + said.getDiagnostics().stream().filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                        .map(d -> d.getMessage(Locale.ROOT)).findFirst().orElse(""));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ClassLoader loader = new ClassLoader(WorkItems.class.getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                ByteArrayOutputStream bytes = classes.get(name);
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, bytes.toByteArray(), 0, bytes.size());
            }
        };
        try {
            Class<?> type = loader.loadClass("Kernel");
            Method found = Arrays.stream(type.getDeclaredMethods()).filter(m -> m.getName().equals(method)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the cell defines no method " + method));
            found.setAccessible(true);
            var constructor = type.getDeclaredConstructor();
            return new WorkItems(found, constructor.newInstance(), counters);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
