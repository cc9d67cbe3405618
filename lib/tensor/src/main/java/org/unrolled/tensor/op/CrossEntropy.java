package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * L = -(1/N) Σₙ log softmax(logitsₙ)[labelₙ], so dlogits = dL · (softmax(logits) - onehot(labels))/N. The mean over
 * nothing is NaN, as in PyTorch; NaN in a logit is NaN in the loss.
 *
 * <p>The classes are the last axis: logits (…, C), labels (…). (PyTorch wants them on axis 1; there, too, a batch of sequences is
 * usually flattened to (N, C) first.)
 *
 * <p>With class weights w, label smoothing ε and an ignored label the targets are
 * q[n,c] = w[c]·(ε/C + (1-ε)·[c = labelₙ]), and the mean is PyTorch's: L = Σₙ -q[n]·log softmax(logitsₙ) / Σₙ w[labelₙ], both sums over the
 * rows whose label counts. If none counts that is 0/0, NaN, with a gradient of 0.
 */
public final class CrossEntropy {
    /** The label that PyTorch ignores by default. */
    public static final int IGNORED = -100;

    private CrossEntropy() { }

    /** logits (…, C), labels (…) of ints in 0..C-1 → a scalar. */
    public static Tensor apply(Tensor logits, Tensor labels) {
        check(logits, labels);
        int C = logits.size(-1), N = labels.numel();
        Kernels k = Kernels.current();
        Buffer each = k.floats(N), stat = k.floats(2 * N), loss = k.floats(1), targets = labels.buffer(), xs = logits.buffer();
        k.crossEntropy(each, stat, xs, targets, N, C);
        k.sum(loss, each, 1, N, 1, 1f / N, false);
        return Tensor.of("crossEntropy", new int[0], loss,
                Edge.to(logits, (dlogits, dout, acc) -> k.crossEntropyBackward(dlogits, dout, stat, xs, targets, N, C, 1f / N, acc)));
    }

    /**
     * @param weights        (C), how much each class counts; null: all 1
     * @param labelSmoothing ε in 0..1
     * @param ignored        rows with this label do not count
     */
    public static Tensor apply(Tensor logits, Tensor labels, @Nullable Tensor weights, double labelSmoothing, int ignored) {
        check(logits, labels);
        int C = logits.size(-1), N = labels.numel();
        if (weights != null) Shapes.requireFloats("crossEntropy", weights);
        if (weights != null && (weights.dim() != 1 || weights.numel() != C)) {
            throw new IllegalArgumentException("crossEntropy: logits " + Shapes.text(logits.shape()) + " with weights " + Shapes.text(weights.shape())
                    + ": there is one weight for each of the " + C + " classes. Hint: ones(" + C + ")");
        }
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("crossEntropy: label smoothing " + labelSmoothing
                    + " is not in 0 ≤ ε ≤ 1. Hint: it is the share of the target that all classes get, often 0.1.");
        }
        Kernels k = Kernels.current();
        float smoothing = (float) labelSmoothing;
        Buffer w = weights != null ? weights.buffer() : k.floats(C);
        if (weights == null) k.fill(w, 1);
        Buffer each = k.floats(N), stat = k.floats(2 * N), counts = k.floats(N), total = k.floats(1), sum = k.floats(1), loss = k.floats(1);
        Buffer targets = labels.buffer(), xs = logits.buffer();
        k.smoothedCrossEntropy(each, stat, xs, targets, w, N, C, smoothing, ignored);
        k.labelWeights(counts, targets, w, N, C, ignored);
        k.sum(total, counts, 1, N, 1, 1, false);
        k.sum(sum, each, 1, N, 1, 1, false);
        k.binary(loss, Binary.DIV, sum, total, new int[0], new int[0], new int[0], false);
        return Tensor.of("crossEntropy", new int[0], loss, Edge.to(logits, (dlogits, dout, acc) ->
                k.smoothedCrossEntropyBackward(dlogits, dout, total, stat, xs, targets, w, N, C, smoothing, ignored, acc)));
    }

    private static void check(Tensor logits, Tensor labels) {
        Shapes.requireFloats("crossEntropy", logits);
        Shapes.requireInts("crossEntropy", "labels", labels);
        int[] rows = logits.dim() == 0 ? new int[0] : Arrays.copyOf(logits.shape(), logits.dim() - 1);
        if (logits.dim() > 0 && Arrays.equals(rows, labels.shape())) return;
        String hint = "reshape both: logits.reshape(-1, C), labels.reshape(-1)";
        if (labels.numel() == logits.numel()) {
            hint = "labels are class numbers, not one-hot: use argmax(-1).";
        } else if (logits.dim() == 3 && Arrays.equals(new int[] {logits.size(0), logits.size(2)}, labels.shape())) {
            hint = "the classes are the last axis here: logits.transpose(1, 2)";
        }
        throw new IllegalArgumentException("crossEntropy: logits " + Shapes.text(logits.shape()) + " with labels " + Shapes.text(labels.shape())
                + ": each row of logits needs one label, so the labels' shape is the logits' without the last axis. Hint: " + hint);
    }
}
