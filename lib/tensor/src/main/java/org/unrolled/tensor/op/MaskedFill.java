package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = value where the mask is not 0, else x; the gradient is dout where the mask is 0, else 0. Before a softmax the
 * value is -∞, or -1e30 where a device computes without infinities.
 */
public final class MaskedFill {
    private MaskedFill() { }

    /** The shape of x, to which the mask is broadcast; the mask holds floats or ints. */
    public static Tensor apply(Tensor x, Tensor mask, double value) {
        Shapes.requireFloats("maskedFill", x);
        Shapes.requireTensor("maskedFill", mask);
        int[] shape = x.shape();
        if (!Arrays.equals(Broadcast.of("maskedFill", "with mask", shape, mask.shape()).shape(), shape)) {
            throw new IllegalArgumentException("maskedFill: " + Shapes.text(shape) + " with mask " + Shapes.text(mask.shape())
                    + ": the mask is larger than what it masks. Hint: expand the first to the mask's shape.");
        }
        Broadcast axes = Broadcast.of("maskedFill", shape, shape, mask.shape());
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), masked = (mask.isInt() ? mask.toFloat() : mask).buffer();
        int[] size = axes.size(), stride = axes.stride()[1];
        k.maskedFill(y, x.buffer(), masked, (float) value, size, stride, false);
        return Tensor.of("maskedFill", shape, y,
                Edge.to(x, (dx, dout, acc) -> k.maskedFill(dx, dout, masked, 0, size, stride, acc)));
    }
}
