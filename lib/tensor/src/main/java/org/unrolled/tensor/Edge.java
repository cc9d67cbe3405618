package org.unrolled.tensor;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Buffer;

/**
 * How the gradient flows from an operation's result back to one of its inputs: dx (+)= doutᵀ ∂y/∂x.
 *
 * @param input    x
 * @param gradient adds to dx; null where dx is dout itself, element for element, so that nothing is copied
 */
public record Edge(Tensor input, @Nullable Gradient gradient) {
    /** Adds an operation's part of dx. */
    @FunctionalInterface
    public interface Gradient {
        /**
         * @param dx   gradient of the input, with its elements; the tape's, like dout: after this call both may be used for another gradient
         * @param dout gradient of the result
         * @param acc  false: dx holds nothing yet and is overwritten
         */
        void add(Buffer dx, Buffer dout, boolean acc);
    }

    /** An input whose gradient {@code gradient} adds to. */
    public static Edge to(Tensor input, Gradient gradient) {
        return new Edge(input, gradient);
    }

    /** An input whose gradient is the result's own, element for element (reshape, one side of an addition). */
    public static Edge same(Tensor input) {
        return new Edge(input, null);
    }
}
