package org.unrolled.quizzes.attention;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape of attention's output. */
@Question(id = "attention/output-shape", title = "The shape of what attention returns", lesson = "07-attention")
public final class OutputShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Five queries of 8 numbers, $Q$ (5, 8); seven keys, $K$ (7, 8); seven values of 3 numbers, \
                $V$ (7, 3). What is the shape of $\\mathrm{softmax}(QK^\\top)\\,V$?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(5, 3);
    }

    @Override
    public String variable() {
        return "outputShape";
    }

    @Override
    public List<String> hints() {
        return List.of("Go from left to right: (5, 8) times (8, 7) is …, softmax keeps the shape, and then times (7, 3).");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("That is the shape of the weights, one for each pair of query and key. They still meet the values:"
                        + " (5, 7) times (7, 3).", 5, 7),
                ShapeQuestion.wrong("That would be one row for each key. Attention answers queries: one output row for each of the 5 queries.", 7, 3),
                ShapeQuestion.wrong("The number of rows is right. The width is not the query's: what comes out is a mixture of values,"
                        + " so it is as wide as a value.", 5, 8),
                ShapeQuestion.wrong("The right sizes in the wrong order: rows are queries, columns are what a value holds.", 3, 5),
                ShapeQuestion.wrong("Nothing in the output is indexed by keys: they are what the second product sums over.", 7, 8));
    }
}
