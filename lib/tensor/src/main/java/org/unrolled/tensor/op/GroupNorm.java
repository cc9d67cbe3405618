package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = (x - μ)/√(σ² + ε) · γ + β, with μ and σ² over a group of channels and all their places, for each example by itself
 * (Wu and He, "Group normalization", 2018), so that the batch may be small. One group normalises over everything, as many
 * groups as channels each channel alone; a group of one value becomes β. The gradients are {@link LayerNorm}'s with the group for the row.
 */
public final class GroupNorm {
    private GroupNorm() { }

    /** x (B, C) or (B, C, …), γ and β (C) → the same shape; groups divides C. */
    public static Tensor apply(Tensor x, int groups, Tensor gamma, Tensor beta, double eps) {
        String op = "groupNorm";
        Channels.requireChannels(op, x);
        Channels.requireGroups(op, x.size(1), x.size(1), groups);
        Channels.requireEach(op, x, "gamma", gamma);
        Channels.requireEach(op, x, "beta", beta);
        int B = x.size(0), C = x.size(1), S = Shapes.count(x.shape(), 2, x.dim());
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), stat = k.floats(2 * B * groups), xv = x.buffer(), g = gamma.buffer();
        k.groupNorm(y, stat, xv, g, beta.buffer(), B, C, S, groups, (float) eps);
        return Tensor.of(op, x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.groupNormBackward(dx, dout, xv, stat, g, B, C, S, groups, acc)),
                Edge.to(gamma, (dgamma, dout, acc) -> k.groupNormGammaBackward(dgamma, dout, xv, stat, B, C, S, groups, acc)),
                Edge.to(beta, (dbeta, dout, acc) -> Channels.sum(k, dbeta, dout, B, C, acc)));
    }
}
