package org.unrolled.tensor.op;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;

/**
 * Elman's recurrent network over a whole sequence (1990): h_t = f(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), f being tanh or max(·, 0).
 *
 * <p>Back through time (Werbos 1990), with a_t the argument of f: dh_t = dout_t + W_hhᵀ da_{t+1} and da_t = dh_t · f′(a_t). Then
 * dW_hh = Σ_t da_t h_{t-1}ᵀ, dW_ih = Σ_t da_t x_tᵀ, both biases' gradients are Σ_t da_t, and dx_t = W_ihᵀ da_t.
 */
public final class Rnn {
    /**
     * All states and the last.
     *
     * @param output (B, T, H): h_t; 0 past a sequence's length
     * @param hN     (B, H): h after each sequence's last step
     */
    public record Result(Tensor output, Tensor hN) { }

    private Rnn() { }

    /**
     * x (B, T, I), h0 (B, H) or none for 0, lengths (B) of ints in 0..T or none for T. In reverse each sequence runs from its
     * own last step to its first; {@code output} stays in the order of x.
     */
    public static Result apply(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor lengths, boolean relu, boolean reverse) {
        Recurrence r = new Recurrence("rnn", 1, x, weights, lengths);
        Buffer start = r.state("h0", h0), h = r.kept(true, r.H), hN = r.k.floats(r.B * r.H);
        r.k.rnnLayer(h, hN, x.buffer(), weights.weightIh().buffer(), weights.biasIh().buffer(), r.weight, r.bias, start, r.lengths, relu, reverse, r.B, r.T, r.I, r.H);
        Tensor a = r.arguments(h, h, start, h0, null, reverse);
        // nothing but this passes a gradient to a, so there is none yet to add to
        Tensor output = Tensor.of("rnn", new int[] {r.B, r.T, r.H}, h, Edge.to(a, (da, dout, acc) -> {
            r.first[0] = r.k.floats(r.B * r.H);
            r.k.rnnBackward(da, r.first[0], dout, r.takeLast(0), h, r.weight, r.lengths, relu, reverse, r.B, r.T, r.H);
        }));
        return new Result(output, r.lastState(output, hN, 0));
    }
}
