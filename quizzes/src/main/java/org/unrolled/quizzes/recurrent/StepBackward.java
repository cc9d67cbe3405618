package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Back through one step of a recurrent network. */
@Question(id = "recurrent/step-backward", points = 4, lesson = "05-rnn-bptt", title = "Back through one step", forbids = {"Recurrent.*", "Rnn.*", "RnnCell.*"})
public final class StepBackward implements GradientQuestion<StepBackward.Backward> {

    /** dX is the loss's gradient with respect to X and has X's shape; da belongs to what stands inside tanh, dBefore to the state before. */
    public record Gradients(Tensor da, Tensor dWx, Tensor dWh, Tensor db, Tensor dBefore) {}

    public interface Backward {
        Gradients stepBackward(Tensor x, Tensor before, Tensor h, Tensor wH, Tensor dh);
    }

    // BEGIN ANSWER
    /** x (D), before (H): the state before, h (H): the state after, wH (H, H), dh (H) -> all gradients. */
    static StepBackward.Gradients stepBackward(Tensor x, Tensor before, Tensor h, Tensor wH, Tensor dh) {
        // BEGIN SOLUTION through tanh first, then to everything that stands inside it
        Tensor da = dh.mul(h.mul(h).neg().add(1));
        Tensor dWx = da.unsqueeze(1).mul(x);
        Tensor dWh = da.unsqueeze(1).mul(before);
        Tensor db = da;
        Tensor dBefore = wH.transpose().matmul(da);
        return new StepBackward.Gradients(da, dWx, dWh, db, dBefore);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return StepBackward::stepBackward;
    }

    @Override
    public Tensor forward(List<Tensor> in) {
        return Recurrent.step(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return inputs(random, 2, 3);
    }

    private static List<Tensor> inputs(Random random, int D, int H) {
        return List.of(randn(random, D), randn(random, H).tanh(), randn(random, H, D), randn(random, H, H), randn(random, H).mul(0.3));
    }

    @Override
    public List<@Nullable Tensor> gradients(Backward yours, List<Tensor> in, Tensor dout) {
        Gradients all = yours.stepBackward(in.get(0), in.get(1), forward(in), in.get(3), dout);
        return Arrays.asList(null, all.dBefore(), all.dWx(), all.dWh(), all.db());
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `stepBackward`, equations (5.3) and (5.4), for one step. The outer product of a column $u$ and a row $v^\\top$ \
                is `u.unsqueeze(1).mul(v)`: (H, 1) and (D) meet as (H, D).
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A gradient has the shape of what it belongs to: dWx is (H, D), dWh is (H, H), db and dBefore are (H). And da comes first, since everything"
                        + " else stands inside tanh.",
                "da = dh ⊙ (1 − h ⊙ h), in code dh.mul(h.mul(h).neg().add(1)). h is what tanh returned, so no tanh is needed any more.",
                "dWx = da.unsqueeze(1).mul(x); dWh the same with before; db = da; dBefore = wH.transpose().matmul(da). End with"
                        + " return new StepBackward.Gradients(da, dWx, dWh, db, dBefore);");
    }

    /** What follows from da, whatever da is. */
    private static Gradients from(Tensor da, Tensor x, Tensor before, Tensor wH) {
        return new Gradients(da, da.unsqueeze(1).mul(x), da.unsqueeze(1).mul(before), da, wH.transpose().matmul(da));
    }

    private static Tensor slope(Tensor h) {
        return h.mul(h).neg().add(1);
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("tanh' is missing: your da is dh. Between the sum and the state stands tanh, whose slope is 1 − h².",
                        (x, before, h, wH, dh) -> from(dh, x, before, wH)),
                twin("You took tanh once more: the slope is 1 − tanh(a)², and h is tanh(a) already. So it is 1 − h², not 1 − tanh(h)².",
                        (x, before, h, wH, dh) -> from(dh.mul(slope(tanh(h))), x, before, wH)),
                twin("The slope of tanh is 1 − h², with a square; you have 1 − h.",
                        (x, before, h, wH, dh) -> from(dh.mul(h.neg().add(1)), x, before, wH)),
                twin("The slope belongs to the tanh that made h: 1 − h². You took it at the state before.",
                        (x, before, h, wH, dh) -> from(dh.mul(slope(before)), x, before, wH)),
                twin("da is the slope alone; what arrives, dh, is missing: multiply by it.",
                        (x, before, h, wH, dh) -> from(slope(h), x, before, wH)),
                twin("dBefore goes through W_h; it has to be W_hᵀ. Forward, entry (i, j) leads from unit j to unit i; backward from i to j.",
                        (x, before, h, wH, dh) -> {
                            Gradients g = stepBackward(x, before, h, wH, dh);
                            return new Gradients(g.da(), g.dWx(), g.dWh(), g.db(), wH.matmul(g.da()));
                        }),
                twin("dBefore is W_hᵀ dh: it left tanh out. W_h h stands inside tanh, so what goes back is W_hᵀ da.",
                        (x, before, h, wH, dh) -> {
                            Gradients g = stepBackward(x, before, h, wH, dh);
                            return new Gradients(g.da(), g.dWx(), g.dWh(), g.db(), wH.transpose().matmul(dh));
                        }),
                twin("dBefore is da as it is. Between the state before and the sum stands W_h: multiply by W_hᵀ.",
                        (x, before, h, wH, dh) -> {
                            Gradients g = stepBackward(x, before, h, wH, dh);
                            return new Gradients(g.da(), g.dWx(), g.dWh(), g.db(), g.da());
                        }),
                twin("dWh takes h, the state after the step. W_h was multiplied by the state before it: before.",
                        (x, before, h, wH, dh) -> {
                            Gradients g = stepBackward(x, before, h, wH, dh);
                            return new Gradients(g.da(), g.dWx(), g.da().unsqueeze(1).mul(h), g.db(), g.dBefore());
                        }),
                twin("dWh is transposed: entry (i, j) is da[i] · before[j], so da is the column and before the row.",
                        (x, before, h, wH, dh) -> {
                            Gradients g = stepBackward(x, before, h, wH, dh);
                            return new Gradients(g.da(), g.dWx(), g.dWh().transpose(), g.db(), g.dBefore());
                        }),
                twin("da is right, and the gradients of W_x, W_h and b are made of dh. Weights and b stand inside tanh: use da.",
                        (x, before, h, wH, dh) -> {
                            Gradients g = from(dh, x, before, wH);
                            Gradients right = stepBackward(x, before, h, wH, dh);
                            return new Gradients(right.da(), g.dWx(), g.dWh(), g.db(), right.dBefore());
                        }));
    }

    @Check("every intermediate: da, dWx, dWh, db, dBefore")
    void intermediates(Backward yours, Random random) {
        for (int[] n : new int[][] {{2, 3}, {5, 4}}) {
            List<Tensor> in = inputs(random, n[0], n[1]);
            Tensor h = forward(in);
            Tensor dh = randn(random, n[1]);
            close(yours.stepBackward(in.get(0), in.get(1), h, in.get(3), dh), stepBackward(in.get(0), in.get(1), h, in.get(3), dh));
        }
    }
}
