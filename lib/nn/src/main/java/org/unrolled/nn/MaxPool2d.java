package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** The largest of each kernel x kernel window: x (B, C, H, W) → (B, C, ⌊(H + 2·padding - kernel)/stride⌋ + 1, …). */
public final class MaxPool2d extends Layer {
    private final int kernel, stride, padding;

    /** Windows side by side. */
    public MaxPool2d(int kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows {@code stride} apart, the planes padded. */
    public MaxPool2d(int kernel, int stride, int padding) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
    }

    @Override public Tensor forward(Tensor x) {
        return Tensors.maxPool2d(x, kernel, stride, padding);
    }
}
