package org.unrolled.nn;

/**
 * The learning rate as a function of the step, t = 0, 1, … (or of the epoch, if it is asked once for each). The formulas are the closed
 * forms of PyTorch's schedulers. What depends on how the training goes is {@link Plateau}.
 */
@FunctionalInterface
public interface Schedule {
    /** The learning rate of step t, counted from 0. */
    double lr(int t);

    /** Always the same. */
    static Schedule constant(double lr) {
        return _ -> lr;
    }

    /** lr·gamma^⌊t/every⌋ (StepLR). */
    static Schedule step(double lr, int every, double gamma) {
        require("step", "every", every, 1);
        return t -> lr * Math.pow(gamma, t / every);
    }

    /** Half a cosine from lr down to minLr at t = steps: minLr + (lr - minLr)(1 + cos(πt/steps))/2 (Loshchilov and Hutter 2017). It stays there. */
    static Schedule cosine(double lr, int steps, double minLr) {
        require("cosine", "steps", steps, 1);
        return t -> minLr + (lr - minLr) * (1 + Math.cos(Math.PI * Math.min(t, steps) / steps)) / 2;
    }

    /** Half a cosine down to 0. */
    static Schedule cosine(double lr, int steps) {
        return cosine(lr, steps, 0);
    }

    /** lr·(t + 1)/warmUp for the first {@code warmUp} steps, then half a cosine down to minLr at t = steps. */
    static Schedule warmUpCosine(double lr, int warmUp, int steps, double minLr) {
        require("warmUpCosine", "warmUp", warmUp, 0);
        require("warmUpCosine", "steps", steps, warmUp + 1);
        Schedule rest = cosine(lr, steps - warmUp, minLr);
        return t -> t < warmUp ? lr * (t + 1) / warmUp : rest.lr(t - warmUp);
    }

    private static void require(String schedule, String what, int n, int least) {
        if (n < least) {
            throw new IllegalArgumentException(schedule + ": " + what + " = " + n + ", and it is at least " + least + ". Hint: it counts steps.");
        }
    }
}
