package org.unrolled.quiz;

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
    @Override
    default String kind() {
        return "code";
    }
}
