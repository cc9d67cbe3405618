package org.unrolled.quiz.internal;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.ValueQuestion;

/** Compiles answer cells without a kernel: each in a class of its own, with the imports that a lesson has. */
public final class CellCompiler {

    /** What JJava imports before the first cell, and the lesson's own three. */
    private static final List<String> IMPORTS = List.of("java.util.*", "java.io.*", "java.math.*", "java.net.*", "java.util.concurrent.*",
            "java.util.regex.*", "java.util.stream.*", "java.util.function.*", "org.unrolled.tensor.Tensor",
            // lesson 15 imports it before its first kernel
            "org.unrolled.tensor.kernel.Parallel", "static org.unrolled.quiz.Lesson.*");

    static final String ANSWER = "StudentAnswer";

    private CellCompiler() {}

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Nothing is written: only what the compiler says is wanted. */
    private static final class Nowhere extends ForwardingJavaFileManager<JavaFileManager> {
        Nowhere(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, javax.tools.FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + name + ".class"), kind) {
                @Override
                public java.io.OutputStream openOutputStream() {
                    return java.io.OutputStream.nullOutputStream();
                }
            };
        }
    }

    public static List<String> problems(List<Exercise<?>> questions) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            return List.of("This Java has no compiler: run with a JDK.");
        }
        Map<String, String> what = new LinkedHashMap<>();
        List<Source> sources = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Exercise<?> q : questions) {
            for (boolean solved : new boolean[] {false, true}) {
                String name = "Cell" + sources.size();
                what.put(name, Engine.id(q) + (solved ? ": the solved cell" : ": the stub"));
                String body;
                try {
                    body = solved ? q.solutionSource() : q.stub();
                } catch (IllegalStateException e) {
                    problems.add(Engine.id(q) + ": " + e.getMessage());
                    continue;
                }
                if (q instanceof ValueQuestion v && !body.matches("(?s)\\s*\\w+(\\[])* " + v.variable() + " = .*")) {
                    problems.add(what.get(name) + " does not declare " + v.variable() + ".");
                }
                sources.add(source(name, q, body));
            }
        }
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        try (JavaFileManager files = new Nowhere(compiler.getStandardFileManager(said, Locale.ROOT, null))) {
            compiler.getTask(null, files, said, List.of("-proc:none", "-Xlint:none", "-cp", classPath()), null, sources).call();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        for (Diagnostic<? extends JavaFileObject> d : said.getDiagnostics()) {
            if (d.getKind() == Diagnostic.Kind.ERROR && d.getSource() != null) {
                String name = d.getSource().getName().replaceAll(".*/|\\.java$", "");
                problems.add(what.get(name) + ", line " + (d.getLineNumber() - 1) + ", does not compile with a lesson's imports: "
                        + d.getMessage(Locale.ROOT).replaceAll("\\s*\\n\\s*", " "));
            }
        }
        return problems;
    }

    /** One line of imports, so that line numbers tell the cell's own; methods are members, and a variable's declaration is one too. */
    private static Source source(String name, Exercise<?> question, String cell) {
        StringBuilder text = new StringBuilder();
        IMPORTS.forEach(i -> text.append("import ").append(i).append("; "));
        text.append("import ").append(question.getClass().getPackageName()).append(".*; class ").append(name).append(" {\n").append(cell).append("\n}\n");
        return new Source(name, text.toString());
    }

    /**
     * Compiles a cell into a class called {@value #ANSWER}, as the student's JVM will load it.
     *
     * @return what the compiler has to say; empty where it compiles
     */
    static String compile(Exercise<?> question, String cell, String classPath, java.nio.file.Path to) {
        JavaCompiler compiler = java.util.Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK");
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        boolean fine = compiler.getTask(null, null, said, List.of("-proc:none", "-Xlint:none", "-cp", classPath, "-d", to.toString()), null,
                List.of(source(ANSWER, question, cell))).call();
        return fine ? "" : said.getDiagnostics().stream().map(d -> d.getMessage(Locale.ROOT)).findFirst().orElse("it does not compile");
    }

    /** Surefire hides the class path in a manifest; the property it keeps beside it has it all. */
    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
