package org.unrolled.quizzes.lstm;

import static org.unrolled.tensor.Tensors.zeros;

import java.util.ArrayList;
import java.util.List;
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

    /** One step of a GRU, equations 6.20 to 6.23: wX (3H, D), wH (3H, H), bX and bH (3H), blocks r, z, n. */
    public static Tensor gruStep(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor bX, Tensor bH) {
        return GruStep.gruStep(x, h, wX, wH, bX, bH).h();
    }
}
