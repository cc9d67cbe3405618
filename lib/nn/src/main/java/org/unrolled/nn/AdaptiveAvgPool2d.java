package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** The means of outH x outW parts of each plane, whatever its size: x (B, C, H, W) → (B, C, outH, outW). */
public final class AdaptiveAvgPool2d extends Layer {
    private final int outH, outW;

    /** (1, 1) is global average pooling. */
    public AdaptiveAvgPool2d(int outH, int outW) {
        this.outH = outH;
        this.outW = outW;
    }

    @Override public Tensor forward(Tensor x) {
        return Tensors.adaptiveAvgPool2d(x, outH, outW);
    }
}
