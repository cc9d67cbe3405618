package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** y = x where x &gt; 0, else slope·x, so that a unit that is off still learns (Maas, Hannun and Ng 2013); at 0 the derivative is the slope. */
public final class LeakyRelu {
    private LeakyRelu() { }

    /** The shape of x; PyTorch's default slope is 0.01. */
    public static Tensor apply(Tensor x, double slope) {
        Shapes.requireFloats("leakyRelu", x);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), in = x.buffer();
        k.leakyRelu(y, in, (float) slope);
        return Tensor.of("leakyRelu", x.shape(), y, Edge.to(x, (dx, dout, acc) -> k.leakyReluBackward(dx, dout, in, (float) slope, acc)));
    }
}
