/**
 * Data that is there without a network: each set one obvious call, small, with a free licence, and its origin in ORIGIN.md beside the files.
 *
 * <p>{@link org.unrolled.nn.data.Digits} and {@link org.unrolled.nn.data.Photographs} are sets to start with.
 * A {@link org.unrolled.nn.data.Split} keeps training, validation and test apart; only its
 * {@link org.unrolled.nn.data.TrainingPart} can fit a {@link org.unrolled.nn.data.Scaler}.
 */
@NullMarked
package org.unrolled.nn.data;

import org.jspecify.annotations.NullMarked;
