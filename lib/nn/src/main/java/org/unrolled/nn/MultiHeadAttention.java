package org.unrolled.nn;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * MultiHead(Q, K, V) = Concat(head₁, …, headₕ) W_O with headᵢ = softmax(QᵢKᵢᵀ/√d_k) Vᵢ
 * (Vaswani et al., "Attention is all you need", 2017, section 3.2.2).
 *
 * <p>Queries (B, T, dModel), keys and values (B, S, dModel) → (B, T, dModel). The parameters are those of PyTorch's
 * nn.MultiheadAttention with batch_first: {@code in_proj_weight} (3·dModel, dModel) holds the three projections one
 * above the other, then {@code in_proj_bias}, {@code out_proj.weight}, {@code out_proj.bias}.
 */
public final class MultiHeadAttention extends Module {
    /**
     * What attention computed.
     *
     * @param output  (B, T, dModel)
     * @param weights (B, numHeads, T, S): how much each query takes of each value
     */
    public record Attended(Tensor output, Tensor weights) { }

    private final int dModel;
    private final int numHeads;
    private final Tensor inWeight;
    private final Tensor inBias;
    private final Linear out;

    /** dModel is a multiple of numHeads. */
    public MultiHeadAttention(int dModel, int numHeads, Random random) {
        if (numHeads < 1 || dModel % numHeads != 0) {
            throw new IllegalArgumentException("MultiHeadAttention: dModel " + dModel + " does not divide into " + numHeads
                    + " heads: each head gets dModel/numHeads columns. Hint: choose a dModel that is a multiple of numHeads.");
        }
        this.dModel = dModel;
        this.numHeads = numHeads;
        // Glorot and Bengio 2010 over the stacked matrix, as PyTorch does
        inWeight = parameter("in_proj_weight", Init.uniform(random, Math.sqrt(6.0 / (4 * dModel)), 3 * dModel, dModel));
        inBias = parameter("in_proj_bias", Tensors.zeros(3 * dModel));
        out = module("out_proj", new Linear(dModel, dModel, random));
        Tensor outBias = out.bias();
        if (outBias != null) outBias.assign(Tensors.zeros(dModel));
    }

    /** Self-attention without a mask. */
    public Tensor forward(Tensor x) {
        return attend(x, x, x, null).output();
    }

    /** Self-attention; where the mask (T, T) or (B, 1, 1, T) is not 0, a query does not see a key. */
    public Tensor forward(Tensor x, @Nullable Tensor mask) {
        return attend(x, x, x, mask).output();
    }

    /** Attention, with its weights. The mask is broadcast to (B, numHeads, T, S). */
    public Attended attend(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
        Tensor q = heads(query, 0), k = heads(key, 1), v = heads(value, 2);
        Tensor scores = q.matmul(k.transpose()).div(Math.sqrt(dModel / numHeads));
        if (mask != null) scores = scores.maskedFill(mask, Double.NEGATIVE_INFINITY);
        Tensor weights = scores.softmax();
        Tensor mixed = weights.matmul(v);
        int B = query.size(0), T = query.size(1);
        return new Attended(out.forward(mixed.transpose(1, 2).reshape(B, T, dModel)), weights);
    }

    /** Projects with the third of the weights that {@code part} names: (B, T, dModel) → (B, numHeads, T, d_k). */
    private Tensor heads(Tensor x, int part) {
        if (x.dim() != 3) {
            throw new IllegalArgumentException("MultiHeadAttention: the input has " + x.dim() + " axes, and it is (B, T, " + dModel
                    + "). Hint: unsqueeze(0) makes a batch of one.");
        }
        Tensor w = inWeight.slice(0, part * dModel, (part + 1) * dModel), b = inBias.slice(0, part * dModel, (part + 1) * dModel);
        return Tensors.linear(x, w, b).reshape(x.size(0), x.size(1), numHeads, dModel / numHeads).transpose(1, 2);
    }
}
