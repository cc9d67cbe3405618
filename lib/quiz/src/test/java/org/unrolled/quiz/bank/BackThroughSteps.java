package org.unrolled.quiz.bank;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The example of two parts that hand something on from step to step: a mistake in the second shows in the first, one step later. */
@Question(id = "example/back-through-steps", points = 2)
public final class BackThroughSteps implements CodeQuestion<BackThroughSteps.Backward> {
    public record Gradients(@Axes(value = "t", backwards = true) Tensor dH, @Axes(value = "t", backwards = true) Tensor dA, Tensor sum) {}

    public interface Backward {
        Gradients backward(Tensor h, Tensor g);
    }

    // BEGIN ANSWER
    /** dH_t = g_t + dA_{t+1} and dA_t = dH_t (1 − h_t²); the sum of dA. All (T, H). */
    static BackThroughSteps.Gradients backward(Tensor h, Tensor g) {
        // BEGIN SOLUTION from the last step to the first
        return with(h, g, (dH, ht) -> dH.mul(ht.mul(ht).neg().add(1)));
        // END SOLUTION
    }
    // END ANSWER

    /** With another line for dA_t, which gets dH_t and h_t. */
    public static Gradients with(Tensor h, Tensor g, BiFunction<Tensor, Tensor, Tensor> dA) {
        int T = h.size(0);
        Tensor[] dHs = new Tensor[T];
        Tensor[] dAs = new Tensor[T];
        Tensor fromNext = zeros(1, h.size(1));
        for (int t = T - 1; t >= 0; t--) {
            dHs[t] = g.slice(0, t, t + 1).add(fromNext);
            dAs[t] = dA.apply(dHs[t], h.slice(0, t, t + 1));
            fromNext = dAs[t];
        }
        return new Gradients(cat(0, dHs), cat(0, dAs), cat(0, dAs).sum(0));
    }

    @Override public Backward solution() { return BackThroughSteps::backward; }
    @Override public String prompt() { return "Go back through the steps."; }
    @Override public List<Misconception<Backward>> misconceptions() {
        return List.of(twin("The slope is missing.", (h, g) -> with(h, g, (dH, _) -> dH)));
    }

    @Check("agrees with the formulas")
    void agrees(Backward yours, Random random) {
        for (int T : new int[] {4, 6}) {
            Tensor h = randn(random, T, 3).tanh();
            Tensor g = randn(random, T, 3);
            close(yours.backward(h, g), backward(h, g));
        }
    }
}
