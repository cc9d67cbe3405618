package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes.Line;

/**
 * y[…, j, …] = x[…, index[…, j, …], …] along one axis: each place of the index says which element of its own line of x it takes.
 * An element's gradient is the sum over the places that took it.
 */
public final class Gather {
    private Gather() { }

    /** x and the index (ints) have equal sizes but for axis {@code dim}; the result has the index's shape. */
    public static Tensor apply(Tensor x, int dim, Tensor index) {
        Shapes.requireFloats("gather", x);
        Shapes.requireInts("gather", "indices", index);
        Line line = Line.of("gather", x.shape(), dim);
        boolean fits = index.dim() == x.dim();
        for (int k = 0; fits && k < x.dim(); k++) fits = k == line.axis() || index.size(k) == x.size(k);
        if (!fits) {
            throw new IllegalArgumentException("gather: indices " + Shapes.text(index.shape()) + " along axis " + dim + " of " + Shapes.text(x.shape())
                    + ": every other axis must have the same size. Hint: "
                    + (index.dim() == x.dim() - 1 ? "unsqueeze(" + dim + ") the indices to take one element of each line." : "slice or expand the one that differs."));
        }
        Kernels k = Kernels.current();
        Buffer y = k.floats(index.numel()), places = index.buffer();
        int m = index.size(line.axis());
        k.gather(y, x.buffer(), places, line.outer(), line.n(), m, line.inner());
        return Tensor.of("gather", index.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.gatherBackward(dx, dout, places, line.outer(), line.n(), m, line.inner(), acc)));
    }
}
