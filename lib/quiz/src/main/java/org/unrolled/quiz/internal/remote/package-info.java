/**
 * An answer that lives in another JVM. The checker's side ({@link org.unrolled.quiz.internal.remote.StudentJvm}) holds
 * solutions and checks and calls the answer through a proxy; the student's side
 * ({@link org.unrolled.quiz.internal.remote.StudentMain}) sees the answer types and nothing else of the bank. Between them
 * goes a framed protocol over a pipe, in which every value is read as the type that the interface declares.
 */
@NullMarked
package org.unrolled.quiz.internal.remote;

import org.jspecify.annotations.NullMarked;
