package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.tanh;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The loop over time: all states of a sequence. */
@Question(id = "recurrent/all-states", points = 3, lesson = "05-rnn-bptt", title = "The loop over time", forbids = {"Recurrent.*", "Rnn.*", "RnnCell.*"})
public final class AllStates implements CodeQuestion<AllStates.States> {

    public interface States {
        @Axes("t") Tensor states(Tensor x, Tensor start, Tensor wX, Tensor wH, Tensor b);
    }

    // BEGIN ANSWER
    /** x (T, D), start (H), wX (H, D), wH (H, H), b (H) -> states (T, H): row t is the one after step t. */
    static Tensor states(Tensor x, Tensor start, Tensor wX, Tensor wH, Tensor b) {
        Tensor[] all = new Tensor[x.size(0)];
        // BEGIN SOLUTION step after step; each begins where the one before ended
        Tensor h = start;
        for (int t = 0; t < all.length; t++) {
            h = tanh(wX.matmul(x.select(0, t)).add(wH.matmul(h)).add(b));
            all[t] = h;
        }
        return stack(0, all);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public States solution() {
        return AllStates::states;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `states`: equation (5.1) for $t = 0, \\dots, T-1$, each step from the state of the one before, the first from \
                `start`. `x.select(0, t)` is $x_t$, and `stack(0, all)` puts the $T$ vectors of `all` on top of each other, as the rows of a matrix.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "One variable h carries the state from step to step. What is its value before the first step, and who changes it?",
                "Tensor h = start; and in the loop over t: h = the step of equation 5.1 with x.select(0, t) and h itself; all[t] = h.",
                "After the loop: return stack(0, all);");
    }

    private interface Next {
        Tensor of(int t, Tensor h);
    }

    private static Tensor loop(Tensor x, Tensor start, Next next) {
        Tensor[] all = new Tensor[x.size(0)];
        Tensor h = start;
        for (int t = 0; t < all.length; t++) {
            h = next.of(t, h);
            all[t] = h;
        }
        return stack(0, all);
    }

    private static Tensor a(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor b) {
        return wX.matmul(x).add(wH.matmul(h)).add(b);
    }

    @Override
    public List<Misconception<States>> misconceptions() {
        return List.of(
                twin("Every step begins at start: the first state is right, and then nothing is carried on. The state of step t is what step t + 1 begins with: h = …",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> tanh(a(x.select(0, t), start, wX, wH, b)))),
                twin("You began at zero. The first step begins at the state that was given, start.",
                        (x, start, wX, wH, b) -> states(x, zeros(start.size(0)), wX, wH, b)),
                twin("Every step reads the first input: x.select(0, 0). Step t reads x_t, x.select(0, t).",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> tanh(a(x.select(0, 0), h, wX, wH, b)))),
                twin("Every step but the first is without its input: only the state is carried on. Each step reads its own x_t.",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> t == 0 ? tanh(a(x.select(0, 0), h, wX, wH, b)) : tanh(wH.matmul(h).add(b)))),
                twin("You kept the state before the step instead of the one after it: row 0 is start, and the last state is missing. Step first, then keep.",
                        (x, start, wX, wH, b) -> cat(0, start.unsqueeze(0), states(x, start, wX, wH, b)).slice(0, 0, x.size(0))),
                twin("You read the sequence from its end. Order is what a recurrent network is for: the first step reads x_0, the last one x_{T−1}.",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> tanh(a(x.select(0, x.size(0) - 1 - t), h, wX, wH, b)))),
                twin("There is no tanh in your steps.",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> a(x.select(0, t), h, wX, wH, b))),
                twin("Your steps never look at the state: W_h h is missing.",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> tanh(wX.matmul(x.select(0, t)).add(b)))),
                twin("b is missing in your steps.",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> tanh(wX.matmul(x.select(0, t)).add(wH.matmul(h))))),
                twin("W_h is transposed: W_h h is wH.matmul(h), while h.matmul(wH) is W_hᵀ h.",
                        (x, start, wX, wH, b) -> loop(x, start, (t, h) -> tanh(wX.matmul(x.select(0, t)).add(h.matmul(wH)).add(b)))),
                twin("Every row is the last state. all[t] has to be kept at step t, while the loop runs.",
                        (x, start, wX, wH, b) -> {
                            Tensor h = states(x, start, wX, wH, b);
                            Tensor last = h.select(0, h.size(0) - 1);
                            return loop(x, start, (t, before) -> last);
                        }));
    }

    @Check("one state for each step")
    void onePerStep(States yours, Random random) {
        for (int T : new int[] {4, 1}) {
            shape(run(yours, random, T, 2, 3), T, 3);
        }
    }

    @Check("agrees with the equation at every step")
    void agrees(States yours, Random random) {
        for (int[] n : new int[][] {{4, 2, 3}, {3, 4, 2}, {9, 3, 5}, {1, 6, 8}}) {
            Tensor x = randn(random, n[0], n[1]);
            Tensor start = randn(random, n[2]);
            Tensor wX = randn(random, n[2], n[1]);
            Tensor wH = randn(random, n[2], n[2]).mul(0.5);
            Tensor b = randn(random, n[2]);
            close(yours.states(x, start, wX, wH, b), states(x, start, wX, wH, b));
        }
    }

    @Check("what is read later changes nothing earlier")
    void noFuture(States yours, Random random) {
        Tensor x = randn(random, 5, 2);
        Tensor start = randn(random, 3);
        Tensor wX = randn(random, 3, 2);
        Tensor wH = randn(random, 3, 3);
        Tensor b = randn(random, 3);
        Tensor all = yours.states(x, start, wX, wH, b);
        Tensor less = yours.states(x.slice(0, 0, 3), start, wX, wH, b);
        shape(all, 5, 3);
        close(less, all.slice(0, 0, 3));
    }

    private static Tensor run(States yours, Random random, int T, int D, int H) {
        return yours.states(randn(random, T, D), randn(random, H), randn(random, H, D), randn(random, H, H), randn(random, H));
    }
}
