package org.unrolled.quiz;

import org.unrolled.quiz.internal.Values;

/** The learner types a number: {@code "64"}, {@code "1/8"}, {@code "6.25 %"}, {@code "1.5e6"}, {@code "3 MiB"} where a unit is asked for. */
public non-sealed interface NumberQuestion extends ValueQuestion {

    double expected();

    /** The largest allowed distance. */
    default double tolerance() {
        return 1e-6 * Math.max(1, Math.abs(expected()));
    }

    /** The unit a learner may write behind the number; empty where there is none. */
    default String unit() {
        return "";
    }

    @Override
    default String form() {
        return unit().isEmpty() ? "a number" : "a number, in " + unit();
    }

    @Override
    default String solutionText() {
        double n = expected();
        String number = n == Math.rint(n) && Math.abs(n) < 1e15 ? String.valueOf((long) n) : String.valueOf(n);
        return unit().isEmpty() ? number : number + " " + unit();
    }

    /** A wrong number that people really give. */
    static Misconception<Answer> wrong(String text, double value) {
        return Misconception.twin(text, () -> value);
    }

    @Check("the right number")
    default void rightNumber(Answer yours) {
        Values.number(this, yours);
    }

    @Override
    default Object read(Object value) {
        return Values.parseNumber(value, unit(), form());
    }

    @Override
    default String kind() {
        return "number";
    }
}
