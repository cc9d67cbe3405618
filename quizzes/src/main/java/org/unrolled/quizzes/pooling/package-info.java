/**
 * Lesson 03, pooling and LeNet-5: its questions, one file each, and the few things its cells use that are not worth a cell.
 * Front door: {@link org.unrolled.quizzes.pooling.Pooling} (the functions that the lesson derives, for the cells after their
 * question).
 */
@NullMarked
package org.unrolled.quizzes.pooling;

import org.jspecify.annotations.NullMarked;
