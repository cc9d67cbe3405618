package org.unrolled.quiz.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unrolled.quiz.Exercise;

/**
 * The two texts that an answer cell can hold, both cut out of the question's own source file, which the build packages,
 * too: so the solution that is shown is the solution that is compiled and proved.
 */
public record QuestionText(String stub, String solution) {

    private static final String BEGIN_ANSWER = "// BEGIN ANSWER";
    private static final String END_ANSWER = "// END ANSWER";
    private static final Pattern BEGIN_SOLUTION = Pattern.compile("( *)// BEGIN SOLUTION ?(.*)");
    private static final Pattern STATIC = Pattern.compile("^((?:(?:public|private|protected|final) )*)static ((?:final )?)");

    public static QuestionText of(Exercise<?> question) {
        Class<?> type = question.getClass();
        return parse(source(type), type.getSimpleName());
    }

    /**
     * Where the build puts the sources. Not beside the classes: javac takes a source on the class path for the class itself, and a
     * cell that mentions it then compiles it anew into its own package.
     */
    private static final String SOURCES = "META-INF/unrolled/sources/";

    /** @throws IllegalStateException where the build did not package the source */
    static String source(Class<?> type) {
        String name = type.getName().replaceFirst("\\$.*", "").replace('.', '/') + ".java";
        try (InputStream in = type.getClassLoader().getResourceAsStream(SOURCES + name)) {
            if (in == null) {
                throw new IllegalStateException("Question " + type.getSimpleName() + ": its source " + SOURCES + name
                        + " is not on the class path. The build packages it (quizzes/pom.xml, resources); a question compiled"
                        + " elsewhere overrides stub() and solutionSource().");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("Question " + type.getSimpleName() + ": cannot read " + name, e);
        }
    }

    static QuestionText parse(String source, String question) {
        int classAt = Math.max(0, source.indexOf("class " + question));
        int begin = source.indexOf(BEGIN_ANSWER, classAt);
        int end = source.indexOf(END_ANSWER, Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw new IllegalStateException("Question " + question + ": no lines \"" + BEGIN_ANSWER + "\" and \"" + END_ANSWER
                    + "\" around the method that is the answer.");
        }
        String answer = source.substring(source.indexOf('\n', begin) + 1, source.lastIndexOf("\n", end)).stripIndent();
        List<String> stub = new ArrayList<>();
        List<String> solution = new ArrayList<>();
        boolean inside = false;
        boolean any = false;
        for (String line : answer.split("\n", -1)) {
            Matcher start = BEGIN_SOLUTION.matcher(line);
            if (start.matches()) {
                inside = any = true;
                String what = start.group(2).isBlank() ? "write this" : start.group(2).strip();
                stub.add(start.group(1) + "throw new Todo(\"" + what.replace("\\", "\\\\").replace("\"", "\\\"") + "\");");
            } else if (line.strip().equals("// END SOLUTION")) {
                inside = false;
            } else {
                // a cell's methods are top level, where static means nothing
                String cell = STATIC.matcher(line).replaceFirst("$2").replaceFirst("^(?:public|private|protected) ", "");
                solution.add(cell);
                if (!inside) {
                    stub.add(cell);
                }
            }
        }
        if (!any || inside) {
            throw new IllegalStateException("Question " + question + ": the answer needs a line \"// BEGIN SOLUTION what to do\""
                    + " and a line \"// END SOLUTION\" around what the learner writes.");
        }
        return new QuestionText(String.join("\n", stub).strip() + "\n", String.join("\n", solution).strip() + "\n");
    }
}
