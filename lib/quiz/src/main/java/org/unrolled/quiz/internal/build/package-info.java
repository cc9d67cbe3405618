/**
 * What the build of a question bank runs: {@link org.unrolled.quiz.internal.build.PackBank} writes the index of questions
 * and the answer types that a student's JVM may see.
 */
@NullMarked
package org.unrolled.quiz.internal.build;

import org.jspecify.annotations.NullMarked;
