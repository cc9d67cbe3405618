package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Tensor;

/**
 * Losses of regression, the mean over all elements: a distance of the prediction y from the target t, written in operations that have
 * their gradients already. Both get one. The mean over nothing is NaN, as in PyTorch. Shapes must be equal: broadcasting (B, 1) with (B)
 * to (B, B) is the classic silent mistake of a regression.
 */
public final class Losses {
    private Losses() { }

    /** (1/n) Σ (y - t)². */
    public static Tensor mse(Tensor y, Tensor t) {
        requireSameShape("mseLoss", y, t);
        Tensor d = y.sub(t);
        return d.mul(d).mean();
    }

    /** (1/n) Σ |y - t|; the gradient where both are equal is 0. */
    public static Tensor l1(Tensor y, Tensor t) {
        requireSameShape("l1Loss", y, t);
        return y.sub(t).abs().mean();
    }

    /** (1/n) Σ ½d² where |d| ≤ δ, else δ(|d| - ½δ), with d = y - t (Huber 1964). Its slope is at most δ, so outliers pull less. */
    public static Tensor huber(Tensor y, Tensor t, double delta) {
        requireSameShape("huberLoss", y, t);
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huberLoss: δ = " + delta + " is not above 0. Hint: δ is the distance from which on the loss grows linearly, often 1.");
        }
        // with m = min(|d|, δ) both cases are ½m² + δ(|d| - m)
        Tensor distance = y.sub(t).abs(), beyond = distance.sub(delta).relu(), m = distance.sub(beyond);
        return m.mul(m).mul(0.5).add(beyond.mul(delta)).mean();
    }

    static void requireSameShape(String op, Tensor y, Tensor t) {
        Shapes.requireFloats(op, y);
        Shapes.requireFloats(op, t);
        if (!Arrays.equals(y.shape(), t.shape())) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(y.shape()) + " with targets " + Shapes.text(t.shape())
                    + ": each prediction has one target, so the shapes are equal. Hint: "
                    + (y.numel() == t.numel() ? "reshape one of the two." : "check the size of the network's output."));
        }
    }
}
