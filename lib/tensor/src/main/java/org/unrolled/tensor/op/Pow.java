package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = xᵖ for a number p, so dx = dout · p·xᵖ⁻¹. A negative x with a fractional p is NaN. */
public final class Pow {
    private Pow() { }

    /** x to the power of p, the shape of x. */
    public static Tensor apply(Tensor x, double p) {
        Shapes.requireFloats("pow", x);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel());
        k.pow(y, x.buffer(), (float) p);
        return Tensor.of("pow", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.powBackward(dx, dout, x.buffer(), (float) p, acc)));
    }
}
