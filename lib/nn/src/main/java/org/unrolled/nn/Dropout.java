package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;

/**
 * In training each element becomes 0 with probability p, and the others are divided by 1 - p (Srivastava et al. 2014);
 * in evaluation nothing happens. The layer counts its own training passes in {@link #step()}, and each draws other
 * elements; the same seed draws the same in every run.
 */
public final class Dropout extends DropoutLayer {
    /** The seed is drawn from {@code random}. */
    public Dropout(double p, Random random) {
        this(p, random.nextInt());
    }

    /** p in [0, 1). */
    public Dropout(double p, int seed) {
        super(p, seed, "");
    }

    @Override Tensor drop(Tensor x, Tensor step) {
        return x.dropout(p, seed, step, 0);
    }
}
