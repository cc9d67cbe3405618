package org.unrolled.quizzes.recurrent;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the number of weights does not grow with the sequence. */
@Question(id = "recurrent/how-many-weights", title = "Weights for 700 steps", lesson = "05-rnn-bptt")
public final class HowManyWeights implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Each input has $D = 3$ numbers, the state has $H = 5$, and a sequence has $T = 700$ steps. How many numbers \
                does training have to find for equation (5.1), in $W_x$, $W_h$ and $b$ together?
                """;
    }

    @Override
    public double expected() {
        return 5 * 3 + 5 * 5 + 5;
    }

    @Override
    public String variable() {
        return "weights";
    }

    @Override
    public List<String> hints() {
        return List.of("W_x turns 3 numbers into 5, W_h turns 5 into 5, b is added to 5. Which of them has an index t?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("45 for each of the 700 steps? Equation 5.1 has no t at W_x, W_h and b: every step uses the same ones.", 31_500),
                NumberQuestion.wrong("b is missing: one number more for each of the 5 units.", 40),
                NumberQuestion.wrong("That is W_x and b. W_h has 5 × 5 more: every unit sees every unit of the state before.", 20),
                NumberQuestion.wrong("That is W_x alone. W_h and b are trained, too.", 15),
                NumberQuestion.wrong("That is W_h and b. W_x has 5 × 3 more.", 30),
                NumberQuestion.wrong("That is W_h alone. W_x and b are trained, too.", 25),
                NumberQuestion.wrong("PyTorch keeps two vectors b, one beside each matrix, and would count 50. Equation 5.1 has one.", 50));
    }
}
