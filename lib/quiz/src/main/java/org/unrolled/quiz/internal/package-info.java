/**
 * How answers are judged: the engine that runs checks and watches calls, the usual ways of being wrong, cards, progress,
 * and the sources of questions. Lessons do not import it; the front doors are in {@link org.unrolled.quiz}.
 */
@NullMarked
package org.unrolled.quiz.internal;

import org.jspecify.annotations.NullMarked;
