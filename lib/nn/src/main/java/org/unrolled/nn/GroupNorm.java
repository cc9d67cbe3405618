package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * Normalisation over groups of channels of each example by itself (Wu and He 2018), ε = 1e-5: x (B, C, …) → the same shape.
 * Parameters {@code weight} (γ, ones at first) and {@code bias} (β, zeros at first), one element for each channel.
 */
public final class GroupNorm extends Layer {
    private static final double EPS = 1e-5;
    private final int groups;
    private final Tensor weight;
    private final Tensor bias;

    /** {@code groups} divides {@code channels}. */
    public GroupNorm(int groups, int channels) {
        Init.requireGroups("GroupNorm", channels, channels, groups);
        this.groups = groups;
        weight = parameter("weight", Tensors.ones(channels));
        bias = parameter("bias", Tensors.zeros(channels));
    }

    @Override public Tensor forward(Tensor x) {
        if (x.dim() > 1 && x.size(1) != weight.numel()) {
            throw new IllegalArgumentException("GroupNorm: the input " + Shapes.text(x.shape()) + " has " + x.size(1) + " channels, and it is (B, C, …) with C = "
                    + weight.numel() + ". Hint: the layer is made for as many as the one before it puts out.");
        }
        return Tensors.groupNorm(x, groups, weight, bias, EPS);
    }
}
