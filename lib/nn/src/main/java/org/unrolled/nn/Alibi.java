package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Attention with linear biases (Press, Smith and Lewis, "Train short, test long", 2022, section 3): the score of a key n positions away is lowered by slope·n.
 * Head h of numHeads, counted from 1, has the slope 2^(-8h/numHeads), so that some heads see far and some near.
 */
public final class Alibi implements RelativePositions {
    /** The slopes of the heads, (numHeads). */
    public static Tensor slopes(int numHeads) {
        double[] slopes = new double[numHeads];
        for (int h = 0; h < numHeads; h++) slopes[h] = Math.pow(2, -8.0 * (h + 1) / numHeads);
        return Tensors.tensor(slopes);
    }

    @Override public Tensor bias(int numHeads, int T, int S) {
        float[] bias = new float[numHeads * T * S], slopes = slopes(numHeads).toArray();
        for (int h = 0, at = 0; h < numHeads; h++) {
            for (int t = 0; t < T; t++) {
                for (int s = 0; s < S; s++) bias[at++] = -slopes[h] * Math.abs(S - T + t - s);
            }
        }
        return Tensors.tensor(bias, numHeads, T, S);
    }
}
