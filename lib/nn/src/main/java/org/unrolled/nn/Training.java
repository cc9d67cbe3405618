package org.unrolled.nn;

import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.unrolled.tensor.Tensor;

/** Runs the steps of a training and tells a listener about each. {@link Trainer} does the same over epochs of batches. */
public final class Training {
    private Training() { }

    /**
     * Runs {@code step} for 0, 1, …, steps - 1.
     *
     * @param step one whole step, returning its loss
     * @return the last loss
     */
    public static double run(int steps, TrainingListener listener, IntToDoubleFunction step) {
        return loop(steps, listener, i -> new Done(step.applyAsDouble(i), Map.of()));
    }

    /**
     * Runs zeroGrad, the loss, backward, clipping by norm and the optimiser's step for 0, 1, …, steps - 1. The gradient's
     * norm before clipping is the metric "gradNorm".
     *
     * @param maxNorm where the gradient is clipped; ∞ only measures it
     * @param loss    the loss of step i, a scalar
     * @return the last loss
     */
    public static double run(int steps, TrainingListener listener, Optimizer optimizer, double maxNorm, IntFunction<Tensor> loss) {
        return loop(steps, listener, i -> {
            double value = update(optimizer, maxNorm, 0, () -> loss.apply(i));
            return new Done(value, Map.of("gradNorm", optimizer.gradNorm()));
        });
    }

    /** One update; a limit of 0 clips nothing. */
    static double update(Optimizer optimizer, double maxNorm, double maxValue, Supplier<Tensor> loss) {
        optimizer.zeroGrad();
        Tensor value = loss.get();
        value.backward();
        if (maxValue > 0) optimizer.clipGradValue(maxValue);
        if (maxNorm > 0) optimizer.clipGradNorm(maxNorm);
        optimizer.step();
        return value.item();
    }

    static void requireNotInterrupted(int done, int steps) {
        if (Thread.interrupted()) throw new CancellationException("The training was interrupted after step " + done + " of " + steps + ".");
    }

    private record Done(double loss, Map<String, Double> metrics) { }

    private static double loop(int steps, TrainingListener listener, IntFunction<Done> body) {
        long start = System.nanoTime();
        double loss = Double.NaN;
        for (int i = 0; i < steps; i++) {
            requireNotInterrupted(i, steps);
            Done done = body.apply(i);
            loss = done.loss();
            listener.onStep(new TrainingStep(i + 1, steps, loss, done.metrics(), (System.nanoTime() - start) / 1e9));
        }
        return loss;
    }
}
