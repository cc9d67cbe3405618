package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.relu;
import static org.unrolled.tensor.Tensors.sigmoid;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** One step of a recurrent network, h_t = tanh(W_x x_t + W_h h_{t−1} + b) (Elman 1990). */
@Question(id = "recurrent/one-step", points = 2, lesson = "05-rnn-bptt", title = "One step", forbids = {"Recurrent.*", "Rnn.*", "RnnCell.*"})
public final class OneStep implements CodeQuestion<OneStep.Step> {

    public interface Step {
        Tensor step(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor b);
    }

    // BEGIN ANSWER
    /** x (D), h (H): the state before; wX (H, D), wH (H, H), b (H) -> the next state (H). */
    static Tensor step(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor b) {
        // BEGIN SOLUTION equation 5.1
        return tanh(wX.matmul(x).add(wH.matmul(h)).add(b));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Step solution() {
        return OneStep::step;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `step`, equation (5.1): the next state from the input and the state before. \
                `wX.matmul(x)` is $W_x x_t$: a matrix $(H, D)$ times a vector $(D)$ gives a vector $(H)$.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Three vectors of H numbers are added, and then tanh is taken of the sum.",
                "wX.matmul(x).add(wH.matmul(h)) is the first two of them. What is missing inside tanh?",
                "return tanh( W_x x + W_h h + b ), with .matmul for the two products and .add between the three.");
    }

    @Override
    public List<Misconception<Step>> misconceptions() {
        return List.of(
                twin("There is no tanh. Without it the step is linear, and a hundred linear steps are one linear step: put tanh around the sum.",
                        (x, h, wX, wH, b) -> wX.matmul(x).add(wH.matmul(h)).add(b)),
                twin("The state before has no part in your result: without W_h h_{t−1} the network remembers nothing. Add it inside tanh.",
                        (x, h, wX, wH, b) -> tanh(wX.matmul(x).add(b))),
                twin("The input has no part in your result: add W_x x_t inside tanh.",
                        (x, h, wX, wH, b) -> tanh(wH.matmul(h).add(b))),
                twin("b is missing: add it inside tanh.",
                        (x, h, wX, wH, b) -> tanh(wX.matmul(x).add(wH.matmul(h)))),
                twin("b was added outside of tanh: the state could leave the range from -1 to 1. b belongs to the sum, before tanh.",
                        (x, h, wX, wH, b) -> tanh(wX.matmul(x).add(wH.matmul(h))).add(b)),
                twin("You took tanh of the two parts and then added. Add first: input and memory meet inside tanh.",
                        (x, h, wX, wH, b) -> tanh(wX.matmul(x).add(b)).add(tanh(wH.matmul(h)))),
                twin("You added the state before as it is, without W_h: each unit would see its own past only. W_h lets every unit see all of them.",
                        (x, h, wX, wH, b) -> tanh(wX.matmul(x).add(h).add(b))),
                twin("W_h is transposed. Vectors are columns here, with the matrix on the left: W_h h is wH.matmul(h), while h.matmul(wH) is W_hᵀ h.",
                        (x, h, wX, wH, b) -> tanh(wX.matmul(x).add(h.matmul(wH)).add(b))),
                twin("You added the old state to the new one. Equation 5.1 replaces the state; the past is in it through W_h.",
                        (x, h, wX, wH, b) -> step(x, h, wX, wH, b).add(h)),
                twin("You used sigmoid where the equation has tanh: sigmoid's values are all positive, tanh's lie on both sides of 0.",
                        (x, h, wX, wH, b) -> sigmoid(wX.matmul(x).add(wH.matmul(h)).add(b))),
                twin("You used relu where the equation has tanh: relu throws every negative number away, and lets a state grow without end.",
                        (x, h, wX, wH, b) -> relu(wX.matmul(x).add(wH.matmul(h)).add(b))));
    }

    private static Tensor[] inputs(Random random, int D, int H) {
        return new Tensor[] {randn(random, D), randn(random, H), randn(random, H, D), randn(random, H, H), randn(random, H)};
    }

    @Check("as many numbers as the state before, all between -1 and 1")
    void form(Step yours, Random random) {
        for (int[] n : new int[][] {{3, 2}, {2, 9}}) {
            Tensor[] in = inputs(random, n[0], n[1]);
            Tensor next = yours.step(in[0], in[1], in[2], in[3], in[4]);
            shape(next, n[1]);
            that(next.abs().max().item() <= 1, "a number of the state is %s", next.abs().max().item());
        }
    }

    @Check("agrees with the equation")
    void agrees(Step yours, Random random) {
        for (int[] n : new int[][] {{3, 2}, {2, 4}, {5, 12}}) {
            Tensor[] in = inputs(random, n[0], n[1]);
            close(yours.step(in[0], in[1], in[2], in[3], in[4]), step(in[0], in[1], in[2], in[3], in[4]));
        }
    }
}
