package org.unrolled.nn;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.op.Shapes;

/**
 * One block of a decoder that reads a memory (Vaswani et al. 2017, section 3.1): causal self-attention, attention from each position to the memory,
 * feed-forward. x (B, T, dModel) and memory (B, S, dModel) → (B, T, dModel). Pre-LN or post-LN as in {@link TransformerBlock}; the memory is
 * taken as it is. Self-attention is causal whatever the configuration says, and relative positions act in it alone.
 *
 * <p>Parameters are named as in PyTorch's nn.TransformerDecoderLayer: {@code self_attn.…}, {@code multihead_attn.…}, {@code linear1.…},
 * {@code linear2.…}, {@code norm1.…} to {@code norm3.…}.
 */
public final class TransformerDecoderBlock extends Module {
    private final boolean preNorm;
    private final MultiHeadAttention selfAttention;
    private final MultiHeadAttention crossAttention;
    private final FeedForward feedForward;
    private final LayerNorm[] norms = new LayerNorm[3];
    private final Dropout[] dropouts = new Dropout[3];

    /** As the configuration says. */
    public TransformerDecoderBlock(TransformerConfig config, Random random) {
        preNorm = config.preNorm();
        selfAttention = module("self_attn", new MultiHeadAttention(config.dModel(), config.numHeads(), config.dropout(), config.positions(), random));
        crossAttention = module("multihead_attn", new MultiHeadAttention(config.dModel(), config.numHeads(), config.dropout(), RelativePositions.NONE, random));
        feedForward = new FeedForward(config, random);
        module("linear1", feedForward.linear1);
        module("dropout", feedForward.dropout);
        module("linear2", feedForward.linear2);
        for (int i = 0; i < 3; i++) {
            norms[i] = module("norm" + (i + 1), new LayerNorm(config.dModel()));
            dropouts[i] = module("dropout" + (i + 1), new Dropout(config.dropout(), random));
        }
    }

    /** Without padding in the memory. */
    public Tensor forward(Tensor x, Tensor memory) {
        return forward(x, memory, null);
    }

    /** Takes nothing from the memory where the mask, broadcast to (B, numHeads, T, S), is not 0. */
    public Tensor forward(Tensor x, Tensor memory, @Nullable Tensor memoryMask) {
        if (memory.dim() != 3 || memory.size(0) != x.size(0)) {
            throw new IllegalArgumentException("TransformerDecoderBlock: a batch of " + x.size(0) + " with a memory of shape "
                    + Shapes.text(memory.shape()) + ": the memory is (B, S, dModel), one for each sequence. Hint: expand() repeats one memory.");
        }
        x = part(0, x, this::attendSelf);
        x = part(1, x, in -> run(crossAttention, () -> crossAttention.output(in, memory, memory, memoryMask, false)));
        return part(2, x, feedForward::apply);
    }

    /** How much each position takes of each place of the memory, (B, numHeads, T, S), in one forward. */
    public Tensor memoryWeights(Tensor x, Tensor memory) {
        Tensor after = part(0, x, this::attendSelf);
        return crossAttention.attend(preNorm ? norms[1].forward(after) : after, memory, memory, null).weights();
    }

    private Tensor attendSelf(Tensor x) {
        return run(selfAttention, () -> selfAttention.output(x, x, x, null, true));
    }

    private Tensor part(int i, Tensor x, UnaryOperator<Tensor> part) {
        return preNorm ? x.add(run(dropouts[i], part.apply(run(norms[i], x)))) : run(norms[i], x.add(run(dropouts[i], part.apply(x))));
    }
}
