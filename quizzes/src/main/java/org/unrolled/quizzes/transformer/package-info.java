/**
 * Lesson 08, the Transformer: its questions, one file each, and the few things its cells use that are not worth a cell. Front doors:
 * {@link org.unrolled.quizzes.transformer.Transformer} (what the lesson measures and draws), {@link org.unrolled.quizzes.transformer.Bpe} (byte-pair encoding
 * learned from a text).
 */
@NullMarked
package org.unrolled.quizzes.transformer;

import org.jspecify.annotations.NullMarked;
