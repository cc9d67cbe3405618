package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.full;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.sqrt;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Clipping by norm (Pascanu, Mikolov and Bengio 2013, algorithm 1). */
@Question(id = "recurrent/clip-by-norm", points = 3, lesson = "05-rnn-bptt", title = "Clipping by norm", forbids = {"*.clipGradNorm", "Recurrent.*"})
public final class ClipByNorm implements CodeQuestion<ClipByNorm.Clip> {

    public interface Clip {
        List<Tensor> clip(List<Tensor> gradients, double maxNorm);
    }

    // BEGIN ANSWER
    /** Gradients of all parameters -> the same, scaled together: their common norm is at most maxNorm. */
    static List<Tensor> clip(List<Tensor> gradients, double maxNorm) {
        // BEGIN SOLUTION one norm for all of them, one factor for all of them
        double squares = 0;
        for (Tensor g : gradients) {
            squares += g.mul(g).sum().item();
        }
        double factor = Math.min(1, maxNorm / sqrt(squares));
        List<Tensor> clipped = new ArrayList<>();
        for (Tensor g : gradients) {
            clipped.add(g.mul(factor));
        }
        return clipped;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Clip solution() {
        return ClipByNorm::clip;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `clip`, equation (5.11): one norm over all the gradients together, and one factor for all of them. \
                `g.mul(g).sum().item()` is the sum of the squares of one tensor, as a Java number.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "All gradients together are one long vector. Its norm is the square root of the sum of all squares, over all tensors.",
                "Is the norm at most maxNorm? Then nothing changes. Else every gradient is multiplied by maxNorm / norm. Math.min(1, maxNorm / norm) says both.",
                "One loop sums the squares; then double factor = Math.min(1, maxNorm / sqrt(squares)); a second loop collects g.mul(factor).");
    }

    private static double norm(List<Tensor> gradients) {
        return Math.sqrt(gradients.stream().mapToDouble(g -> g.mul(g).sum().item()).sum());
    }

    private static List<Tensor> scaled(List<Tensor> gradients, double factor) {
        return gradients.stream().map(g -> g.mul(factor)).toList();
    }

    @Override
    public List<Misconception<Clip>> misconceptions() {
        return List.of(
                twin("Each tensor is clipped by its own norm. Then large gradients shrink and small ones stay, and the step points elsewhere. One norm and one"
                                + " factor for all of them keep the direction.",
                        (gradients, maxNorm) -> gradients.stream().map(g -> scaled(List.of(g), Math.min(1, maxNorm / norm(List.of(g)))).getFirst()).toList()),
                twin("You clipped every number by itself, between -maxNorm and maxNorm. That is clipping by value; it changes the direction. Clipping by norm"
                                + " scales all of them by one factor.",
                        (gradients, maxNorm) -> gradients.stream().map(g -> {
                            Tensor low = full(-maxNorm, g.shape());
                            return g.neg().maximum(low).neg().maximum(low);
                        }).toList()),
                twin("Gradients that are small enough are enlarged: you scale to maxNorm whatever the norm is. Clipping only ever shrinks: the factor is at most 1.",
                        (gradients, maxNorm) -> norm(gradients) == 0 ? gradients : scaled(gradients, maxNorm / norm(gradients))),
                twin("You scale to maxNorm whatever the norm is. That enlarges gradients that are small enough, and makes NaN of gradients that are 0. Clipping only ever"
                                + " shrinks: the factor is at most 1.",
                        (gradients, maxNorm) -> scaled(gradients, maxNorm / norm(gradients))),
                twin("You compare with the square of the norm: the square root is missing.",
                        (gradients, maxNorm) -> scaled(gradients, Math.min(1, maxNorm / Math.pow(norm(gradients), 2)))),
                twin("You added up the norms of the tensors. The norm of all numbers together is the square root of the sum of all squares.",
                        (gradients, maxNorm) -> scaled(gradients, Math.min(1, maxNorm / gradients.stream().mapToDouble(g -> norm(List.of(g))).sum()))),
                twin("You took the largest of the tensors' norms. The norm of all numbers together is the square root of the sum of all squares.",
                        (gradients, maxNorm) -> scaled(gradients, Math.min(1, maxNorm / gradients.stream().mapToDouble(g -> norm(List.of(g))).max().orElse(1)))),
                twin("You took the sum of the absolute values for the norm. It is the square root of the sum of the squares.",
                        (gradients, maxNorm) -> scaled(gradients, Math.min(1, maxNorm / gradients.stream().mapToDouble(g -> g.abs().sum().item()).sum()))),
                twin("You divided by the norm: what is too long gets the norm 1 and not maxNorm.",
                        (gradients, maxNorm) -> norm(gradients) <= maxNorm ? gradients : scaled(gradients, 1 / norm(gradients))),
                twin("Too large gradients become 0, and that step teaches nothing. Keep their direction and shrink them: multiply by maxNorm / norm.",
                        (gradients, maxNorm) -> norm(gradients) <= maxNorm ? gradients : scaled(gradients, 0)),
                twin("Nothing is clipped: the gradients come back as they were.",
                        (gradients, maxNorm) -> gradients));
    }

    private static List<Tensor> gradients(Random random, double size) {
        return List.of(randn(random, 2, 3).mul(size), randn(random, 4).mul(size / 3), randn(random, 3, 2).mul(2 * size));
    }

    @Check("too large: scaled to the norm that is allowed")
    void large(Clip yours, Random random) {
        for (double maxNorm : new double[] {0.5, 2}) {
            List<Tensor> g = gradients(random, 3);
            List<Tensor> clipped = yours.clip(g, maxNorm);
            that(clipped.size() == g.size(), "%d gradients came back for %d", clipped.size(), g.size());
            that(Math.abs(norm(clipped) - maxNorm) < 1e-4 * maxNorm, "the norm was %.3g, and %s is allowed", norm(clipped), maxNorm);
            close(clipped, clip(g, maxNorm));
        }
    }

    @Check("small enough: left as they are")
    void small(Clip yours, Random random) {
        List<Tensor> g = gradients(random, 0.1);
        close(yours.clip(g, 5), g);
    }

    @Check("one tensor, and gradients of 0")
    void edges(Clip yours, Random random) {
        Tensor one = randn(random, 5).mul(10);
        close(yours.clip(List.of(one), 1), clip(List.of(one), 1));
        close(yours.clip(List.of(zeros(2), zeros(3)), 1), List.of(zeros(2), zeros(3)));
    }
}
