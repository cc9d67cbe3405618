package org.unrolled.nn;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/**
 * One block of a Transformer: attention over positions, then a feed-forward part on each position, both added to what came in. x (B, T, dModel) → the
 * same shape. Pre-LN (Xiong et al. 2020): x + Attention(LN(x)), then x + FFN(LN(x)). Post-LN (Vaswani et al. 2017): LN(x + Attention(x)), then
 * LN(x + FFN(x)). FFN(x) = activation(x W₁ᵀ + b₁) W₂ᵀ + b₂.
 *
 * <p>Parameters are named as in PyTorch's nn.TransformerEncoderLayer: {@code self_attn.…}, {@code linear1.…}, {@code linear2.…}, {@code norm1.…},
 * {@code norm2.…}.
 */
public final class TransformerBlock extends Layer {
    private final boolean preNorm;
    private final boolean causal;
    private final MultiHeadAttention attention;
    private final FeedForward feedForward;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;

    /** As the configuration says. */
    public TransformerBlock(TransformerConfig config, Random random) {
        preNorm = config.preNorm();
        causal = config.causal();
        attention = module("self_attn", new MultiHeadAttention(config.dModel(), config.numHeads(), config.dropout(), config.positions(), random));
        feedForward = new FeedForward(config, random);
        module("linear1", feedForward.linear1);
        module("dropout", feedForward.dropout);
        module("linear2", feedForward.linear2);
        norm1 = module("norm1", new LayerNorm(config.dModel()));
        norm2 = module("norm2", new LayerNorm(config.dModel()));
        dropout1 = module("dropout1", new Dropout(config.dropout(), random));
        dropout2 = module("dropout2", new Dropout(config.dropout(), random));
    }

    @Override public Tensor forward(Tensor x) {
        return forward(x, (Tensor) null);
    }

    /** No position takes anything from where the mask, broadcast to (B, numHeads, T, T), is not 0: (B, 1, 1, T) hides padding. */
    public Tensor forward(Tensor x, @Nullable Tensor mask) {
        return around(x, in -> run(attention, () -> attention.output(in, in, in, mask, causal)));
    }

    /** The next positions x (B, t, dModel) of a causal block that has read those in the cache; the cache remembers these too. */
    public Tensor forward(Tensor x, KeyValueCache cache) {
        if (!causal) {
            throw new IllegalStateException("TransformerBlock: a cache with a block that is not causal: earlier outputs would change with each new position. Hint: asCausal()");
        }
        return around(x, in -> run(attention, () -> attention.attend(in, cache)));
    }

    private Tensor around(Tensor x, UnaryOperator<Tensor> attend) {
        if (preNorm) {
            x = x.add(run(dropout1, attend.apply(run(norm1, x))));
            return x.add(run(dropout2, feedForward.apply(run(norm2, x))));
        }
        x = run(norm1, x.add(run(dropout1, attend.apply(x))));
        return run(norm2, x.add(run(dropout2, feedForward.apply(x))));
    }

    /** Its attention, to look at the weights. */
    public MultiHeadAttention attention() {
        return attention;
    }
}
