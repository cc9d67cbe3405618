package org.unrolled.nn;

/**
 * Lowers the learning rate when a number, such as the validation loss, has not become better for more than {@code patience} epochs
 * (PyTorch's ReduceLROnPlateau): better means below best·(1 - 1e-4). NaN is never better.
 */
public final class Plateau {
    private static final double THRESHOLD = 1e-4;
    private final double factor;
    private final int patience;
    private final double minLr;
    double lr;
    double best = Double.POSITIVE_INFINITY;
    int bad;

    /** From lr, times factor each time, never below 0. */
    public Plateau(double lr, double factor, int patience) {
        this(lr, factor, patience, 0);
    }

    /** From lr, times factor each time, never below minLr. */
    public Plateau(double lr, double factor, int patience, double minLr) {
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("Plateau: the factor " + factor + " is not between 0 and 1, so it would not lower the learning rate. Hint: 0.1 or 0.5.");
        }
        this.lr = lr;
        this.factor = factor;
        this.patience = patience;
        this.minLr = minLr;
    }

    /** The learning rate after an epoch that ended with this value. */
    public double next(double value) {
        return next(value, false);
    }

    /** As {@link #next(double)}; if higher is better, better means above best·(1 + 1e-4). */
    double next(double value, boolean higher) {
        boolean first = best == Double.POSITIVE_INFINITY;
        if (first ? value < best : higher ? value > best * (1 + THRESHOLD) : value < best * (1 - THRESHOLD)) {
            best = value;
            bad = 0;
        } else {
            bad++;
        }
        if (bad > patience) {
            double lower = Math.max(lr * factor, minLr);
            // PyTorch ignores a change that is smaller than this
            if (lr - lower > 1e-8) lr = lower;
            bad = 0;
        }
        return lr;
    }

    /** The learning rate now. */
    public double lr() {
        return lr;
    }
}
