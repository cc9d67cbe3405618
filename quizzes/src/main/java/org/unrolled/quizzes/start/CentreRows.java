package org.unrolled.quizzes.start;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The first method to write: subtract from each row its mean. */
@Question(id = "start/centre-rows", points = 2, title = "Centre the rows", lesson = "00-start-here")
public final class CentreRows implements CodeQuestion<CentreRows.Centre> {

    public interface Centre {
        Tensor centre(Tensor x);
    }

    // BEGIN ANSWER
    /** x (N, C) -> the same shape, every row with mean 0. */
    static Tensor centre(Tensor x) {
        // BEGIN SOLUTION subtract from each row its mean
        return x.sub(x.mean(1, true));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Centre solution() {
        return CentreRows::centre;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `centre`: subtract from each row of a matrix the mean of that row. \
                `x.mean(1, true)` is the mean along axis 1 and keeps the axis: for `x` of shape (N, C) it has the shape (N, 1).
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Axis 0 counts the rows, axis 1 the columns. The mean of a row runs along axis 1.",
                "A tensor of shape (N, 1) can be subtracted from one of shape (N, C): it is stretched over the columns. x.sub(…) subtracts.");
    }

    @Override
    public List<Misconception<Centre>> misconceptions() {
        return List.of(
                twin("You subtracted the mean of the whole matrix. Every row has a mean of its own: x.mean(1, true).",
                        x -> x.sub(x.mean())),
                twin("You subtracted the mean of each column. A row's mean runs along axis 1, not axis 0.",
                        x -> x.sub(x.mean(0, true))),
                twin("You subtracted the sum of each row; the mean is the sum divided by the number of columns.",
                        x -> x.sub(x.sum(1, true))),
                twin("You returned the means. Subtract them from x.",
                        x -> x.mean(1, true)),
                twin("You added the mean. Subtracting it is what brings the row's mean to 0.",
                        x -> x.add(x.mean(1, true))),
                twin("You changed the sign: the row minus its mean is asked for, not the mean minus the row.",
                        x -> x.mean(1, true).sub(x)));
    }

    @Check("the result has the shape of x")
    void shapes(Centre yours, Random random) {
        shape(yours.centre(randn(random, 2, 3)), 2, 3);
    }

    @Check("every row has mean 0")
    void rowMeans(Centre yours, Random random) {
        for (int n : new int[] {2, 1, 4}) {
            Tensor out = yours.centre(randn(random, n, 3));
            close(out.mean(1), zeros(n));
        }
    }

    @Check("the differences within a row stay as they were")
    void differences(Centre yours, Random random) {
        Tensor x = randn(random, 3, 5);
        close(yours.centre(x), centre(x));
    }
}
