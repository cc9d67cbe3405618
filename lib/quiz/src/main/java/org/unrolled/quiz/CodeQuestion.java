package org.unrolled.quiz;

import java.util.List;

/**
 * The learner writes a method. {@code A} is an interface with one method, nested in the question and public; its method's
 * name is the name of the learner's method.
 *
 * <p>The answer is written once, as a static method of the question between two comments. From that text come the
 * stub (the lines between {@code BEGIN SOLUTION} and {@code END SOLUTION} become {@code throw new Todo("…")}, with the
 * words after {@code BEGIN SOLUTION} as the message) and the solved cell ({@code static} is dropped):
 * <pre>{@code
 *     // BEGIN ANSWER
 *     // q (N, dK), k (M, dK), v (M, dV) -> (N, dV)
 *     static Tensor attend(Tensor q, Tensor k, Tensor v) {
 *         // BEGIN SOLUTION weigh the values by how well each key fits the query
 *         Tensor scores = q.matmul(k.transpose()).div(sqrt(q.size(-1)));
 *         return softmax(scores).matmul(v);
 *         // END SOLUTION
 *     }
 *     // END ANSWER
 *
 *     @Override public Attend solution() { return ScaledDotProduct::attend; }
 * }</pre>
 *
 * @param <A> the interface that the learner's method is called through. Parameters and results are primitives, strings,
 *     arrays, Tensors, records and lists of them, or interfaces marked {@link Remote}, so that an answer may live in
 *     another JVM
 */
public non-sealed interface CodeQuestion<A> extends Exercise<A> {
    /** A value on the way to the answer, such as the scores before softmax; an answer that stops there is told so. */
    record Intermediate<A>(String text, A computes) {}

    /** @param what names the value: "the scores, before softmax" */
    static <A> Intermediate<A> intermediate(String what, A computes) {
        return new Intermediate<>(what, computes);
    }

    default List<Intermediate<A>> intermediates() {
        return List.of();
    }

    /** Arguments whose result the lesson shows: an answer that is right for these only was written for them. */
    default List<Inputs> examples() {
        return List.of();
    }

    @Override
    default String kind() {
        return "code";
    }
}
