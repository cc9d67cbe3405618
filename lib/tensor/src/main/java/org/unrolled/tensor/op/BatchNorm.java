package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = (x - μ)/√(σ² + ε) · γ + β for each channel, with μ and σ² (biased) over the batch and all places (Ioffe and Szegedy,
 * "Batch normalization", 2015). In training μ and σ² are the batch's own, and the running ones move towards them:
 * running ← (1 - momentum)·running + momentum·batch's, the unbiased variance there. In evaluation they are the running ones,
 * constants. With x̂ = (x - μ)ρ, ρ = 1/√(σ² + ε): dγ = Σ dout·x̂, dβ = Σ dout, and dx = γρ(dout - mean dout - x̂·mean(dout x̂)) in
 * training, γρ·dout in evaluation.
 */
public final class BatchNorm {
    private BatchNorm() { }

    /**
     * x (B, C) or (B, C, …) → the same shape; the other four have one element for each channel. In training the running
     * ones are updated in place, and there must be more than one value for each channel; an empty batch leaves them as they are.
     */
    public static Tensor apply(Tensor x, Tensor runningMean, Tensor runningVar, Tensor gamma, Tensor beta, boolean training, double momentum, double eps) {
        String op = "batchNorm";
        Channels.requireChannels(op, x);
        Channels.requireEach(op, x, "running mean", runningMean);
        Channels.requireEach(op, x, "running variance", runningVar);
        Channels.requireEach(op, x, "gamma", gamma);
        Channels.requireEach(op, x, "beta", beta);
        int B = x.size(0), C = x.size(1), S = Shapes.count(x.shape(), 2, x.dim()), n = B * S;
        if (training && n == 1) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape()) + " in training has one value for each channel, whose variance is 0: "
                    + "training needs more than one. Hint: a larger batch, or eval() on the module.");
        }
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), xv = x.buffer(), g = gamma.buffer(), mean, variance;
        if (training) {
            Buffer moments = k.floats(2 * C);
            k.channelMoments(moments, xv, B, C, S);
            mean = moments.slice(0, C);
            variance = moments.slice(C, C);
            if (n > 1) {
                k.movingAverage(runningMean.buffer(), mean, (float) momentum, 1);
                k.movingAverage(runningVar.buffer(), variance, (float) momentum, (float) ((double) n / (n - 1)));
            }
        } else {
            mean = runningMean.copy().buffer();
            variance = runningVar.copy().buffer();
        }
        k.batchNorm(y, xv, mean, variance, g, beta.buffer(), B, C, S, (float) eps);
        return Tensor.of(op, x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.batchNormBackward(dx, dout, xv, mean, variance, g, B, C, S, (float) eps, training, acc)),
                Edge.to(gamma, (dgamma, dout, acc) -> k.batchNormGammaBackward(dgamma, dout, xv, mean, variance, B, C, S, (float) eps, acc)),
                Edge.to(beta, (dbeta, dout, acc) -> Channels.sum(k, dbeta, dout, B, C, acc)));
    }
}
