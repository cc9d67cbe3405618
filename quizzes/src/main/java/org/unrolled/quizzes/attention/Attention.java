package org.unrolled.quizzes.attention;

import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.sqrt;
import static org.unrolled.tensor.Tensors.tanh;

import org.unrolled.notebook.Diagram;
import org.unrolled.notebook.Notebook;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * The functions that lesson 07 derives, for the cells that come after their question: no cell of the lesson depends on
 * what the learner wrote. Questions forbid them where they would be the answer.
 */
public final class Attention {

    private Attention() {}

    /**
     * Additive scores, e_j = vᵀ tanh(W_s s + W_h h_j): s (…, 1, dS) or (dS), h (…, T, dH), wS (dS, dA), wH (dH, dA), v (dA)
     * gives (…, T). Bahdanau et al. 2014, appendix A.1.2.
     */
    public static Tensor additive(Tensor s, Tensor h, Tensor wS, Tensor wH, Tensor v) {
        return tanh(s.matmul(wS).add(h.matmul(wH))).matmul(v);
    }

    /** A = softmax(QKᵀ/√d_k): q (…, N, dK), k (…, M, dK) gives (…, N, M). Vaswani et al. 2017, eq. 1. */
    public static Tensor weights(Tensor q, Tensor k) {
        return softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1))));
    }

    /** As {@link #weights(Tensor, Tensor)}, with no weight where {@code mask} (broadcast to (…, N, M)) is not 0. */
    public static Tensor weights(Tensor q, Tensor k, Tensor mask) {
        return softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1))).maskedFill(mask, Double.NEGATIVE_INFINITY));
    }

    /** O = softmax(QKᵀ/√d_k) V: v (…, M, dV) gives (…, N, dV). */
    public static Tensor attend(Tensor q, Tensor k, Tensor v) {
        return weights(q, k).matmul(v);
    }

    /** O = softmax(QKᵀ/√d_k) V with no weight where {@code mask} is not 0. */
    public static Tensor attend(Tensor q, Tensor k, Tensor v, Tensor mask) {
        return weights(q, k, mask).matmul(v);
    }

    /** Equation 7.8 as boxes and arrows, with the shape of everything (after figure 2 of Vaswani et al. 2017). */
    public static Diagram picture() {
        return Notebook.diagram().box(0, 0, "queries Q", "(N, d_k)").box(0, 1, "keys K", "(M, d_k)").box(0, 2, "values V", "(M, d_v)")
                .op(1, 0, "Q Kᵀ", "(N, M)").op(2, 0, "÷ √d_k", "(N, M)").op(3, 0, "softmax", "(N, M)").op(4, 2, "A V", "(N, d_v)")
                .arrow("queries Q", "Q Kᵀ").arrow("keys K", "Q Kᵀ").arrow("Q Kᵀ", "÷ √d_k").arrow("÷ √d_k", "softmax")
                .arrow("softmax", "A V").arrow("values V", "A V");
    }

    /** Softmax backwards, row by row: dS = A ⊙ (dA − rowsum(dA ⊙ A)); all three (…, N, M). */
    public static Tensor softmaxBackward(Tensor a, Tensor dA) {
        return a.mul(dA.sub(dA.mul(a).sum(-1, true)));
    }

    /** (B, T, dModel) into heads: (B, numHeads, T, dModel / numHeads). */
    public static Tensor split(Tensor x, int numHeads) {
        return x.reshape(x.size(0), x.size(1), numHeads, x.size(2) / numHeads).transpose(1, 2);
    }

    /** Heads (B, numHeads, T, dV) side by side: (B, T, numHeads · dV). */
    public static Tensor merge(Tensor heads) {
        return heads.transpose(1, 2).reshape(heads.size(0), heads.size(2), heads.size(1) * heads.size(3));
    }
}
