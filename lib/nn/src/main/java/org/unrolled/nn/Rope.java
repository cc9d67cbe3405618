package org.unrolled.nn;

import java.util.Arrays;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Rotary positions (Su et al., "RoFormer: enhanced Transformer with rotary position embedding", 2021, equation 34): at position m the pair
 * (x₂ᵢ, x₂ᵢ₊₁) is turned by the angle m·θᵢ with θᵢ = base^(-2i/d_k). The dot product of a query at m and a key at n then depends on m - n alone.
 */
public final class Rope implements RelativePositions {
    private final double base;

    /** With the paper's base, 10,000. */
    public Rope() {
        this(10_000);
    }

    /** The base is above 0; a larger one turns more slowly. */
    public Rope(double base) {
        if (!(base > 0)) throw new IllegalArgumentException("Rope: base = " + base + ", and it is above 0. Hint: 10000 is usual.");
        this.base = base;
    }

    /** x (…, T, d_k) at positions from, from + 1, … → the same shape; d_k is even. */
    @Override public Tensor turn(Tensor x, int from) {
        int dK = x.size(-1), T = x.size(-2), pairs = dK / 2;
        if (dK % 2 != 0) {
            throw new IllegalArgumentException("Rope: vectors of " + dK + " numbers do not divide into pairs, and each pair is turned. Hint: make dModel/numHeads even.");
        }
        float[] cos = new float[T * pairs], sin = new float[T * pairs];
        for (int t = 0; t < T; t++) {
            for (int i = 0; i < pairs; i++) {
                double angle = (from + t) * Math.pow(base, -2.0 * i / dK);
                cos[t * pairs + i] = (float) Math.cos(angle);
                sin[t * pairs + i] = (float) Math.sin(angle);
            }
        }
        int[] shape = x.shape(), paired = Arrays.copyOf(shape, shape.length + 1);
        paired[shape.length - 1] = pairs;
        paired[shape.length] = 2;
        Tensor pair = x.reshape(paired), a = pair.select(-1, 0), b = pair.select(-1, 1);
        Tensor c = Tensors.tensor(cos, T, pairs), s = Tensors.tensor(sin, T, pairs);
        return Tensors.stack(-1, a.mul(c).sub(b.mul(s)), a.mul(s).add(b.mul(c))).reshape(shape);
    }
}
