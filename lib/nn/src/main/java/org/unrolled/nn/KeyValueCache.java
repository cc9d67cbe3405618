package org.unrolled.nn;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * The keys and values of one attention layer for the positions it has read, so that a causal model that writes token after token projects
 * each of them once. It holds 2·B·S·dModel floats after S positions (Shazeer 2019 counts what reading them costs).
 * Use it within noGrad: outside, each entry keeps the graph that made it.
 */
public final class KeyValueCache {
    private @Nullable Tensor keys;
    private @Nullable Tensor values;

    /** How many positions it has read. */
    public int length() {
        return keys == null ? 0 : keys.size(2);
    }

    /** The keys, (B, numHeads, S, d_k), or null before the first. */
    public @Nullable Tensor keys() {
        return keys;
    }

    /** The values, (B, numHeads, S, d_k), or null before the first. */
    public @Nullable Tensor values() {
        return values;
    }

    void append(Tensor k, Tensor v) {
        keys = keys == null ? k : Tensors.cat(2, keys, k);
        values = values == null ? v : Tensors.cat(2, values, v);
    }
}
