package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * In training each channel of each example becomes 0 with probability p, and the others are divided by 1 - p (Tompson et al.
 * 2015): x (B, C, …). Otherwise as {@link Dropout}.
 */
public final class Dropout2d extends DropoutLayer {
    /** The seed is drawn from {@code random}. */
    public Dropout2d(double p, Random random) {
        this(p, random.nextInt());
    }

    /** p in [0, 1). */
    public Dropout2d(double p, int seed) {
        super(p, seed, "of the channels ");
    }

    @Override Tensor drop(Tensor x, Tensor step) {
        return Tensors.dropout2d(x, p, seed, step, 0);
    }
}
