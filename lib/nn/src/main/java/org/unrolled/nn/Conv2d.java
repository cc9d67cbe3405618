package org.unrolled.nn;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * Convolution: x (B, in, H, W) → (B, out, ⌊(H + 2·padding - dilation·(kernel - 1) - 1)/stride⌋ + 1, …) (see {@link
 * org.unrolled.tensor.op.Conv2d}). Parameters {@code weight} (out, in/groups, kernel, kernel) and {@code bias} (out), both
 * uniform in ±1/√(in/groups·kernel²) at first, as in PyTorch.
 */
public final class Conv2d extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final int[] stride, padding, dilation;
    private final int groups;

    /** With stride 1, no padding and a bias. */
    public Conv2d(int in, int out, int kernel, Random random) {
        this(in, out, kernel, 1, 0, random);
    }

    /** With a bias. */
    public Conv2d(int in, int out, int kernel, int stride, int padding, Random random) {
        this(in, out, kernel, stride, padding, 1, 1, true, random);
    }

    /** With or without a bias; {@code groups = in} is a depthwise convolution. */
    public Conv2d(int in, int out, int kernel, int stride, int padding, int dilation, int groups, boolean withBias, Random random) {
        this(in, out, new int[] {kernel, kernel}, new int[] {stride, stride}, new int[] {padding, padding}, new int[] {dilation, dilation}, groups, withBias, random);
    }

    /** All of a window given as (rows, columns). */
    public Conv2d(int in, int out, int[] kernel, int[] stride, int[] padding, int[] dilation, int groups, boolean withBias, Random random) {
        Init.requireGroups("Conv2d", in, out, groups);
        if (kernel.length != 2) {
            throw new IllegalArgumentException("Conv2d: kernel " + Shapes.text(kernel) + " has " + kernel.length
                    + (kernel.length == 1 ? " number" : " numbers") + ", and it is (rows, columns). Hint: a square one is given as an int.");
        }
        weight = parameter("weight", Init.fanInUniform(random, in / groups * kernel[0] * kernel[1], out, in / groups, kernel[0], kernel[1]));
        bias = withBias ? parameter("bias", Init.fanInUniform(random, in / groups * kernel[0] * kernel[1], out)) : null;
        this.stride = stride.clone();
        this.padding = padding.clone();
        this.dilation = dilation.clone();
        this.groups = groups;
    }

    @Override public Tensor forward(Tensor x) {
        return Tensors.conv2d(x, weight, bias, stride, padding, dilation, groups);
    }

    /** The kernels, (out, in/groups, kernel, kernel). */
    public Tensor weight() {
        return weight;
    }

    /** One number for each output channel. */
    public @Nullable Tensor bias() {
        return bias;
    }
}
