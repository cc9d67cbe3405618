package org.unrolled.tensor.op;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * {@link ScaledDotProductAttention} of a sequence with itself, from the projection that holds queries, keys and values side by side to the heads side by
 * side again: Concat(head₁, …, headₕ) with headᵢ = softmax(QᵢKᵢᵀ/√d_k + bias)·Vᵢ (Vaswani et al. 2017, section 3.2.2).
 *
 * <p>The heads stay where they are in the projection: the tape keeps neither them nor what they are joined from, a third of the memory that a small
 * Transformer's step would keep, and it is the fetching of fresh memory that costs time there.
 */
public final class SelfAttention {
    private SelfAttention() { }

    /**
     * @param x      (B, T, 3·numHeads·d_k): q, k and v, each with its heads side by side
     * @param bias   broadcast to (B, numHeads, T, T): added to the scores; or null
     * @param mask   broadcast to (B, numHeads, T, T): not 0 hides a key from a query; or null
     * @param causal query i does not see what comes after it
     * @return (B, T, numHeads·d_k)
     */
    public static Tensor apply(Tensor x, int numHeads, @Nullable Tensor bias, @Nullable Tensor mask, boolean causal) {
        Shapes.requireFloats("attention", x);
        if (x.dim() != 3 || x.size(2) % (3 * numHeads) != 0) {
            throw new IllegalArgumentException("attention: " + Shapes.text(x.shape()) + " for " + numHeads + " heads: it is (B, T, 3·numHeads·d_k), queries, keys and values side by side."
                    + " Hint: project to three times the width.");
        }
        int B = x.size(0), H = numHeads, T = x.size(1), C = x.size(2) / 3, D = C / H, shift = causal ? 0 : T - 1;
        AttentionBias added = AttentionBias.of(bias, mask, new int[] {B, H}, B, H, T, T);
        float scale = (float) (1 / Math.sqrt(D));
        Kernels k = Kernels.current();
        Buffer y = k.floats(B * T * C), log = k.floats(B * H * T), all = x.buffer();
        k.selfAttention(y, log, all, added.values(), added.stride(), B, H, T, D, scale, shift);
        return Tensor.of("attention", new int[] {B, T, C}, y, Edge.to(x, (dx, dout, acc) ->
                k.selfAttentionBackward(dx, dout, y, log, all, added.values(), added.stride(), B, H, T, D, scale, shift, acc)));
    }
}
