package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.sigmoid;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** One step of a gated recurrent unit (Cho et al. 2014, equations 5 to 8), the reset gate after the product as in PyTorch. */
@Question(id = "lstm/gru-step", points = 3, lesson = "06-lstm-gru", title = "One step of a GRU", forbids = {"Gates.*", "GruCell.*", "Gru.*"})
public final class GruStep implements CodeQuestion<GruStep.Forward> {

    /** Reset gate, update gate, candidate and hidden state, (B, H) each. */
    public record Step(Tensor r, Tensor z, Tensor n, Tensor h) {}

    public interface Forward {
        Step gruStep(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor bX, Tensor bH);
    }

    // BEGIN ANSWER
    /** x (B, D), h of the step before (B, H), wX (3H, D), wH (3H, H), bX and bH (3H): blocks r, z, n. */
    static GruStep.Step gruStep(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor bX, Tensor bH) {
        int H = h.size(-1);
        Tensor p = x.matmul(wX.transpose()).add(bX), q = h.matmul(wH.transpose()).add(bH);   // (B, 3H) each
        // BEGIN SOLUTION r and z from p + q, then n, in which r weighs q, then h
        Tensor r = sigmoid(p.slice(1, 0, H).add(q.slice(1, 0, H)));
        Tensor z = sigmoid(p.slice(1, H, 2 * H).add(q.slice(1, H, 2 * H)));
        Tensor n = tanh(p.slice(1, 2 * H, 3 * H).add(r.mul(q.slice(1, 2 * H, 3 * H))));
        Tensor hNew = z.neg().add(1).mul(n).add(z.mul(h));
        return new GruStep.Step(r, z, n, hNew);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Forward solution() {
        return GruStep::gruStep;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `gruStep`, equations (6.20) to (6.23). The rows of $p$ and $q$ are three blocks of $H$ numbers in the \
                order **r, z, n**; the stub has computed both products already.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "r and z are gates: sigmoid of the sum of their blocks of p and q. p.slice(1, 0, H) is the block of r.",
                "In the candidate the reset gate weighs what comes from h: n = tanh(pₙ + r ⊙ qₙ), with block 2 of p and q.",
                "h = (1 − z) ⊙ n + z ⊙ h: z.neg().add(1).mul(n).add(z.mul(h)). End with return new GruStep.Step(r, z, n, hNew);");
    }

    /** The wrong turns that people take; each is a misconception below. */
    private enum Slip { Z_REVERSED, Z_SIGN, ORDER, NO_RESET, RESET_ON_INPUT, RESET_ON_ALL, N_SIGMOID, NO_OLD, TWO_GATES, BIAS_OUTSIDE, TANH_OUT }

    private static Forward with(Slip slip) {
        return (x, h, wX, wH, bX, bH) -> {
            int H = h.size(-1);
            Tensor p = x.matmul(wX.transpose()).add(bX);
            Tensor q = h.matmul(wH.transpose()).add(bH);
            int first = slip == Slip.ORDER ? H : 0;
            Tensor r = sigmoid(p.slice(1, first, first + H).add(q.slice(1, first, first + H)));
            Tensor z = sigmoid(p.slice(1, H - first, 2 * H - first).add(q.slice(1, H - first, 2 * H - first)));
            Tensor pN = p.slice(1, 2 * H, 3 * H);
            Tensor qN = q.slice(1, 2 * H, 3 * H);
            Tensor in = switch (slip) {
                case NO_RESET -> pN.add(qN);
                case RESET_ON_INPUT -> r.mul(pN).add(qN);
                case RESET_ON_ALL -> r.mul(pN.add(qN));
                case BIAS_OUTSIDE -> pN.add(r.mul(qN.sub(bH.slice(0, 2 * H, 3 * H)))).add(bH.slice(0, 2 * H, 3 * H));
                default -> pN.add(r.mul(qN));
            };
            Tensor n = slip == Slip.N_SIGMOID ? sigmoid(in) : tanh(in);
            Tensor rest = z.neg().add(1);
            Tensor hNew = switch (slip) {
                case Z_REVERSED -> z.mul(n).add(rest.mul(h));
                case Z_SIGN -> rest.neg().mul(n).add(z.mul(h));
                case NO_OLD -> rest.mul(n);
                case TWO_GATES -> r.mul(n).add(z.mul(h));
                case TANH_OUT -> tanh(rest.mul(n).add(z.mul(h)));
                default -> rest.mul(n).add(z.mul(h));
            };
            return new Step(r, z, n, hNew);
        };
    }

    @Override
    public List<Misconception<Forward>> misconceptions() {
        return List.of(
                twin("The update gate works the wrong way round. In (6.23) z = 1 keeps the old state: h = (1 − z) ⊙ n + z ⊙ h. (Papers differ;"
                        + " say which one you follow.)", with(Slip.Z_REVERSED)),
                twin("The candidate comes in with the wrong sign: it is weighed by 1 − z, and you have z − 1, which is negative.", with(Slip.Z_SIGN)),
                twin("Reset and update gate are exchanged: the blocks come in the order r, z, n.", with(Slip.ORDER)),
                twin("The reset gate is not used: n = tanh(pₙ + r ⊙ qₙ).", with(Slip.NO_RESET)),
                twin("The reset gate weighs the input's part. It says how much of the old state the candidate sees: r ⊙ qₙ.",
                        with(Slip.RESET_ON_INPUT)),
                twin("The reset gate weighs the whole sum. The input comes in unweighed: n = tanh(pₙ + r ⊙ qₙ).", with(Slip.RESET_ON_ALL)),
                twin("The candidate went through a sigmoid; it is a tanh, so that it can be negative.", with(Slip.N_SIGMOID)),
                twin("The old state is missing in h: whatever z does not let be replaced stays, z ⊙ h.", with(Slip.NO_OLD)),
                twin("You wrote r where 1 − z belongs. One gate does both here: what is replaced and what is kept sum to one.",
                        with(Slip.TWO_GATES)),
                twin("The bias of qₙ stands outside the reset gate. q holds it already, and r weighs all of qₙ.", with(Slip.BIAS_OUTSIDE)),
                twin("h went through tanh once more. It is a mean of two numbers within ±1 and needs no squashing.", with(Slip.TANH_OUT)));
    }

    @Check("agrees with the four equations, part by part")
    void agrees(Forward yours, Random random) {
        int[][] sizes = {{1, 2, 3}, {2, 3, 1}, {3, 1, 4}, {4, 3, 2}};
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1]);
            Tensor h = randn(random, n[0], n[2]);
            Tensor wX = randn(random, 3 * n[2], n[1]);
            Tensor wH = randn(random, 3 * n[2], n[2]);
            Tensor bX = randn(random, 3 * n[2]);
            Tensor bH = randn(random, 3 * n[2]);
            close(yours.gruStep(x, h, wX, wH, bX, bH), gruStep(x, h, wX, wH, bX, bH));
        }
    }
}
