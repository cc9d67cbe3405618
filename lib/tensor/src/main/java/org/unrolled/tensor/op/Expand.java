package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** Axes of size 1 repeated to a larger size; the gradient of an element is the sum over its copies. */
public final class Expand {
    private Expand() { }

    /** x broadcast to {@code sizes}; -1 keeps a size. */
    public static Tensor apply(Tensor x, int... sizes) {
        int[] shape = sizes.clone(), from = x.shape();
        int missing = sizes.length - from.length;
        for (int k = 0; k < sizes.length; k++) {
            if (sizes[k] == -1 && missing >= 0 && k >= missing) shape[k] = from[k - missing];
        }
        boolean fits = missing >= 0 && Arrays.stream(shape).allMatch(size -> size >= 0);
        for (int k = 0; fits && k < from.length; k++) fits = from[k] == shape[missing + k] || from[k] == 1;
        if (!fits) {
            throw new IllegalArgumentException("expand: " + Shapes.text(from) + " to " + Shapes.text(sizes)
                    + ": only axes of size 1 grow, and sizes are compared from the last axis. Hint: unsqueeze puts an axis of size 1 where it is missing.");
        }
        Broadcast axes = Broadcast.of("expand", shape, from);
        Kernels k = Kernels.current();
        int n = Shapes.count(shape);
        Buffer y = x.isInt() ? k.ints(n) : k.floats(n);
        k.readStrided(y, x.buffer(), axes.size(), axes.stride()[0], false);
        return Tensor.of("expand", shape, y,
                Edge.to(x, (dx, dout, acc) -> Broadcast.sumTo(k, dx, from, dout, shape, acc)));
    }
}
