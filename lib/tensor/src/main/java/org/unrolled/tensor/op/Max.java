package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes.Line;

/** y = maxⱼ xⱼ along an axis or over everything; the first of the largest gets the gradient. NaN is the largest. */
public final class Max {
    private Max() { }

    /** The largest of all elements, a scalar. */
    public static Tensor all(Tensor x) {
        return line(x, new Line(0, 1, x.numel(), 1), new int[0]);
    }

    /** The largest along an axis; {@code keepDim} leaves it with size 1. */
    public static Tensor apply(Tensor x, int dim, boolean keepDim) {
        Line line = Line.of("max", x.shape(), dim);
        return line(x, line, Shapes.without(x.shape(), line.axis(), keepDim));
    }

    /** Where the largest along an axis is, as ints. */
    public static Tensor argmax(Tensor x, int dim) {
        Line line = Line.of("argmax", x.shape(), dim);
        Kernels k = Kernels.current();
        Buffer y = k.floats(line.outer() * line.inner()), index = k.ints(y.length());
        largest("argmax", k, y, index, x, line);
        return Tensor.of("argmax", Shapes.without(x.shape(), line.axis(), false), index);
    }

    private static Tensor line(Tensor x, Line line, int[] shape) {
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), index = k.ints(y.length());
        largest("max", k, y, index, x, line);
        return Tensor.of("max", shape, y,
                Edge.to(x, (dx, dout, acc) -> k.maxBackward(dx, dout, index, line.outer(), line.n(), line.inner(), acc)));
    }

    private static void largest(String op, Kernels k, Buffer y, Buffer index, Tensor x, Line line) {
        Shapes.requireFloats(op, x);
        if (line.n() == 0) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape())
                    + " has nothing along that axis, and nothing has no largest. Hint: check for an empty batch first.");
        }
        k.max(y, index, x.buffer(), line.outer(), line.n(), line.inner());
    }
}
