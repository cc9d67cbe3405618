package org.unrolled.quizzes.transformer;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the trained numbers of one block. */
@Question(id = "transformer/block-parameters", lesson = "08-transformer", title = "How many numbers a block trains")
public final class BlockParameters implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A block with $d = 64$, 4 heads and $d_{FF} = 256$. It trains $W_Q, W_K, W_V, W_O$, $W_1$, $W_2$, \
                a bias for each of these six, and $\\gamma$ and $\\beta$ of two norms. How many numbers is that?
                """;
    }

    @Override
    public double expected() {
        return 4 * (64 * 64 + 64) + 64 * 256 + 256 + 256 * 64 + 64 + 2 * (64 + 64);
    }

    @Override
    public String variable() {
        return "parameters";
    }

    @Override
    public List<String> hints() {
        return List.of("The heads share the 64 columns: four heads of 16 need no more than one of 64.",
                "Attention 4·64² + 4·64, feed-forward 2·64·256 + 256 + 64, norms 2·(64 + 64).");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("Those are the six matrices, 12 d². Their biases and the two norms are missing.", 49_152),
                NumberQuestion.wrong("The biases are missing: d for each of W_Q, W_K, W_V, W_O and W₂, d_FF for W₁.", 49_408),
                NumberQuestion.wrong("The norms are missing: γ and β of each, 64 numbers each.", 49_728),
                NumberQuestion.wrong("You counted four matrices of 64 x 64 for each head. The heads share them: each gets 16 of the 64 columns.", 99_136),
                NumberQuestion.wrong("W₁'s bias has d_FF = 256 elements, one for each of its outputs, not 64.", 49_792),
                NumberQuestion.wrong("That is attention alone, with its biases. The feed-forward part has twice as many, and the norms have a few.", 16_640));
    }
}
