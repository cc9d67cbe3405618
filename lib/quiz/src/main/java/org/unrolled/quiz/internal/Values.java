package org.unrolled.quiz.internal;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.ShapeQuestion;
import org.unrolled.quiz.TextQuestion;

/** Reads what a learner typed as an answer. A form that cannot be read is told apart from a wrong answer. */
public final class Values {

    /** The answer is not of the form that was asked for. */
    static final class FormError extends AssertionError {
        FormError(String message) {
            super(message);
        }
    }

    private static final Pattern NUMBER = Pattern.compile(
            "([-+]?(?:\\d+(?:[_ ]\\d{3})*(?:\\.\\d*)?|\\.\\d+)(?:[eE][-+]?\\d+)?)\\s*(?:/\\s*([-+]?\\d+(?:\\.\\d*)?))?\\s*(.*)");

    private Values() {}

    public static void choice(ChoiceQuestion question, Answer yours) {
        Set<Integer> chosen = letters(question, yours.value());
        Set<Integer> right = letters(question, question.solutionText());
        if (right.size() == 1 && chosen.size() > 1) {
            throw new FormError("The answer is " + quoted(written(yours.value())) + ", and only one option is right. Write " + question.form() + ", for example \"A\".");
        }
        if (!chosen.equals(right)) {
            throw new AssertionError(right.size() > 1 && right.containsAll(chosen) ? "right as far as it goes: more than one option is right"
                    : right.size() > 1 ? "not these options" : "not this option");
        }
    }

    public static Set<Integer> letters(ChoiceQuestion question, @Nullable Object value) {
        String text = String.valueOf(value).strip();
        String letters = text.toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "");
        char last = (char) ('A' + question.options().size() - 1);
        boolean known = !letters.isEmpty() && letters.length() <= question.options().size() && letters.chars().allMatch(c -> c <= last)
                && text.matches("[\\w\\s,;.)(]*");
        if (!known) {
            throw new FormError("The answer is " + quoted(text) + ", which is no option. Write " + question.form() + ", for example \"A\".");
        }
        return letters.chars().boxed().collect(Collectors.toCollection(TreeSet::new));
    }

    public static void number(NumberQuestion question, Answer yours) {
        double got = parseNumber(yours.value(), question.unit(), question.form());
        if (!Double.isFinite(got)) {
            throw new FormError("The answer is " + quoted(written(yours.value())) + ", which is no finite number. Write " + question.form() + ".");
        }
        if (!(Math.abs(got - question.expected()) <= question.tolerance())) {
            throw new AssertionError("not " + plain(got));
        }
    }

    public static double parseNumber(@Nullable Object value, String unit, String form) {
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        String text = written(value).replace('−', '-').replaceAll("(?<=\\d),(?=\\d{3}(\\D|$))", "");
        Matcher m = NUMBER.matcher(text);
        String rest = m.matches() ? m.group(3).strip() : "";
        boolean percent = rest.equals("%") && !unit.equals("%");
        if (rest.matches(",\\d+")) {
            throw new FormError("The answer is " + quoted(text) + ", which cannot be read as " + form
                    + ". Write a point before the decimals, " + quoted(text.replace(',', '.')) + ".");
        }
        if (!m.matches() || !(rest.isEmpty() || percent || rest.equalsIgnoreCase(unit))) {
            throw new FormError("The answer is " + quoted(text) + ", which cannot be read as " + form
                    + (m.matches() && !rest.isEmpty() ? " because of " + quoted(rest) + (unit.isEmpty() ? "" : "; the unit is " + unit) : "")
                    + ". Write, for example, \"0.5\", \"1/2\" or \"5e-1\"" + (unit.isEmpty() ? "." : ", and " + unit + " behind it if you like."));
        }
        double n = Double.parseDouble(m.group(1).replaceAll("[_ ]", ""));
        if (m.group(2) != null) {
            n /= Double.parseDouble(m.group(2));
        }
        return percent ? n / 100 : n;
    }

    public static void shape(ShapeQuestion question, Answer yours) {
        List<Integer> got = parseShape(yours.value());
        List<Integer> expected = question.expected();
        if (!got.equals(expected)) {
            throw new AssertionError(got.size() != expected.size()
                    ? "the shape has another number of dimensions than " + got.size() : "not this size in every dimension");
        }
    }

    public static List<Integer> parseShape(@Nullable Object value) {
        String text = written(value);
        String inner = text.replaceAll("^[(\\[{]|[)\\]}]$", "").strip();
        if (!inner.matches("(?:\\d+(?:\\s*[,x×*]\\s*|\\s+|$))*")) {
            throw new FormError("The answer is " + quoted(text) + ", which cannot be read as a shape. Write the sizes with commas, for example \"(2, 3)\".");
        }
        List<Integer> shape = new ArrayList<>();
        for (String size : inner.split("[\\s,x×*]+")) {
            if (size.length() > 9) {
                throw new FormError("The answer is " + quoted(text) + ", and no tensor is that large. Write the sizes with commas, for example \"(2, 3)\".");
            }
            if (!size.isEmpty()) {
                shape.add(Integer.parseInt(size));
            }
        }
        return shape;
    }

    public static void text(TextQuestion question, Answer yours) {
        String text = String.valueOf(yours.value()).strip();
        if (text.length() < 20) {
            throw new FormError("The answer is " + quoted(text) + ", which is too short to mark. Write " + question.form() + ".");
        }
    }

    /** As a learner would write it: an array as the list of its elements. */
    private static String written(@Nullable Object value) {
        Object list = value != null && value.getClass().isArray()
                ? IntStream.range(0, Array.getLength(value)).mapToObj(i -> Array.get(value, i)).toList() : value;
        return String.valueOf(list).strip();
    }

    private static String plain(double n) {
        return n == Math.rint(n) && Math.abs(n) < 1e15 ? String.valueOf((long) n) : String.valueOf(n);
    }

    private static String quoted(String text) {
        return "\"" + (text.length() > 60 ? text.substring(0, 57) + "…" : text) + "\"";
    }
}
