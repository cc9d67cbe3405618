package org.unrolled.nn;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes;

/** What {@link BatchNorm1d} and {@link BatchNorm2d} have in common. */
abstract class BatchNorm extends Layer {
    private static final double EPS = 1e-5;
    private final int channels, least, most;
    private final String form;
    private final double momentum;
    private final Tensor weight, bias, runningMean, runningVar, numBatchesTracked;

    /** For inputs of {@code least} to {@code most} axes. */
    BatchNorm(int channels, double momentum, int least, int most, String form) {
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": momentum = " + momentum
                    + " is not in 0..1. Hint: it is the weight of the new batch in the running statistics, often 0.1.");
        }
        this.channels = channels;
        this.momentum = momentum;
        this.least = least;
        this.most = most;
        this.form = form;
        weight = parameter("weight", Tensors.ones(channels));
        bias = parameter("bias", Tensors.zeros(channels));
        runningMean = buffer("running_mean", Tensors.zeros(channels));
        runningVar = buffer("running_var", Tensors.ones(channels));
        numBatchesTracked = buffer("num_batches_tracked", Tensors.ids(new int[] {0}, new int[0]));
    }

    @Override public final Tensor forward(Tensor x) {
        if (x.dim() < least || x.dim() > most) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the input " + Shapes.text(x.shape()) + " has " + x.dim() + " axes, and it is "
                    + form + " with C = " + channels + ". Hint: " + (x.dim() == 4 ? "BatchNorm2d is for images." : "reshape or unsqueeze it."));
        }
        if (x.size(1) != channels) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the input " + Shapes.text(x.shape()) + " has " + x.size(1) + " channels, and it is "
                    + form + " with C = " + channels + ". Hint: the layer is made for as many as the one before it puts out.");
        }
        Tensor y = Tensors.batchNorm(x, runningMean, runningVar, weight, bias, training(), momentum, EPS);
        if (training()) Kernels.current().increment(numBatchesTracked.buffer());
        return y;
    }

    /** The means that evaluation uses, one for each channel. */
    public final Tensor runningMean() {
        return runningMean;
    }

    /** The variances that evaluation uses, one for each channel. */
    public final Tensor runningVar() {
        return runningVar;
    }
}
