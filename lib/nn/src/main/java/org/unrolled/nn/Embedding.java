package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;

/**
 * A vector for each id: ids (…) → (…, dModel). Parameter {@code weight} (count, dModel), standard normal at first; the row of the
 * padding, if there is one, is 0 and has no gradient, so that it stays 0.
 */
public final class Embedding extends Layer {
    private final Tensor weight;
    private final int padding;

    /** For ids 0..count-1. */
    public Embedding(int count, int dModel, Random random) {
        this(count, dModel, -1, random);
    }

    /** For ids 0..count-1, of which {@code padding} stands for none. */
    public Embedding(int count, int dModel, int padding, Random random) {
        this.padding = padding;
        weight = parameter("weight", Tensors.randn(random, count, dModel));
        if (padding >= 0 && padding < count) Kernels.current().fill(weight.buffer().slice(padding * dModel, dModel), 0);
    }

    @Override public Tensor forward(Tensor ids) {
        return Tensors.embedding(weight, ids, padding);
    }

    /** The table, (count, dModel). */
    public Tensor weight() {
        return weight;
    }
}
