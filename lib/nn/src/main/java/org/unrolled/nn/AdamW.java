package org.unrolled.nn;

import java.util.List;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Kernels;

/**
 * AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019), with PyTorch's defaults:
 * β = (0.9, 0.999), ε = 1e-8, weight decay 0.01. As {@link Adam}, but the decay shrinks the weights by itself.
 */
public final class AdamW extends Adam {
    /** Over a module's parameters, with the defaults. */
    public AdamW(Module module, double lr) {
        this(module.parameters(), lr);
    }

    /** With the defaults. */
    public AdamW(List<Tensor> parameters, double lr) {
        this(parameters, lr, 0.9, 0.999, 0.01);
    }

    /** With all its numbers. */
    public AdamW(List<Tensor> parameters, double lr, double beta1, double beta2, double weightDecay) {
        super(parameters, lr, beta1, beta2, weightDecay);
    }

    @Override protected void update(Kernels k) {
        k.adamW(parameters, m, v, gradients, step, lr, beta1, beta2, EPS, weightDecay);
    }
}
