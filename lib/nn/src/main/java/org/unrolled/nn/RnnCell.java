package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * One step of Elman's recurrent network (1990): h′ = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh). x (B, inputSize),
 * h (B, hiddenSize) → (B, hiddenSize). Parameters {@code weight_ih}, {@code weight_hh}, {@code bias_ih},
 * {@code bias_hh}, uniform in ±1/√hiddenSize at first.
 */
public final class RnnCell extends Module {
    private final int hiddenSize;
    private final Tensor weightIh;
    private final Tensor weightHh;
    private final Tensor biasIh;
    private final Tensor biasHh;

    /** From inputSize to hiddenSize. */
    public RnnCell(int inputSize, int hiddenSize, Random random) {
        double bound = 1 / Math.sqrt(hiddenSize);
        this.hiddenSize = hiddenSize;
        weightIh = parameter("weight_ih", Init.uniform(random, bound, hiddenSize, inputSize));
        weightHh = parameter("weight_hh", Init.uniform(random, bound, hiddenSize, hiddenSize));
        biasIh = parameter("bias_ih", Init.uniform(random, bound, hiddenSize));
        biasHh = parameter("bias_hh", Init.uniform(random, bound, hiddenSize));
    }

    /** h′ from x and h. */
    public Tensor forward(Tensor x, Tensor h) {
        return Tensors.linear(x, weightIh, biasIh).add(Tensors.linear(h, weightHh, biasHh)).tanh();
    }

    /** Every state of a sequence that begins with h = 0: x (B, T, inputSize) → (B, T, hiddenSize). */
    public Tensor unroll(Tensor x) {
        Tensor h = Tensors.zeros(x.size(0), hiddenSize);
        Tensor[] states = new Tensor[x.size(1)];
        for (int t = 0; t < states.length; t++) {
            h = forward(x.select(1, t), h);
            states[t] = h;
        }
        return Tensors.stack(1, states);
    }
}
