package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: the best step for a central difference in 32-bit floats. */
@Question(id = "backpropagation/step-size", title = "How small should h be?", lesson = "01-backpropagation")
public final class StepSize implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A 32-bit float keeps about seven digits. The loss is about 1, and you measure a slope with the central \
                difference (1.19). Which $h$ comes closest to the true slope?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("$h = 10^{-7}$: the smaller, the better. The derivative is the limit $h \\to 0$.",
                        "On paper. In floats L(w + h) and L(w − h) then agree in nearly all their seven digits, and their difference is"
                                + " mostly rounding; dividing it by 2h makes the rounding huge."),
                right("$h = 10^{-2}$: a compromise.",
                        "The formula's own error is of the order h², the rounding's of the order 1e-7/h: both are small in between."),
                wrong("$h = 1$: a large step drowns the rounding.",
                        "It does, but over such a distance the loss is a curve and not a line: the formula's own error, of the order h²,"
                                + " is as large as the slope itself."),
                wrong("It makes no difference: $h$ cancels.",
                        "It would for a straight line and exact numbers. A loss is neither."));
    }

    @Override
    public String variable() {
        return "stepSize";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "There are two errors. One is the curve between w − h and w + h. The other is that L comes with seven digits only.",
                "With h = 1e-7 and a slope near 1, L(w + h) − L(w − h) is about 2e-7. How large is the rounding of an L near 1?");
    }
}
