package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Adds P[t, 2i] = sin(t·10000^(-2i/dModel)) and P[t, 2i+1] = cos(t·10000^(-2i/dModel)) (Vaswani et al. 2017, section 3.5): x (B, T, dModel) → the same
 * shape. It has no parameters and knows every position.
 */
public final class SinusoidalPositions extends Layer {
    @Override public Tensor forward(Tensor x) {
        return forward(x, 0);
    }

    /** As {@link #forward(Tensor)}, with the first vector at position {@code from}. */
    public Tensor forward(Tensor x, int from) {
        int T = x.size(-2);
        return x.add(table(from + T, x.size(-1)).slice(0, from, from + T));
    }

    /** P for the first T positions, (T, dModel). */
    public static Tensor table(int T, int dModel) {
        float[] p = new float[T * dModel];
        for (int t = 0; t < T; t++) {
            for (int c = 0; c < dModel; c++) {
                double angle = t * Math.pow(10_000, -(c - c % 2) / (double) dModel);
                p[t * dModel + c] = (float) (c % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
            }
        }
        return Tensors.tensor(p, T, dModel);
    }
}
