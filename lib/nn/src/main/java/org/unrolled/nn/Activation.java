package org.unrolled.nn;

import java.util.function.UnaryOperator;
import org.unrolled.tensor.Tensor;

/** A function without parameters as a layer: {@code new Activation(Tensor::relu)}. */
public final class Activation extends Layer {
    private final UnaryOperator<Tensor> function;

    /** Any function of a tensor. */
    public Activation(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    @Override public Tensor forward(Tensor x) {
        return function.apply(x);
    }
}
