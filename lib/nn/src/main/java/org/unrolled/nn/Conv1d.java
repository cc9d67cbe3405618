package org.unrolled.nn;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Convolution along one axis: x (B, in, L) → (B, out, ⌊(L + 2·padding - dilation·(kernel - 1) - 1)/stride⌋ + 1). Parameters
 * {@code weight} (out, in/groups, kernel) and {@code bias} (out), both uniform in ±1/√(in/groups·kernel) at first, as in
 * PyTorch.
 */
public final class Conv1d extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final int stride, padding, dilation, groups;

    /** With stride 1, no padding and a bias. */
    public Conv1d(int in, int out, int kernel, Random random) {
        this(in, out, kernel, 1, 0, 1, 1, true, random);
    }

    /** With or without a bias. */
    public Conv1d(int in, int out, int kernel, int stride, int padding, int dilation, int groups, boolean withBias, Random random) {
        Init.requireGroups("Conv1d", in, out, groups);
        weight = parameter("weight", Init.fanInUniform(random, in / groups * kernel, out, in / groups, kernel));
        bias = withBias ? parameter("bias", Init.fanInUniform(random, in / groups * kernel, out)) : null;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.groups = groups;
    }

    @Override public Tensor forward(Tensor x) {
        return Tensors.conv1d(x, weight, bias, stride, padding, dilation, groups);
    }

    /** The kernels, (out, in/groups, kernel). */
    public Tensor weight() {
        return weight;
    }

    /** One number for each output channel. */
    public @Nullable Tensor bias() {
        return bias;
    }
}
