package org.unrolled.quiz;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.unrolled.quiz.internal.Values;

/** The learner predicts a shape: {@code "(2, 4, 8)"}; brackets and commas may be left out. */
public non-sealed interface ShapeQuestion extends ValueQuestion {

    List<Integer> expected();

    @Override
    default String form() {
        return "a shape, such as (2, 3)";
    }

    @Override
    default String solutionText() {
        return expected().stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    /** A wrong shape that people really give. */
    static Misconception<Answer> wrong(String text, int... shape) {
        String answer = Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
        return Misconception.twin(text, () -> answer);
    }

    @Check("the right shape")
    default void rightShape(Answer yours) {
        Values.shape(this, yours);
    }

    @Override
    default Object read(Object value) {
        return Values.parseShape(value);
    }

    @Override
    default String kind() {
        return "shape";
    }
}
