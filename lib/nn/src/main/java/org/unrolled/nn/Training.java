package org.unrolled.nn;

import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.unrolled.tensor.Tensor;

/** Runs the steps of a training and tells a listener about each. */
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
            optimizer.zeroGrad();
            Tensor value = loss.apply(i);
            value.backward();
            optimizer.clipGradNorm(maxNorm);
            optimizer.step();
            return new Done(value.item(), Map.of("gradNorm", optimizer.gradNorm()));
        });
    }

    private record Done(double loss, Map<String, Double> metrics) { }

    private static double loop(int steps, TrainingListener listener, IntFunction<Done> body) {
        long start = System.nanoTime();
        double loss = Double.NaN;
        for (int i = 0; i < steps; i++) {
            if (Thread.interrupted()) {
                throw new CancellationException("The training was interrupted after step " + i + " of " + steps + ".");
            }
            Done done = body.apply(i);
            loss = done.loss();
            listener.onStep(new TrainingStep(i + 1, steps, loss, done.metrics(), (System.nanoTime() - start) / 1e9));
        }
        return loss;
    }
}
