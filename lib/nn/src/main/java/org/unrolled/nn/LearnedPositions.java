package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Adds a trained vector for each position (as in BERT, Devlin et al. 2019): x (B, T, dModel) → the same shape, T up to maxLength. Parameter
 * {@code weight} (maxLength, dModel), normal with standard deviation 0.02 at first.
 */
public final class LearnedPositions extends Layer {
    private final Tensor weight;

    /** For positions 0..maxLength-1. */
    public LearnedPositions(int maxLength, int dModel, Random random) {
        weight = parameter("weight", Tensors.randn(random, maxLength, dModel).mul(0.02));
    }

    @Override public Tensor forward(Tensor x) {
        return forward(x, 0);
    }

    /** As {@link #forward(Tensor)}, with the first vector at position {@code from}. */
    public Tensor forward(Tensor x, int from) {
        int T = x.size(-2);
        if (from < 0 || from + T > weight.size(0)) {
            throw new IllegalArgumentException("LearnedPositions: positions " + from + " to " + (from + T - 1) + ", and vectors are learned for 0 to "
                    + (weight.size(0) - 1) + ". Hint: cut the sequence, or use positions that know no end (SinusoidalPositions, Rope, Alibi).");
        }
        return x.add(weight.slice(0, from, from + T));
    }

    /** The table, (maxLength, dModel). */
    public Tensor weight() {
        return weight;
    }
}
