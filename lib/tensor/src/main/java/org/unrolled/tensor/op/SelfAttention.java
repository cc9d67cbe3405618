package org.unrolled.tensor.op;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * {@link ScaledDotProductAttention} of a sequence with itself, from the projection that holds queries, keys and values side by side to the heads side by
 * side again: Concat(head₁, …, headₕ) with headᵢ = softmax(QᵢKᵢᵀ/√d_k + bias)·Vᵢ (Vaswani et al. 2017, section 3.2.2).
 *
 * <p>The heads are cut out of the projection when they are needed, into memory that is lent: the tape keeps neither them nor what they are joined from, a third
 * of the memory that a small Transformer's step would keep, and it is the fetching of fresh memory that costs time there.
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
        int B = x.size(0), H = numHeads, T = x.size(1), C = x.size(2) / 3, D = C / H, n = B * T * C, shift = causal ? 0 : T - 1;
        int[] heads = {B, H, T, D}, ofThree = {3 * T * C, D, 3 * C, 1}, joined = {T * C, D, C, 1};
        AttentionBias added = AttentionBias.of(bias, mask, new int[] {B, H}, B, H, T, T);
        float scale = (float) (1 / Math.sqrt(D));
        Kernels k = Kernels.current();
        Buffer y = k.floats(n), log = k.floats(B * H * T), all = x.buffer();
        lent(k, 4, n, b -> {
            for (int part = 0; part < 3; part++) k.readStrided(b[part], part(all, part, C), heads, ofThree, false);
            k.attention(b[3], log, b[0], b[1], b[2], added.values(), added.stride(), B, H, T, T, D, D, scale, shift);
            k.writeStrided(y, b[3], heads, joined, false);
        });
        return Tensor.of("attention", new int[] {B, T, C}, y, Edge.to(x, (dx, dout, acc) -> lent(k, 8, n, b -> {
            for (int part = 0; part < 3; part++) k.readStrided(b[part], part(all, part, C), heads, ofThree, false);
            k.readStrided(b[3], y, heads, joined, false);
            k.readStrided(b[4], dout, heads, joined, false);
            k.attentionBackward(b[5], b[6], b[7], b[4], b[3], log, b[0], b[1], b[2], added.values(), added.stride(), B, H, T, T, D, D, scale, shift);
            for (int part = 0; part < 3; part++) k.writeStrided(part(dx, part, C), b[5 + part], heads, ofThree, acc);
        })));
    }

    /** What begins with q, k or v of the first position. */
    private static Buffer part(Buffer all, int part, int C) {
        int start = all.length() == 0 ? 0 : part * C;
        return all.slice(start, all.length() - start);
    }

    /** So many buffers of n floats, for as long as the body runs. */
    private static void lent(Kernels k, int count, int n, Consumer<Buffer[]> body) {
        Buffer[] buffers = new Buffer[count];
        try {
            for (int i = 0; i < count; i++) buffers[i] = k.scratch(n);
            body.accept(buffers);
        } finally {
            for (Buffer buffer : buffers) if (buffer != null) k.release(buffer);
        }
    }
}
