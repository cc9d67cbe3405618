package org.unrolled.nn;

/** Is told about each step of a training: a live curve, a progress bar, a log. */
@FunctionalInterface
public interface TrainingListener {
    /** Listens to nothing. */
    TrainingListener NONE = _ -> { };

    /** One step is done. */
    void onStep(TrainingStep step);

    /** This one, then the other. */
    default TrainingListener and(TrainingListener other) {
        return step -> {
            onStep(step);
            other.onStep(step);
        };
    }
}
