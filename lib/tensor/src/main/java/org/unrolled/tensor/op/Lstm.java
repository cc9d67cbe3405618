package org.unrolled.tensor.op;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;

/**
 * Long short-term memory over a whole sequence (Hochreiter and Schmidhuber 1997; the forget gate is Gers, Schmidhuber and Cummins'
 * of 2000). With a = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh in four parts,
 * <pre>
 *   i = σ(a_i)    f = σ(a_f)    g = tanh(a_g)    o = σ(a_o)
 *   c_t = f·c_{t-1} + i·g                        h_t = o·tanh(c_t)
 * </pre>
 *
 * <p>Back through time:
 * <pre>
 *   dh_t = dout_t + W_hhᵀ da_{t+1}               dc_t = dc_{t+1}·f_{t+1} + dh_t·o·(1 - tanh²c_t)
 *   da_i = dc·g·i(1-i)    da_f = dc·c_{t-1}·f(1-f)    da_g = dc·i·(1-g²)    da_o = dh·tanh(c_t)·o(1-o)
 * </pre>
 * and the parameters as in {@link Rnn}.
 */
public final class Lstm {
    /**
     * All states and the last.
     *
     * @param output (B, T, H): h_t; 0 past a sequence's length
     * @param hN     (B, H): h after each sequence's last step
     * @param cN     (B, H): c after each sequence's last step
     * @param gates  (B, T, 4H): i, f, g and o of each step, to look at: no gradient flows through
     * @param cells  (B, T, H): c_t of each step, likewise
     */
    public record Result(Tensor output, Tensor hN, Tensor cN, Tensor gates, Tensor cells) { }

    private Lstm() { }

    /**
     * x (B, T, I), h0 and c0 (B, H) or none for 0, lengths (B) of ints in 0..T or none for T. In reverse each sequence runs from
     * its own last step to its first; {@code output} stays in the order of x.
     */
    public static Result apply(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths, boolean reverse) {
        Recurrence r = new Recurrence("lstm", 4, x, weights, lengths);
        int states = Shapes.count(r.B, r.T, r.H), one = r.B * r.H;
        Buffer startH = r.state("h0", h0), startC = r.state("c0", c0), gates = r.projection();
        Buffer h = r.k.floats(states), c = r.k.floats(states), hN = r.k.floats(one), cN = r.k.floats(one);
        r.k.lstm(gates, h, c, hN, cN, r.weight, r.bias, startH, startC, r.lengths, reverse, r.B, r.T, r.H);
        Tensor a = r.arguments(gates, h, startH, da -> da, h0, c0, reverse);
        // nothing but this passes a gradient to a, so there is none yet to add to
        Tensor output = Tensor.of("lstm", new int[] {r.B, r.T, r.H}, h, Edge.to(a, (da, dout, acc) -> {
            r.first[0] = r.k.floats(one);
            r.first[1] = r.k.floats(one);
            r.k.lstmBackward(da, r.first[0], r.first[1], dout, r.takeLast(0), r.takeLast(1), gates, c, r.weight, startC, r.lengths, reverse, r.B, r.T, r.H);
        }));
        return new Result(output, r.lastState(output, hN, 0), r.lastState(output, cN, 1),
                Tensor.of(new int[] {r.B, r.T, 4 * r.H}, gates), Tensor.of(new int[] {r.B, r.T, r.H}, c));
    }
}
