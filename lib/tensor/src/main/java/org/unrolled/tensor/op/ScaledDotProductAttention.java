package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * softmax(Q·Kᵀ/√d_k)·V in one operation (Vaswani et al. 2017, eq. 1), which never has the (T, S) weights of all queries in memory: the gradients
 * compute them again from Q, K and one number for each query, log Σ exp (Dao et al., "FlashAttention", 2022).
 *
 * <p>A query that sees no key, since all are hidden, gets 0 and passes no gradient on (as in PyTorch from 2.5 on); written as a softmax it would be NaN.
 * A NaN in what is hidden may show all the same: 0 · NaN is NaN.
 */
public final class ScaledDotProductAttention {
    private ScaledDotProductAttention() { }

    /**
     * @param q      (…, T, d_k)
     * @param k      (…, S, d_k)
     * @param v      (…, S, d_v)
     * @param mask   broadcast to (…, T, S): not 0 hides a key from a query; or null
     * @param causal query i does not see what comes after it; the queries are the last T of the S positions
     * @return (…, T, d_v)
     */
    public static Tensor apply(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal) {
        return apply(q, k, v, null, mask, causal);
    }

    /**
     * The same, softmax(Q·Kᵀ/√d_k + bias)·V.
     *
     * @param bias broadcast to (…, T, S), and without a gradient; or null
     */
    public static Tensor apply(Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, @Nullable Tensor mask, boolean causal) {
        for (Tensor t : new Tensor[] {q, k, v}) Shapes.requireFloats("attention", t);
        check(q, k, v);
        int T = q.size(-2), D = q.size(-1), S = k.size(-2), V = v.size(-1);
        int[] leading = Arrays.copyOf(q.shape(), q.dim() - 2);
        // one or two leading axes stand for themselves, more are one
        int B = leading.length == 0 ? 1 : leading.length == 2 ? leading[0] : Shapes.count(leading), H = leading.length == 2 ? leading[1] : 1;
        Kernels kernels = Kernels.current();
        AttentionBias all = AttentionBias.of(bias, mask, leading, B, H, T, S);
        Buffer added = all.values();
        int[] stride = all.stride();
        int shift = causal ? S - T : S - 1;
        float scale = (float) (1 / Math.sqrt(D));
        int[] shape = q.shape();
        shape[shape.length - 1] = V;
        Buffer y = kernels.floats(Shapes.count(shape)), log = kernels.floats(B * H * T), qs = q.buffer(), ks = k.buffer(), vs = v.buffer();
        kernels.attention(y, log, qs, ks, vs, added, stride, B, H, T, S, D, V, scale, shift);
        if (q.requiresGrad() && k.requiresGrad() && v.requiresGrad()) {
            AllThree three = new AllThree(kernels, new int[] {q.numel(), k.numel(), v.numel()}, (d, dout) -> kernels.attentionBackward(d[0], d[1], d[2],
                    dout, y, log, qs, ks, vs, added, stride, B, H, T, S, D, V, scale, shift));
            return Tensor.of("attention", shape, y, three.edge(q, 0), three.edge(k, 1), three.edge(v, 2));
        }
        return Tensor.of("attention", shape, y,
                Edge.to(q, (dq, dout, acc) -> kernels.attentionQueryBackward(dq, dout, y, log, qs, ks, vs, added, stride, B, H, T, S, D, V, scale, shift, acc)),
                Edge.to(k, (dk, dout, acc) -> kernels.attentionKeyBackward(dk, dout, y, log, qs, ks, vs, added, stride, B, H, T, S, D, V, scale, shift, acc)),
                Edge.to(v, (dv, dout, acc) -> kernels.attentionValueBackward(dv, dout, log, qs, ks, vs, added, stride, B, H, T, S, D, V, scale, shift, acc)));
    }

    /** What computes dq, dk and dv together. */
    private interface Backward { void run(Buffer[] gradients, Buffer dout); }

    /** Three edges with one computation: the edge that is asked first makes it, and keeps the other two's gradients for them. */
    private static final class AllThree {
        private final Kernels kernels;
        private final int[] sizes;
        private final Backward backward;
        private final @Nullable Buffer[] kept = new Buffer[3];

        AllThree(Kernels kernels, int[] sizes, Backward backward) {
            this.kernels = kernels;
            this.sizes = sizes;
            this.backward = backward;
        }

        Edge edge(Tensor input, int own) {
            return Edge.to(input, (dx, dout, acc) -> {
                Buffer mine = kept[own];
                kept[own] = null;
                if (mine == null) {
                    Buffer[] gradients = new Buffer[3];
                    for (int i = 0; i < 3; i++) gradients[i] = i == own && !acc ? dx : kernels.floats(sizes[i]);
                    backward.run(gradients, dout);
                    mine = gradients[own];
                    // an edge before this one asks for nothing any more in this pass, and the next pass has gradients of its own
                    System.arraycopy(gradients, own + 1, kept, own + 1, 2 - own);
                }
                // one that is not added to anything was written where it belongs
                if (mine != dx) kernels.affine(dx, mine, 1, 0, acc);
            });
        }
    }

    private static void check(Tensor q, Tensor k, Tensor v) {
        String all = "attention: queries " + Shapes.text(q.shape()) + ", keys " + Shapes.text(k.shape()) + ", values " + Shapes.text(v.shape()) + ": ";
        if (q.dim() < 2 || k.dim() != q.dim() || v.dim() != q.dim()) {
            throw new IllegalArgumentException(all + "each is (…, length, size), with equally many axes. Hint: unsqueeze(0) makes a batch of one.");
        }
        int[] leading = Arrays.copyOf(q.shape(), q.dim() - 2);
        if (!Arrays.equals(leading, Arrays.copyOf(k.shape(), k.dim() - 2)) || !Arrays.equals(leading, Arrays.copyOf(v.shape(), v.dim() - 2))) {
            throw new IllegalArgumentException(all + "the axes before the last two, batch and heads, must be equal. Hint: expand the one that is shared.");
        }
        if (q.size(-1) != k.size(-1)) {
            throw new IllegalArgumentException(all + "a query is compared with a key by their product, so the last sizes must be equal, " + q.size(-1) + " != " + k.size(-1)
                    + ". Hint: project both to d_k.");
        }
        if (k.size(-2) != v.size(-2)) {
            throw new IllegalArgumentException(all + "each key has one value, " + k.size(-2) + " != " + v.size(-2) + ". Hint: both come from the same positions.");
        }
    }
}
