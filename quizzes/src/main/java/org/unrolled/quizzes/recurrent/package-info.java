/**
 * Lesson 05, recurrent networks and backpropagation through time: its questions, one file each, and the few things its
 * cells use that are not worth a cell. Front doors: {@link org.unrolled.quizzes.recurrent.Recurrent} (the functions that the
 * lesson derives, for the cells after their question) and {@link org.unrolled.quizzes.recurrent.LightSwitch} (the lesson's
 * small task).
 */
@NullMarked
package org.unrolled.quizzes.recurrent;

import org.jspecify.annotations.NullMarked;
