/**
 * Lesson 00, start here: three small questions, on which a newcomer learns how answers, checks, hints and solutions work.
 * The first is meant to be answered wrongly. Front doors: the questions, one file each.
 */
@NullMarked
package org.unrolled.quizzes.start;

import org.jspecify.annotations.NullMarked;
