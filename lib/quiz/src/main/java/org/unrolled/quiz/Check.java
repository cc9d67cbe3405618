package org.unrolled.quiz;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;

/**
 * One thing that a right answer does. Marks a method of a question, which takes the learner's answer and, if it likes, a
 * {@link java.util.Random} seeded by the engine or the {@link AnswerSource}, and throws an {@link AssertionError} where the answer falls short:
 * {@code @Check("one output row per query") void rows(Attend yours, Random random)}.
 *
 * <p>The method is a JUnit 5 test and is run by the JUnit Platform. The engine watches the calls that a check makes on
 * {@code yours}: its inputs are what misconceptions are tried on, so a check calls the answer with random inputs rather
 * than with one constant, and with small ones first (the smallest failing input is shown).
 */
@Documented
@Test
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Check {
    /** What a right answer does, as half a sentence without a full stop: "the weights of a query sum to one". */
    String value();

    /** The share of the points, relative to the question's other checks. */
    int weight() default 1;

    /** Seconds that this check may take. */
    double seconds() default 10;
}
