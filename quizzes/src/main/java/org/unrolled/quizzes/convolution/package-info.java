/**
 * Lesson 02, convolution: its questions, one file each, and the few things its cells use that are not worth a cell.
 * Front door: {@link org.unrolled.quizzes.convolution.Convolution} (the functions that the lesson derives, for the cells
 * after their question).
 */
@NullMarked
package org.unrolled.quizzes.convolution;

import org.jspecify.annotations.NullMarked;
