package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Softmax backwards: dS = A ⊙ (dA − rowsum(dA ⊙ A)). */
@Question(id = "attention/softmax-backward", points = 3, lesson = "07-attention", title = "Through softmax by hand", forbids = "Attention.*")
public final class SoftmaxBackward implements GradientQuestion<SoftmaxBackward.Backward> {

    public interface Backward {
        Tensor softmaxBackward(Tensor a, Tensor dA);
    }

    // BEGIN ANSWER
    /** a = softmax(S) and dA, the gradient that arrives at it, both (N, M) -> dS (N, M). */
    static Tensor softmaxBackward(Tensor a, Tensor dA) {
        // BEGIN SOLUTION what a score's change does to its own weight and to the others of its row
        Tensor rowSum = dA.mul(a).sum(-1, true);   // (N, 1): what the row gains on average
        return a.mul(dA.sub(rowSum));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return SoftmaxBackward::softmaxBackward;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return softmax(x.get(0));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 3, 4));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        return List.of(yours.softmaxBackward(softmax(x.get(0)), dout));
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `softmaxBackward`: $dS$ from the weights $A$ and their gradient $dA$, equation (7.14): \
                $dS_{ij} = A_{ij}\\,\\bigl(dA_{ij} - \\sum_m dA_{im} A_{im}\\bigr)$. \
                `sum(-1, true)` sums each row and keeps the axis, so that the sum can be subtracted from its row.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Raise one score: its own weight grows, and the other weights of that row shrink, since they share 1. Your gradient needs"
                        + " a term for each.",
                "The shared term is one number for each row: rowSum = Σ_m dA_im · A_im, that is dA.mul(a).sum(-1, true), shape (N, 1).",
                "Subtract the row sum from dA, and then weigh by a: a.mul(dA.sub(rowSum)).");
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("The row sum is missing: A ⊙ dA treats every weight as if it depended on its own score alone. The weights of a row"
                                + " share 1, so a score that rises takes from all the others. Subtract rowsum(dA ⊙ A) from dA.",
                        (a, dA) -> a.mul(dA)),
                twin("That is sigmoid's derivative, A ⊙ (1 − A) ⊙ dA: the diagonal of softmax's. The other weights of the row change, too,"
                                + " by −A_ij A_im, and their gradients count.",
                        (a, dA) -> a.mul(a.neg().add(1)).mul(dA)),
                twin("You subtracted the row's sum of dA. It is a weighted sum: each dA counts with its weight, rowsum(dA ⊙ A).",
                        (a, dA) -> a.mul(dA.sub(dA.sum(-1, true)))),
                twin("You subtracted the row's plain mean of dA. The mean is weighted by A: rowsum(dA ⊙ A).",
                        (a, dA) -> a.mul(dA.sub(dA.mean(-1, true)))),
                twin("The row sum is subtracted, but the A in front is missing: a score can only move its weight as far as the weight is large.",
                        (a, dA) -> dA.sub(dA.mul(a).sum(-1, true))),
                twin("You summed down the columns. Softmax ran along each row, so the weights that share 1 are those of a row: sum(-1, true).",
                        (a, dA) -> a.mul(dA.sub(dA.mul(a).sum(-2, true)))),
                twin("You subtracted one number, the sum over the whole matrix. Every row has weights of its own that share 1, and so a sum of its"
                                + " own: sum(-1, true).",
                        (a, dA) -> a.mul(dA.sub(dA.mul(a).sum()))),
                twin("dA is missing: A ⊙ (1 − A) is the slope of a weight by its own score. What arrives from above belongs to every gradient.",
                        (a, dA) -> a.mul(a.neg().add(1))),
                twin("You added the row sum. A score that rises takes weight from the others of its row: subtract.",
                        (a, dA) -> a.mul(dA.add(dA.mul(a).sum(-1, true)))));
    }
}
