package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes.Line;

/**
 * y = Σⱼ xⱼ along an axis or over everything, and the mean, (1/n) Σⱼ xⱼ. Every xⱼ gets dout, or dout/n. The sum of
 * nothing is 0, its mean NaN.
 */
public final class Sum {
    private Sum() { }

    /** Σ over all elements, a scalar. */
    public static Tensor all(Tensor x) {
        return line("sum", x, new Line(0, 1, x.numel(), 1), new int[0], 1);
    }

    /** The mean of all elements, a scalar. */
    public static Tensor meanOfAll(Tensor x) {
        return line("mean", x, new Line(0, 1, x.numel(), 1), new int[0], 1f / x.numel());
    }

    /** Σ along an axis; {@code keepDim} leaves it with size 1. */
    public static Tensor apply(Tensor x, int dim, boolean keepDim) {
        Line line = Line.of("sum", x.shape(), dim);
        return line("sum", x, line, Shapes.without(x.shape(), line.axis(), keepDim), 1);
    }

    /** The mean along an axis; {@code keepDim} leaves it with size 1. */
    public static Tensor mean(Tensor x, int dim, boolean keepDim) {
        Line line = Line.of("mean", x.shape(), dim);
        return line("mean", x, line, Shapes.without(x.shape(), line.axis(), keepDim), 1f / line.n());
    }

    private static Tensor line(String op, Tensor x, Line line, int[] shape, float scale) {
        Shapes.requireFloats(op, x);
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape));
        k.sum(y, x.buffer(), line.outer(), line.n(), line.inner(), scale, false);
        int[] size = {line.outer(), line.n(), line.inner()}, stride = {line.inner(), 0, 1};
        return Tensor.of(op, shape, y, Edge.to(x, (dx, dout, acc) -> {
            Broadcast axes = Broadcast.merge(op, x.shape(), size, stride);
            Buffer each = dout;
            if (scale != 1) {
                each = k.scratch(dout.length());
                k.affine(each, dout, scale, 0, false);
            }
            k.readStrided(dx, each, axes.size(), axes.stride()[0], acc);
            if (scale != 1) k.release(each);
        }));
    }
}
