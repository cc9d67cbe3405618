package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * Cuts the heads of an attention out of a projection: y[b,h,t,d] = x[b,t,part,h,d]. A reshape, a select and a transpose in one copy, so that queries,
 * keys and values may come from one product; the gradient goes back to their places.
 */
public final class Heads {
    private Heads() { }

    /** x (B, T, parts·numHeads·d_k) → (B, numHeads, T, d_k), the {@code part}-th of {@code parts}. */
    public static Tensor apply(Tensor x, int part, int parts, int numHeads) {
        int B = x.size(0), T = x.size(1), width = x.size(2) / parts, D = width / numHeads, row = parts * width;
        int n = B * T * width, start = n == 0 ? 0 : part * width, rest = n == 0 ? 0 : x.numel() - start;
        int[] shape = {B, numHeads, T, D}, stride = {T * row, D, row, 1};
        Kernels k = Kernels.current();
        Buffer y = k.floats(n);
        k.readStrided(y, x.buffer().slice(start, rest), shape, stride, false);
        return Tensor.of("heads", shape, y, Edge.to(x, (dx, dout, acc) -> {
            // the other parts add theirs
            if (!acc && parts > 1) k.fill(dx, 0);
            k.writeStrided(dx.slice(start, rest), dout, shape, stride, acc || parts > 1);
        }));
    }
}
