package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
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
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("dropout: p = " + p + " is not in 0 ≤ p < 1. Hint: p is the share that is dropped, often 0.1.");
        }
        if (!step.isInt() || step.numel() != 1) {
            throw new IllegalArgumentException("dropout: the step " + Shapes.text(step.shape()) + " must be one int. Hint: ids(0)");
        }
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), t = step.buffer();
        k.dropout(y, x.buffer(), t, (float) p, seed, layer, false);
        return Tensor.of("dropout", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.dropout(dx, dout, t, (float) p, seed, layer, acc)));
    }
}
