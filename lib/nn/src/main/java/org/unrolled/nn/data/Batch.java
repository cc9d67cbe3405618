package org.unrolled.nn.data;

import java.util.List;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * A few examples as tensors.
 *
 * @param x       (B, …); sequences (B, T, …), padded to the longest of the batch
 * @param y       labels (B), targets (B, …), or targets for each step (B, T, …)
 * @param lengths of the sequences; empty if the examples are none
 * @param texts   of the examples: sentences, captions; empty if there are none
 * @param indices where the examples stand in the whole data set
 */
public record Batch(Tensor x, Tensor y, int[] lengths, List<String> texts, int[] indices) {
    /** B. */
    public int size() {
        return indices.length;
    }

    /** (B, T): 1 where a sequence is only padding, for {@code maskedFill} and attention. */
    public Tensor mask() {
        if (lengths.length != size()) {
            throw new IllegalStateException("mask: this batch holds no sequences, so nothing in it is padding.");
        }
        return Tensors.paddingMask(lengths, x.size(1));
    }
}
