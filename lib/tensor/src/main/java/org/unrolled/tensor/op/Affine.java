package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = α·x + β with two numbers, which is every arithmetic with a scalar; dx = α·dout. */
public final class Affine {
    private Affine() { }

    /** α·x + β, the shape of x; {@code op} is what the learner called. */
    public static Tensor apply(String op, Tensor x, double alpha, double beta) {
        Shapes.requireFloats(op, x);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel());
        k.affine(y, x.buffer(), (float) alpha, (float) beta, false);
        Edge edge = alpha == 1 ? Edge.same(x)
                : Edge.to(x, (dx, dout, acc) -> k.affine(dx, dout, (float) alpha, 0, acc));
        return Tensor.of(op, x.shape(), y, edge);
    }
}
