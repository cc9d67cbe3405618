package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** The mean of each kernel x kernel window: x (B, C, H, W) → (B, C, ⌊(H + 2·padding - kernel)/stride⌋ + 1, …). */
public final class AvgPool2d extends Layer {
    private final int kernel, stride, padding;

    /** Windows side by side. */
    public AvgPool2d(int kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows {@code stride} apart, the planes padded. */
    public AvgPool2d(int kernel, int stride, int padding) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
    }

    @Override public Tensor forward(Tensor x) {
        return Tensors.avgPool2d(x, kernel, stride, padding);
    }
}
