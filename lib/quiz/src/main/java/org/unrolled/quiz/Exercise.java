package org.unrolled.quiz;

import java.util.List;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.unrolled.quiz.internal.AnswerResolver;
import org.unrolled.quiz.internal.QuestionText;

/**
 * What every question has. A question is one public final class with a constructor without parameters, marked
 * {@link Question}, that implements one kind: {@link CodeQuestion}, {@link GradientQuestion}, {@link ChoiceQuestion},
 * {@link NumberQuestion}, {@link ShapeQuestion} or {@link TextQuestion}.
 *
 * @param <A> the interface that an answer is seen as
 */
@ExtendWith(AnswerResolver.class)
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
public sealed interface Exercise<A> permits CodeQuestion, ValueQuestion {

    /** What is asked, as Markdown with TeX between dollar signs, as the notebook shows it above the answer cell. */
    String prompt();

    /** A right answer. */
    A solution();

    /** What the answer cell holds before the learner writes in it. Running it untouched is "not attempted". */
    default String stub() {
        return QuestionText.of(this).stub();
    }

    /** What the answer cell holds in a solved notebook: source that a learner could have written. */
    default String solutionSource() {
        return QuestionText.of(this).solution();
    }

    /** From a nudge to nearly the answer; {@code hint(...)} opens one more each time. */
    default List<String> hints() {
        return List.of();
    }

    /** Ways of being wrong that people really have, the most telling first. Each is tried on a wrong answer. */
    default List<Misconception<A>> misconceptions() {
        return List.of();
    }

    /** The kind as lists and JSON name it: code, gradient, choice, number, shape, text. */
    String kind();
}
