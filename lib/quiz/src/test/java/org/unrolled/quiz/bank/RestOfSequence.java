package org.unrolled.quiz.bank;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The example of a result computed step by step, from the last to the first: its card marks each step. */
@Question(id = "example/rest-of-sequence", points = 2)
public final class RestOfSequence implements CodeQuestion<RestOfSequence.Sums> {
    public record Rest(@Axes(value = "t", backwards = true) Tensor rest, Tensor squares) {}

    public interface Sums {
        Rest sums(Tensor x);
    }

    // BEGIN ANSWER
    /** rest_t = x_t + rest_{t+1}, and the sum of the squares of rest. */
    static RestOfSequence.Rest sums(Tensor x) {
        // BEGIN SOLUTION add up from the end
        float[] rest = x.toArray();
        for (int t = rest.length - 2; t >= 0; t--) {
            rest[t] += rest[t + 1];
        }
        Tensor all = tensor(rest, rest.length);
        return new RestOfSequence.Rest(all, all.mul(all).sum());
        // END SOLUTION
    }
    // END ANSWER

    @Override public Sums solution() { return RestOfSequence::sums; }
    @Override public String prompt() { return "Add up from the end."; }
    @Override public List<Misconception<Sums>> misconceptions() {
        return List.of(twin("You added up from the beginning.", x -> {
            float[] rest = x.toArray();
            for (int t = 1; t < rest.length; t++) {
                rest[t] += rest[t - 1];
            }
            return new Rest(tensor(rest, rest.length), sums(x).squares());
        }));
    }

    @Check("agrees with the formula")
    void agrees(Sums yours, Random random) {
        for (int n : new int[] {4, 6, 9}) {
            Tensor x = randn(random, n);
            close(yours.sums(x), sums(x));
        }
    }
}
