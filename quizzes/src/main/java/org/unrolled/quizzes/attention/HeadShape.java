package org.unrolled.quizzes.attention;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape of the queries of all heads. */
@Question(id = "attention/head-shape", title = "The shape of the heads", lesson = "07-attention")
public final class HeadShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** $X$ is (2, 6, 32): a batch of 2 sentences, 6 words each, $d_{model} = 32$. It is projected to \
                queries and split into `numHeads` = 4 heads. What is the shape of the queries on which all heads work side by side?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(2, 4, 6, 8);
    }

    @Override
    public String variable() {
        return "headShape";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Attention works on the last two axes: (words, d_k). Everything in front of them is a batch.",
                "Each head gets 32 / 4 numbers of every word. Batch first, then heads, then words.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("That is right after the reshape. Attention works on the last two axes, and there they are (heads, d_k):"
                        + " each word would attend to its own heads. Swap axes 1 and 2.", 2, 6, 4, 8),
                ShapeQuestion.wrong("Each head gets its own share of the 32 numbers, not all of them: 32 / 4 = 8.", 2, 4, 6, 32),
                ShapeQuestion.wrong("All that is there, but the batch comes first in this kit: (B, numHeads, T, d_k).", 4, 2, 6, 8),
                ShapeQuestion.wrong("You folded batch and heads into one axis. Some libraries do, and it computes the same; here they stay"
                        + " two axes: (B, numHeads, T, d_k).", 8, 6, 8),
                ShapeQuestion.wrong("Splitting does not divide the words among the heads: every head sees all 6 words, and 8 of the 32"
                        + " numbers of each.", 2, 6, 8));
    }
}
