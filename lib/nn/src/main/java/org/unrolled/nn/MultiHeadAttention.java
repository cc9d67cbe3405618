package org.unrolled.nn;

import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Heads;
import org.unrolled.tensor.op.ScaledDotProductAttention;
import org.unrolled.tensor.op.SelfAttention;

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
    private final RelativePositions positions;
    private final Dropout dropout;

    /** dModel is a multiple of numHeads. */
    public MultiHeadAttention(int dModel, int numHeads, Random random) {
        this(dModel, numHeads, 0, RelativePositions.NONE, random);
    }

    /** With dropout of the weights in training, and positions inside attention. */
    public MultiHeadAttention(int dModel, int numHeads, double dropout, RelativePositions positions, Random random) {
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
        this.positions = positions;
        // its own numbers, so that dropout leaves the initial weights of a seed as they are
        this.dropout = module("dropout", new Dropout(dropout, dropout == 0 ? 0 : random.nextInt()));
    }

    /** Self-attention without a mask. */
    public Tensor forward(Tensor x) {
        return output(x, x, x, null, false);
    }

    /** Self-attention; where the mask (T, T) or (B, 1, 1, T) is not 0, a query does not see a key. */
    public Tensor forward(Tensor x, @Nullable Tensor mask) {
        return output(x, x, x, mask, false);
    }

    /** Attention, with its weights. The mask is broadcast to (B, numHeads, T, S); a query that sees no key has weights of 0 and takes nothing. */
    public Attended attend(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
        Tensor[] heads = heads(query, key, value);
        Tensor q = positions.turn(heads[0], 0), k = positions.turn(heads[1], 0);
        Tensor weights = weights(q, k, positions.bias(numHeads, q.size(2), k.size(2)), mask, false);
        return new Attended(joined(run(dropout, weights).matmul(heads[2])), weights);
    }

    /** Causal self-attention of the next positions x (B, t, dModel), after those in the cache, which remembers these too. */
    public Tensor attend(Tensor x, KeyValueCache cache) {
        int from = cache.length();
        Tensor[] heads = heads(x, x, x);
        Tensor q = positions.turn(heads[0], from);
        cache.append(positions.turn(heads[1], from), heads[2]);
        return outputOf(q, Objects.requireNonNull(cache.keys()), Objects.requireNonNull(cache.values()), null, true);
    }

    /** Attention without its weights, which then are never all in memory. */
    Tensor output(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask, boolean causal) {
        // other positions may turn the heads, which then have to be there one by one
        boolean turns = positions != RelativePositions.NONE && !(positions instanceof Alibi);
        if (query == key && key == value && !turns && !needsWeights(null)) {
            requireSequences(query);
            int T = query.size(1);
            return run(out, SelfAttention.apply(Tensors.linear(query, inWeight, inBias), numHeads, positions.bias(numHeads, T, T), mask, causal));
        }
        Tensor[] heads = heads(query, key, value);
        return outputOf(positions.turn(heads[0], 0), positions.turn(heads[1], 0), heads[2], mask, causal);
    }

    private Tensor outputOf(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal) {
        Tensor bias = positions.bias(numHeads, q.size(2), k.size(2));
        return joined(needsWeights(bias) ? run(dropout, weights(q, k, bias, mask, causal)).matmul(v) : ScaledDotProductAttention.apply(q, k, v, bias, mask, causal));
    }

    /** Dropout acts on the weights, and a bias that is trained gets its gradient through them. */
    private boolean needsWeights(@Nullable Tensor bias) {
        return dropout.training() && dropout.p > 0 || bias != null && bias.requiresGrad();
    }

    /** The keys after each query; the queries stand at the last T of the S positions. */
    private static Tensor later(Tensor q, Tensor k) {
        int T = q.size(2), S = k.size(2);
        return Tensors.causalMask(S).slice(0, S - T, S);
    }

    /** The heads side by side, projected. */
    private Tensor joined(Tensor mixed) {
        return run(out, mixed.transpose(1, 2).reshape(mixed.size(0), mixed.size(2), dModel));
    }

    private Tensor weights(Tensor q, Tensor k, @Nullable Tensor bias, @Nullable Tensor mask, boolean causal) {
        boolean hides = causal && q.size(2) > 1;
        // the queries are scaled, not the scores, of which there are many more
        Tensor scores = q.div(Math.sqrt(dModel / numHeads)).matmul(k.transpose());
        // what hides later keys is part of the bias, which is small, where there is one
        if (bias != null) scores = scores.add(hides ? bias.maskedFill(later(q, k), Double.NEGATIVE_INFINITY) : bias);
        else if (hides) scores = scores.maskedFill(later(q, k), Double.NEGATIVE_INFINITY);
        if (mask != null) scores = scores.maskedFill(mask, Double.NEGATIVE_INFINITY);
        Tensor weights = scores.softmax();
        if (mask == null) return weights;
        // 0 already, but for a query that sees no key, whose softmax is NaN: it takes nothing, as in scaledDotProductAttention
        if (causal) weights = weights.maskedFill(later(q, k), 0);
        return weights.maskedFill(mask, 0);
    }

    /** Queries, keys and values, each (B, T, dModel) → (B, numHeads, T, d_k); those of one input by one product. */
    private Tensor[] heads(Tensor query, Tensor key, Tensor value) {
        if (query != key || key != value) return new Tensor[] {heads(query, 0), heads(key, 1), heads(value, 2)};
        requireSequences(query);
        Tensor all = Tensors.linear(query, inWeight, inBias);
        return new Tensor[] {Heads.apply(all, 0, 3, numHeads), Heads.apply(all, 1, 3, numHeads), Heads.apply(all, 2, 3, numHeads)};
    }

    private void requireSequences(Tensor x) {
        if (x.dim() != 3) {
            throw new IllegalArgumentException("MultiHeadAttention: the input has " + x.dim() + " axes, and it is (B, T, " + dModel
                    + "). Hint: unsqueeze(0) makes a batch of one.");
        }
    }

    /** Projects with the third of the weights that {@code part} names. */
    private Tensor heads(Tensor x, int part) {
        requireSequences(x);
        Tensor w = inWeight.slice(0, part * dModel, (part + 1) * dModel), b = inBias.slice(0, part * dModel, (part + 1) * dModel);
        return Heads.apply(Tensors.linear(x, w, b), 0, 1, numHeads);
    }
}
