package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.CrossEntropy;

/** Numbers that say how good predictions are. What needs more than one class at a time is in {@link ConfusionMatrix}. */
public final class Metrics {
    private Metrics() { }

    /**
     * The share of rows of logits (…, C) whose largest is at the label (…); NaN of nothing. Of equal ones the first counts as the largest, and a NaN counts
     * as larger than any number (as in PyTorch's argmax): a network that gives NaN alone predicts class 0.
     */
    public static double accuracy(Tensor logits, Tensor labels) {
        return ConfusionMatrix.of(logits, labels).accuracy();
    }

    /** e to the power of a mean cross-entropy: among how many equally likely tokens the model is in doubt. */
    public static double perplexity(double meanCrossEntropy) {
        return Math.exp(meanCrossEntropy);
    }

    /** The perplexity of logits (…, C) with labels (…); rows with the label -100 do not count. */
    public static double perplexity(Tensor logits, Tensor labels) {
        return perplexity(Tensors.noGrad(() -> CrossEntropy.apply(logits, labels, null, 0, CrossEntropy.IGNORED)).item());
    }
}
