package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** A vector for each id: ids (…) → (…, dModel). Parameter {@code weight} (count, dModel), standard normal at first. */
public final class Embedding extends Layer {
    private final Tensor weight;

    /** For ids 0..count-1. */
    public Embedding(int count, int dModel, Random random) {
        weight = parameter("weight", Tensors.randn(random, count, dModel));
    }

    @Override public Tensor forward(Tensor ids) {
        return Tensors.embedding(weight, ids);
    }

    /** The table, (count, dModel). */
    public Tensor weight() {
        return weight;
    }
}
