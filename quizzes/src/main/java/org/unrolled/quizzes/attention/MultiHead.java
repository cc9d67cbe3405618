package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
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

/** Multi-head self-attention, Concat(head_1, …, head_h) W_O (Vaswani et al. 2017, section 3.2.2). */
@Question(id = "attention/multi-head", points = 4, lesson = "07-attention", title = "Multi-head attention",
        forbids = {"MultiHeadAttention.*", "Attention.split", "Attention.merge"})
public final class MultiHead implements CodeQuestion<MultiHead.SelfAttention> {

    public interface SelfAttention {
        Tensor multiHead(Tensor x, Tensor wQ, Tensor wK, Tensor wV, Tensor wO, int numHeads);
    }

    // BEGIN ANSWER
    /** x (B, T, dModel), each w (dModel, dModel) -> (B, T, dModel). */
    static Tensor multiHead(Tensor x, Tensor wQ, Tensor wK, Tensor wV, Tensor wO, int numHeads) {
        // BEGIN SOLUTION project, split into heads, attend, merge, project
        int B = x.size(0), T = x.size(1), dModel = x.size(2), dK = dModel / numHeads;
        Tensor q = x.matmul(wQ).reshape(B, T, numHeads, dK).transpose(1, 2);
        Tensor k = x.matmul(wK).reshape(B, T, numHeads, dK).transpose(1, 2);
        Tensor v = x.matmul(wV).reshape(B, T, numHeads, dK).transpose(1, 2);
        Tensor heads = softmax(q.matmul(k.transpose()).div(sqrt(dK))).matmul(v);
        return heads.transpose(1, 2).reshape(B, T, dModel).matmul(wO);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public SelfAttention solution() {
        return MultiHead::multiHead;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `multiHead`, equation (7.11), for self-attention: queries, keys and values all come from $X$. \
                Equation (7.8) works on the last two axes, so it works on (B, numHeads, T, $d_k$) as it is. `reshape` cuts an axis in two without \
                moving a number; `transpose(1, 2)` swaps two axes.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Five steps: project X three times, split each into heads, attend, merge the heads, project with W_O. Write the shape"
                        + " after each step as a comment.",
                "Split: (B, T, dModel) → reshape(B, T, numHeads, dK) → transpose(1, 2). Cut the axis first, then move it: reshape alone"
                        + " never moves a number.",
                "Merging is the same way back: heads.transpose(1, 2).reshape(B, T, dModel), then .matmul(wO).");
    }

    @Override
    public List<Misconception<SelfAttention>> misconceptions() {
        return List.of(
                twin("You reshaped straight to (B, numHeads, T, dK). reshape keeps the numbers in their order, so a \"head\" now holds some"
                                + " words whole instead of a part of every word. Reshape to (B, T, numHeads, dK), then transpose(1, 2).",
                        (x, wQ, wK, wV, wO, h) -> Attention.merge(Attention.attend(
                                reshaped(x.matmul(wQ), h), reshaped(x.matmul(wK), h), reshaped(x.matmul(wV), h))).matmul(wO)),
                twin("The heads were split with a transpose but merged without one: reshape reads head after head, so the words are"
                                + " mixed up. transpose(1, 2) before the last reshape.",
                        (x, wQ, wK, wV, wO, h) -> heads(x, wQ, wK, wV, h).reshape(x.size(0), x.size(1), x.size(2)).matmul(wO)),
                twin("You reshaped straight to (B, numHeads, T, dK) and straight back. The shapes fit, but a \"head\" holds some words whole"
                                + " instead of a part of every word. Both ways need transpose(1, 2).",
                        (x, wQ, wK, wV, wO, h) -> Attention.attend(reshaped(x.matmul(wQ), h), reshaped(x.matmul(wK), h),
                                reshaped(x.matmul(wV), h)).reshape(x.size(0), x.size(1), x.size(2)).matmul(wO)),
                twin("There is no transpose: after reshape(B, T, numHeads, dK) the last two axes are (numHeads, dK), so the heads of one word attend to"
                                + " each other. transpose(1, 2) brings the words there: (B, numHeads, T, dK).",
                        (x, wQ, wK, wV, wO, h) -> Attention.attend(cut(x.matmul(wQ), h), cut(x.matmul(wK), h), cut(x.matmul(wV), h))
                                .reshape(x.size(0), x.size(1), x.size(2)).matmul(wO)),
                twin("The scores are not scaled: divide them by √dK, the size of a head, or let Attention.attend do it.",
                        (x, wQ, wK, wV, wO, h) -> Attention.merge(softmax(Attention.split(x.matmul(wQ), h).matmul(Attention.split(x.matmul(wK), h).transpose()))
                                .matmul(Attention.split(x.matmul(wV), h))).matmul(wO)),
                twin("Your keys are projected by W_Q. What a word looks for and what it can be found by are different things: the keys are X W_K.",
                        (x, wQ, wK, wV, wO, h) -> Attention.merge(heads(x, wQ, wQ, wV, h)).matmul(wO)),
                twin("W_O is missing. Without it every head keeps to its own numbers of the output; W_O is where they meet.",
                        (x, wQ, wK, wV, wO, h) -> Attention.merge(heads(x, wQ, wK, wV, h))),
                twin("You used one head: softmax saw the dot products over all of dModel. Split first, so that every head has its own weights.",
                        (x, wQ, wK, wV, wO, h) -> Attention.attend(x.matmul(wQ), x.matmul(wK), x.matmul(wV)).matmul(wO)),
                twin("You scaled by √dModel. A head's dot product sums dModel / numHeads terms, so its scale is the square root of that.",
                        (x, wQ, wK, wV, wO, h) -> {
                            Tensor q = Attention.split(x.matmul(wQ), h);
                            Tensor k = Attention.split(x.matmul(wK), h);
                            Tensor a = softmax(q.matmul(k.transpose()).div(sqrt(x.size(2))));
                            return Attention.merge(a.matmul(Attention.split(x.matmul(wV), h))).matmul(wO);
                        }),
                twin("You reshaped to (B, T, dK, numHeads): a head now takes every numHeads-th number of a word. The first head is the"
                                + " first dK numbers, so the heads' axis comes before dK.",
                        (x, wQ, wK, wV, wO, h) -> interleavedBack(Attention.attend(
                                interleaved(x.matmul(wQ), h), interleaved(x.matmul(wK), h), interleaved(x.matmul(wV), h))).matmul(wO)),
                twin("The values are X itself, not X W_V: what a word shows to be found by (its key) and what it hands over (its value) are"
                                + " different projections.",
                        (x, wQ, wK, wV, wO, h) -> Attention.merge(Attention.attend(Attention.split(x.matmul(wQ), h),
                                Attention.split(x.matmul(wK), h), Attention.split(x, h))).matmul(wO)));
    }

    private static Tensor heads(Tensor x, Tensor wQ, Tensor wK, Tensor wV, int h) {
        return Attention.attend(Attention.split(x.matmul(wQ), h), Attention.split(x.matmul(wK), h), Attention.split(x.matmul(wV), h));
    }

    private static Tensor cut(Tensor x, int h) {
        return x.reshape(x.size(0), x.size(1), h, x.size(2) / h);
    }

    private static Tensor reshaped(Tensor x, int h) {
        return x.reshape(x.size(0), h, x.size(1), x.size(2) / h);
    }

    private static Tensor interleaved(Tensor x, int h) {
        return x.reshape(x.size(0), x.size(1), x.size(2) / h, h).permute(0, 3, 1, 2);
    }

    private static Tensor interleavedBack(Tensor heads) {
        return heads.permute(0, 2, 3, 1).reshape(heads.size(0), heads.size(2), heads.size(1) * heads.size(3));
    }

    @Check("the output has the shape of X")
    void shapes(SelfAttention yours, Random random) {
        shape(call(yours, random, 2, 3, 8, 4), 2, 3, 8);
    }

    @Check("with one head it is plain attention, projected by W_O")
    void oneHead(SelfAttention yours, Random random) {
        Tensor x = randn(random, 2, 3, 4);
        Tensor wQ = randn(random, 4, 4);
        Tensor wK = randn(random, 4, 4);
        Tensor wV = randn(random, 4, 4);
        Tensor wO = randn(random, 4, 4);
        Tensor expected = Attention.attend(x.matmul(wQ), x.matmul(wK), x.matmul(wV)).matmul(wO);
        close(yours.multiHead(x, wQ, wK, wV, wO, 1), expected, 1e-4);
    }

    @Check("a head works on its own numbers")
    void ownNumbers(SelfAttention yours, Random random) {
        Tensor x = randn(random, 1, 3, 4);
        Tensor wQ = randn(random, 4, 4);
        Tensor wK = randn(random, 4, 4);
        Tensor expected = multiHead(x, wQ, wK, eye(4), eye(4), 2);
        close(yours.multiHead(x, wQ, wK, eye(4), eye(4), 2), expected, 1e-4);
    }

    @Check("agrees with the equation")
    void agrees(SelfAttention yours, Random random) {
        int[][] sizes = {{1, 3, 4, 2}, {2, 5, 12, 3}, {3, 2, 8, 4}};
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1], n[2]);
            Tensor wQ = weight(random, n[2]);
            Tensor wK = weight(random, n[2]);
            Tensor wV = weight(random, n[2]);
            Tensor wO = weight(random, n[2]);
            close(yours.multiHead(x, wQ, wK, wV, wO, n[3]), multiHead(x, wQ, wK, wV, wO, n[3]), 1e-4);
        }
    }

    private static Tensor weight(Random random, int n) {
        return randn(random, n, n).div(Math.sqrt(n));
    }

    private static Tensor call(SelfAttention yours, Random random, int b, int t, int dModel, int h) {
        return yours.multiHead(randn(random, b, t, dModel), weight(random, dModel), weight(random, dModel),
                weight(random, dModel), weight(random, dModel), h);
    }
}
