package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.CodeQuestion.intermediate;
import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.gelu;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.relu;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.sqrt;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The pre-LN block (Xiong et al. 2020, section 3.1). */
@Question(id = "transformer/pre-norm-block", points = 4, lesson = "08-transformer", title = "The pre-LN block", forbids = {"Transformer.*", "TransformerBlock.*"})
public final class PreNormBlock implements CodeQuestion<PreNormBlock.Block> {

    public interface Block {
        Tensor preNorm(Tensor x, Tensor wQ, Tensor wK, Tensor wV, Tensor wO, Tensor w1, Tensor w2);
    }

    // BEGIN ANSWER
    static Tensor norm(Tensor x) { return x.layerNorm(ones(x.size(-1)), zeros(x.size(-1)), 1e-5); }

    /** One head of attention, as in lesson 07, and W_O. */
    static Tensor mix(Tensor x, Tensor wQ, Tensor wK, Tensor wV, Tensor wO) {
        Tensor q = x.matmul(wQ), k = x.matmul(wK), v = x.matmul(wV);
        return softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1)))).matmul(v).matmul(wO);
    }

    /** x (T, d), wQ, wK (d, dK), wV (d, dV), wO (dV, d), w1 (d, dFF), w2 (dFF, d) -> (T, d). */
    static Tensor preNorm(Tensor x, Tensor wQ, Tensor wK, Tensor wV, Tensor wO, Tensor w1, Tensor w2) {
        // BEGIN SOLUTION norm, mix, add; then norm, feed forward with gelu, add
        Tensor h = x.add(mix(norm(x), wQ, wK, wV, wO));
        return h.add(gelu(norm(h).matmul(w1)).matmul(w2));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Block solution() {
        return PreNormBlock::preNorm;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write the **pre-LN** block, equations (8.5) and (8.6). `norm` and `mix` are given, biases are left out. \
                Two lines are enough, one for each part.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "The stream itself is never normalised: norm stands inside, around what a part reads. What the part returns is added to the stream.",
                "Line 1: h = x + mix(norm(x), …). Line 2 has the same form, with h in place of x.",
                "return h.add(gelu(norm(h).matmul(w1)).matmul(w2));");
    }

    @Override
    public List<Intermediate<Block>> intermediates() {
        return List.of(intermediate("the stream after attention, equation 8.5, without the feed-forward part",
                (x, wQ, wK, wV, wO, w1, w2) -> x.add(mix(norm(x), wQ, wK, wV, wO))));
    }

    @Override
    public List<Misconception<Block>> misconceptions() {
        return List.of(
                twin("That is the post-LN block: you normalised the sums. In pre-LN the norm stands before each part, and the stream passes by it untouched.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = norm(x.add(mix(x, wQ, wK, wV, wO)));
                            return norm(h.add(gelu(h.matmul(w1)).matmul(w2)));
                        }),
                twin("The feed-forward part is not added to what came in: without the residual connection the stream ends here. Return h + FFN(norm(h)).",
                        (x, wQ, wK, wV, wO, w1, w2) -> gelu(norm(x.add(mix(norm(x), wQ, wK, wV, wO))).matmul(w1)).matmul(w2)),
                twin("Attention's result is not added to x. Both parts are added to the stream: h = x + mix(norm(x), …).",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = mix(norm(x), wQ, wK, wV, wO);
                            return h.add(gelu(norm(h).matmul(w1)).matmul(w2));
                        }),
                twin("Neither part reads a normalised copy: the norms are missing. mix(norm(x), …) and gelu(norm(h) W₁) W₂.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(mix(x, wQ, wK, wV, wO));
                            return h.add(gelu(h.matmul(w1)).matmul(w2));
                        }),
                twin("You normalised what the parts return. In pre-LN the norm stands before each part: a part reads norm(x), and what it returns is added"
                                + " as it is.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(norm(mix(x, wQ, wK, wV, wO)));
                            return h.add(norm(gelu(h.matmul(w1)).matmul(w2)));
                        }),
                twin("All that is there, and then the stream is normalised at its end. Equation 8.6 returns the sum itself.",
                        (x, wQ, wK, wV, wO, w1, w2) -> norm(preNorm(x, wQ, wK, wV, wO, w1, w2))),
                twin("The feed-forward part reads h, and its result is added to x: attention's contribution is lost. Add it to h.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(mix(norm(x), wQ, wK, wV, wO));
                            return x.add(gelu(norm(h).matmul(w1)).matmul(w2));
                        }),
                twin("You added the normalised x, not x itself: the stream passes by the norm, it does not go through it.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor n = norm(x);
                            Tensor h = n.add(mix(n, wQ, wK, wV, wO));
                            Tensor m = norm(h);
                            return m.add(gelu(m.matmul(w1)).matmul(w2));
                        }),
                twin("Both parts read x: that is a parallel block. Here the feed-forward part reads the stream after attention was added to it.",
                        (x, wQ, wK, wV, wO, w1, w2) -> x.add(mix(norm(x), wQ, wK, wV, wO)).add(gelu(norm(x).matmul(w1)).matmul(w2))),
                twin("The second norm is missing: the feed-forward part reads norm(h), as attention reads norm(x).",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(mix(norm(x), wQ, wK, wV, wO));
                            return h.add(gelu(h.matmul(w1)).matmul(w2));
                        }),
                twin("Attention reads x without a norm. Both parts read a normalised copy of the stream.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(mix(x, wQ, wK, wV, wO));
                            return h.add(gelu(norm(h).matmul(w1)).matmul(w2));
                        }),
                twin("Between the two matrices of the feed-forward part there is nothing, so they are one matrix. gelu(norm(h) W₁) W₂.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(mix(norm(x), wQ, wK, wV, wO));
                            return h.add(norm(h).matmul(w1).matmul(w2));
                        }),
                twin("ReLU stands where equation 8.2 has GELU.",
                        (x, wQ, wK, wV, wO, w1, w2) -> {
                            Tensor h = x.add(mix(norm(x), wQ, wK, wV, wO));
                            return h.add(relu(norm(h).matmul(w1)).matmul(w2));
                        }));
    }

    @Check("agrees with equations 8.5 and 8.6")
    void agrees(Block yours, Random random) {
        for (int T = 1; T <= 4; T++) {
            int d = 5 + T;
            Tensor x = randn(random, T, d).mul(2).add(1);
            Tensor[] w = {randn(random, d, 3), randn(random, d, 3), randn(random, d, 4), randn(random, 4, d), randn(random, d, 7), randn(random, 7, d)};
            close(yours.preNorm(x, w[0], w[1], w[2], w[3], w[4], w[5]), preNorm(x, w[0], w[1], w[2], w[3], w[4], w[5]));
        }
    }
}
