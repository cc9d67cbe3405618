package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** One step of an LSTM backwards, with every intermediate (Gers, Schmidhuber and Cummins 2000; Greff et al. 2017, section II.B). */
@Question(id = "lstm/step-backward", points = 6, lesson = "06-lstm-gru", title = "One step backwards, all of it", forbids = {"Gates.*", "LstmCell.*", "Lstm.*"})
public final class StepBackward implements GradientQuestion<StepBackward.Backward> {

    /** In the order of the derivation; dX is the loss's gradient with respect to X and has X's shape. dA holds the blocks i, f, g, o. */
    public record Gradients(Tensor dO, Tensor dC, Tensor dI, Tensor dF, Tensor dG, Tensor dCPrev, Tensor dA, Tensor dWx, Tensor dWh, Tensor db,
            Tensor dX, Tensor dHPrev) {}

    public interface Backward {
        Gradients stepBackward(Tensor x, Tensor hPrev, Tensor cPrev, Tensor wX, Tensor wH, LstmStep.Step now, Tensor dH, Tensor dCNext);
    }

    // BEGIN ANSWER
    /** dH arrives at h_t, dCNext at c_t from the step after; now holds i, f, g, o, c, h of step t. */
    static StepBackward.Gradients stepBackward(Tensor x, Tensor hPrev, Tensor cPrev, Tensor wX, Tensor wH,
            LstmStep.Step now, Tensor dH, Tensor dCNext) {
        Tensor i = now.i(), f = now.f(), g = now.g(), o = now.o(), tanhC = tanh(now.c());
        // BEGIN SOLUTION equations 6.8 to 6.16, a line each
        Tensor dO = dH.mul(tanhC);
        Tensor dC = dH.mul(o).mul(tanhC.mul(tanhC).neg().add(1)).add(dCNext);
        Tensor dI = dC.mul(g), dF = dC.mul(cPrev), dG = dC.mul(i);
        Tensor dCPrev = dC.mul(f);
        Tensor dA = cat(1, dI.mul(i).mul(i.neg().add(1)), dF.mul(f).mul(f.neg().add(1)),
                dG.mul(g.mul(g).neg().add(1)), dO.mul(o).mul(o.neg().add(1)));
        Tensor dWx = dA.transpose().matmul(x), dWh = dA.transpose().matmul(hPrev), db = dA.sum(0);
        Tensor dX = dA.matmul(wX), dHPrev = dA.matmul(wH);
        return new StepBackward.Gradients(dO, dC, dI, dF, dG, dCPrev, dA, dWx, dWh, db, dX, dHPrev);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return StepBackward::stepBackward;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        LstmStep.Step step = LstmStep.lstmStep(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), x.get(5));
        return cat(1, step.h(), step.c());
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 3, 2), randn(random, 3, 4), randn(random, 3, 4), randn(random, 16, 2), randn(random, 16, 4), randn(random, 16));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        int H = x.get(1).size(-1);
        LstmStep.Step now = LstmStep.lstmStep(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), x.get(5));
        Gradients g = yours.stepBackward(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), now, dout.slice(1, 0, H), dout.slice(1, H, 2 * H));
        return List.of(g.dX(), g.dHPrev(), g.dCPrev(), g.dWx(), g.dWh(), g.db());
    }

    @Override
    public String prompt() {
        return """
                **Your turn: all of it.** Put equations (6.8) to (6.16) into one method. The check looks at each line with *your own* values on \
                its right-hand side, so that one slip costs one check; the card marks each of the twelve gradients, and says of the first wrong \
                one what went wrong with it.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Two lines leave c_t: one through tanh and the output gate to h_t, one straight on to the next step. So dC has two terms, and"
                        + " the first ends in the derivative of tanh, 1 − tanh²(c).",
                "c_t = f ⊙ c_{t−1} + i ⊙ g: each of the four factors gets dC times the factor that stands beside it. dF belongs to"
                        + " c_{t−1}, not to c_t.",
                "dA puts four blocks side by side in the order i, f, g, o: cat(1, …). A sigmoid σ passes dσ ⊙ σ ⊙ (1 − σ), a tanh g passes"
                        + " dG ⊙ (1 − g²).",
                "From dA on everything is a linear layer: dWx = dAᵀ x, dWh = dAᵀ hPrev, db = the column sums dA.sum(0), dX = dA W_x,"
                        + " dHPrev = dA W_h. End with return new StepBackward.Gradients(dO, dC, dI, dF, dG, dCPrev, dA, dWx, dWh, db, dX, dHPrev);");
    }

    /** The wrong turns that people take; each is a misconception below. */
    private enum Slip {
        DC_NO_H, DC_NO_NEXT, DC_NO_TANH, DC_TANH_OF_C, DC_TANH_OF_H, DC_SLOPE_SIGN, DC_NO_O, DC_GATED_TWICE, DO_C, DO_H, DF_NEW_C, DI_DG_SWAPPED, GATES_FROM_NEXT,
        PREV_NO_F, PREV_I, PREV_FROM_NEXT, SIGMOID_LIKE_TANH, TANH_LIKE_SIGMOID, GATES_SIGN, NO_DERIVATIVES, BARE_I, BARE_F, BARE_G, BARE_O, TANH_TWICE, ORDER_FIGO, ORDER_IFOG, WH_NEW_H,
        B_ROWS, B_MEAN, W_MEAN, H_NO_OUTPUT, H_NO_INPUT, H_DIRECT
    }

    private static Backward with(Slip slip) {
        return (x, hPrev, cPrev, wX, wH, now, dH, dCNext) -> {
            int H = hPrev.size(-1);
            Tensor i = now.i();
            Tensor f = now.f();
            Tensor g = now.g();
            Tensor o = now.o();
            Tensor tanhC = tanh(now.c());
            Tensor dO = dH.mul(slip == Slip.DO_C ? now.c() : slip == Slip.DO_H ? now.h() : tanhC);
            Tensor slope = switch (slip) {
                case DC_NO_TANH -> i.sub(i).add(1);
                case DC_TANH_OF_C -> oneMinusSquare(now.c());
                case DC_TANH_OF_H -> oneMinusSquare(now.h());
                case DC_SLOPE_SIGN -> oneMinusSquare(tanhC).neg();
                default -> oneMinusSquare(tanhC);
            };
            Tensor fromH = slip == Slip.DC_NO_O ? dH.mul(slope) : dH.mul(o).mul(slope);
            Tensor dC = switch (slip) {
                case DC_NO_H -> dCNext;
                case DC_NO_NEXT -> fromH;
                case DC_GATED_TWICE -> fromH.add(dCNext.mul(f));
                default -> fromH.add(dCNext);
            };
            Tensor reaches = slip == Slip.GATES_FROM_NEXT ? dCNext : dC;
            Tensor dI = reaches.mul(slip == Slip.DI_DG_SWAPPED ? i : g);
            Tensor dF = reaches.mul(slip == Slip.DF_NEW_C ? now.c() : cPrev);
            Tensor dG = reaches.mul(slip == Slip.DI_DG_SWAPPED ? g : i);
            Tensor dCPrev = switch (slip) {
                case PREV_NO_F -> dC;
                case PREV_I -> dC.mul(i);
                case PREV_FROM_NEXT -> dCNext.mul(f);
                default -> dC.mul(f);
            };
            boolean bare = slip == Slip.NO_DERIVATIVES;
            Tensor aI = bare || slip == Slip.BARE_I ? dI : dI.mul(gateSlope(i, slip));
            Tensor aF = bare || slip == Slip.BARE_F ? dF : dF.mul(gateSlope(f, slip));
            Tensor aG = bare || slip == Slip.BARE_G ? dG : slip == Slip.TANH_LIKE_SIGMOID ? dG.mul(g).mul(g.neg().add(1))
                    : dG.mul(oneMinusSquare(slip == Slip.TANH_TWICE ? tanh(g) : g));
            Tensor aO = bare || slip == Slip.BARE_O ? dO : dO.mul(gateSlope(o, slip));
            Tensor dA = switch (slip) {
                case ORDER_FIGO -> cat(1, aF, aI, aG, aO);
                case ORDER_IFOG -> cat(1, aI, aF, aO, aG);
                default -> cat(1, aI, aF, aG, aO);
            };
            double share = slip == Slip.W_MEAN ? 1.0 / x.size(0) : 1;
            Tensor dWx = dA.transpose().matmul(x).mul(share);
            Tensor dWh = dA.transpose().matmul(slip == Slip.WH_NEW_H ? now.h() : hPrev).mul(share);
            Tensor db = slip == Slip.B_ROWS ? dA : slip == Slip.B_MEAN || slip == Slip.W_MEAN ? dA.mean(0) : dA.sum(0);
            Tensor dHPrev = switch (slip) {
                case H_NO_OUTPUT -> dA.slice(1, 0, 3 * H).matmul(wH.slice(0, 0, 3 * H));
                case H_NO_INPUT -> dA.slice(1, H, 4 * H).matmul(wH.slice(0, H, 4 * H));
                case H_DIRECT -> dA.matmul(wH).add(dH);
                default -> dA.matmul(wH);
            };
            return new Gradients(dO, dC, dI, dF, dG, dCPrev, dA, dWx, dWh, db, dA.matmul(wX), dHPrev);
        };
    }

    private static Tensor gateSlope(Tensor gate, Slip slip) {
        return switch (slip) {
            case SIGMOID_LIKE_TANH -> oneMinusSquare(gate);
            case GATES_SIGN -> gate.mul(gate.sub(1));
            default -> gate.mul(gate.neg().add(1));
        };
    }

    private static Tensor oneMinusSquare(Tensor t) {
        return t.mul(t).neg().add(1);
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("dC misses the path through h = o ⊙ tanh(c). The cell state acts on the loss in two ways, now through h_t and later"
                        + " through c_{t+1}: dC = dH ⊙ o ⊙ (1 − tanh²(c)) + dCNext.", with(Slip.DC_NO_H)),
                twin("dC misses dCNext. Besides what comes through h_t, the step after hands back its share along the cell state: add dCNext."
                        + " Without it nothing is remembered for longer than h can carry it.", with(Slip.DC_NO_NEXT)),
                twin("dC went past the tanh without its derivative: h = o ⊙ tanh(c), so dH ⊙ o is what arrives at tanh(c). Times"
                        + " 1 − tanh²(c) it is what arrives at c.", with(Slip.DC_NO_TANH)),
                twin("In dC, the derivative of tanh was taken at the wrong value: 1 − c² instead of 1 − tanh²(c). 1 − y² holds for the"
                        + " output y = tanh(c), not for its input.", with(Slip.DC_TANH_OF_C)),
                twin("In dC, the slope of tanh has the wrong sign: it is 1 − tanh²(c), not tanh²(c) − 1. tanh only rises, so its slope is never"
                        + " negative.", with(Slip.DC_SLOPE_SIGN)),
                twin("In dC, you wrote 1 − h². h is o ⊙ tanh(c); the derivative of tanh at c is 1 − tanh²(c), without the gate.",
                        with(Slip.DC_TANH_OF_H)),
                twin("dC misses the output gate: only the share o of tanh(c) reached h, so only the share o of dH comes back.", with(Slip.DC_NO_O)),
                twin("dCNext was multiplied by the forget gate of this step. It arrives at c_t as it is: step t + 1 has already multiplied by"
                        + " its own gate, f_{t+1}. The gate f_t is for what goes on to c_{t−1}.", with(Slip.DC_GATED_TWICE)),
                twin("dO uses c where tanh(c) belongs: h = o ⊙ tanh(c), so the factor beside o is tanh(c).", with(Slip.DO_C)),
                twin("dO uses h. The factor beside o in h = o ⊙ tanh(c) is tanh(c); h has the gate in it already.", with(Slip.DO_H)),
                twin("dF uses the new cell state c_t. What the forget gate multiplies is the old one: c_t = f ⊙ c_{t−1} + i ⊙ g, so"
                        + " dF = dC ⊙ c_{t−1}.", with(Slip.DF_NEW_C)),
                twin("dI and dG are exchanged. In the product i ⊙ g each gets the other as its factor: dI = dC ⊙ g, dG = dC ⊙ i.",
                        with(Slip.DI_DG_SWAPPED)),
                twin("dI, dF and dG start from dCNext. All of dC arrives at c_t, and the gates get all of it, the part through h included.",
                        with(Slip.GATES_FROM_NEXT)),
                twin("dCPrev misses the forget gate: c_{t−1} came in as f ⊙ c_{t−1}, so its gradient leaves as dC ⊙ f.", with(Slip.PREV_NO_F)),
                twin("dCPrev was multiplied by the input gate. The old cell state is weighed by the forget gate: dCPrev = dC ⊙ f.",
                        with(Slip.PREV_I)),
                twin("dCPrev starts from dCNext alone. All of dC goes on to the step before, with the part that came through h_t: dCPrev = dC ⊙ f.",
                        with(Slip.PREV_FROM_NEXT)),
                twin("In dA, the gates got the derivative 1 − σ². That is tanh's rule; a sigmoid's is σ ⊙ (1 − σ).", with(Slip.SIGMOID_LIKE_TANH)),
                twin("In dA, the candidate got a sigmoid's derivative, g ⊙ (1 − g). The candidate is a tanh: 1 − g².", with(Slip.TANH_LIKE_SIGMOID)),
                twin("In dA, the gates have the wrong sign: the derivative of a sigmoid is σ ⊙ (1 − σ), not σ ⊙ (σ − 1).", with(Slip.GATES_SIGN)),
                twin("In dA, the block of the input gate is dI itself. Between a and i stands a sigmoid: dI ⊙ i ⊙ (1 − i).", with(Slip.BARE_I)),
                twin("In dA, the block of the forget gate is dF itself. Between a and f stands a sigmoid: dF ⊙ f ⊙ (1 − f).", with(Slip.BARE_F)),
                twin("In dA, the block of the candidate is dG itself. Between a and g stands a tanh: dG ⊙ (1 − g²).", with(Slip.BARE_G)),
                twin("In dA, the block of the output gate is dO itself. Between a and o stands a sigmoid: dO ⊙ o ⊙ (1 − o).", with(Slip.BARE_O)),
                twin("In dA, the derivatives of sigmoid and tanh are missing: dI, dF, dG and dO are gradients after the bend, dA is in front"
                        + " of it. Multiply by σ ⊙ (1 − σ) and 1 − g².", with(Slip.NO_DERIVATIVES)),
                twin("In dA, tanh was taken once more: g is already the tanh of its block, so the derivative is 1 − g², not 1 − tanh²(g).",
                        with(Slip.TANH_TWICE)),
                twin("The blocks of dA are in the order f, i, g, o. The rows of W are i, f, g, o, and dA must have the same.",
                        with(Slip.ORDER_FIGO)),
                twin("The blocks of dA are in the order i, f, o, g. The rows of W are i, f, g, o: the candidate comes before the output gate.",
                        with(Slip.ORDER_IFOG)),
                twin("dWh uses the new hidden state. The product was W_h h_{t−1}, so dWh = dAᵀ h_{t−1}.", with(Slip.WH_NEW_H)),
                twin("db is dA as it is, a row for each sequence. One b was added to all rows, so its gradient is their sum: dA.sum(0).",
                        with(Slip.B_ROWS)),
                twin("db is the mean over the batch. b was added to every row, so its gradient is the sum of the rows: dA.sum(0).", with(Slip.B_MEAN)),
                twin("dWx, dWh and db were divided by the size of the batch. If the loss is a mean, dH carries that factor already: sum.",
                        with(Slip.W_MEAN)),
                twin("dHPrev misses the output gate: h_{t−1} is read by all four, so the whole of dA goes back through the whole of W_h.",
                        with(Slip.H_NO_OUTPUT)),
                twin("dHPrev misses the input gate: h_{t−1} is read by all four, so the whole of dA goes back through the whole of W_h.",
                        with(Slip.H_NO_INPUT)),
                twin("dH was added to dHPrev. h_t is not handed on to h_{t−1} as it is: the only way back is through the gates, dA W_h. (What"
                        + " the loss of step t − 1 says about h_{t−1} is added there.)", with(Slip.H_DIRECT)));
    }

    private record Case(Tensor x, Tensor hPrev, Tensor cPrev, Tensor wX, Tensor wH, LstmStep.Step now, Tensor dH, Tensor dCNext) {
        static Case of(Random random, int B, int D, int H) {
            Tensor x = randn(random, B, D);
            Tensor hPrev = randn(random, B, H);
            Tensor cPrev = randn(random, B, H);
            Tensor wX = randn(random, 4 * H, D);
            Tensor wH = randn(random, 4 * H, H);
            return new Case(x, hPrev, cPrev, wX, wH, LstmStep.lstmStep(x, hPrev, cPrev, wX, wH, randn(random, 4 * H)), randn(random, B, H),
                    randn(random, B, H));
        }

        Gradients by(Backward answer) {
            return answer.stepBackward(x, hPrev, cPrev, wX, wH, now, dH, dCNext);
        }
    }

    @Check("dO and dC")
    void cell(Backward yours, Random random) {
        for (int H = 1; H <= 3; H++) {
            Case c = Case.of(random, 2, 4, H);
            Gradients g = c.by(yours);
            Gradients right = c.by(solution());
            close("dO", g.dO(), right.dO());
            close("dC", g.dC(), right.dC());
        }
    }

    @Check("dI, dF, dG and dCPrev, from your own dC")
    void factors(Backward yours, Random random) {
        Case c = Case.of(random, 3, 2, 4);
        Gradients g = c.by(yours);
        close("dI", g.dI(), g.dC().mul(c.now.g()));
        close("dF", g.dF(), g.dC().mul(c.cPrev));
        close("dG", g.dG(), g.dC().mul(c.now.i()));
        close("dCPrev", g.dCPrev(), g.dC().mul(c.now.f()));
    }

    @Check("dA, from your own dI, dF, dG, dO")
    void bends(Backward yours, Random random) {
        Case c = Case.of(random, 2, 3, 4);
        Gradients g = c.by(yours);
        Tensor i = c.now.i();
        Tensor f = c.now.f();
        Tensor o = c.now.o();
        shape(g.dA(), 2, 16);
        close("the block of i", g.dA().slice(1, 0, 4), g.dI().mul(i.mul(i.neg().add(1))));
        close("the block of f", g.dA().slice(1, 4, 8), g.dF().mul(f.mul(f.neg().add(1))));
        close("the block of g", g.dA().slice(1, 8, 12), g.dG().mul(oneMinusSquare(c.now.g())));
        close("the block of o", g.dA().slice(1, 12, 16), g.dO().mul(o.mul(o.neg().add(1))));
    }

    @Check("dWx, dWh, db, dX and dHPrev, from your own dA")
    void linear(Backward yours, Random random) {
        Case c = Case.of(random, 3, 2, 4);
        Gradients g = c.by(yours);
        close("dWx", g.dWx(), g.dA().transpose().matmul(c.x));
        close("dWh", g.dWh(), g.dA().transpose().matmul(c.hPrev));
        close("db", g.db(), g.dA().sum(0));
        close("dX", g.dX(), g.dA().matmul(c.wX));
        close("dHPrev", g.dHPrev(), g.dA().matmul(c.wH));
    }
}
