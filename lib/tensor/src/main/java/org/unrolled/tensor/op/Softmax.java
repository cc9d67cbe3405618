package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes.Line;

/**
 * yⱼ = exp(xⱼ) / Σₖ exp(xₖ) along one axis, computed with the largest x subtracted so that nothing overflows.
 * ∂yⱼ/∂xₖ = yⱼ([j = k] - yₖ), so dxⱼ = yⱼ (doutⱼ - Σₖ doutₖ yₖ) (Bridle 1990).
 */
public final class Softmax {
    private Softmax() { }

    /** The shape of x; the elements along {@code dim} are positive and sum to 1. A line of -∞ alone, masked everywhere, gives NaN. */
    public static Tensor apply(Tensor x, int dim) {
        Shapes.requireFloats("softmax", x);
        Line line = Line.of("softmax", x.shape(), dim);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel());
        k.softmax(y, x.buffer(), line.outer(), line.n(), line.inner());
        return Tensor.of("softmax", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.softmaxBackward(dx, dout, y, line.outer(), line.n(), line.inner(), acc)));
    }
}
