package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.sqrt;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Scaled dot-product attention, softmax(QKᵀ/√d_k) V (Vaswani et al. 2017, eq. 1). */
@Question(id = "attention/scaled-dot-product", points = 4, lesson = "07-attention", title = "Scaled dot-product attention",
        forbids = {"Attention.*", "MultiHeadAttention.*"})
public final class ScaledDotProduct implements CodeQuestion<ScaledDotProduct.Attend> {

    public interface Attend {
        Tensor attend(Tensor q, Tensor k, Tensor v);
    }

    // BEGIN ANSWER
    /** q (N, dK), k (M, dK), v (M, dV) -> (N, dV); a batch has more axes in front. */
    static Tensor attend(Tensor q, Tensor k, Tensor v) {
        // BEGIN SOLUTION weigh the values by how well each key fits the query
        Tensor scores = q.matmul(k.transpose()).div(sqrt(q.size(-1)));
        return softmax(scores).matmul(v);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Attend solution() {
        return ScaledDotProduct::attend;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** The whole of equation (7.8) in one method: scores, scale, softmax, weighted sum. \
                `q.size(-1)` is the size of the last axis, and `k.transpose()` swaps the last two.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Four steps, one after the other: QKᵀ, divide, softmax, times V. You have seen each of them in a cell of its own.",
                "The scores are q.matmul(k.transpose()). Divide them by the square root of the number of entries in one query: sqrt(q.size(-1)).",
                "softmax(scores) runs along the last axis, which is the keys. What is left is a matrix product with v.");
    }

    @Override
    public List<Misconception<Attend>> misconceptions() {
        return List.of(
                twin("You divided by d_k. The dot product's variance grows with d_k, so its standard deviation grows with √d_k:"
                                + " divide by that.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(q.size(-1))).matmul(v)),
                twin("The scores are not scaled. Their standard deviation is √d_k; divide by it before softmax, or large d_k leaves"
                                + " only one weight above zero.",
                        (q, k, v) -> softmax(q.matmul(k.transpose())).matmul(v)),
                twin("Softmax ran down the columns, along the queries. Each query's weights must sum to one, so normalise along the"
                                + " keys: the last axis.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1))), -2).matmul(v)),
                twin("Softmax ran along axis 0: down the columns of one matrix, the queries, and across a batch. Each query's weights"
                                + " must sum to one, so normalise along the keys: the last axis, -1.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1))), 0).matmul(v)),
                twin("You divided after softmax. Then a query's weights no longer sum to one, and softmax saw the unscaled scores:"
                                + " the division belongs inside.",
                        (q, k, v) -> softmax(q.matmul(k.transpose())).div(sqrt(q.size(-1))).matmul(v)),
                twin("You multiplied by √d_k. The scores are too large already, and this makes them larger: divide.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).mul(sqrt(q.size(-1)))).matmul(v)),
                twin("You divided by the square root of the number of keys. What makes a dot product large is the number of terms it"
                                + " sums, d_k: the last axis of q.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(k.size(-2)))).matmul(v)),
                twin("You divided by the square root of size(0) of the keys: that counts keys, or the batch. What makes a dot product"
                                + " large is the number of terms it sums, d_k: the last axis, size(-1).",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(k.size(0)))).matmul(v)),
                twin("You divided by the square root of size(0) of the queries: that counts queries, or the batch. What makes a dot product"
                                + " large is the number of terms it sums, d_k: the last axis, size(-1).",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(q.size(0)))).matmul(v)),
                twin("You took d_k from axis 1. That is right for one matrix (N, d_k), but in a batch (B, N, d_k) axis 1 is something else."
                                + " Count from the end: size(-1).",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(q.size(1)))).matmul(v)),
                twin("You divided by √d_v, the width of a value. The values have no part in the scores: the dot product sums d_k terms,"
                                + " the last axis of q.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(v.size(-1)))).matmul(v)),
                twin("There is no softmax: the values were mixed with the raw scores, which may be negative and do not sum to one.",
                        (q, k, v) -> q.matmul(k.transpose()).div(sqrt(q.size(-1))).matmul(v)),
                twin("You returned the weights. One step is missing: mix the values with them, A·V.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1))))),
                twin("Your softmax runs along axis 1. That is the keys for one matrix (N, M), but the queries for a batch (B, N, M)."
                                + " Count from the end: axis -1, which softmax(scores) does by itself.",
                        (q, k, v) -> softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1))), 1).matmul(v)));
    }

    @Check("one output row for each query, as wide as a value")
    void shapes(Attend yours, Random random) {
        shape(yours.attend(randn(random, 2, 4), randn(random, 3, 4), randn(random, 3, 5)), 2, 5);
    }

    @Check("the weights of a query sum to one")
    void convex(Attend yours, Random random) {
        Tensor q = randn(random, 2, 4);
        Tensor k = randn(random, 3, 4);
        // a mean of ones is one
        close(yours.attend(q, k, ones(3, 5)), ones(2, 5));
    }

    @Check("agrees with the equation")
    void agrees(Attend yours, Random random) {
        int[][] sizes = {{2, 3, 4, 2}, {1, 2, 5, 3}, {4, 6, 16, 1}};
        for (int[] n : sizes) {
            Tensor q = randn(random, n[0], n[2]);
            Tensor k = randn(random, n[1], n[2]);
            Tensor v = randn(random, n[1], n[3]);
            close(yours.attend(q, k, v), attend(q, k, v));
        }
    }

    @Check("works for a batch of heads, too")
    void batch(Attend yours, Random random) {
        Tensor q = randn(random, 2, 3, 4, 6);
        Tensor k = randn(random, 2, 3, 5, 6);
        Tensor v = randn(random, 2, 3, 5, 7);
        close(yours.attend(q, k, v), attend(q, k, v));
    }
}
