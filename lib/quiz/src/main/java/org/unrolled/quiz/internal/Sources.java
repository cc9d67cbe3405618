package org.unrolled.quiz.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an answer's source, or its byte code, says about it. */
final class Sources {

    private static final Pattern QUIET = Pattern.compile(
            "//[^\\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])*'", Pattern.DOTALL);

    private Sources() {}

    /** The source without comments and without what strings hold; lines stay where they are. */
    static String bare(String source) {
        return QUIET.matcher(source).replaceAll(m -> {
            String kept = m.group().startsWith("/") ? " " : "\"\"";
            return kept + "\n".repeat((int) m.group().chars().filter(c -> c == '\n').count());
        });
    }

    /**
     * How an answer gets its result from the kit instead of computing it, as a sentence, whatever the question forbids.
     *
     * @param question the class that holds the solution
     * @param byHand whether a gradient by hand is asked for
     */
    static Optional<String> borrowed(Class<?> question, boolean byHand, Collection<String> calls, String name) {
        for (String call : calls) {
            int at = Math.max(call.lastIndexOf('.'), 0);
            String owner = call.substring(0, at);
            if (owner.equals(question.getName()) || owner.matches("org\\.unrolled\\.quiz\\.(?:internal\\.|(?!Lesson$|Lesson\\$Todo$)[A-Z]).*")) {
                return Optional.of(name + " asks the question for its solution (" + owner.replaceAll("^.*[.$]", "") + call.substring(at).replace(".<init>", "") + ").");
            }
            if (owner.startsWith("java.lang.reflect.") || owner.equals("java.lang.invoke.MethodHandles$Lookup") || call.equals("java.lang.Class.forName")) {
                return Optional.of(name + " looks for methods by reflection (" + owner.replaceAll("^.*[.$]", "") + call.substring(at) + "), which no answer needs.");
            }
            if (byHand && call.equals("org.unrolled.tensor.Tensor.backward")) {
                return Optional.of(name + " calls Tensor.backward: that is autograd's gradient, and this question asks for yours.");
            }
            if (byHand && owner.startsWith("org.unrolled.") && call.endsWith(".numericalGradient")) {
                return Optional.of(name + " calls numericalGradient: that measures the gradient, and this question asks for its formula.");
            }
        }
        return Optional.empty();
    }

    /**
     * The first call that {@code forbids} rules out.
     *
     * @param calls {@code Type.method} for each call in the answer's byte code; empty where that is not known
     */
    static Optional<String> forbidden(List<String> forbids, Collection<String> calls, String source) {
        for (String rule : forbids) {
            int dot = rule.lastIndexOf('.');
            String type = dot < 0 ? rule : rule.substring(0, dot);
            String method = dot < 0 ? "*" : rule.substring(dot + 1);
            for (String call : calls) {
                int at = call.lastIndexOf('.');
                String owner = call.substring(0, Math.max(at, 0)).replaceAll("^.*[./$]", "");
                if ((type.equals("*") || type.equals(owner)) && (method.equals("*") || method.equals(call.substring(at + 1)))) {
                    return Optional.of(owner.isEmpty() || type.equals("*") ? call.substring(at + 1) : owner + "." + call.substring(at + 1));
                }
            }
            String word = method.equals("*") ? "\\b" + Pattern.quote(type) + "\\b"
                    : (type.equals("*") ? "(?<![\\w$])" : "\\b" + Pattern.quote(type) + "\\s*(?:\\.|::)\\s*") + Pattern.quote(method)
                            + (type.equals("*") ? "\\s*\\(|::\\s*" + Pattern.quote(method) + "\\b" : "\\b");
            if (!rule.equals("*.*") && Pattern.compile(word).matcher(bare(source)).find()) {
                return Optional.of(method.equals("*") ? type : type.equals("*") ? method : type + "." + method);
            }
        }
        return Optional.empty();
    }
}
