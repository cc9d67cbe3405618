package org.unrolled.nn;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/**
 * Positions that act inside attention and not on its input: {@link Rope} turns queries and keys, {@link Alibi} adds to the scores. Both make the
 * score of a query and a key depend on how far apart they are.
 */
public interface RelativePositions {
    /** No positions. */
    RelativePositions NONE = new RelativePositions() { };

    /** Queries or keys (B, numHeads, T, d_k), the first of which stands at position {@code from}, as they are to be compared. */
    default Tensor turn(Tensor heads, int from) {
        return heads;
    }

    /** What is added to the scaled scores, (numHeads, T, S), or null for nothing; the T queries stand at the last T of the S positions. */
    default @Nullable Tensor bias(int numHeads, int T, int S) {
        return null;
    }
}
