package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = max(a, b) element by element; the gradient goes to the larger, half to each where they are equal, as in PyTorch. */
public final class Maximum {
    private Maximum() { }

    /** a max b with broadcast shapes. */
    public static Tensor apply(Tensor a, Tensor b) {
        Shapes.requireFloats("maximum", a);
        Shapes.requireFloats("maximum", b);
        Broadcast to = Broadcast.of("maximum", "max", a.shape(), b.shape());
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(to.shape()));
        k.binary(y, Binary.MAXIMUM, a.buffer(), b.buffer(), to.size(), to.stride()[0], to.stride()[1], false);
        return Tensor.of("maximum", to.shape(), y,
                Edge.to(a, (da, dout, acc) -> toLarger(k, da, a, b, dout, to.shape(), acc)),
                Edge.to(b, (db, dout, acc) -> toLarger(k, db, b, a, dout, to.shape(), acc)));
    }

    /** dx (+)= dout · step(x - other). */
    private static void toLarger(Kernels k, Buffer dx, Tensor x, Tensor other, Buffer dout, int[] shape, boolean acc) {
        Broadcast axes = Broadcast.of("maximum", shape, x.shape(), other.shape());
        Buffer step = k.scratch(dout.length()), part = k.scratch(dout.length());
        k.binary(step, Binary.STEP, x.buffer(), other.buffer(), axes.size(), axes.stride()[0], axes.stride()[1], false);
        k.binary(part, Binary.MUL, dout, step, new int[] {dout.length()}, new int[] {1}, new int[] {1}, false);
        Broadcast.sumTo(k, dx, x.shape(), part, shape, acc);
        k.release(step);
        k.release(part);
    }
}
