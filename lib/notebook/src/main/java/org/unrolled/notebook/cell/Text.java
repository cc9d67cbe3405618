package org.unrolled.notebook.cell;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The compiler's and JShell's words, as a learner should read them. */
final class Text {
    private static final Pattern NOISE = Pattern.compile("\\bREPL\\.\\$JShell\\$\\w+\\.|\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");
    private static final Pattern MODIFIERS = Pattern.compile("^(?:(?:public|protected|private|static|final|synchronized|strictfp)\\s+|@\\w+(?:\\([^)]*\\))?\\s*)+");

    private Text() {}

    /** Simple class names; without the lines about the location, which the caret shows. */
    static String message(String compiler) {
        String text = compiler.lines().map(line -> line.strip().replaceAll("\\s+", " ").replaceFirst("types;$", "types"))
                .filter(line -> !line.startsWith("location:")).collect(Collectors.joining("; "));
        // the class around a cell's method has no name
        return simpleNames(text).replaceFirst(" in class cannot be applied", " cannot be applied");
    }

    static String simpleNames(String text) {
        return NOISE.matcher(text).replaceAll("");
    }

    static String simpleName(String className) {
        String simple = simpleNames(className);
        return simple.substring(simple.lastIndexOf('$') + 1);
    }

    /** {@code Tensor attend(Tensor q)} of a whole method; {@code String answer} of a whole variable declaration. */
    static String header(String source) {
        String code = Declarations.withoutComments(source).strip();
        int end = code.length();
        for (char stop : new char[] {'{', '=', ';'}) {
            int at = code.indexOf(stop);
            if (at >= 0) end = Math.min(end, at);
        }
        return MODIFIERS.matcher(code.substring(0, end).strip().replaceAll("\\s+", " ")).replaceFirst("");
    }

    /** Without the line break that separates it from the declaration before, and without common indentation. */
    static String source(String snippet) {
        return snippet.stripTrailing().indent(0).stripIndent().replaceFirst("^(?:[ \\t]*\\n)+", "").stripTrailing();
    }
}
