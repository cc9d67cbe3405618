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
                Edge.to(a, (da, dout, acc) -> {
                    Buffer quotient = over(k, dout, b, to.shape());
                    Broadcast.sumTo(k, da, a.shape(), quotient, to.shape(), acc);
                    k.release(quotient);
                }),
                Edge.to(b, (db, dout, acc) -> {
                    Buffer minus = k.scratch(dout.length());
                    k.binary(minus, Binary.MUL, dout, y, new int[] {y.length()}, new int[] {1}, new int[] {1}, false);
                    Buffer quotient = over(k, minus, b, to.shape());
                    k.affine(minus, quotient, -1, 0, false);
                    Broadcast.sumTo(k, db, b.shape(), minus, to.shape(), acc);
                    k.release(minus);
                    k.release(quotient);
                }));
    }

    /** d / b with b repeated to the shape, to be given back. */
    private static Buffer over(Kernels k, Buffer d, Tensor b, int[] shape) {
        Broadcast axes = Broadcast.of("div", shape, shape, b.shape());
        Buffer quotient = k.scratch(d.length());
        k.binary(quotient, Binary.DIV, d, b.buffer(), axes.size(), axes.stride()[0], axes.stride()[1], false);
        return quotient;
    }
}
