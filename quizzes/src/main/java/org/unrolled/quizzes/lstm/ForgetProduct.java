package org.unrolled.quizzes.lstm;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a hundred forget gates of 0.99 leave of a gradient. */
@Question(id = "lstm/forget-product", title = "A hundred forget gates", lesson = "06-lstm-gru")
public final class ForgetProduct implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A gradient walks back along the cell state through 100 steps, and every forget gate on its way is \
                0.99. Which share of it arrives? (Two digits are enough.)
                """;
    }

    @Override
    public double expected() {
        return Math.pow(0.99, 100);
    }

    @Override
    public double tolerance() {
        return 0.01;
    }

    @Override
    public String variable() {
        return "shareLeft";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "One step leaves 0.99 of it, two steps 0.99 · 0.99.",
                "0.99 to the power of 100. Since log(0.99) is about −0.01, that is about e to the power of −1.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That would be 1 − 100 · 0.01: as if every step took 0.01 of the whole. It takes 0.01 of what is left, so"
                        + " the shares multiply: 0.99 to the power of 100.", 0),
                NumberQuestion.wrong("That is what one step leaves. A hundred of them multiply.", 0.99),
                NumberQuestion.wrong("That is what is lost. Asked is what arrives.", 1 - Math.pow(0.99, 100)),
                NumberQuestion.wrong("That would be forget gates of 0.9. Here each leaves 0.99.", Math.pow(0.9, 100)),
                NumberQuestion.wrong("You added the gates up. A gradient that passes one gate after the other is multiplied by each.", 99),
                NumberQuestion.wrong("Nothing is lost at a gate of 1. At 0.99 a little is, a hundred times over.", 1));
    }
}
