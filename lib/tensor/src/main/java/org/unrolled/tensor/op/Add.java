package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = a + b, so ∂y/∂a = 1 and ∂y/∂b = 1; a repeated input gets the sum of its copies' gradients. */
public final class Add {
    private Add() { }

    /** a + b with broadcast shapes. */
    public static Tensor apply(Tensor a, Tensor b) {
        Shapes.requireFloats("add", a);
        Shapes.requireFloats("add", b);
        Broadcast to = Broadcast.of("add", "+", a.shape(), b.shape());
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(to.shape()));
        k.binary(y, Binary.ADD, a.buffer(), b.buffer(), to.size(), to.stride()[0], to.stride()[1], false);
        return Tensor.of("add", to.shape(), y, repeated(a, to.shape()), repeated(b, to.shape()));
    }

    /** An input whose gradient is dout, summed over the axes along which it was repeated. */
    static Edge repeated(Tensor x, int[] shape) {
        if (x.numel() == Shapes.count(shape)) return Edge.same(x);
        return Edge.to(x, (dx, dout, acc) -> Broadcast.sumTo(Kernels.current(), dx, x.shape(), dout, shape, acc));
    }
}
