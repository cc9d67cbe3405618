package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: tanh on the way back. */
@Question(id = "recurrent/with-tanh", title = "The same radius, with tanh", lesson = "05-rnn-bptt")
public final class WithTanh implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The same $W_h$ with $\\rho = 1.1$, the same inputs, and now each step goes through tanh. After 399 steps back, \
                how does the gradient compare with the one without tanh?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("It is the same: the radius of $W_h$ alone decides.",
                        "Each step back multiplies by W_hᵀ and by 1 − h². The radius knows nothing of the second factor."),
                wrong("It is larger: tanh is steepest around 0.",
                        "Steepest, but its slope is at most 1 even there. A factor of at most 1 cannot make anything larger."),
                right("It is smaller, by many orders of magnitude: it vanishes.",
                        "1 − h² is at most 1, and a little below 1 is enough: what counts is its 399-fold product."),
                wrong("It is exactly zero: tanh stops every gradient.",
                        "1 − h² is 0 only for |h| = 1, which tanh does not quite reach. It shrinks the gradient and leaves something at each step."));
    }

    @Override
    public String variable() {
        return "withTanh";
    }

    @Override
    public List<String> hints() {
        return List.of("Equation 5.3: what is dh_t multiplied by before W_hᵀ gets it, and how large can that be?");
    }
}
