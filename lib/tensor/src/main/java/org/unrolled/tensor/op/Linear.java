package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = x·Wᵀ + b, so dx = dy·W, dW = dyᵀ·x and db = Σ dy over the rows. W is (out, in) as in PyTorch, so that weights
 * move both ways.
 */
public final class Linear {
    private Linear() { }

    /** x (…, in), W (out, in), b (out) or none → (…, out). */
    public static Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
        Shapes.requireFloats("linear", x);
        Shapes.requireFloats("linear", weight);
        if (weight.dim() != 2 || x.dim() == 0 || x.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException("linear: " + Shapes.text(x.shape()) + " with weight " + Shapes.text(weight.shape())
                    + ": the weight is (out, in), and in must be the last size of the input. Hint: "
                    + (weight.dim() == 2 && x.dim() > 0 && weight.size(0) == x.size(-1) ? "transpose the weight." : "check the layer's sizes."));
        }
        int out = weight.size(0), in = weight.size(1), N = Shapes.count(x.shape(), 0, x.dim() - 1);
        if (bias != null && (bias.dim() != 1 || bias.numel() != out)) {
            throw new IllegalArgumentException("linear: weight " + Shapes.text(weight.shape()) + " with bias " + Shapes.text(bias.shape())
                    + ": the bias has one element for each output. Hint: zeros(" + out + ")");
        }
        int[] shape = Arrays.copyOf(x.shape(), x.dim());
        shape[shape.length - 1] = out;
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), xv = x.buffer(), w = weight.buffer();
        if (bias != null) k.readStrided(y, bias.buffer(), new int[] {N, out}, new int[] {0, 1}, false);
        k.matmul(y, xv, w, 1, N, out, in, 0, 0, false, true, bias != null);
        Edge dx = Edge.to(x, (d, dy, acc) -> k.matmul(d, dy, w, 1, N, in, out, 0, 0, false, false, acc));
        Edge dw = Edge.to(weight, (d, dy, acc) -> k.matmul(d, dy, xv, 1, out, in, N, 0, 0, true, false, acc));
        if (bias == null) return Tensor.of("linear", shape, y, dx, dw);
        return Tensor.of("linear", shape, y, dx, dw, Edge.to(bias, (d, dy, acc) -> k.sum(d, dy, 1, N, out, 1, acc)));
    }
}
