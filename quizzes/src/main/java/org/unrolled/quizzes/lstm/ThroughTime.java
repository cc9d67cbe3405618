package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.Remote;
import org.unrolled.tensor.Tensor;

/** Backpropagation through time for an LSTM: the steps' gradients carried back and the weights' summed (Greff et al. 2017, section II.B). */
@Question(id = "lstm/through-time", points = 5, lesson = "06-lstm-gru", title = "An LSTM backwards through time", forbids = {"LstmCell.*", "Lstm.*"})
public final class ThroughTime implements GradientQuestion<ThroughTime.Backward> {

    /** dC, dH (T, H) and dX (T, D) hold a row for each step; dH is all that arrives at h_t, from the loss and from step t + 1. */
    public record Gradients(@Axes(value = "t", backwards = true) Tensor dH, @Axes(value = "t", backwards = true) Tensor dC,
            @Axes(value = "t", backwards = true) Tensor dX, Tensor dWx, Tensor dWh, Tensor db) {}

    /** What the questions before this one gave: the steps of a sequence, and one step backwards. */
    @Remote
    public interface Cell {
        /** x (T, D) from h = c = 0: a step for each row, each part (1, H). */
        List<LstmStep.Step> unroll(Tensor x, Tensor wX, Tensor wH, Tensor b);

        /** Equations 6.8 to 6.16. */
        StepBackward.Gradients backward(Tensor x, Tensor hPrev, Tensor cPrev, Tensor wX, Tensor wH, LstmStep.Step now, Tensor dH, Tensor dCNext);
    }

    /** The cell of the lesson. */
    static final Cell LSTM = new Cell() {
        @Override
        public List<LstmStep.Step> unroll(Tensor x, Tensor wX, Tensor wH, Tensor b) {
            return Gates.unroll(x, wX, wH, b);
        }

        @Override
        public StepBackward.Gradients backward(Tensor x, Tensor hPrev, Tensor cPrev, Tensor wX, Tensor wH, LstmStep.Step now, Tensor dH,
                Tensor dCNext) {
            return StepBackward.stepBackward(x, hPrev, cPrev, wX, wH, now, dH, dCNext);
        }
    };

    public interface Backward {
        Gradients throughTime(Cell cell, Tensor x, Tensor wX, Tensor wH, Tensor b, Tensor dOut);
    }

    // BEGIN ANSWER
    /** x (T, D): one sequence. dOut (T, H): what the loss sends to each h_t. */
    static ThroughTime.Gradients throughTime(ThroughTime.Cell cell, Tensor x, Tensor wX, Tensor wH, Tensor b,
            Tensor dOut) {
        int T = x.size(0), H = wH.size(1);
        var steps = cell.unroll(x, wX, wH, b);            // steps.get(t).c() is the cell state after step t
        Tensor[] dH = new Tensor[T], dC = new Tensor[T], dX = new Tensor[T];
        Tensor zero = zeros(1, H), dWx = zeros(4 * H, x.size(1)), dWh = zeros(4 * H, H), db = zeros(4 * H);
        // BEGIN SOLUTION for each step, from the last: cell.backward, carry two gradients on, add up three
        Tensor fromNext = zero, dCNext = zero;
        for (int t = T - 1; t >= 0; t--) {
            Tensor hPrev = t == 0 ? zero : steps.get(t - 1).h(), cPrev = t == 0 ? zero : steps.get(t - 1).c();
            dH[t] = dOut.slice(0, t, t + 1).add(fromNext);
            var back = cell.backward(x.slice(0, t, t + 1), hPrev, cPrev, wX, wH, steps.get(t), dH[t], dCNext);
            dC[t] = back.dC();
            dX[t] = back.dX();
            dWx = dWx.add(back.dWx());
            dWh = dWh.add(back.dWh());
            db = db.add(back.db());
            fromNext = back.dHPrev();
            dCNext = back.dCPrev();
        }
        return new ThroughTime.Gradients(cat(0, dH), cat(0, dC), cat(0, dX), dWx, dWh, db);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return ThroughTime::throughTime;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return cat(0, Gates.unroll(x.get(0), x.get(1), x.get(2), x.get(3)).stream().map(LstmStep.Step::h).toArray(Tensor[]::new));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 4, 2), randn(random, 12, 2), randn(random, 12, 3), randn(random, 12));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        Gradients g = yours.throughTime(LSTM, x.get(0), x.get(1), x.get(2), x.get(3), dout);
        return List.of(g.dX(), g.dWx(), g.dWh(), g.db());
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** The loop through time, equations (6.18) and (6.19), for one sequence. `cell.backward(x, hPrev, cPrev, wX, wH, now, dH, dCNext)` \
                is one step backwards with all its gradients, as you wrote it; before the first step $h$ and $c$ are zero, after the last \
                nothing arrives. The card marks every step.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Two gradients travel back from step t + 1 to step t: back.dHPrev() to h_t, and back.dCPrev() to c_t. Begin with zeros.",
                "What arrives at h_t is dOut's row t, dOut.slice(0, t, t + 1), plus the dHPrev of step t + 1. The weights are the same at every"
                        + " step: their gradient is the sum over the steps.",
                "In the loop: dH[t] = dOut.slice(0, t, t + 1).add(fromNext); var back = cell.backward(x.slice(0, t, t + 1), hPrev, cPrev, wX,"
                        + " wH, steps.get(t), dH[t], dCNext); then keep back.dC() and back.dX(), add back.dWx(), back.dWh(), back.db(), and"
                        + " set fromNext and dCNext for the step before. After the loop: return new ThroughTime.Gradients(cat(0, dH), cat(0, dC),"
                        + " cat(0, dX), dWx, dWh, db);");
    }

    /** The wrong turns that people take; each is a misconception below. */
    private enum Slip {
        OVERWRITTEN, WH_OVERWRITTEN, MEAN, NO_H_BACK, NO_C_BACK, DC_NOT_DCPREV, F_OF_T, NO_OUT, FORWARD, H_NOW, H_NOW_BUT_START, C_NOW, C_NOW_BUT_START, SWAPPED, H_ADDS_UP, C_ADDS_UP, DH_CARRIED
    }

    private static Backward with(Slip slip) {
        return (cell, x, wX, wH, b, dOut) -> {
            int T = x.size(0);
            int H = wH.size(1);
            List<LstmStep.Step> steps = Gates.unroll(x, wX, wH, b);
            Tensor[] dH = new Tensor[T];
            Tensor[] dC = new Tensor[T];
            Tensor[] dX = new Tensor[T];
            Tensor zero = zeros(1, H);
            Tensor dWx = zeros(4 * H, x.size(1));
            Tensor dWh = zeros(4 * H, H);
            Tensor db = zeros(4 * H);
            Tensor fromNext = zero;
            Tensor dCNext = zero;
            for (int k = 0; k < T; k++) {
                int t = slip == Slip.FORWARD ? k : T - 1 - k;
                LstmStep.Step before = t == 0 ? new LstmStep.Step(zero, zero, zero, zero, zero, zero) : steps.get(t - 1);
                Tensor out = dOut.slice(0, t, t + 1);
                dH[t] = slip == Slip.NO_OUT && t < T - 1 ? fromNext : out.add(fromNext);
                LstmStep.Step now = steps.get(t);
                if (slip == Slip.F_OF_T && t < T - 1) {
                    dCNext = dC[t + 1].mul(now.f());
                }
                boolean hNow = slip == Slip.H_NOW || slip == Slip.H_NOW_BUT_START && t > 0;
                boolean cNow = slip == Slip.C_NOW || slip == Slip.C_NOW_BUT_START && t > 0;
                StepBackward.Gradients back = StepBackward.stepBackward(x.slice(0, t, t + 1), hNow ? now.h() : before.h(), cNow ? now.c() : before.c(), wX, wH, now, dH[t], dCNext);
                dC[t] = back.dC();
                dX[t] = back.dX();
                dWx = slip == Slip.OVERWRITTEN ? back.dWx() : dWx.add(back.dWx());
                dWh = slip == Slip.OVERWRITTEN || slip == Slip.WH_OVERWRITTEN ? back.dWh() : dWh.add(back.dWh());
                db = slip == Slip.OVERWRITTEN ? back.db() : db.add(back.db());
                fromNext = switch (slip) {
                    case NO_H_BACK -> zero;
                    case DH_CARRIED -> dH[t];
                    case SWAPPED -> back.dCPrev();
                    case H_ADDS_UP -> fromNext.add(back.dHPrev());
                    default -> back.dHPrev();
                };
                dCNext = switch (slip) {
                    case NO_C_BACK -> zero;
                    case DC_NOT_DCPREV -> back.dC();
                    case SWAPPED -> back.dHPrev();
                    case C_ADDS_UP -> dCNext.add(back.dCPrev());
                    default -> back.dCPrev();
                };
            }
            double share = slip == Slip.MEAN ? 1.0 / T : 1;
            return new Gradients(cat(0, dH), cat(0, dC), cat(0, dX), dWx.mul(share), dWh.mul(share), db.mul(share));
        };
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("dWx, dWh and db were overwritten at every step: what you return is the share of step 0. The same weights work at every"
                        + " step, so their gradient is the sum over the steps: dWx = dWx.add(back.dWx()).", with(Slip.OVERWRITTEN)),
                twin("dWh was overwritten at every step, while dWx was summed. The same W_h works at every step: dWh = dWh.add(back.dWh()).",
                        with(Slip.WH_OVERWRITTEN)),
                twin("The weights' gradients are divided by the number of steps. The loss's gradient with respect to a weight that is used"
                        + " T times is the sum of its T shares.", with(Slip.MEAN)),
                twin("dH misses what comes back from the step after: h_t was read by all the gates of step t + 1. Add the dHPrev of that step"
                        + " to dOut's row.", with(Slip.NO_H_BACK)),
                twin("dC misses what comes back along the cell state: hand the step's dCPrev on as dCNext of the step before.",
                        with(Slip.NO_C_BACK)),
                twin("You handed dC on where dCPrev belongs. Between c_{t−1} and c_t stands the forget gate, and dCPrev = dC ⊙ f has it.",
                        with(Slip.DC_NOT_DCPREV)),
                twin("The cell's gradient was carried through f_t where f_{t+1} belongs. Step t + 1's own gate let c_t in, so"
                        + " dC[t + 1] ⊙ f_{t+1} comes back: back.dCPrev() of step t + 1.", with(Slip.F_OF_T)),
                twin("dOut was used at the last step only. Every row of dOut is what the loss says about that step's h: add row t at step t.",
                        with(Slip.NO_OUT)),
                twin("The loop runs forwards. Step t needs what step t + 1 hands back: begin at T − 1 and count down.", with(Slip.FORWARD)),
                twin("hPrev is the hidden state of step t itself. The gates of step t read h_{t−1}: steps.get(t - 1).h().", with(Slip.H_NOW)),
                twin("hPrev is right at t = 0, and at every other step it is the hidden state of that step itself. The gates of step t read h_{t−1}:"
                        + " steps.get(t - 1).h().", with(Slip.H_NOW_BUT_START)),
                twin("cPrev is right at t = 0, and at every other step it is the cell state of that step itself. What the forget gate of step t"
                        + " multiplied is c_{t−1}: steps.get(t - 1).c().", with(Slip.C_NOW_BUT_START)),
                twin("The two gradients that go back are exchanged: dHPrev goes to the h of the step before, dCPrev to its c.", with(Slip.SWAPPED)),
                twin("What goes back to h adds up over the steps. The dHPrev of step t + 1 holds all that comes from later already: it replaces what"
                        + " came back before.", with(Slip.H_ADDS_UP)),
                twin("What goes back to c adds up over the steps. The dCPrev of step t + 1 holds all that comes from later already: it replaces what"
                        + " came back before.", with(Slip.C_ADDS_UP)),
                twin("cPrev is the cell state of step t itself. What the forget gate of step t multiplied is c_{t−1}: steps.get(t - 1).c().",
                        with(Slip.C_NOW)),
                twin("dH[t] was carried on as it is. The way from h_t back to h_{t−1} leads through the gates: back.dHPrev().",
                        with(Slip.DH_CARRIED)));
    }

    @Check("every step's dH, dC and dX, and the sums, for sequences of 1 to 5 steps")
    void everyStep(Backward yours, Random random) {
        for (int T : new int[] {1, 3, 5}) {
            Tensor x = randn(random, T, 2);
            Tensor wX = randn(random, 12, 2);
            Tensor wH = randn(random, 12, 3);
            Tensor b = randn(random, 12);
            Tensor dOut = randn(random, T, 3);
            close(yours.throughTime(LSTM, x, wX, wH, b, dOut), throughTime(LSTM, x, wX, wH, b, dOut));
        }
    }
}
