package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.op.Gru;
import org.unrolled.tensor.op.RecurrentWeights;

/**
 * One step of a gated recurrent unit (Cho et al. 2014), in PyTorch's form; the equations stand at {@link Gru}. x (B, inputSize),
 * h (B, hiddenSize) → (B, hiddenSize). Parameters {@code weight_ih} (3·hiddenSize, inputSize), {@code weight_hh},
 * {@code bias_ih}, {@code bias_hh}, in the order r, z, n, uniform in ±1/√hiddenSize at first.
 */
public final class GruCell extends Module {
    private final RecurrentWeights weights;

    /** From inputSize to hiddenSize. */
    public GruCell(int inputSize, int hiddenSize, Random random) {
        weights = RecurrentLayers.weights(this, "", 3, inputSize, hiddenSize, random);
    }

    /** h′ from x and h. */
    public Tensor forward(Tensor x, Tensor h) {
        return Gru.apply(RecurrentLayers.oneStep("GruCell", x, weights), weights, h, null, false).hN();
    }
}
