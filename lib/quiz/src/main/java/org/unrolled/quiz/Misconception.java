package org.unrolled.quiz;

import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A way of being wrong that people really have, and what to say about it. The text tells what the answer does, what the
 * rule is and, without giving the answer away, what to change.
 *
 * @param <A> the question's answer interface
 */
public sealed interface Misconception<A> {

    /** What the learner reads, as plain text. */
    String text();

    /** An answer that has the misconception: the bank proof runs it. Null for a source pattern. */
    @Nullable A example();

    /** A wrong implementation: recognised where the answer's outputs equal its outputs on every input tried. */
    record Twin<A>(String text, A example) implements Misconception<A> {}

    /** A property of inputs and output, for a family of wrong answers: recognised where it holds on every wrong call. */
    record Symptom<A>(String text, A example, BiPredicate<Inputs, Object> holds) implements Misconception<A> {}

    /** Something that the source shows. */
    record SourcePattern<A>(String text, Pattern pattern, String exampleSource) implements Misconception<A> {
        @Override
        public @Nullable A example() {
            return null;
        }
    }

    static <A> Misconception<A> twin(String text, A wrongAnswer) {
        return new Twin<>(text, wrongAnswer);
    }

    /**
     * @param example a wrong answer that shows the symptom, for the proof
     * @param type the type of the answer's result
     * @param holds looks at the arguments and the result of a wrong call
     */
    static <A, T> Misconception<A> symptom(String text, A example, Class<T> type, BiPredicate<Inputs, T> holds) {
        return new Symptom<>(text, example, (in, out) -> type.isInstance(out) && holds.test(in, type.cast(out)));
    }

    /**
     * @param regex what the answer's source, comments and string literals taken out, must contain
     * @param exampleSource a wrong answer cell that contains it, for the proof
     */
    static <A> Misconception<A> pattern(String text, String regex, String exampleSource) {
        return new SourcePattern<>(text, Pattern.compile(regex), exampleSource);
    }
}
