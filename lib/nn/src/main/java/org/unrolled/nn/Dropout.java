package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * In training each element becomes 0 with probability p, and the others are divided by 1 - p (Srivastava et al. 2014);
 * in evaluation nothing happens. The layer counts its own training passes in {@link #step()}, and each draws other
 * elements; the same seed draws the same in every run.
 */
public final class Dropout extends Layer {
    private final double p;
    private final int seed;
    private final Tensor step = counter("step", Tensors.ids(0));

    /** The seed is drawn from {@code random}. */
    public Dropout(double p, Random random) {
        this(p, random.nextInt());
    }

    /** p in [0, 1). */
    public Dropout(double p, int seed) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("Dropout: p = " + p + " is not in 0 ≤ p < 1. Hint: p is the share that is dropped, often 0.1.");
        }
        this.p = p;
        this.seed = seed;
    }

    @Override public Tensor forward(Tensor x) {
        if (!training() || p == 0) return x;
        Kernels k = Kernels.current();
        k.increment(step.buffer());
        // backward draws again, and by then another pass may have counted on
        Buffer now = k.ints(1);
        k.copy(now, step.buffer());
        return x.dropout(p, seed, Tensor.of(new int[] {1}, now), 0);
    }

    double p() {
        return p;
    }

    /** The number of training passes so far, one int: an input of a recorded step. */
    public Tensor step() {
        return step;
    }
}
