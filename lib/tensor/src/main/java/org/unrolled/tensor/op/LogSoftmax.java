package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes.Line;

/** yⱼ = xⱼ - log Σₖ exp(xₖ) along one axis, the logarithm of softmax without its underflow; dxⱼ = doutⱼ - exp(yⱼ) Σₖ doutₖ. */
public final class LogSoftmax {
    private LogSoftmax() { }

    /** The shape of x. */
    public static Tensor apply(Tensor x, int dim) {
        Shapes.requireFloats("logSoftmax", x);
        Line line = Line.of("logSoftmax", x.shape(), dim);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel());
        k.logSoftmax(y, x.buffer(), line.outer(), line.n(), line.inner());
        return Tensor.of("logSoftmax", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.logSoftmaxBackward(dx, dout, y, line.outer(), line.n(), line.inner(), acc)));
    }
}
