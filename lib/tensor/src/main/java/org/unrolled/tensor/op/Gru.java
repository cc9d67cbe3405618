package org.unrolled.tensor.op;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;

/**
 * Gated recurrent unit over a whole sequence (Cho et al. 2014), in the form of cuDNN and PyTorch, whose reset gate comes after the
 * product with W_hn. With a = W_ih x_t + b_ih and u = W_hh h_{t-1} + b_hh, each in three parts,
 * <pre>
 *   r = σ(a_r + u_r)    z = σ(a_z + u_z)    n = tanh(a_n + r·u_n)    h_t = (1 - z)·n + z·h_{t-1}
 * </pre>
 *
 * <p>Back through time:
 * <pre>
 *   dh_t = dout_t + dh_{t+1}·z_{t+1} + W_hhᵀ du_{t+1}
 *   da_n = dh·(1-z)·(1-n²)    da_z = dh·(h_{t-1} - n)·z(1-z)    da_r = da_n·u_n·r(1-r)    du = (da_r, da_z, da_n·r)
 * </pre>
 * Then dW_hh = Σ_t du_t h_{t-1}ᵀ, db_hh = Σ_t du_t, dW_ih = Σ_t da_t x_tᵀ, db_ih = Σ_t da_t, dx_t = W_ihᵀ da_t.
 */
public final class Gru {
    /**
     * All states and the last.
     *
     * @param output (B, T, H): h_t; 0 past a sequence's length
     * @param hN     (B, H): h after each sequence's last step
     */
    public record Result(Tensor output, Tensor hN) { }

    private Gru() { }

    /**
     * x (B, T, I), h0 (B, H) or none for 0, lengths (B) of ints in 0..T or none for T. In reverse each sequence runs from its
     * own last step to its first; {@code output} stays in the order of x.
     */
    public static Result apply(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor lengths, boolean reverse) {
        Recurrence r = new Recurrence("gru", 3, x, weights, lengths);
        boolean keep = r.isRecorded(h0);
        Buffer start = r.state("h0", h0), gates = r.kept(keep, 3 * r.H), h = r.kept(true, r.H), u = r.kept(keep, r.H), hN = r.k.floats(r.B * r.H);
        r.k.gruLayer(gates, h, u, hN, x.buffer(), weights.weightIh().buffer(), weights.biasIh().buffer(), r.weight, r.bias, start, r.lengths, reverse, r.B, r.T, r.I, r.H);
        if (!keep) return new Result(Tensor.of(new int[] {r.B, r.T, r.H}, h), Tensor.of(new int[] {r.B, r.H}, hN));
        Tensor a = r.arguments(gates, h, start, h0, null, reverse);
        // nothing but this passes a gradient to a, so there is none yet to add to
        Tensor output = Tensor.of("gru", new int[] {r.B, r.T, r.H}, h, Edge.to(a, (da, dout, acc) -> {
            r.first[0] = r.k.floats(r.B * r.H);
            r.k.gruBackward(da, r.lendRecurrent(), r.first[0], dout, r.takeLast(0), gates, h, u, r.weight, start, r.lengths, reverse, r.B, r.T, r.H);
            r.giveRecurrentBackIfUnread();
        }));
        return new Result(output, r.lastState(output, hN, 0));
    }
}
