package org.unrolled.nn;

import java.util.List;
import java.util.Map;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * Gradient descent with momentum: h = g + weightDecay·p, v ← momentum·v + h, p ← p - lr·v; with Nesterov's look ahead
 * p ← p - lr·(h + momentum·v) (Sutskever, Martens, Dahl and Hinton 2013; PyTorch's form). Momentum 0 is the plain one.
 */
public final class Sgd extends Optimizer {
    private final Buffer velocity;
    private final float momentum;
    private final float weightDecay;
    private final boolean nesterov;

    /** Over a module's parameters, without momentum. */
    public Sgd(Module module, double lr) {
        this(module.parameters(), lr);
    }

    /** Over a module's parameters, with momentum. */
    public Sgd(Module module, double lr, double momentum) {
        this(module.parameters(), lr, momentum);
    }

    /** Without momentum. */
    public Sgd(List<Tensor> parameters, double lr) {
        this(parameters, lr, 0);
    }

    /** With momentum. */
    public Sgd(List<Tensor> parameters, double lr, double momentum) {
        this(parameters, lr, momentum, 0, false);
    }

    /** With all its numbers. */
    public Sgd(List<Tensor> tensors, double lr, double momentum, double weightDecay, boolean nesterov) {
        super(tensors, lr);
        if (nesterov && momentum <= 0) {
            throw new IllegalArgumentException("Sgd: Nesterov's look ahead is along the momentum, and that is " + momentum + ". Hint: momentum is often 0.9.");
        }
        velocity = Kernels.current().floats(parameters.length());
        this.momentum = (float) momentum;
        this.weightDecay = (float) weightDecay;
        this.nesterov = nesterov;
    }

    @Override protected void update(Kernels k) {
        k.sgd(parameters, velocity, gradients, lr, momentum, weightDecay, nesterov);
    }

    @Override protected Map<String, Buffer> moments() {
        return Map.of("momentum_buffer", velocity);
    }
}
