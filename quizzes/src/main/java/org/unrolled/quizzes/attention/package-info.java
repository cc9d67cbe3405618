/**
 * Lesson 07, attention: its questions, one file each, and the few things its cells use that are not worth a cell.
 * Front doors: {@link org.unrolled.quizzes.attention.Attention} (the functions that the lesson derives, for the cells after
 * their question), {@link org.unrolled.quizzes.attention.PhoneBook}, {@link org.unrolled.quizzes.attention.Sentence} and
 * {@link org.unrolled.quizzes.attention.Dates} (the lesson's data).
 */
@NullMarked
package org.unrolled.quizzes.attention;

import org.jspecify.annotations.NullMarked;
