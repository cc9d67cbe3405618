package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Initial values of parameters. */
final class Init {
    private Init() { }

    /** Uniform in ±bound. */
    static Tensor uniform(Random random, double bound, int... shape) {
        return Tensors.rand(random, shape).mul(2 * bound).sub(bound);
    }
}
