package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = x/√(mean x² + ε) · γ over the last axis: layer normalisation without its mean and its β (Zhang and Sennrich, "Root mean square layer
 * normalization", 2019). With ρ = 1/√(mean x² + ε), x̂ = xρ and g = dout·γ: dx = ρ(g - x̂·mean(g x̂)), dγ = Σ dout·x̂.
 */
public final class RmsNorm {
    private RmsNorm() { }

    /** x (…, C), γ (C) → (…, C). */
    public static Tensor apply(Tensor x, Tensor gamma, double eps) {
        Shapes.requireFloats("rmsNorm", x);
        Shapes.requireFloats("rmsNorm", gamma);
        int C = x.size(-1), N = Shapes.count(x.shape(), 0, x.dim() - 1);
        if (gamma.dim() != 1 || gamma.numel() != C) {
            throw new IllegalArgumentException("rmsNorm: " + Shapes.text(x.shape()) + " with gamma " + Shapes.text(gamma.shape())
                    + ": it needs one element for each of the " + C + " of the last axis. Hint: ones(" + C + ")");
        }
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), stat = k.floats(2 * N), in = x.buffer(), g = gamma.buffer();
        k.rmsNorm(y, stat, in, g, N, C, (float) eps);
        return Tensor.of("rmsNorm", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.rmsNormBackward(dx, dout, in, stat, g, N, C, acc)),
                Edge.to(gamma, (dgamma, dout, acc) -> k.layerNormGammaBackward(dgamma, dout, in, stat, N, C, acc)));
    }
}
