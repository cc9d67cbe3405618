package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The gradient of layer normalisation (Ba, Kiros and Hinton 2016) with its intermediate. */
@Question(id = "transformer/layer-norm-backward", points = 4, lesson = "08-transformer", title = "LayerNorm backwards", forbids = "Transformer.*")
public final class LayerNormBackward implements GradientQuestion<LayerNormBackward.Backward> {

    /** dX is the loss's gradient with respect to X and has X's shape; x̂ is the normalised x. */
    public record Gradients(Tensor dGamma, Tensor dBeta, Tensor dXHat, Tensor dX) {}

    public interface Backward {
        Gradients backward(Tensor x, Tensor gamma, Tensor dY);
    }

    // BEGIN ANSWER
    /** x (T, d), gamma (d) and dY (T, d), which arrives at the output -> all gradients. */
    static LayerNormBackward.Gradients backward(Tensor x, Tensor gamma, Tensor dY) {
        Tensor centred = x.sub(x.mean(-1, true));
        Tensor rho = centred.pow(2).mean(-1, true).add(1e-5).pow(-0.5);      // (T, 1)
        Tensor xHat = centred.mul(rho);
        // BEGIN SOLUTION dGamma, dBeta, dXHat, dX, one line each
        Tensor dGamma = dY.mul(xHat).sum(0);
        Tensor dBeta = dY.sum(0);
        Tensor dXHat = dY.mul(gamma);
        Tensor dX = rho.mul(dXHat.sub(dXHat.mean(-1, true)).sub(xHat.mul(dXHat.mul(xHat).mean(-1, true))));
        return new LayerNormBackward.Gradients(dGamma, dBeta, dXHat, dX);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return LayerNormBackward::backward;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return x.get(0).layerNorm(x.get(1), x.get(2), 1e-5);
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 3, 5).mul(2).add(1), randn(random, 5).add(1), randn(random, 5));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        Gradients all = yours.backward(x.get(0), x.get(1), dout);
        return List.of(all.dX(), all.dGamma(), all.dBeta());
    }

    @Override
    public String prompt() {
        return """
                **Your turn: all of it.** Put (8.7) to (8.9) into one method. $\\rho$ and $\\hat x$ are given. The check compares each of the four, \
                in this order, and names the first that differs.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A gradient has the shape of what it belongs to: dGamma and dBeta are (d), so they sum over the rows; dXHat and dX are (T, d).",
                "dXHat = dY ⊙ γ. The means of (8.9) run along each row: mean(-1, true) keeps the axis, so that it can be subtracted.",
                "dX = rho.mul(dXHat.sub(dXHat.mean(-1, true)).sub(xHat.mul(dXHat.mul(xHat).mean(-1, true)))). End with"
                        + " return new LayerNormBackward.Gradients(dGamma, dBeta, dXHat, dX);");
    }

    private static Gradients with(Tensor x, Tensor gamma, Tensor dY, Dx dx) {
        Gradients g = backward(x, gamma, dY);
        Tensor centred = x.sub(x.mean(-1, true));
        Tensor rho = centred.pow(2).mean(-1, true).add(1e-5).pow(-0.5);
        return new Gradients(g.dGamma(), g.dBeta(), g.dXHat(), dx.of(rho, centred.mul(rho), g.dXHat()));
    }

    private interface Dx {
        Tensor of(Tensor rho, Tensor xHat, Tensor dXHat);
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("dX treats mean and deviation as constants: ρ·dXHat. Both depend on every x of the row, so two means are subtracted (8.9).",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g))),
                twin("dX forgets that the deviation depends on x: the term x̂·mean(dXHat ⊙ x̂) is missing.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g.sub(g.mean(-1, true))))),
                twin("dX forgets that the mean depends on x: the term mean(dXHat) is missing.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g.sub(xHat.mul(g.mul(xHat).mean(-1, true)))))),
                twin("ρ = 1/√(σ² + ε) is missing in dX: x was divided by the deviation, and so is its gradient.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> g.sub(g.mean(-1, true)).sub(xHat.mul(g.mul(xHat).mean(-1, true))))),
                twin("dX subtracts sums where (8.9) has means.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g.sub(g.sum(-1, true)).sub(xHat.mul(g.mul(xHat).sum(-1, true)))))),
                twin("The term with x̂ has the wrong sign in dX: (8.9) subtracts both means.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g.sub(g.mean(-1, true)).add(xHat.mul(g.mul(xHat).mean(-1, true)))))),
                twin("The second mean of dX is that of dXHat; (8.9) has the mean of dXHat ⊙ x̂ there.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g.sub(g.mean(-1, true)).sub(xHat.mul(g.mean(-1, true)))))),
                twin("dX is divided by ρ. ρ is one over the deviation already: multiply.",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> g.sub(g.mean(-1, true)).sub(xHat.mul(g.mul(xHat).mean(-1, true))).div(rho))),
                twin("dXHat multiplies dY by x̂. In y = γ ⊙ x̂ + β the factor beside x̂ is γ, so dXHat = dY ⊙ γ.",
                        (x, gamma, dY) -> {
                            Gradients g = backward(x, gamma, dY);
                            Tensor centred = x.sub(x.mean(-1, true));
                            Tensor rho = centred.pow(2).mean(-1, true).add(1e-5).pow(-0.5), xHat = centred.mul(rho), dXHat = dY.mul(xHat);
                            return new Gradients(g.dGamma(), g.dBeta(), dXHat,
                                    rho.mul(dXHat.sub(dXHat.mean(-1, true)).sub(xHat.mul(dXHat.mul(xHat).mean(-1, true)))));
                        }),
                twin("The means of dX run down the columns. LayerNorm normalises each row by itself, so they run along the row: mean(-1, true).",
                        (x, gamma, dY) -> with(x, gamma, dY, (rho, xHat, g) -> rho.mul(g.sub(g.mean(0, true)).sub(xHat.mul(g.mul(xHat).mean(0, true)))))),
                twin("γ is missing in dXHat: y = γ ⊙ x̂ + β, so dXHat = dY ⊙ γ.",
                        (x, gamma, dY) -> {
                            Gradients g = backward(x, gamma, dY), without = backward(x, gamma.mul(0).add(1), dY);
                            return new Gradients(g.dGamma(), g.dBeta(), without.dXHat(), without.dX());
                        }),
                twin("dGamma multiplies with x, not with the normalised x̂ that γ was multiplied with.",
                        (x, gamma, dY) -> {
                            Gradients g = backward(x, gamma, dY);
                            return new Gradients(dY.mul(x).sum(0), g.dBeta(), g.dXHat(), g.dX());
                        }),
                twin("dGamma and dBeta are means over the rows. Every row uses the same γ and β, so what arrives from all rows adds up: sum(0).",
                        (x, gamma, dY) -> {
                            Gradients g = backward(x, gamma, dY);
                            return new Gradients(g.dGamma().div(x.size(0)), g.dBeta().div(x.size(0)), g.dXHat(), g.dX());
                        }));
    }

    @Check("every part: dGamma, dBeta, dXHat, dX")
    void parts(Backward yours, Random random) {
        for (int T = 2; T <= 4; T++) {
            Tensor x = randn(random, T, T + 2).mul(2).add(1);
            Tensor gamma = randn(random, T + 2).add(1);
            Tensor dY = randn(random, T, T + 2);
            close(yours.backward(x, gamma, dY), backward(x, gamma, dY));
        }
    }
}
