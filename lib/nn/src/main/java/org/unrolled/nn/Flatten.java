package org.unrolled.nn;

import org.unrolled.tensor.Tensor;

/** All axes but the first become one: x (B, C, H, W) → (B, C·H·W). */
public final class Flatten extends Layer {
    /** From axis 1 on. */
    public Flatten() { }

    @Override public Tensor forward(Tensor x) {
        int n = 1;
        for (int axis = 1; axis < x.dim(); axis++) n *= x.size(axis);
        // said in numbers: -1 would be anything for an empty batch
        return x.reshape(x.size(0), n);
    }
}
