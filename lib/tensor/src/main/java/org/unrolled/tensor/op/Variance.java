package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes.Line;

/**
 * y = Σⱼ (xⱼ - x̄)²/(n - 1), the unbiased variance (Bessel's correction), like torch.var; dxⱼ = dout · 2(xⱼ - x̄)/(n - 1).
 * Of a single element it is NaN.
 */
public final class Variance {
    private Variance() { }

    /** Over all elements, a scalar. */
    public static Tensor all(Tensor x) {
        return line(x, new Line(0, 1, x.numel(), 1), new int[0]);
    }

    /** Along an axis; {@code keepDim} leaves it with size 1. */
    public static Tensor apply(Tensor x, int dim, boolean keepDim) {
        Line line = Line.of("variance", x.shape(), dim);
        return line(x, line, Shapes.without(x.shape(), line.axis(), keepDim));
    }

    private static Tensor line(Tensor x, Line line, int[] shape) {
        Shapes.requireFloats("variance", x);
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), in = x.buffer();
        k.variance(y, in, line.outer(), line.n(), line.inner(), 1);
        return Tensor.of("variance", shape, y,
                Edge.to(x, (dx, dout, acc) -> k.varianceBackward(dx, dout, in, line.outer(), line.n(), line.inner(), 1, acc)));
    }
}
