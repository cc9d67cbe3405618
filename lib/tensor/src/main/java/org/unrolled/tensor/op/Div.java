package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = a / b element by element, so ∂y/∂a = 1/b and ∂y/∂b = -a/b² = -y/b. */
public final class Div {
    private Div() { }

    /** a / b with broadcast shapes. */
    public static Tensor apply(Tensor a, Tensor b) {
        Shapes.requireFloats("div", a);
        Shapes.requireFloats("div", b);
        Broadcast to = Broadcast.of("div", "/", a.shape(), b.shape());
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(to.shape()));
        k.binary(y, Binary.DIV, a.buffer(), b.buffer(), to.size(), to.stride()[0], to.stride()[1], false);
        return Tensor.of("div", to.shape(), y,
                Edge.to(a, (da, dout, acc) -> Broadcast.sumTo(k, da, a.shape(), over(k, dout, b, to.shape()), to.shape(), acc)),
                Edge.to(b, (db, dout, acc) -> {
                    Buffer minus = k.floats(dout.length());
                    k.binary(minus, Binary.MUL, dout, y, new int[] {y.length()}, new int[] {1}, new int[] {1}, false);
                    Buffer quotient = k.floats(dout.length());
                    k.affine(quotient, over(k, minus, b, to.shape()), -1, 0, false);
                    Broadcast.sumTo(k, db, b.shape(), quotient, to.shape(), acc);
                }));
    }

    /** d / b with b repeated to the shape. */
    private static Buffer over(Kernels k, Buffer d, Tensor b, int[] shape) {
        Broadcast axes = Broadcast.of("div", shape, shape, b.shape());
        Buffer quotient = k.floats(d.length());
        k.binary(quotient, Binary.DIV, d, b.buffer(), axes.size(), axes.stride()[0], axes.stride()[1], false);
        return quotient;
    }
}
