package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Layer normalisation over the last axis (Ba, Kiros and Hinton 2016), ε = 1e-5: x (…, dModel) → the same shape.
 * Parameters {@code weight} (γ, ones at first) and {@code bias} (β, zeros at first).
 */
public final class LayerNorm extends Layer {
    private static final double EPS = 1e-5;
    private final Tensor weight;
    private final Tensor bias;

    /** For a last axis of size dModel. */
    public LayerNorm(int dModel) {
        weight = parameter("weight", Tensors.ones(dModel));
        bias = parameter("bias", Tensors.zeros(dModel));
    }

    @Override public Tensor forward(Tensor x) {
        return x.layerNorm(weight, bias, EPS);
    }
}
