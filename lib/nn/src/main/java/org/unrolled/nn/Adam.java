package org.unrolled.nn;

import java.util.List;
import java.util.Map;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), with PyTorch's defaults: β = (0.9, 0.999), ε = 1e-8, no
 * weight decay. A weight decay is added to the gradient; where it shall shrink the weights by itself, use {@link AdamW}.
 */
public sealed class Adam extends Optimizer permits AdamW {
    static final float EPS = 1e-8f;
    final Buffer m;
    final Buffer v;
    final float beta1;
    final float beta2;
    final float weightDecay;

    /** Over a module's parameters, with the defaults. */
    public Adam(Module module, double lr) {
        this(module.parameters(), lr);
    }

    /** With the defaults. */
    public Adam(List<Tensor> parameters, double lr) {
        this(parameters, lr, 0.9, 0.999, 0);
    }

    /** With all its numbers. */
    public Adam(List<Tensor> tensors, double lr, double beta1, double beta2, double weightDecay) {
        super(tensors, lr);
        m = Kernels.current().floats(parameters.length());
        v = Kernels.current().floats(parameters.length());
        this.beta1 = (float) beta1;
        this.beta2 = (float) beta2;
        this.weightDecay = (float) weightDecay;
    }

    @Override protected void update(Kernels k) {
        k.adam(parameters, m, v, gradients, step, lr, beta1, beta2, EPS, weightDecay);
    }

    @Override protected final Map<String, Buffer> moments() {
        return Map.of("exp_avg", m, "exp_avg_sq", v);
    }
}
