package org.unrolled.quizzes.convolution;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: how deep a network without padding can be. */
@Question(id = "convolution/layers-that-fit", title = "How many layers fit", lesson = "02-convolution")
public final class LayersThatFit implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Convolutions of 5×5 without padding, one after the other, on a picture of 28×28. How many fit before the picture is \
                too small for the next one?
                """;
    }

    @Override
    public double expected() {
        return (28 - 1) / (5 - 1);
    }

    @Override
    public String variable() {
        return "layersThatFit";
    }

    @Override
    public List<String> hints() {
        return List.of("Each layer takes 5 − 1 rows. Write the sizes down: 28, 24, … and stop where a window of 5 no longer fits.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("28 / 4 is 7, but the last of these would start from 4 rows, and a window of 5 does not fit into 4.", 7),
                NumberQuestion.wrong("A layer takes 4 rows, not 5: a window of 5 has 28 − 5 + 1 places.", 5),
                NumberQuestion.wrong("Not 2 on each axis but 2 on each side: a layer takes 4 rows.", 12),
                NumberQuestion.wrong("A layer takes 4 rows, so the picture is gone long before.", 23),
                NumberQuestion.wrong("A layer of 5×5 takes more than one row: it takes 4.", 24));
    }
}
