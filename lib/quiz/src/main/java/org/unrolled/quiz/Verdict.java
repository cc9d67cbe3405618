package org.unrolled.quiz;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engine says about an answer.
 *
 * @param points what the answer earns; {@code maxPoints} for a correct one
 * @param finding what is wrong, why and what to do, or null where there is nothing to say
 * @param counterexample the smallest input on which the answer is wrong, or null
 * @param judged the definition that was judged, or null where it was given as a lambda
 * @param seed gives the same verdict again
 */
public record Verdict(
        String questionId,
        String title,
        Outcome outcome,
        int points,
        int maxPoints,
        List<CheckResult> checks,
        @Nullable Finding finding,
        @Nullable Counterexample counterexample,
        @Nullable Judged judged,
        long seed,
        double millis) {

    /** A check and how it went; {@code note} is what it measured or why it failed, "" for nothing. */
    public record CheckResult(String sentence, boolean passed, String note) {}

    /**
     * What is wrong.
     *
     * @param kind how it was found: misconception, usual, twoMisconceptions, null, nan, shape, throws, mutates, hardCoded,
     *     timedOut, forbidden, form, rubric, intermediate, comment
     * @param text value and rule
     * @param fix what to do; "" where {@code text} says it
     */
    public record Finding(String kind, String text, String fix) {}

    /** @param input the arguments, named; {@code yours} and {@code expected} the two results as the engine compares them */
    public record Counterexample(List<Argument> input, @Nullable Object yours, @Nullable Object expected, @Nullable String caption) {}

    public record Argument(String name, @Nullable Object value) {}

    /** @param name of the method or variable; {@code executionCount} and {@code source} are those of the cell that defines it */
    public record Judged(String name, int executionCount, String source) {}

    public boolean attempted() {
        return outcome != Outcome.NOT_ATTEMPTED;
    }
}
