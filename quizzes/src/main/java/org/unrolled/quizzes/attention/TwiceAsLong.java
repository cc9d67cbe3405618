package org.unrolled.quizzes.attention;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a doubled sequence costs. */
@Question(id = "attention/twice-as-long", title = "Twice as long", lesson = "07-attention")
public final class TwiceAsLong implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A sequence becomes twice as long, $2T$ instead of $T$. How many times as much memory does the \
                matrix of weights $A$ of one head of self-attention need?
                """;
    }

    @Override
    public double expected() {
        return 4;
    }

    @Override
    public String variable() {
        return "timesTheMemory";
    }

    @Override
    public List<String> hints() {
        return List.of("A has one number for each pair of query and key. Both T words ask, and both T words are asked.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("Twice as many rows, yes, but each row is also twice as long: there is a weight for each pair.", 2),
                NumberQuestion.wrong("That would be a cube. A has two axes, queries and keys, and both double.", 8),
                NumberQuestion.wrong("The parameters do stay as they are: W_Q, W_K and W_V don't know T. But the weights A are computed anew for"
                        + " each sequence, one for each pair of words.", 1));
    }
}
