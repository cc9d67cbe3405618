package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.op.RecurrentWeights;
import org.unrolled.tensor.op.Rnn;

/**
 * One step of Elman's recurrent network (1990): h′ = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh). x (B, inputSize),
 * h (B, hiddenSize) → (B, hiddenSize). Parameters {@code weight_ih}, {@code weight_hh}, {@code bias_ih},
 * {@code bias_hh}, uniform in ±1/√hiddenSize at first.
 */
public final class RnnCell extends Module {
    private final RecurrentWeights weights;

    /** From inputSize to hiddenSize. */
    public RnnCell(int inputSize, int hiddenSize, Random random) {
        weights = RecurrentLayers.weights(this, "", 1, inputSize, hiddenSize, random);
    }

    /** h′ from x and h. */
    public Tensor forward(Tensor x, Tensor h) {
        return Rnn.apply(RecurrentLayers.oneStep("RnnCell", x, weights), weights, h, null, false, false).hN();
    }
}
