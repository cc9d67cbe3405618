package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.relu;
import static org.unrolled.tensor.Tensors.sigmoid;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Additive attention's scores, e_j = vᵀ tanh(W_s s + W_h h_j) (Bahdanau et al. 2014, appendix A.1.2). */
@Question(id = "attention/additive-scores", points = 3, lesson = "07-attention", forbids = "Attention.*")
public final class AdditiveScores implements CodeQuestion<AdditiveScores.Score> {

    public interface Score {
        Tensor score(Tensor s, Tensor h, Tensor wS, Tensor wH, Tensor v);
    }

    // BEGIN ANSWER
    /** s (dS), h (T, dH), wS (dS, dA), wH (dH, dA), v (dA) -> scores (T), one for each state. */
    static Tensor score(Tensor s, Tensor h, Tensor wS, Tensor wH, Tensor v) {
        // BEGIN SOLUTION compare s with every row of h, as equation 7.3 says
        return tanh(s.matmul(wS).add(h.matmul(wH))).matmul(v);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Score solution() {
        return AdditiveScores::score;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `score`, equation (7.3), for all positions at once: \
                $e_j = \\tanh(s\\,W_s + h_j\\,W_h)\\cdot v$. One line is enough: \
                a row of shape $(d_A)$ plus a matrix of shape $(T, d_A)$ adds the row to every row.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Follow the shapes: s·W_s is one row of d_A numbers, h·W_h is T rows of d_A numbers. What must the result of tanh be?",
                "Add before tanh: Tensor sum = s.matmul(wS).add(h.matmul(wH)); has shape (T, dA). Each of its rows becomes one number.",
                "tanh(sum) is (T, dA) and v is (dA): a matrix times a vector, .matmul(v), gives (T).");
    }

    @Override
    public List<Misconception<Score>> misconceptions() {
        return List.of(
                twin("There is no tanh in your score. Without it the score is a part from s plus a part from h_j; the part from s is the"
                                + " same for every position, softmax cancels it, and the decoder's state has no say in where to look."
                                + " Put tanh around the sum.",
                        (s, h, wS, wH, v) -> s.matmul(wS).add(h.matmul(wH)).matmul(v)),
                twin("You took tanh of the two parts and then added. The part from s is then the same for every position and"
                                + " softmax cancels it. Add first: s and h_j have to meet inside tanh.",
                        (s, h, wS, wH, v) -> tanh(s.matmul(wS)).add(tanh(h.matmul(wH))).matmul(v)),
                twin("You summed the d_A numbers of tanh without weighing them by v. v says which of them count, and with which sign:"
                                + " the last step is a product with v.",
                        (s, h, wS, wH, v) -> tanh(s.matmul(wS).add(h.matmul(wH))).sum(1)),
                twin("You multiplied the two parts. That is a way to compare, and the lesson comes to it, but additive attention adds them"
                                + " inside tanh.",
                        (s, h, wS, wH, v) -> tanh(s.matmul(wS).mul(h.matmul(wH))).matmul(v)),
                twin("You went one step too far: these are the weights. The question asks for the scores, before softmax.",
                        (s, h, wS, wH, v) -> softmax(tanh(s.matmul(wS).add(h.matmul(wH))).matmul(v))),
                twin("The state s has no part in your score: it is tanh(h W_h)·v. Add s W_s to every row inside tanh, or every question gets the same"
                                + " weights.",
                        (s, h, wS, wH, v) -> tanh(h.matmul(wH)).matmul(v)),
                twin("tanh came last. Around the product with v it only squeezes the finished score; it belongs around the sum, before v, where s and"
                                + " h_j meet.",
                        (s, h, wS, wH, v) -> tanh(s.matmul(wS).add(h.matmul(wH)).matmul(v))),
                twin("You used relu where the equation has tanh: relu throws every negative number away.",
                        (s, h, wS, wH, v) -> relu(s.matmul(wS).add(h.matmul(wH))).matmul(v)),
                twin("You used sigmoid where the equation has tanh: sigmoid's values are all positive, tanh's lie on both sides of 0.",
                        (s, h, wS, wH, v) -> sigmoid(s.matmul(wS).add(h.matmul(wH))).matmul(v)));
    }

    @Check("one score for each position")
    void onePerPosition(Score yours, Random random) {
        for (int t : new int[] {2, 5}) {
            shape(call(yours, random, t, randn(random, 3)), t);
        }
    }

    @Check("agrees with the equation")
    void agrees(Score yours, Random random) {
        for (int t : new int[] {2, 1, 24}) {   // 24 scores are not all positive by chance
            Tensor s = randn(random, 3);
            Tensor h = randn(random, t, 4);
            Tensor wS = randn(random, 3, 6);
            Tensor wH = randn(random, 4, 6);
            Tensor v = randn(random, 6);
            close(yours.score(s, h, wS, wH, v), score(s, h, wS, wH, v));
        }
    }

    @Check("the state s has a say in which position wins")
    void stateHasASay(Score yours, Random random) {
        Tensor h = randn(random, 4, 4);
        Tensor wS = randn(random, 3, 6);
        Tensor wH = randn(random, 4, 6);
        Tensor v = randn(random, 6);
        Tensor one = yours.score(randn(random, 3), h, wS, wH, v);
        Tensor other = yours.score(randn(random, 3), h, wS, wH, v);
        shape(one, 4);
        shape(other, 4);
        that(maxAbsDiff(softmax(one), softmax(other)) > 1e-4, "two different states s gave the same weights");
    }

    private static Tensor call(Score yours, Random random, int t, Tensor s) {
        return yours.score(s, randn(random, t, 4), randn(random, 3, 6), randn(random, 4, 6), randn(random, 6));
    }
}
