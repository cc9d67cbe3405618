package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * RMS normalisation over the last axis (Zhang and Sennrich 2019): x (…, dModel) → the same shape. ε = 2⁻²³, as PyTorch takes it for float32. Parameter
 * {@code weight} (γ, ones at first).
 */
public final class RmsNorm extends Layer {
    private static final double EPS = 0x1p-23;
    private final Tensor weight;

    /** For a last axis of size dModel. */
    public RmsNorm(int dModel) {
        weight = parameter("weight", Tensors.ones(dModel));
    }

    @Override public Tensor forward(Tensor x) {
        return x.rmsNorm(weight, EPS);
    }
}
