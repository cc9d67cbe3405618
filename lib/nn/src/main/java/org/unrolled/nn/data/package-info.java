/**
 * Data that is there without a network: each set one obvious call, small, with a free licence, and its origin in ORIGIN.md beside the files.
 *
 * <p>{@link org.unrolled.nn.data.Digits}, {@link org.unrolled.nn.data.Photographs}, {@link org.unrolled.nn.data.Sunspots} and
 * {@link org.unrolled.nn.data.Alice} come from people; {@link org.unrolled.nn.data.Shapes32},
 * {@link org.unrolled.nn.data.Sentences} and {@link org.unrolled.nn.data.Sequences} are synthetic, made from a seed.
 * A {@link org.unrolled.nn.data.Split} keeps training, validation and test apart; only its
 * {@link org.unrolled.nn.data.TrainingPart} can fit a {@link org.unrolled.nn.data.Scaler} or a {@link org.unrolled.nn.data.Vocabulary}.
 */
@NullMarked
package org.unrolled.nn.data;

import org.jspecify.annotations.NullMarked;
