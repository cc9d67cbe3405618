/**
 * Layers, optimisers and training, named and initialised as in PyTorch, so that weights move both ways.
 *
 * <p>{@link org.unrolled.nn.Module} holds parameters, {@link org.unrolled.nn.AdamW} updates them, and
 * {@link org.unrolled.nn.Trainer} runs epochs of batches and tells a {@link org.unrolled.nn.TrainingListener} about each step.
 */
@NullMarked
package org.unrolled.nn;

import org.jspecify.annotations.NullMarked;
