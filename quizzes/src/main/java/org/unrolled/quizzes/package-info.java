/**
 * The public question bank: a package for each topic, a class for each question, whose solution and wrong answers are proved.
 *
 * <p>A lesson imports one topic, such as {@code org.unrolled.quizzes.attention.*}; read
 * {@link org.unrolled.quizzes.attention.ScaledDotProduct} first. {@code ./unrolled quiz new topic/name} begins another,
 * and no list needs to name it. What a lesson needs besides (data, trained models) lies beside its questions.
 */
@NullMarked
package org.unrolled.quizzes;

import org.jspecify.annotations.NullMarked;
