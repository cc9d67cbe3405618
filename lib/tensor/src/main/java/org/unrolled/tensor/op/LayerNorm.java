package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * y = (x - μ)/√(σ² + ε) · γ + β, with μ and σ² over the last axis, of which γ and β have one element each
 * (Ba, Kiros and Hinton, "Layer normalization", 2016). With x̂ = (x - μ)ρ, ρ = 1/√(σ² + ε) and g = dout·γ:
 * dx = ρ(g - mean g - x̂·mean(g x̂)), dγ = Σ dout·x̂, dβ = Σ dout, the sums over all rows.
 */
public final class LayerNorm {
    private LayerNorm() { }

    /** x (…, C), γ (C), β (C) → (…, C). */
    public static Tensor apply(Tensor x, Tensor gamma, Tensor beta, double eps) {
        for (Tensor t : new Tensor[] {x, gamma, beta}) Shapes.requireFloats("layerNorm", t);
        int C = x.size(-1), N = Shapes.count(x.shape(), 0, x.dim() - 1);
        for (Tensor p : new Tensor[] {gamma, beta}) {
            if (p.dim() != 1 || p.numel() != C) {
                throw new IllegalArgumentException("layerNorm: " + Shapes.text(x.shape()) + " with " + (p == gamma ? "gamma " : "beta ")
                        + Shapes.text(p.shape()) + ": it needs one element for each of the " + C + " of the last axis. Hint: ones(" + C + ") or zeros(" + C + ")");
            }
        }
        Kernels k = Kernels.current();
        Buffer y = k.floats(x.numel()), stat = k.floats(2 * N), in = x.buffer(), g = gamma.buffer();
        k.layerNorm(y, stat, in, g, beta.buffer(), N, C, (float) eps);
        return Tensor.of("layerNorm", x.shape(), y,
                Edge.to(x, (dx, dout, acc) -> k.layerNormBackward(dx, dout, in, stat, g, N, C, acc)),
                Edge.to(gamma, (dgamma, dout, acc) -> k.layerNormGammaBackward(dgamma, dout, in, stat, N, C, acc)),
                Edge.to(beta, (dbeta, dout, acc) -> k.sum(dbeta, dout, 1, N, C, 1, acc)));
    }
}
