/**
 * Questions and what is said about answers. A question is one file that implements {@link org.unrolled.quiz.CodeQuestion}
 * or another kind; its checks are JUnit 5 test methods marked {@link org.unrolled.quiz.Check}.
 * A lesson talks to the room through {@link org.unrolled.quiz.Lesson}: check, hint, solution, progress.
 * {@link org.unrolled.quiz.BankProof} shows that a bank of questions can be trusted. The engine, the cards and the
 * protocol between the two JVMs are in {@code internal}.
 */
@NullMarked
package org.unrolled.quiz;

import org.jspecify.annotations.NullMarked;
