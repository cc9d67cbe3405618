package org.unrolled.nn;

import java.util.Map;

/**
 * What happened in one pass over the training examples.
 *
 * @param epoch   counted from 1
 * @param step    how many steps there were so far
 * @param loss    the mean training loss of the epoch
 * @param metrics what was measured after it, such as "validation loss"
 * @param lr      the learning rate of its last step
 * @param seconds since the training began; a resumed training goes on counting
 */
public record TrainingEpoch(int epoch, int step, double loss, Map<String, Double> metrics, double lr, double seconds) { }
