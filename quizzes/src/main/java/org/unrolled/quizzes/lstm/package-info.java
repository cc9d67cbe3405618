/**
 * Lesson 06, the LSTM's gates and the GRU: its questions, one file each, and the few things its cells use that are not worth
 * a cell. Front door: {@link org.unrolled.quizzes.lstm.Gates}, the functions that the lesson derives, for the cells after
 * their question.
 */
@NullMarked
package org.unrolled.quizzes.lstm;

import org.jspecify.annotations.NullMarked;
