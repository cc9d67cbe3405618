package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** What {@link Dropout} and {@link Dropout2d} have in common: they count their training passes, and each pass draws anew. */
abstract class DropoutLayer extends Layer {
    final double p;
    final int seed;
    private final Tensor step = counter("step", Tensors.ids(0));

    /** p in [0, 1), the share of {@code what} that is dropped. */
    DropoutLayer(double p, int seed, String what) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": p = " + p + " is not in 0 ≤ p < 1. Hint: p is the share " + what + "that is dropped, often 0.1.");
        }
        this.p = p;
        this.seed = seed;
    }

    @Override public final Tensor forward(Tensor x) {
        if (!training() || p == 0) return x;
        Kernels k = Kernels.current();
        k.increment(step.buffer());
        // backward draws again, and by then another pass may have counted on
        Buffer now = k.ints(1);
        k.copy(now, step.buffer());
        return drop(x, Tensor.of(new int[] {1}, now));
    }

    /** What the training pass of this number draws. */
    abstract Tensor drop(Tensor x, Tensor step);

    /** The number of training passes so far, one int: an input of a recorded step. */
    public final Tensor step() {
        return step;
    }
}
