package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = a · b element by element, so ∂y/∂a = b and ∂y/∂b = a. */
public final class Mul {
    private Mul() { }

    /** a * b with broadcast shapes. */
    public static Tensor apply(Tensor a, Tensor b) {
        Shapes.requireFloats("mul", a);
        Shapes.requireFloats("mul", b);
        Broadcast to = Broadcast.of("mul", "*", a.shape(), b.shape());
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(to.shape()));
        k.binary(y, Binary.MUL, a.buffer(), b.buffer(), to.size(), to.stride()[0], to.stride()[1], false);
        return Tensor.of("mul", to.shape(), y,
                Edge.to(a, (da, dout, acc) -> times(k, da, a, dout, b, to.shape(), acc)),
                Edge.to(b, (db, dout, acc) -> times(k, db, b, dout, a, to.shape(), acc)));
    }

    /** dx (+)= dout · other, summed over the axes along which x was repeated. */
    static void times(Kernels k, Buffer dx, Tensor x, Buffer dout, Tensor other, int[] shape, boolean acc) {
        Broadcast axes = Broadcast.of("mul", shape, shape, other.shape());
        boolean whole = x.numel() == dout.length();
        Buffer product = whole ? dx : k.scratch(dout.length());
        k.binary(product, Binary.MUL, dout, other.buffer(), axes.size(), axes.stride()[0], axes.stride()[1], whole && acc);
        if (whole) return;
        Broadcast.sumTo(k, dx, x.shape(), product, shape, acc);
        k.release(product);
    }
}
