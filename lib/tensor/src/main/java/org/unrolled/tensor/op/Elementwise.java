package org.unrolled.tensor.op;

import java.util.Locale;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Unary;

/** yᵢ = f(xᵢ), so dxᵢ = doutᵢ · f′(xᵢ). Each {@link Unary} says its formula and derivative. */
public final class Elementwise {
    private Elementwise() { }

    /** f of every element, the shape of x. */
    public static Tensor apply(Unary f, Tensor x) {
        String op = f.name().toLowerCase(Locale.ROOT);
        Shapes.requireFloats(op, x);
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), in = x.buffer();
        k.unary(y, f, in);
        return Tensor.of(op, x.shape(), y, Edge.to(x, (dx, dout, acc) -> k.unaryBackward(dx, f, dout, in, y, acc)));
    }
}
