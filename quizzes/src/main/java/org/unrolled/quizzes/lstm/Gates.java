package org.unrolled.quizzes.lstm;

import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unrolled.nn.Lstm;
import org.unrolled.notebook.Colors;
import org.unrolled.notebook.Diagram;
import org.unrolled.notebook.Notebook;
import org.unrolled.tensor.Tensor;

/**
 * The functions that lesson 06 derives, for the cells that come after their question: no cell of the lesson depends on
 * what the learner wrote. Questions forbid them where they would be the answer.
 *
 * <p>The rows of W_x (4H, D), W_h (4H, H) and b (4H) are four blocks in PyTorch's order: input gate,
 * forget gate, candidate, output gate.
 */
public final class Gates {

    private Gates() {}

    /** One step, equations 6.1 to 6.7: x (B, D), h and c of the step before (B, H). */
    public static LstmStep.Step step(Tensor x, Tensor h, Tensor c, Tensor wX, Tensor wH, Tensor b) {
        return LstmStep.lstmStep(x, h, c, wX, wH, b);
    }

    /** One step as boxes and arrows: what arrives on the right and what leaves on the left when it is walked backwards. */
    public static Diagram picture() {
        return Notebook.diagram().box(0, 0, "c of t−1", "dC_prev leaves", Colors.CELL).box(0, 2, "h of t−1, x", "dH_prev, dX leave", Colors.HIDDEN)
                .op(1, 2, "W, σ, tanh", "i, f, g, o").op(2, 0, "⊙ f", "keep").op(3, 0, "+ i ⊙ g", "write").op(4, 1, "tanh, ⊙ o", "show")
                .box(5, 0, "c", "dC_next arrives", Colors.CELL).box(5, 2, "h", "dH arrives", Colors.HIDDEN)
                .arrow("c of t−1", "⊙ f").arrow("⊙ f", "+ i ⊙ g").arrow("+ i ⊙ g", "c").arrow("+ i ⊙ g", "tanh, ⊙ o").arrow("tanh, ⊙ o", "h")
                .arrow("h of t−1, x", "W, σ, tanh").arrow("W, σ, tanh", "⊙ f").arrow("W, σ, tanh", "+ i ⊙ g").arrow("W, σ, tanh", "tanh, ⊙ o");
    }

    /** The steps of one sequence x (T, D) from h = c = 0, (1, H) each. */
    public static List<LstmStep.Step> unroll(Tensor x, Tensor wX, Tensor wH, Tensor b) {
        List<LstmStep.Step> steps = new ArrayList<>();
        Tensor h = zeros(1, wH.size(1));
        Tensor c = h;
        for (int t = 0; t < x.size(0); t++) {
            LstmStep.Step step = step(x.slice(0, t, t + 1), h, c, wX, wH, b);
            steps.add(step);
            h = step.h();
            c = step.c();
        }
        return steps;
    }

    /** One step backwards, equations 6.8 to 6.16. */
    public static StepBackward.Gradients backward(Tensor x, Tensor hPrev, Tensor cPrev, Tensor wX, Tensor wH, LstmStep.Step now, Tensor dH,
            Tensor dCNext) {
        return StepBackward.stepBackward(x, hPrev, cPrev, wX, wH, now, dH, dCNext);
    }

    /** The steps of one sequence x (T, D) with the parameters of a one-layer {@link Lstm}. */
    public static List<LstmStep.Step> unroll(Tensor x, Lstm layer) {
        Map<String, Tensor> w = layer.stateDict();
        return unroll(x, w.get("weight_ih_l0"), w.get("weight_hh_l0"), w.get("bias_ih_l0").add(w.get("bias_hh_l0")));
    }

    /** Each part of the steps of one sequence as one tensor (T, H), a row for each step. */
    public static LstmStep.Step rows(List<LstmStep.Step> steps) {
        return new LstmStep.Step(rows(steps, LstmStep.Step::i), rows(steps, LstmStep.Step::f), rows(steps, LstmStep.Step::g),
                rows(steps, LstmStep.Step::o), rows(steps, LstmStep.Step::c), rows(steps, LstmStep.Step::h));
    }

    private static Tensor rows(List<LstmStep.Step> steps, Function<LstmStep.Step, Tensor> part) {
        return cat(0, steps.stream().map(part).toArray(Tensor[]::new));
    }

    /** All dc_t of a sequence, equation 6.17: f, o, c and dH (T, H) give (T, H). */
    public static Tensor cellGradients(Tensor f, Tensor o, Tensor c, Tensor dH) {
        return CellGradients.cellGradients(f, o, c, dH);
    }

    /** A whole sequence x (T, D) backwards, equations 6.18 and 6.19; dOut (T, H) is what the loss sends to each h_t. */
    public static ThroughTime.Gradients throughTime(Tensor x, Tensor wX, Tensor wH, Tensor b, Tensor dOut) {
        return ThroughTime.throughTime(ThroughTime.LSTM, x, wX, wH, b, dOut);
    }

    /** Of a padded batch h (B, T, H) the state after each sequence's last real position, (B, H). */
    public static Tensor lastState(Tensor h, int[] lengths) {
        return LastState.lastState(h, lengths);
    }

    /** One step of a GRU, equations 6.20 to 6.23: wX (3H, D), wH (3H, H), bX and bH (3H), blocks r, z, n. */
    public static GruStep.Step gruStep(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor bX, Tensor bH) {
        return GruStep.gruStep(x, h, wX, wH, bX, bH);
    }
}
