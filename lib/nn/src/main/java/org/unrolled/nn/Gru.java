package org.unrolled.nn;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.RecurrentWeights;

/**
 * Gated recurrent units over sequences (Cho et al. 2014), in PyTorch's form; the equations stand at {@link org.unrolled.tensor.op.Gru}.
 * The batch comes first: x (B, T, inputSize) → (B, T, hiddenSize), or twice that if bidirectional, the forward direction's half
 * first. The parameters have PyTorch's names ({@code weight_ih_l0}, …), a gate's rows in the order r, z, n.
 */
public final class Gru extends RecurrentLayers {
    /**
     * All states of the last layer, and the last states of all layers.
     *
     * @param output (B, T, directions · hiddenSize); 0 past a sequence's length
     * @param hN     (layers · directions, B, hiddenSize): after each sequence's last step; in reverse, that is after its first element
     */
    public record Result(Tensor output, Tensor hN) { }

    /** One layer, in one direction. */
    public Gru(int inputSize, int hiddenSize, Random random) {
        this(inputSize, hiddenSize, 1, false, 0, random);
    }

    /** Layers one above the other, with dropout of probability {@code dropout} between them in training. */
    public Gru(int inputSize, int hiddenSize, int numLayers, boolean bidirectional, double dropout, Random random) {
        super(3, inputSize, hiddenSize, numLayers, bidirectional, dropout, random);
    }

    /** From h = 0. */
    public Result forward(Tensor x) {
        return forward(x, null, null);
    }

    /** From h = 0, sequences of these lengths, 0 to T, in any order. */
    public Result forward(Tensor x, int[] lengths) {
        return forward(x, null, Tensors.ids(lengths));
    }

    /** From h0 (layers · directions, B, hiddenSize), or none for 0; lengths (B) of ints, or none for T. */
    public Result forward(Tensor x, @Nullable Tensor h0, @Nullable Tensor lengths) {
        Pass pass = layers(x, h0, null, lengths);
        return new Result(pass.output(), pass.hN());
    }

    @Override Pass layer(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths, boolean reverse) {
        org.unrolled.tensor.op.Gru.Result r = org.unrolled.tensor.op.Gru.apply(x, weights, h0, lengths, reverse);
        return new Pass(r.output(), r.hN(), null);
    }
}
