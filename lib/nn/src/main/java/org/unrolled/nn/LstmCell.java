package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Lstm;
import org.unrolled.tensor.op.RecurrentWeights;

/**
 * One step of long short-term memory (Hochreiter and Schmidhuber 1997); the equations stand at {@link Lstm}. x (B, inputSize),
 * h and c (B, hiddenSize) → h′ and c′ (B, hiddenSize). Parameters {@code weight_ih} (4·hiddenSize, inputSize), {@code weight_hh},
 * {@code bias_ih}, {@code bias_hh}, in the order i, f, g, o, uniform in ±1/√hiddenSize at first.
 */
public final class LstmCell extends Module {
    /**
     * Both states.
     *
     * @param h (B, hiddenSize), what others see
     * @param c (B, hiddenSize), the cell
     */
    public record State(Tensor h, Tensor c) { }

    private final RecurrentWeights weights;

    /** From inputSize to hiddenSize. */
    public LstmCell(int inputSize, int hiddenSize, Random random) {
        weights = RecurrentLayers.weights(this, "", 4, inputSize, hiddenSize, random);
    }

    /** h′ and c′ from x, h and c. */
    public State forward(Tensor x, Tensor h, Tensor c) {
        Lstm.Result step = Lstm.apply(RecurrentLayers.oneStep("LstmCell", x, weights), weights, h, c, null, false);
        return new State(step.hN(), step.cN());
    }

    /** Sets the forget gate's bias, b_ih + b_hh: at 1 or more the cell keeps what it has until training says otherwise. */
    public LstmCell forgetBias(double bias) {
        forgetBias(weights, bias);
        return this;
    }

    static void forgetBias(RecurrentWeights w, double bias) {
        int H = w.weightHh().size(1);
        Kernels.current().fill(w.biasIh().buffer().slice(H, H), (float) bias);
        Kernels.current().fill(w.biasHh().buffer().slice(H, H), 0);
    }
}
