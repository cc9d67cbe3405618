package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * Binary cross-entropy of logits: L = mean of -w·t·log σ(x) - (1 - t)·log(1 - σ(x)), computed as
 * (1 - t)·x + (1 + (w - 1)·t)·log(1 + e⁻ˣ), which does not overflow. dx = dL/n · ((1 - t) - (1 + (w - 1)·t)(1 - σ(x))). The mean over
 * nothing is NaN, as in PyTorch.
 */
public final class BceWithLogits {
    private BceWithLogits() { }

    /**
     * @param x         logits of any shape
     * @param targets   of the same shape, from 0 to 1
     * @param posWeight how much a positive target counts, one for each element of the last axis; null: all 1
     */
    public static Tensor apply(Tensor x, Tensor targets, @Nullable Tensor posWeight) {
        Losses.requireSameShape("bceWithLogits", x, targets);
        if (targets.requiresGrad()) {
            throw new IllegalArgumentException("bceWithLogits: the targets require a gradient, and they are data here. Hint: targets.detach()");
        }
        int C = x.dim() == 0 ? 1 : x.size(-1), N = Shapes.count(x.shape(), 0, Math.max(0, x.dim() - 1)), n = x.numel();
        if (posWeight != null) Shapes.requireFloats("bceWithLogits", posWeight);
        if (posWeight != null && !Arrays.equals(posWeight.shape(), new int[] {C})) {
            throw new IllegalArgumentException("bceWithLogits: logits " + Shapes.text(x.shape()) + " with posWeight " + Shapes.text(posWeight.shape())
                    + ": it has one weight for each of the " + C + " of the last axis. Hint: ones(" + C + ")");
        }
        Kernels k = Kernels.current();
        Buffer w = posWeight != null ? posWeight.buffer() : k.floats(C);
        if (posWeight == null) k.fill(w, 1);
        Buffer each = k.floats(n), loss = k.floats(1), in = x.buffer(), t = targets.buffer();
        k.bceWithLogits(each, in, t, w, N, C);
        k.sum(loss, each, 1, n, 1, 1f / n, false);
        return Tensor.of("bceWithLogits", new int[0], loss,
                Edge.to(x, (dx, dout, acc) -> k.bceWithLogitsBackward(dx, dout, in, t, w, N, C, 1f / n, acc)));
    }
}
