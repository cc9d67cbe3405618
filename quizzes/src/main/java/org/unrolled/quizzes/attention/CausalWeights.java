package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Expect.sumsToOne;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.pattern;
import static org.unrolled.quiz.Misconception.symptom;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.causalMask;
import static org.unrolled.tensor.Tensors.eye;
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

/** Weights that see no later position (Vaswani et al. 2017, section 3.2.3: masked out by setting to −∞ before softmax). */
@Question(id = "attention/causal-weights", points = 3, lesson = "07-attention", forbids = {"Attention.*", "MultiHeadAttention.*"})
public final class CausalWeights implements CodeQuestion<CausalWeights.Weights> {

    public interface Weights {
        Tensor causalWeights(Tensor scores);
    }

    // BEGIN ANSWER
    /** scores (..., T, T), scaled -> weights (..., T, T): rows sum to one, the future gets nothing. */
    static Tensor causalWeights(Tensor scores) {
        // BEGIN SOLUTION take the future out, then normalise
        Tensor future = causalMask(scores.size(-1));   // (T, T): 1 where the key comes after the query
        return softmax(scores.maskedFill(future, Double.NEGATIVE_INFINITY));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Weights solution() {
        return CausalWeights::causalWeights;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `causalWeights`, equation (7.9): from scores $(T, T)$ to weights in which position $i$ gives \
                nothing to the positions after it. `causalMask(T)` is 1 where the key comes after the query, and \
                `scores.maskedFill(mask, value)` writes `value` wherever the mask is 1.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Which score makes softmax give a weight of exactly 0? And on which side of softmax does the mask have to act so that"
                        + " the other weights still sum to one?",
                "exp(x) is 0 only for x = −∞, in Java Double.NEGATIVE_INFINITY. Fill it in before softmax.",
                "Tensor masked = scores.maskedFill(causalMask(scores.size(-1)), Double.NEGATIVE_INFINITY); and then softmax(masked).");
    }

    @Override
    public List<Misconception<Weights>> misconceptions() {
        return List.of(
                twin("You masked after softmax. The future's weights are 0 now, but the rest of each row sums to less than one:"
                                + " the future took part in the division. Mask the scores, then take softmax.",
                        scores -> softmax(scores).maskedFill(causalMask(scores.size(-1)), 0)),
                pattern("MIN_VALUE of Double and Float is the smallest number above 0, not the most negative one. So the future's score became 0,"
                                + " and exp(0) = 1. Use Double.NEGATIVE_INFINITY.",
                        "maskedFill\\([^;]*(?:Double|Float)\\.MIN_VALUE", "return softmax(scores.maskedFill(future, Double.MIN_VALUE));"),
                pattern("The future's score is negative, and not negative enough: exp of it is small, but it is not 0. Only −∞ becomes a weight"
                                + " of 0 whatever the other scores are: Double.NEGATIVE_INFINITY.",
                        "maskedFill\\([^;]*,\\s*-\\d{1,3}(?:\\.\\d*)?[fFdD]?\\s*\\)", "return softmax(scores.maskedFill(future, -100));"),
                twin("You multiplied the scores by the mask. Then the past's scores are 0 and the future's stay as they are; and a score of 0"
                                + " is no weight of 0 either, since exp(0) = 1. Fill the future with −∞: maskedFill.",
                        scores -> softmax(scores.mul(causalMask(scores.size(-1))))),
                twin("You filled the future with the score 0. That is not \"no weight\": exp(0) = 1, as much as any middling score."
                                + " Only −∞ becomes a weight of 0.",
                        scores -> softmax(scores.maskedFill(causalMask(scores.size(-1)), 0))),
                twin("You masked the other triangle: position i now sees itself and what comes after it. The mask is 1 above the"
                                + " diagonal, where the column (key) is later than the row (query).",
                        scores -> softmax(scores.maskedFill(causalMask(scores.size(-1)).transpose(), Double.NEGATIVE_INFINITY))),
                symptom("Your mask covers the diagonal, too: a position cannot see itself, and the first one sees nothing at all."
                                + " Only what comes after the query is hidden, j > i.",
                        scores -> softmax(scores.maskedFill(causalMask(scores.size(-1)).add(eye(scores.size(-1))), -1e9)),
                        Tensor.class, (in, out) -> diagonalIsEmpty(out)),
                twin("Nothing is masked: this is softmax of all the scores, and position 1 reads the end of the sentence.",
                        scores -> softmax(scores)),
                twin("The future is gone, but there is no softmax yet: these are masked scores, not weights.",
                        scores -> scores.maskedFill(causalMask(scores.size(-1)), Double.NEGATIVE_INFINITY)),
                twin("Softmax ran down the columns. The rows are the queries, and each row must sum to one: the last axis.",
                        scores -> softmax(scores.maskedFill(causalMask(scores.size(-1)), Double.NEGATIVE_INFINITY), -2)),
                twin("Softmax ran along axis 0: down the columns of one matrix, and across a batch. The rows are the queries, and each row"
                                + " must sum to one: the last axis, -1.",
                        scores -> softmax(scores.maskedFill(causalMask(scores.size(-1)), Double.NEGATIVE_INFINITY), 0)),
                twin("You scaled by √T. The scores come scaled already, and the scale has nothing to do with the number of positions.",
                        scores -> softmax(scores.div(sqrt(scores.size(-1))).maskedFill(causalMask(scores.size(-1)), Double.NEGATIVE_INFINITY))));
    }

    private static boolean diagonalIsEmpty(Tensor weights) {
        int n = weights.size(-1);
        if (n < 2 || weights.numel() < n * n) {
            return false;
        }
        float[] all = weights.toArray();
        for (int i = 1; i < n; i++) {
            // the past has to be there: a result that is 0 below the diagonal too is another mistake
            if (!(Math.abs(all[i * n + i]) < 1e-6 && all[i * n] > 1e-6)) {
                return false;
            }
        }
        return true;
    }

    @Check("nothing on a later position")
    void noFuture(Weights yours, Random random) {
        for (int t : new int[] {3, 5}) {
            Tensor weights = yours.causalWeights(randn(random, t, t));
            shape(weights, t, t);
            for (int i = 0; i < t; i++) {
                for (int j = i + 1; j < t; j++) {
                    that(weights.get(i, j) == 0, "position %d gives position %d the weight %s", i + 1, j + 1, weights.get(i, j));
                }
            }
        }
    }

    @Check("the weights of a position sum to one")
    void rowsSumToOne(Weights yours, Random random) {
        for (int t : new int[] {3, 1, 6}) {
            sumsToOne(yours.causalWeights(randn(random, t, t)), -1);
        }
    }

    @Check("agrees with the equation")
    void agrees(Weights yours, Random random) {
        for (int t : new int[] {3, 4, 7}) {
            Tensor scores = randn(random, t, t);
            close(yours.causalWeights(scores), causalWeights(scores));
        }
    }

    @Check("works for a batch of heads, too")
    void batch(Weights yours, Random random) {
        Tensor scores = randn(random, 2, 3, 4, 4);
        close(yours.causalWeights(scores), causalWeights(scores));
    }
}
