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
     */
    public record Result(Tensor output, Tensor hN, Tensor cN) { }

    /**
     * What goes on inside, to look at: no gradient flows through.
     *
     * @param output (B, T, H): h_t
     * @param gates  (B, T, 4H): i, f, g and o of each step
     * @param cells  (B, T, H): c_t of each step
     */
    public record Trace(Tensor output, Tensor gates, Tensor cells) { }

    private Lstm() { }

    /**
     * x (B, T, I), h0 and c0 (B, H) or none for 0, lengths (B) of ints in 0..T or none for T. In reverse each sequence runs from
     * its own last step to its first; {@code output} stays in the order of x.
     */
    public static Result apply(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths, boolean reverse) {
        Recurrence r = new Recurrence("lstm", 4, x, weights, lengths);
        boolean keep = r.isRecorded(h0, c0);
        Buffer startH = r.state("h0", h0), startC = r.state("c0", c0), gates = r.kept(keep, 4 * r.H), h = r.kept(true, r.H), c = r.kept(keep, r.H);
        Buffer hN = r.k.floats(r.B * r.H), cN = r.k.floats(r.B * r.H);
        layer(r, gates, h, c, hN, cN, startH, startC, reverse);
        if (!keep) return new Result(Tensor.of(new int[] {r.B, r.T, r.H}, h), Tensor.of(new int[] {r.B, r.H}, hN), Tensor.of(new int[] {r.B, r.H}, cN));
        Tensor a = r.arguments(gates, h, startH, h0, c0, reverse);
        // nothing but this passes a gradient to a, so there is none yet to add to
        Tensor output = Tensor.of("lstm", new int[] {r.B, r.T, r.H}, h, Edge.to(a, (da, dout, acc) -> {
            r.first[0] = r.k.floats(r.B * r.H);
            r.first[1] = r.k.floats(r.B * r.H);
            r.k.lstmBackward(da, r.first[0], r.first[1], dout, r.takeLast(0), r.takeLast(1), gates, c, r.weight, startC, r.lengths, reverse, r.B, r.T, r.H);
        }));
        return new Result(output, r.lastState(output, hN, 0), r.lastState(output, cN, 1));
    }

    /** Everything that {@link #apply} computes from h = 0 and c = 0 on its way, without a tape. */
    public static Trace trace(Tensor x, RecurrentWeights weights) {
        Recurrence r = new Recurrence("lstm", 4, x, weights, null);
        Buffer zero = r.state("h0", null), gates = r.kept(true, 4 * r.H), h = r.kept(true, r.H), c = r.kept(true, r.H);
        layer(r, gates, h, c, r.k.floats(r.B * r.H), r.k.floats(r.B * r.H), zero, zero, false);
        return new Trace(Tensor.of(new int[] {r.B, r.T, r.H}, h), Tensor.of(new int[] {r.B, r.T, 4 * r.H}, gates), Tensor.of(new int[] {r.B, r.T, r.H}, c));
    }

    private static void layer(Recurrence r, Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer h0, Buffer c0, boolean reverse) {
        r.k.lstmLayer(gates, h, c, hN, cN, r.x.buffer(), r.w.weightIh().buffer(), r.w.biasIh().buffer(), r.weight, r.bias, h0, c0, r.lengths, reverse, r.B, r.T, r.I, r.H);
    }
}
