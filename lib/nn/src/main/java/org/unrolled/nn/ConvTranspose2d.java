package org.unrolled.nn;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Transposed convolution: x (B, in, H, W) → (B, out, (H - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1,
 * …) (see {@link org.unrolled.tensor.op.ConvTranspose2d}). Parameters {@code weight} (in, out/groups, kernel, kernel) and
 * {@code bias} (out), both uniform in ±1/√(out/groups·kernel²) at first, as in PyTorch.
 */
public final class ConvTranspose2d extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final int stride, padding, outputPadding, groups, dilation;

    /** With a bias. */
    public ConvTranspose2d(int in, int out, int kernel, int stride, int padding, Random random) {
        this(in, out, kernel, stride, padding, 0, 1, true, 1, random);
    }

    /** With or without a bias, the options in PyTorch's order. */
    public ConvTranspose2d(int in, int out, int kernel, int stride, int padding, int outputPadding, int groups, boolean withBias, int dilation, Random random) {
        Init.requireGroups("ConvTranspose2d", in, out, groups);
        weight = parameter("weight", Init.fanInUniform(random, out / groups * kernel * kernel, in, out / groups, kernel, kernel));
        bias = withBias ? parameter("bias", Init.fanInUniform(random, out / groups * kernel * kernel, out)) : null;
        this.stride = stride;
        this.padding = padding;
        this.outputPadding = outputPadding;
        this.groups = groups;
        this.dilation = dilation;
    }

    @Override public Tensor forward(Tensor x) {
        return Tensors.convTranspose2d(x, weight, bias, stride, padding, outputPadding, groups, dilation);
    }

    /** The kernels, (in, out/groups, kernel, kernel). */
    public Tensor weight() {
        return weight;
    }

    /** One number for each output channel. */
    public @Nullable Tensor bias() {
        return bias;
    }
}
