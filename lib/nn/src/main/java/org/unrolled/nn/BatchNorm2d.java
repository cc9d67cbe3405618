package org.unrolled.nn;

/**
 * Batch normalisation of images (Ioffe and Szegedy 2015; see {@link org.unrolled.tensor.op.BatchNorm}), ε = 1e-5:
 * x (B, C, H, W) → the same shape. Parameters {@code weight} (γ, ones at first) and {@code bias} (β, zeros at first); state
 * {@code running_mean} (zeros at first), {@code running_var} (ones at first) and {@code num_batches_tracked}, updated by each
 * forward pass in training and used in evaluation.
 */
public final class BatchNorm2d extends BatchNorm {
    /** With momentum 0.1. */
    public BatchNorm2d(int channels) {
        this(channels, 0.1);
    }

    /** Momentum is the weight of the new batch in the running statistics. */
    public BatchNorm2d(int channels, double momentum) {
        super(channels, momentum, 4, 4, "(B, C, H, W)");
    }
}
