package org.unrolled.quiz;

import java.util.List;
import org.unrolled.quiz.internal.Values;

/**
 * The learner writes some sentences. A teacher marks them by the rubric; alone, the learner compares them with the model
 * answer, which the card opens. The engine says "recorded" and gives no points, except to the model answer itself.
 */
public non-sealed interface TextQuestion extends ValueQuestion {

    /** One thing that the text should say, and what it is worth. The points of all criteria are the question's points. */
    record Criterion(String text, int points) {}

    static Criterion criterion(String text, int points) {
        return new Criterion(text, points);
    }

    List<Criterion> rubric();

    /** An answer that would get all points. */
    String modelAnswer();

    @Override
    default String form() {
        return "two or three sentences";
    }

    @Override
    default String solutionText() {
        return modelAnswer().strip();
    }

    @Check("something to mark")
    default void marked(Answer yours) {
        Values.text(this, yours);
    }

    @Override
    default Object read(Object value) {
        return String.valueOf(value).strip();
    }

    @Override
    default String kind() {
        return "text";
    }
}
