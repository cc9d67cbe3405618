package org.unrolled.quizzes.transformer;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape of cross-attention's weights. */
@Question(id = "transformer/cross-shape", lesson = "08-transformer", title = "The shape of cross-attention")
public final class CrossShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A batch of 2 dates, each written with 18 characters. The decoder is about to write 10 characters, \
                with 4 heads. What is the shape of the weights with which it looks at the memory?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(2, 4, 10, 18);
    }

    @Override
    public String variable() {
        return "crossShape";
    }

    @Override
    public List<String> hints() {
        return List.of("Batch first, then heads. Then a row for each query and a column for each key: who asks, and who is asked?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("Turned around: the queries come from the decoder's 10 positions and make the rows; the memory's 18 are the keys.", 2, 4, 18, 10),
                ShapeQuestion.wrong("That is the decoder's self-attention. Here the keys are the memory's 18 positions.", 2, 4, 10, 10),
                ShapeQuestion.wrong("That is the encoder's self-attention. Here the queries are the decoder's 10 positions.", 2, 4, 18, 18),
                ShapeQuestion.wrong("The heads are missing: each of the four has weights of its own.", 2, 10, 18),
                ShapeQuestion.wrong("The batch is missing: each of the two dates has weights of its own.", 4, 10, 18),
                ShapeQuestion.wrong("Heads and queries are two axes, 4 and 10: each head has its own square of weights.", 2, 40, 18),
                ShapeQuestion.wrong("All that is there, but heads come before positions: (B, numHeads, T, S).", 2, 10, 4, 18),
                ShapeQuestion.wrong("All that is there, but the batch comes first in this kit: (B, numHeads, T, S).", 4, 2, 10, 18));
    }
}
