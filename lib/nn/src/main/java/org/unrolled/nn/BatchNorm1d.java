package org.unrolled.nn;

/**
 * Batch normalisation of rows or lines (Ioffe and Szegedy 2015; see {@link org.unrolled.tensor.op.BatchNorm}), ε = 1e-5:
 * x (B, C) or (B, C, L) → the same shape. Parameters and state as in {@link BatchNorm2d}.
 */
public final class BatchNorm1d extends BatchNorm {
    /** With momentum 0.1. */
    public BatchNorm1d(int channels) {
        this(channels, 0.1);
    }

    /** Momentum is the weight of the new batch in the running statistics. */
    public BatchNorm1d(int channels, double momentum) {
        super(channels, momentum, 2, 3, "(B, C) or (B, C, L)");
    }
}
