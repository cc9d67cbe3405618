/**
 * Lesson 01, backpropagation: its questions, one file each, and the few things its cells use that are not worth a cell.
 * Front doors: {@link org.unrolled.quizzes.backpropagation.Points} (the lesson's points in the plane),
 * {@link org.unrolled.quizzes.backpropagation.NeuronGraph} (the picture of its first graph) and
 * {@link org.unrolled.quizzes.backpropagation.MlpBackward}, the question to read first.
 */
@NullMarked
package org.unrolled.quizzes.backpropagation;

import org.jspecify.annotations.NullMarked;
