package org.unrolled.nn;

import org.unrolled.tensor.Tensor;

/** A module from one tensor to one tensor. */
public abstract class Layer extends Module {
    /** For subclasses. */
    protected Layer() { }

    /** y = f(x). */
    public abstract Tensor forward(Tensor x);
}
