package org.unrolled.quizzes.pooling;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape after overlapping pooling (Krizhevsky et al. 2012, section 3.4, pool 3 x 3 with stride 2). */
@Question(id = "pooling/pooled-shape", title = "The shape after pooling", lesson = "03-pooling-lenet")
public final class PooledShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Six feature maps of 28 x 28, a tensor (6, 28, 28), go through max pooling with a window of 3 x 3 that \
                moves by 2. What is the shape of the result?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(6, 13, 13);
    }

    @Override
    public String variable() {
        return "pooledShape";
    }

    @Override
    public List<String> hints() {
        return List.of("The first window begins at row 0, the next ones at rows 2, 4, 6, … Which is the last that still fits into 28 rows?",
                "(28 − 3) / 2 + 1, rounded down.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("Half of 28 would be right for a window of 2. A window of 3 that begins at row 26 would need row 28, which"
                        + " does not exist: rows end at 27.", 6, 14, 14),
                ShapeQuestion.wrong("You divided by the size of the window. What counts is how far it moves: (28 − 3) / 2 + 1.", 6, 9, 9),
                ShapeQuestion.wrong("The + 1 is missing: count the first window, too.", 6, 12, 12),
                ShapeQuestion.wrong("That is a window that moves by 1. This one moves by 2.", 6, 26, 26),
                ShapeQuestion.wrong("Pooling looks at one feature map at a time: the 6 channels stay.", 13, 13),
                ShapeQuestion.wrong("Pooling does not mix channels: each of the 6 maps is pooled on its own.", 1, 13, 13));
    }
}
