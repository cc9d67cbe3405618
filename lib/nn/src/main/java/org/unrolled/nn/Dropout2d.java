package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * In training each channel of each example becomes 0 with probability p, and the others are divided by 1 - p (Tompson et al.
 * 2015): x (B, C, …). Otherwise as {@link Dropout}.
 */
public final class Dropout2d extends Layer {
    private final double p;
    private final int seed;
    private final Tensor step = counter("step", Tensors.ids(0));

    /** The seed is drawn from {@code random}. */
    public Dropout2d(double p, Random random) {
        this(p, random.nextInt());
    }

    /** p in [0, 1). */
    public Dropout2d(double p, int seed) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("Dropout2d: p = " + p + " is not in 0 ≤ p < 1. Hint: p is the share of the channels that is dropped, often 0.1.");
        }
        this.p = p;
        this.seed = seed;
    }

    @Override public Tensor forward(Tensor x) {
        if (!training() || p == 0) return x;
        Kernels k = Kernels.current();
        k.increment(step.buffer());
        // a copy, as in Dropout: by the time of backward another pass may have counted on
        Buffer now = k.ints(1);
        k.copy(now, step.buffer());
        return Tensors.dropout2d(x, p, seed, Tensor.of(new int[] {1}, now), 0);
    }

    /** The number of training passes so far, one int: an input of a recorded step. */
    public Tensor step() {
        return step;
    }
}
