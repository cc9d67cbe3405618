package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.rand;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tanh;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The gradient highway: dc_t = dh_t ⊙ o_t ⊙ (1 − tanh²(c_t)) + dc_{t+1} ⊙ f_{t+1} (Gers, Schmidhuber and Cummins 2000). */
@Question(id = "lstm/cell-gradients", points = 4, lesson = "06-lstm-gru", title = "Along the cell state, back through time", forbids = {"Gates.*", "LstmCell.*", "Lstm.*"})
public final class CellGradients implements GradientQuestion<CellGradients.Backward> {

    public interface Backward {
        @Axes(value = "t", backwards = true)
        Tensor cellGradients(Tensor f, Tensor o, Tensor c, Tensor dH);
    }

    // BEGIN ANSWER
    /** f, o, c and dH, what arrives at each h_t: (T, H), a row for each step -> dC (T, H). */
    static Tensor cellGradients(Tensor f, Tensor o, Tensor c, Tensor dH) {
        int T = c.size(0), H = c.size(1);
        Tensor[] dC = new Tensor[T];
        // BEGIN SOLUTION walk back from t = T − 1 to 0; f.select(0, t) is row t
        Tensor carried = zeros(H);                       // dC of the step after, times its forget gate
        for (int t = T - 1; t >= 0; t--) {
            Tensor tanhC = tanh(c.select(0, t));
            Tensor slope = tanhC.mul(tanhC).neg().add(1);
            dC[t] = dH.select(0, t).mul(o.select(0, t)).mul(slope).add(carried);
            carried = dC[t].mul(f.select(0, t));         // the step before sees this as f of t + 1
        }
        return stack(0, dC);
        // END SOLUTION
    }
    // END ANSWER

    private static Tensor stack(int dim, Tensor... rows) {
        return org.unrolled.tensor.Tensors.stack(dim, rows);
    }

    @Override
    public Backward solution() {
        return CellGradients::cellGradients;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        Tensor u = x.get(0);
        Tensor[] h = new Tensor[u.size(0)];
        Tensor c = zeros(u.size(1));
        for (int t = 0; t < h.length; t++) {
            c = x.get(1).select(0, t).mul(c).add(u.select(0, t));
            h[t] = x.get(2).select(0, t).mul(tanh(c));
        }
        return stack(0, h);
    }

    /** What is written (i ⊙ g), forget gates, output gates. */
    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 5, 3), rand(random, 5, 3), rand(random, 5, 3));
    }

    /** c_t = f ⊙ c_{t−1} + u_t: the gradient of u is that of c. */
    @Override
    public List<@Nullable Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        return Arrays.asList(yours.cellGradients(x.get(1), x.get(2), cells(x.get(0), x.get(1)), dout), null, null);
    }

    private static Tensor cells(Tensor u, Tensor f) {
        Tensor[] c = new Tensor[u.size(0)];
        for (int t = 0; t < c.length; t++) {
            c[t] = t == 0 ? u.select(0, 0) : f.select(0, t).mul(c[t - 1]).add(u.select(0, t));
        }
        return stack(0, c);
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `cellGradients`, equation (6.17), for a whole sequence: all $dc_t$ from the gates, the cell states and what \
                arrives at each $h_t$. After the last step nothing arrives. `f.select(0, t)` is the forget gate of step `t`, and \
                `stack(0, dC)` makes one tensor of the rows.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "What c_t does to the loss through h_t is the first term. What it does through c_{t+1} is the second, and needs dC of step"
                        + " t + 1: so begin at the end.",
                "At the last step there is only the first term. At step t, the second term is dC[t + 1].mul(f.select(0, t + 1)).",
                "Tensor own = dH.select(0, t).mul(o.select(0, t)).mul(1 − tanh²); dC[t] = t == T - 1 ? own :"
                        + " own.add(dC[t + 1].mul(f.select(0, t + 1)));");
    }

    /** The wrong turns that people take; each is a misconception below. */
    private enum Slip { F_OF_T, NO_F, NO_CARRY, LAST_ONLY, FORWARD, NO_O, NO_SLOPE, SLOPE_OF_C, SLOPE_BEFORE, SUBTRACTED, F_ON_OWN, F_ALL, PLAIN_DH }

    private static Backward with(Slip slip) {
        return (f, o, c, dH) -> {
            int T = c.size(0);
            Tensor[] dC = new Tensor[T];
            for (int k = 0; k < T; k++) {
                int t = slip == Slip.FORWARD ? k : T - 1 - k;
                int after = slip == Slip.FORWARD ? t - 1 : t + 1;
                Tensor y = slip == Slip.SLOPE_OF_C ? c.select(0, t) : tanh(c.select(0, slip == Slip.SLOPE_BEFORE ? t - 1 : t));
                Tensor own = dH.select(0, t);
                own = slip == Slip.NO_O || slip == Slip.PLAIN_DH ? own : own.mul(o.select(0, t));
                own = slip == Slip.NO_SLOPE || slip == Slip.PLAIN_DH ? own : own.mul(y.mul(y).neg().add(1));
                own = slip == Slip.F_ON_OWN || slip == Slip.F_ALL ? own.mul(f.select(0, t)) : own;
                if (k == 0 || slip == Slip.NO_CARRY) {
                    dC[t] = own;
                    continue;
                }
                Tensor gate = slip == Slip.F_OF_T || slip == Slip.F_ALL ? f.select(0, t) : f.select(0, after);
                Tensor carried = slip == Slip.NO_F ? dC[after] : dC[after].mul(gate);
                dC[t] = slip == Slip.LAST_ONLY ? carried : slip == Slip.SUBTRACTED ? own.sub(carried) : own.add(carried);
            }
            return stack(0, dC);
        };
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("You used f_t where f_{t+1} belongs. c_t went into c_{t+1} through that step's forget gate, c_{t+1} = f_{t+1} ⊙ c_t + …,"
                        + " so dC[t + 1] comes back through f_{t+1}.", with(Slip.F_OF_T)),
                twin("The forget gate is missing on the way back: what came in as f_{t+1} ⊙ c_t goes back as dC[t + 1] ⊙ f_{t+1}.",
                        with(Slip.NO_F)),
                twin("Each step knows only what arrives at its own h_t. c_t also goes on to c_{t+1}: add dC[t + 1] ⊙ f_{t+1}. That term is the"
                        + " memory.", with(Slip.NO_CARRY)),
                twin("Only the last step's dH is used. Every h_t may act on the loss: each step adds dH ⊙ o ⊙ (1 − tanh²(c)) of its own.",
                        with(Slip.LAST_ONLY)),
                twin("The loop runs forwards. dC of step t needs dC of step t + 1: begin at T − 1 and count down.", with(Slip.FORWARD)),
                twin("The output gate is missing: only the share o_t of tanh(c_t) reached h_t.", with(Slip.NO_O)),
                twin("The derivative of tanh is missing: dH ⊙ o arrives at tanh(c_t); times 1 − tanh²(c_t) it arrives at c_t.",
                        with(Slip.NO_SLOPE)),
                twin("You wrote 1 − c² for the derivative of tanh. It is 1 − tanh²(c).", with(Slip.SLOPE_OF_C)),
                twin("The slope is one step off: you took tanh of c_{t−1}. Between c_t and h_t stands tanh(c_t), so it is 1 − tanh²(c_t).",
                        with(Slip.SLOPE_BEFORE)),
                twin("You subtracted what comes back along the cell state. What arrives on several ways adds up: dH ⊙ o ⊙ (1 − tanh²(c)) plus"
                        + " dC[t + 1] ⊙ f_{t+1}.", with(Slip.SUBTRACTED)),
                twin("The part that comes through h_t was multiplied by f_t. The forget gate stands between c_{t−1} and c_t; between c_t and"
                        + " h_t stands the output gate.", with(Slip.F_ON_OWN)),
                twin("That is what goes on to c_{t−1}: the whole of dC[t], times f_t. dC[t] itself is before that gate.", with(Slip.F_ALL)),
                twin("You added dH as it is. Between c_t and h_t stand a tanh and the output gate: dH ⊙ o ⊙ (1 − tanh²(c)).",
                        with(Slip.PLAIN_DH)));
    }

    @Check("a sequence of one step: what comes through h, and nothing else")
    void oneStep(Backward yours, Random random) {
        for (int H = 1; H <= 3; H++) {
            Tensor f = rand(random, 1, H);
            Tensor c = randn(random, 1, H);
            Tensor o = rand(random, 1, H);
            Tensor dH = randn(random, 1, H);
            close(yours.cellGradients(f, o, c, dH), cellGradients(f, o, c, dH));
        }
    }

    @Check("every step, for sequences of 2 to 6 steps")
    void everyStep(Backward yours, Random random) {
        for (int T : new int[] {2, 4, 6}) {
            Tensor f = rand(random, T, 3);
            Tensor c = cells(randn(random, T, 3), f);
            Tensor o = rand(random, T, 3);
            Tensor dH = randn(random, T, 3);
            close(yours.cellGradients(f, o, c, dH), cellGradients(f, o, c, dH));
        }
    }

    @Check("a loss at the last step only reaches the first one, through all the forget gates")
    void fromTheLast(Backward yours, Random random) {
        Tensor f = rand(random, 5, 2);
        Tensor c = cells(randn(random, 5, 2), f);
        Tensor o = rand(random, 5, 2);
        Tensor dH = cat(0, zeros(4, 2), randn(random, 1, 2));
        close(yours.cellGradients(f, o, c, dH), cellGradients(f, o, c, dH));
    }
}
