package org.unrolled.nn;

import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.RecurrentWeights;

/**
 * Long short-term memory over sequences (Hochreiter and Schmidhuber 1997); the equations stand at {@link org.unrolled.tensor.op.Lstm}.
 * The batch comes first: x (B, T, inputSize) → (B, T, hiddenSize), or twice that if bidirectional, the forward direction's half
 * first. The parameters have PyTorch's names ({@code weight_ih_l0}, …), a gate's rows in the order i, f, g, o.
 */
public final class Lstm extends RecurrentLayers {
    /**
     * All states h of the last layer, and the last states of all layers.
     *
     * @param output (B, T, directions · hiddenSize); 0 past a sequence's length
     * @param hN     (layers · directions, B, hiddenSize): h after each sequence's last step; in reverse, that is after its first element
     * @param cN     the same of c
     */
    public record Result(Tensor output, Tensor hN, Tensor cN) { }

    /**
     * What goes on inside one layer, each (B, T, hiddenSize), in the order of the equations.
     *
     * @param input     i, how much of the candidate is written
     * @param forget    f, how much of the cell is kept
     * @param candidate g, what would be written
     * @param output    o, how much of the cell is shown
     * @param cell      c
     * @param hidden    h
     */
    public record Trace(Tensor input, Tensor forget, Tensor candidate, Tensor output, Tensor cell, Tensor hidden) { }

    /** One layer, in one direction. */
    public Lstm(int inputSize, int hiddenSize, Random random) {
        this(inputSize, hiddenSize, 1, false, 0, random);
    }

    /** Layers one above the other, with dropout of probability {@code dropout} between them in training. */
    public Lstm(int inputSize, int hiddenSize, int numLayers, boolean bidirectional, double dropout, Random random) {
        super(4, inputSize, hiddenSize, numLayers, bidirectional, dropout, random);
    }

    /** From h = 0 and c = 0. */
    public Result forward(Tensor x) {
        return forward(x, null, null, null);
    }

    /** From h = 0 and c = 0, sequences of these lengths, 0 to T, in any order. */
    public Result forward(Tensor x, int[] lengths) {
        return forward(x, null, null, Tensors.ids(lengths));
    }

    /** From h0 and c0 (layers · directions, B, hiddenSize). */
    public Result forward(Tensor x, @Nullable Tensor h0, @Nullable Tensor c0) {
        return forward(x, h0, c0, null);
    }

    /** From h0 and c0, or none for 0; lengths (B) of ints, or none for T. */
    public Result forward(Tensor x, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths) {
        Pass pass = layers(x, h0, c0, lengths);
        return new Result(pass.output(), pass.hN(), Objects.requireNonNull(pass.cN()));
    }

    /**
     * Sets the forget gates' bias, b_ih + b_hh, in all layers: at 1 or more the cell keeps what it has until training says otherwise
     * (Gers et al. 2000; Jozefowicz, Zaremba and Sutskever 2015).
     */
    public Lstm forgetBias(double bias) {
        weights().forEach(w -> LstmCell.forgetBias(w, bias));
        return this;
    }

    /** Looks inside the first layer, forward direction, while it reads x (B, T, inputSize) from h = 0 and c = 0. No gradient flows through. */
    public Trace trace(Tensor x) {
        org.unrolled.tensor.op.Lstm.Trace r = org.unrolled.tensor.op.Lstm.trace(x, weights().getFirst());
        Tensor[] gates = r.gates().chunk(-1, 4);
        return new Trace(gates[0], gates[1], gates[2], gates[3], r.cells(), r.output());
    }

    @Override Pass layer(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths, boolean reverse) {
        org.unrolled.tensor.op.Lstm.Result r = org.unrolled.tensor.op.Lstm.apply(x, weights, h0, c0, lengths, reverse);
        return new Pass(r.output(), r.hN(), r.cN());
    }
}
