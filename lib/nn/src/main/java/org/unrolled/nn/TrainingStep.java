package org.unrolled.nn;

import java.util.Map;

/**
 * What happened in one step of a training.
 *
 * @param step    counted from 1
 * @param steps   how many there will be
 * @param loss    of this step
 * @param metrics other numbers by name, such as the gradient's norm
 * @param seconds since the training began
 */
public record TrainingStep(int step, int steps, double loss, Map<String, Double> metrics, double seconds) { }
