package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y[n] = table[ids[n]], a row for each id; a row's gradient is the sum over the places that looked it up. The padding's row, if there is
 * one, gets no gradient, so that an optimiser leaves it as it is.
 */
public final class Embedding {
    private Embedding() { }

    /** table (V, C), ids (…) of ints in 0..V-1 → (…, C). */
    public static Tensor apply(Tensor table, Tensor ids) {
        return apply(table, ids, -1);
    }

    /** The same with the id that stands for padding; -1: there is none. */
    public static Tensor apply(Tensor table, Tensor ids, int padding) {
        Shapes.requireFloats("embedding", table);
        Shapes.requireInts("embedding", "ids", ids);
        if (table.dim() != 2) {
            throw new IllegalArgumentException("embedding: the table " + Shapes.text(table.shape())
                    + " must have two axes, one row for each id. Hint: randn(random, V, C)");
        }
        if (padding < -1 || padding >= table.size(0)) {
            throw new IllegalArgumentException("embedding: the padding " + padding + " names no row of the table " + Shapes.text(table.shape())
                    + ". Hint: 0 is usual; -1 is none.");
        }
        int V = table.size(0), C = table.size(1), N = ids.numel();
        int[] shape = Arrays.copyOf(ids.shape(), ids.dim() + 1);
        shape[ids.dim()] = C;
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), rows = ids.buffer();
        k.embedding(y, table.buffer(), rows, N, V, C);
        return Tensor.of("embedding", shape, y,
                Edge.to(table, (dtable, dout, acc) -> k.embeddingBackward(dtable, dout, rows, N, V, C, padding, acc)));
    }
}
