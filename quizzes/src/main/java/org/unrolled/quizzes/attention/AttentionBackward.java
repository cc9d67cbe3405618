package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.sqrt;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The gradient of O = softmax(QKᵀ/√d_k) V with all its intermediates. */
@Question(id = "attention/backward", points = 5, lesson = "07-attention", title = "Attention backwards, all of it", forbids = "Attention.*")
public final class AttentionBackward implements GradientQuestion<AttentionBackward.Backward> {

    /** S is the scaled score matrix QKᵀ/√d_k, A = softmax(S); dX is the loss's gradient with respect to X and has X's shape. */
    public record Gradients(Tensor dV, Tensor dA, Tensor dS, Tensor dQ, Tensor dK) {}

    public interface Backward {
        Gradients backward(Tensor q, Tensor k, Tensor v, Tensor dO);
    }

    // BEGIN ANSWER
    /** q (N, dK), k (M, dK), v (M, dV) and dO (N, dV), which arrives at the output -> all gradients. */
    static AttentionBackward.Gradients backward(Tensor q, Tensor k, Tensor v, Tensor dO) {
        double scale = sqrt(q.size(-1));
        Tensor a = softmax(q.matmul(k.transpose()).div(scale));
        // BEGIN SOLUTION dV, dA, dS, dQ, dK, one line each
        Tensor dV = a.transpose().matmul(dO);
        Tensor dA = dO.matmul(v.transpose());
        Tensor dS = a.mul(dA.sub(dA.mul(a).sum(-1, true)));
        Tensor dQ = dS.matmul(k).div(scale);
        Tensor dK = dS.transpose().matmul(q).div(scale);
        return new AttentionBackward.Gradients(dV, dA, dS, dQ, dK);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return AttentionBackward::backward;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return softmax(x.get(0).matmul(x.get(1).transpose()).div(sqrt(x.get(0).size(-1)))).matmul(x.get(2));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 3, 5), randn(random, 4, 5), randn(random, 4, 2));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        Gradients all = yours.backward(x.get(0), x.get(1), x.get(2), dout);
        return List.of(all.dQ(), all.dK(), all.dV());
    }

    @Override
    public String prompt() {
        return """
                **Your turn: all of it.** Put the five lines (7.12) to (7.16) into one method. The check compares each intermediate, in \
                the order in which they are computed, and names the first that differs. ($S$ is the *scaled* score matrix, $QK^\\top/\\sqrt{d_k}$.)
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A gradient has the shape of what it belongs to. That alone tells you what to transpose: dV is (M, dV), A is (N, M), dO is (N, dV).",
                "For a product Z = X Y: dX = dZ Yᵀ and dY = Xᵀ dZ. Use it for O = A V, and again for QKᵀ.",
                "dV = Aᵀ dO; dA = dO Vᵀ; dS = A ⊙ (dA − rowsum(dA ⊙ A)); dQ = dS K / √d_k; dK = dSᵀ Q / √d_k. End with"
                        + " return new AttentionBackward.Gradients(dV, dA, dS, dQ, dK);");
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("The scale is missing in dQ and dK. S = QKᵀ/√d_k, so what flows back through it is divided by √d_k once more.",
                        (q, k, v, dO) -> {
                            Gradients g = backward(q, k, v, dO);
                            return new Gradients(g.dV(), g.dA(), g.dS(), g.dS().matmul(k), g.dS().transpose().matmul(q));
                        }),
                twin("dS is without the row sum: A ⊙ dA forgets that the weights of a row share 1. Subtract rowsum(dA ⊙ A) from dA.",
                        (q, k, v, dO) -> {
                            double scale = sqrt(q.size(-1));
                            Gradients g = backward(q, k, v, dO);
                            Tensor dS = Attention.weights(q, k).mul(g.dA());
                            return new Gradients(g.dV(), g.dA(), dS, dS.matmul(k).div(scale), dS.transpose().matmul(q).div(scale));
                        }),
                twin("dS subtracts the sums of the columns. Softmax ran along each row, so the sum that the weights share is the row's: sum(-1, true).",
                        (q, k, v, dO) -> {
                            double scale = sqrt(q.size(-1));
                            Gradients g = backward(q, k, v, dO);
                            Tensor a = Attention.weights(q, k);
                            Tensor dS = a.mul(g.dA().sub(g.dA().mul(a).sum(0, true)));
                            return new Gradients(g.dV(), g.dA(), dS, dS.matmul(k).div(scale), dS.transpose().matmul(q).div(scale));
                        }),
                twin("dQ and dK are right, and dS is divided by √d_k too early: S is the scaled score, so dS comes straight out of softmax;"
                                + " divide when you go on to dQ and dK.",
                        (q, k, v, dO) -> {
                            Gradients g = backward(q, k, v, dO);
                            return new Gradients(g.dV(), g.dA(), g.dS().div(sqrt(q.size(-1))), g.dQ(), g.dK());
                        }),
                twin("You scaled twice: dS divided by √d_k, and dQ and dK again. The forward pass divides once, so the way back divides once.",
                        (q, k, v, dO) -> {
                            double scale = sqrt(q.size(-1));
                            Gradients g = backward(q, k, v, dO);
                            return new Gradients(g.dV(), g.dA(), g.dS().div(scale), g.dQ().div(scale), g.dK().div(scale));
                        }),
                twin("dQ and dK start from dA: softmax's own step is left out. Go back through softmax first, then use dS in both.",
                        (q, k, v, dO) -> {
                            double scale = sqrt(q.size(-1));
                            Gradients g = backward(q, k, v, dO);
                            return new Gradients(g.dV(), g.dA(), g.dA(), g.dA().matmul(k).div(scale), g.dA().transpose().matmul(q).div(scale));
                        }),
                twin("dV came from the scores, not from the weights: V was multiplied by A = softmax(S), so dV = Aᵀ dO.",
                        (q, k, v, dO) -> {
                            Gradients g = backward(q, k, v, dO);
                            Tensor s = q.matmul(k.transpose()).div(sqrt(q.size(-1)));
                            return new Gradients(s.transpose().matmul(dO), g.dA(), g.dS(), g.dQ(), g.dK());
                        }));
    }

    @Check("every intermediate: dV, dA, dS, dQ, dK")
    void intermediates(Backward yours, Random random) {
        int[][] sizes = {{2, 3, 4, 1}, {3, 2, 5, 4}};
        for (int[] n : sizes) {
            Tensor q = randn(random, n[0], n[2]);
            Tensor k = randn(random, n[1], n[2]);
            Tensor v = randn(random, n[1], n[3]);
            Tensor dO = randn(random, n[0], n[3]);
            close(yours.backward(q, k, v, dO), backward(q, k, v, dO));
        }
    }
}
