package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * L = -(1/N) Σₙ log softmax(logitsₙ)[labelₙ], so dlogits = dL · (softmax(logits) - onehot(labels))/N. The mean over
 * nothing is NaN, as in PyTorch.
 */
public final class CrossEntropy {
    private CrossEntropy() { }

    /** logits (…, C), labels (…) of ints in 0..C-1 → a scalar. */
    public static Tensor apply(Tensor logits, Tensor labels) {
        Shapes.requireFloats("crossEntropy", logits);
        Shapes.requireInts("crossEntropy", "labels", labels);
        int C = logits.dim() == 0 ? 0 : logits.size(-1), N = labels.numel();
        if (logits.dim() == 0 || !Arrays.equals(Arrays.copyOf(logits.shape(), logits.dim() - 1), labels.shape())) {
            throw new IllegalArgumentException("crossEntropy: logits " + Shapes.text(logits.shape()) + " with labels " + Shapes.text(labels.shape())
                    + ": each row of logits needs one label, so the labels' shape is the logits' without the last axis. Hint: "
                    + (labels.numel() == logits.numel() ? "labels are class numbers, not one-hot: use argmax(-1)."
                            : "reshape both: logits.reshape(-1, C), labels.reshape(-1)"));
        }
        Kernels k = Kernels.current();
        Buffer each = k.floats(N), probs = k.floats(N * C), loss = k.floats(1), targets = labels.buffer();
        k.crossEntropy(each, probs, logits.buffer(), targets, N, C);
        k.sum(loss, each, 1, N, 1, 1f / N, false);
        return Tensor.of("crossEntropy", new int[0], loss,
                Edge.to(logits, (dlogits, dout, acc) -> k.crossEntropyBackward(dlogits, dout, probs, targets, N, C, 1f / N, acc)));
    }
}
