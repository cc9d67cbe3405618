package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = 0 with probability p, else x/(1 - p), so that the expectation stays x (Srivastava et al. 2014). Which elements
 * are dropped is a function of seed, step, layer and position, so the gradient, dropout of dout, draws the same again.
 */
public final class Dropout {
    private Dropout() { }

    /**
     * @param p     probability, 0 ≤ p &lt; 1
     * @param seed  of the whole run
     * @param step  one int, the step number: each step drops others
     * @param layer which dropout of the network this is
     */
    public static Tensor apply(Tensor x, double p, int seed, Tensor step, int layer) {
        Shapes.requireFloats("dropout", x);
        check("dropout", p, step);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), t = step.buffer();
        k.dropout(y, x.buffer(), t, (float) p, seed, layer, false);
        return Tensor.of("dropout", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.dropout(dx, dout, t, (float) p, seed, layer, acc)));
    }

    /**
     * Whole channels: all places of x[b,c] are dropped together, since neighbours in an image say nearly the same (Tompson et
     * al., "Efficient object localization using convolutional networks", 2015).
     *
     * @param x (B, C, …)
     */
    public static Tensor channels(Tensor x, double p, int seed, Tensor step, int layer) {
        Channels.requireChannels("dropout2d", x);
        check("dropout2d", p, step);
        Kernels k = Kernels.current();
        int planes = x.size(0) * x.size(1), S = Shapes.count(x.shape(), 2, x.dim());
        Buffer y = k.floats(x.numel()), ones = k.floats(planes), kept = k.floats(planes), xv = x.buffer();
        int[] size = {planes, S}, each = {S, 1}, repeated = {1, 0};
        k.fill(ones, 1);
        k.dropout(kept, ones, step.buffer(), (float) p, seed, layer, false);
        k.binary(y, Binary.MUL, xv, kept, size, each, repeated, false);
        return Tensor.of("dropout2d", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.binary(dx, Binary.MUL, dout, kept, size, each, repeated, acc)));
    }

    private static void check(String op, double p, Tensor step) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException(op + ": p = " + p + " is not in 0 ≤ p < 1. Hint: p is the share that is dropped, often 0.1.");
        }
        if (!step.isInt() || step.numel() != 1) {
            throw new IllegalArgumentException(op + ": the step " + Shapes.text(step.shape()) + " must be one int. Hint: ids(0)");
        }
    }
}
