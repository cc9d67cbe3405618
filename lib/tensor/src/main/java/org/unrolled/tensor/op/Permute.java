package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** The same elements with their axes in another order (a transpose swaps two); the gradient goes the way back. */
public final class Permute {
    private Permute() { }

    /** Axis k of the result is axis {@code order[k]} of x. */
    public static Tensor apply(Tensor x, int... order) {
        int[] from = axes(x.shape(), order);
        int[] strides = Shapes.strides(x.shape()), shape = new int[from.length], stride = new int[from.length];
        for (int k = 0; k < from.length; k++) {
            shape[k] = x.shape()[from[k]];
            stride[k] = strides[from[k]];
        }
        Broadcast axes = Broadcast.merge("permute", shape, shape, stride);
        Kernels k = Kernels.current();
        Buffer y = x.isInt() ? k.ints(x.numel()) : k.floats(x.numel());
        k.readStrided(y, x.buffer(), axes.size(), axes.stride()[0], false);
        return Tensor.of("permute", shape, y,
                Edge.to(x, (dx, dout, acc) -> k.writeStrided(dx, dout, axes.size(), axes.stride()[0], acc)));
    }

    /** Swaps two axes. */
    public static Tensor swap(Tensor x, int a, int b) {
        int rank = x.dim();
        if (rank < 2) {
            throw new IllegalArgumentException("transpose: " + Shapes.text(x.shape()) + " has " + (rank == 0 ? "no axes" : "one axis")
                    + ", and a transpose swaps two. Hint: unsqueeze(0) makes a vector a row, unsqueeze(-1) a column.");
        }
        int[] order = new int[rank];
        Arrays.setAll(order, k -> k);
        int first = Shapes.axis("transpose", x.shape(), a), second = Shapes.axis("transpose", x.shape(), b);
        order[first] = second;
        order[second] = first;
        return apply(x, order);
    }

    private static int[] axes(int[] shape, int[] order) {
        String both = "permute: the order " + Shapes.text(order) + " for " + Shapes.text(shape);
        if (order.length != shape.length) {
            throw new IllegalArgumentException(both + " names " + order.length + " axes, and there are " + shape.length
                    + ". Hint: name each axis once.");
        }
        boolean[] seen = new boolean[shape.length];
        int[] from = new int[shape.length];
        for (int k = 0; k < order.length; k++) {
            from[k] = Shapes.axis("permute", shape, order[k]);
            if (seen[from[k]]) {
                throw new IllegalArgumentException(both + " names axis " + order[k] + " twice. Hint: name each axis once.");
            }
            seen[from[k]] = true;
        }
        return from;
    }
}
