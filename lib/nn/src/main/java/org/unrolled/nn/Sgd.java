package org.unrolled.nn;

import java.util.List;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** Gradient descent with momentum: v ← momentum·v + g, p ← p - lr·v (PyTorch's form; momentum 0 is the plain one). */
public final class Sgd extends Optimizer {
    private final Buffer velocity;
    private final float momentum;

    /** Without momentum. */
    public Sgd(List<Tensor> parameters, double lr) {
        this(parameters, lr, 0);
    }

    /** With momentum. */
    public Sgd(List<Tensor> tensors, double lr, double momentum) {
        super(tensors, lr);
        velocity = Kernels.current().floats(parameters.length());
        this.momentum = (float) momentum;
    }

    @Override protected void update(Kernels k) {
        k.sgd(parameters, velocity, gradients, lr, momentum, 0, false);
    }
}
