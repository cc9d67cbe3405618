package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = a - b, so ∂y/∂a = 1 and ∂y/∂b = -1. */
public final class Sub {
    private Sub() { }

    /** a - b with broadcast shapes. */
    public static Tensor apply(Tensor a, Tensor b) {
        Shapes.requireFloats("sub", a);
        Shapes.requireFloats("sub", b);
        Broadcast to = Broadcast.of("sub", "-", a.shape(), b.shape());
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(to.shape()));
        k.binary(y, Binary.SUB, a.buffer(), b.buffer(), to.size(), to.stride()[0], to.stride()[1], false);
        return Tensor.of("sub", to.shape(), y,
                Add.repeated(a, to.shape()),
                Edge.to(b, (db, dout, acc) -> {
                    Buffer minus = k.scratch(dout.length());
                    k.affine(minus, dout, -1, 0, false);
                    Broadcast.sumTo(k, db, b.shape(), minus, to.shape(), acc);
                    k.release(minus);
                }));
    }
}
