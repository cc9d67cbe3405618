package org.unrolled.nn;

import java.util.function.UnaryOperator;
import org.unrolled.tensor.Tensor;

/**
 * How Transformer blocks are built.
 *
 * @param dModel     width of the residual stream
 * @param numHeads   heads of attention; divides dModel
 * @param dFF        width inside the feed-forward part
 * @param preNorm    LayerNorm before each part (Xiong et al. 2020) or, if false, after each sum (Vaswani et al. 2017)
 * @param causal     a position sees itself and those before it
 * @param activation of the feed-forward part
 * @param dropout    probability, of attention's weights, inside the feed-forward part, and of what each part adds to the stream
 * @param positions  inside attention
 */
public record TransformerConfig(int dModel, int numHeads, int dFF, boolean preNorm, boolean causal, UnaryOperator<Tensor> activation, double dropout,
                                RelativePositions positions) {
    /** Pre-LN, dFF = 4·dModel, GELU, no mask, no dropout, no positions. */
    public static TransformerConfig of(int dModel, int numHeads) {
        return new TransformerConfig(dModel, numHeads, 4 * dModel, true, false, Tensor::gelu, 0, RelativePositions.NONE);
    }

    /** With another width of the feed-forward part. */
    public TransformerConfig dFF(int dFF) {
        return new TransformerConfig(dModel, numHeads, dFF, preNorm, causal, activation, dropout, positions);
    }

    /** LayerNorm after each sum. */
    public TransformerConfig postNorm() {
        return new TransformerConfig(dModel, numHeads, dFF, false, causal, activation, dropout, positions);
    }

    /** A position sees itself and those before it. */
    public TransformerConfig asCausal() {
        return new TransformerConfig(dModel, numHeads, dFF, preNorm, true, activation, dropout, positions);
    }

    /** With another activation, such as {@code Tensor::relu}. */
    public TransformerConfig activation(UnaryOperator<Tensor> activation) {
        return new TransformerConfig(dModel, numHeads, dFF, preNorm, causal, activation, dropout, positions);
    }

    /** With dropout. */
    public TransformerConfig dropout(double dropout) {
        return new TransformerConfig(dModel, numHeads, dFF, preNorm, causal, activation, dropout, positions);
    }

    /** With positions inside attention. */
    public TransformerConfig positions(RelativePositions positions) {
        return new TransformerConfig(dModel, numHeads, dFF, preNorm, causal, activation, dropout, positions);
    }
}
