package org.unrolled.nn;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/**
 * y = x·Wᵀ + b: x (…, in) → (…, out). Parameters {@code weight} (out, in) and {@code bias} (out), both uniform in
 * ±1/√in at first, as in PyTorch.
 */
public final class Linear extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /** With a bias. */
    public Linear(int in, int out, Random random) {
        this(in, out, true, random);
    }

    /** With or without a bias. */
    public Linear(int in, int out, boolean withBias, Random random) {
        double bound = in == 0 ? 0 : 1 / Math.sqrt(in);
        weight = parameter("weight", Init.uniform(random, bound, out, in));
        bias = withBias ? parameter("bias", Init.uniform(random, bound, out)) : null;
    }

    @Override public Tensor forward(Tensor x) {
        return org.unrolled.tensor.op.Linear.apply(x, weight, bias);
    }

    /** W, (out, in). */
    public Tensor weight() {
        return weight;
    }

    /** b, (out). */
    public @Nullable Tensor bias() {
        return bias;
    }
}
