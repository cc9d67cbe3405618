package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The gradient of a network with one hidden layer, Ŷ = tanh(X W₁ + b₁) W₂ + b₂, with all its intermediates. */
@Question(id = "backpropagation/mlp-backward", points = 6, lesson = "01-backpropagation", title = "Two layers backwards", forbids = "*.backward")
public final class MlpBackward implements GradientQuestion<MlpBackward.Backward> {

    /** Z = X W₁ + b₁, H = tanh(Z); dX is the loss's gradient with respect to X and has X's shape. In the order of the derivation. */
    public record Gradients(Tensor dW2, Tensor db2, Tensor dH, Tensor dZ, Tensor dW1, Tensor db1) {}

    public interface Backward {
        Gradients gradients(Tensor x, Tensor w1, Tensor b1, Tensor w2, Tensor dY);
    }

    // BEGIN ANSWER
    /** x (N, in), w1 (in, hidden), b1 (hidden), w2 (hidden, out), dY (N, out) -> all gradients. */
    static MlpBackward.Gradients gradients(Tensor x, Tensor w1, Tensor b1, Tensor w2, Tensor dY) {
        Tensor h = tanh(x.matmul(w1).add(b1));
        // BEGIN SOLUTION dW2, db2, dH, dZ, dW1, db1, one line each
        Tensor dW2 = h.transpose().matmul(dY);
        Tensor db2 = dY.sum(0);
        Tensor dH = dY.matmul(w2.transpose());
        Tensor dZ = dH.mul(h.mul(h).neg().add(1));
        Tensor dW1 = x.transpose().matmul(dZ);
        Tensor db1 = dZ.sum(0);
        return new MlpBackward.Gradients(dW2, db2, dH, dZ, dW1, db1);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return MlpBackward::gradients;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return tanh(x.get(0).matmul(x.get(1)).add(x.get(2))).matmul(x.get(3)).add(x.get(4));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 5, 3), randn(random, 3, 4), randn(random, 4), randn(random, 4, 2), randn(random, 2));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        Gradients all = yours.gradients(x.get(0), x.get(1), x.get(2), x.get(3), dout);
        return Arrays.asList(null, all.dW1(), all.db1(), all.dW2(), all.db2());
    }

    @Override
    public String prompt() {
        return """
                **Your turn: all of it.** Put the six lines (1.12) to (1.17) into one method, from $dY$, which has arrived at the output, to the \
                gradients of all four parameters. The check compares each intermediate, in the order in which they are computed, and names the first \
                that differs. No `backward()` allowed: you are the autograd now.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A gradient has the shape of what it belongs to. That alone tells you what to transpose: dW2 is (hidden, out), h is (N, hidden),"
                        + " dY is (N, out).",
                "Every point of the batch uses the same bias, so its gradient is the sum over the points: sum(0). For dZ multiply dH, entry by"
                        + " entry, by the slope of tanh, 1 − h².",
                "dW2 = hᵀ dY; db2 = dY.sum(0); dH = dY w2ᵀ; dZ = dH ⊙ (1 − h ⊙ h); dW1 = xᵀ dZ; db1 = dZ.sum(0). End with"
                        + " return new MlpBackward.Gradients(dW2, db2, dH, dZ, dW1, db1);");
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("dZ is wrong: it is dH unchanged, so the way back skips tanh. Multiply, entry by entry, by tanh's slope, 1 − h².",
                        (x, w1, b1, w2, dY) -> from(x, gradients(x, w1, b1, w2, dY), gradients(x, w1, b1, w2, dY).dH())),
                twin("dZ is wrong: the slope of tanh at z is 1 − tanh(z)² = 1 − h². You took 1 − z², with what goes into tanh instead of what"
                                + " comes out.",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            Tensor z = x.matmul(w1).add(b1);
                            return from(x, g, g.dH().mul(z.mul(z).neg().add(1)));
                        }),
                twin("dZ is wrong: 1 − h is missing a square. The slope of tanh is 1 − h².",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            Tensor h = tanh(x.matmul(w1).add(b1));
                            return from(x, g, g.dH().mul(h.neg().add(1)));
                        }),
                twin("dZ is wrong: h·(1 − h) is the slope of the sigmoid. That of tanh is 1 − h².",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            Tensor h = tanh(x.matmul(w1).add(b1));
                            return from(x, g, g.dH().mul(h).mul(h.neg().add(1)));
                        }),
                twin("dW1 and db1 are wrong: they start from dH. X W₁ + b₁ gave Z, not H, so what arrives there is dZ.",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(g.dW2(), g.db2(), g.dH(), g.dZ(), x.transpose().matmul(g.dH()), g.dH().sum(0));
                        }),
                twin("dW2 is wrong: it was built from z, what goes into tanh. W₂ was multiplied by H, so dW₂ = Hᵀ dŶ.",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(x.matmul(w1).add(b1).transpose().matmul(dY), g.db2(), g.dH(), g.dZ(), g.dW1(), g.db1());
                        }),
                twin("db2 is wrong: it is dY itself, one row for each point. All points share one bias, so their rows are added up: sum(0).",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(g.dW2(), dY, g.dH(), g.dZ(), g.dW1(), g.dZ());
                        }),
                twin("db1 is wrong: it starts from dH. b₁ was added before tanh, so what arrives there is dZ.",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(g.dW2(), g.db2(), g.dH(), g.dZ(), g.dW1(), g.dH().sum(0));
                        }),
                twin("db2 is wrong: sum(1) adds up each point's outputs. Each output has a bias of its own, and all points share it, so the points are"
                                + " added up: sum(0).",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(g.dW2(), dY.sum(1), g.dH(), g.dZ(), g.dW1(), g.dZ().sum(1));
                        }),
                twin("db2 is wrong: you took the mean over the points. The 1/N of the loss is in dY already; here the points' rows are added"
                                + " up: sum(0).",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(g.dW2(), dY.mean(0), g.dH(), g.dZ(), g.dW1(), g.dZ().mean(0));
                        }),
                twin("dW2 is wrong: it is divided by N once more. The 1/N of the loss is in dY already; the product Hᵀ dŶ adds up the points.",
                        (x, w1, b1, w2, dY) -> {
                            Gradients g = gradients(x, w1, b1, w2, dY);
                            return new Gradients(g.dW2().div(x.size(0)), g.db2(), g.dH(), g.dZ(), g.dW1().div(x.size(0)), g.db1());
                        }));
    }

    /** The lines after a dZ that is wrong. */
    private static Gradients from(Tensor x, Gradients right, Tensor dZ) {
        return new Gradients(right.dW2(), right.db2(), right.dH(), dZ, x.transpose().matmul(dZ), dZ.sum(0));
    }

    @Check("every intermediate: dW2, db2, dH, dZ, dW1, db1")
    void intermediates(Backward yours, Random random) {
        int[][] sizes = {{2, 3, 4, 1}, {4, 2, 5, 3}};   // points, in, hidden, out
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1]);
            Tensor w1 = randn(random, n[1], n[2]);
            Tensor b1 = randn(random, n[2]);
            Tensor w2 = randn(random, n[2], n[3]);
            Tensor dY = randn(random, n[0], n[3]);
            close(yours.gradients(x, w1, b1, w2, dY), gradients(x, w1, b1, w2, dY));
        }
    }
}
