package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.full;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.sigmoid;
import static org.unrolled.tensor.Tensors.tanh;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** One step of an LSTM with a forget gate (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000). */
@Question(id = "lstm/step", points = 4, lesson = "06-lstm-gru", title = "One step of an LSTM", forbids = {"Gates.*", "LstmCell.*", "Lstm.*"})
public final class LstmStep implements CodeQuestion<LstmStep.Forward> {

    /** Everything that a step computes, (B, H) each: input gate, forget gate, candidate, output gate, cell state, hidden state. */
    public record Step(Tensor i, Tensor f, Tensor g, Tensor o, Tensor c, Tensor h) {}

    public interface Forward {
        Step lstmStep(Tensor x, Tensor h, Tensor c, Tensor wX, Tensor wH, Tensor b);
    }

    // BEGIN ANSWER
    /** x (B, D), h and c of the step before (B, H), wX (4H, D), wH (4H, H), b (4H): blocks i, f, g, o. */
    static LstmStep.Step lstmStep(Tensor x, Tensor h, Tensor c, Tensor wX, Tensor wH, Tensor b) {
        int H = h.size(-1);
        // BEGIN SOLUTION a, then the three gates and the candidate, then c and h
        Tensor a = x.matmul(wX.transpose()).add(h.matmul(wH.transpose())).add(b);   // (B, 4H)
        Tensor i = sigmoid(a.slice(1, 0, H));
        Tensor f = sigmoid(a.slice(1, H, 2 * H));
        Tensor g = tanh(a.slice(1, 2 * H, 3 * H));
        Tensor o = sigmoid(a.slice(1, 3 * H, 4 * H));
        Tensor cNew = f.mul(c).add(i.mul(g));
        Tensor hNew = o.mul(tanh(cNew));
        return new LstmStep.Step(i, f, g, o, cNew, hNew);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Forward solution() {
        return LstmStep::lstmStep;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `lstmStep`, equations (6.1) to (6.7), for a batch. Each row of $a$ is four blocks of $H$ numbers in the order \
                **i, f, g, o**; `a.slice(1, from, to)` cuts columns `from` to `to` (without `to`) out of $a$. Return everything in a \
                record: the check names the first part that is wrong.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "One product for all four: Tensor a = x.matmul(wX.transpose()).add(h.matmul(wH.transpose())).add(b); it is (B, 4H). The input"
                        + " gate is the sigmoid of its first H columns.",
                "i, f and o are sigmoids of blocks 0, 1 and 3, g is the tanh of block 2: tanh(a.slice(1, 2 * H, 3 * H)).",
                "The new cell state is f.mul(c).add(i.mul(g)), the new hidden state o.mul(tanh(cNew)). End with"
                        + " return new LstmStep.Step(i, f, g, o, cNew, hNew);");
    }

    /** The wrong turns that people take; each is a misconception below. */
    private enum Slip {
        ORDER_OF_EQUATIONS, O_BEFORE_G, G_SIGMOID, GATES_TANH, NO_BIAS, NO_RECURRENCE, OLD_CELL_OUT, NO_TANH_OUT, H_FOR_C, COUPLED, TANH_OF_SUM, FORGET_NEW
    }

    private static Forward with(Slip slip) {
        return (x, h, c, wX, wH, b) -> {
            int H = h.size(-1);
            Tensor in = x.matmul(wX.transpose());
            Tensor a = slip == Slip.NO_RECURRENCE ? in.add(b) : slip == Slip.NO_BIAS ? in.add(h.matmul(wH.transpose()))
                    : in.add(h.matmul(wH.transpose())).add(b);
            int[] at = slip == Slip.ORDER_OF_EQUATIONS ? new int[] {1, 0, 2, 3} : slip == Slip.O_BEFORE_G ? new int[] {0, 1, 3, 2} : new int[] {0, 1, 2, 3};
            Tensor[] cut = new Tensor[4];
            for (int k = 0; k < 4; k++) {
                Tensor block = a.slice(1, at[k] * H, at[k] * H + H);
                boolean bent = k == 2 ? slip != Slip.G_SIGMOID : slip == Slip.GATES_TANH;
                cut[k] = bent ? tanh(block) : sigmoid(block);
            }
            Tensor i = cut[0];
            Tensor f = cut[1];
            Tensor g = cut[2];
            Tensor o = cut[3];
            Tensor old = slip == Slip.H_FOR_C ? h : c;
            Tensor cNew = switch (slip) {
                case COUPLED -> f.mul(old).add(f.neg().add(1).mul(g));
                case TANH_OF_SUM -> tanh(f.mul(old).add(i.mul(g)));
                case FORGET_NEW -> f.neg().add(1).mul(old).add(i.mul(g));
                default -> f.mul(old).add(i.mul(g));
            };
            Tensor seen = slip == Slip.OLD_CELL_OUT ? c : cNew;
            return new Step(i, f, g, o, cNew, o.mul(slip == Slip.NO_TANH_OUT || slip == Slip.TANH_OF_SUM ? seen : tanh(seen)));
        };
    }

    @Override
    public List<Misconception<Forward>> misconceptions() {
        return List.of(
                twin("Input and forget gate are exchanged. The blocks come in the order i, f, g, o, which is not the order in which the lesson"
                        + " wrote the equations: block 0 is the input gate, block 1 the forget gate.", with(Slip.ORDER_OF_EQUATIONS)),
                twin("Candidate and output gate are exchanged: block 2 is the candidate g (tanh), block 3 the output gate o (sigmoid).",
                        with(Slip.O_BEFORE_G)),
                twin("The candidate went through a sigmoid. It is what may be written, not how much of it, and must be able to be negative:"
                        + " tanh, equation 6.4.", with(Slip.G_SIGMOID)),
                twin("The gates went through tanh. A gate says which share is let through, from 0 to 1: sigmoid.", with(Slip.GATES_TANH)),
                twin("The bias is missing: a = W_x x + W_h h + b.", with(Slip.NO_BIAS)),
                twin("The gates look at x alone. They also read the hidden state of the step before: a = W_x x + W_h h + b.", with(Slip.NO_RECURRENCE)),
                twin("The hidden state shows the old cell state. Write first, then read: h = o ⊙ tanh(c) with the new c.", with(Slip.OLD_CELL_OUT)),
                twin("tanh is missing on the way out: h = o ⊙ tanh(c). The cell state has no bounds, the hidden state stays within ±1.",
                        with(Slip.NO_TANH_OUT)),
                twin("The forget gate was applied to h. What is kept is the cell state: c_t = f ⊙ c_{t−1} + i ⊙ g.", with(Slip.H_FOR_C)),
                twin("You wrote 1 − f where the input gate belongs. That couples forgetting and writing, as a GRU does; an LSTM has a gate for"
                        + " each: c_t = f ⊙ c_{t−1} + i ⊙ g.", with(Slip.COUPLED)),
                twin("The cell state itself went through tanh. Nothing squashes it: that is why its gradient survives. tanh belongs to h alone,"
                        + " h = o ⊙ tanh(c).", with(Slip.TANH_OF_SUM)),
                twin("The forget gate works the wrong way round: f = 1 keeps, f = 0 forgets. c_t = f ⊙ c_{t−1} + i ⊙ g, without 1 −.",
                        with(Slip.FORGET_NEW)));
    }

    @Check("a row for each sequence of the batch, H numbers in each part")
    void shapes(Forward yours, Random random) {
        Step step = yours.lstmStep(randn(random, 3, 2), randn(random, 3, 4), randn(random, 3, 4), randn(random, 16, 2), randn(random, 16, 4), randn(random, 16));
        for (Tensor part : List.of(step.i(), step.f(), step.g(), step.o(), step.c(), step.h())) {
            shape(part, 3, 4);
        }
    }

    @Check("agrees with the six equations, part by part")
    void agrees(Forward yours, Random random) {
        int[][] sizes = {{1, 2, 3}, {2, 3, 1}, {3, 1, 4}, {4, 3, 2}};
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1]);
            Tensor h = randn(random, n[0], n[2]);
            Tensor c = randn(random, n[0], n[2]);
            Tensor wX = randn(random, 4 * n[2], n[1]);
            Tensor wH = randn(random, 4 * n[2], n[2]);
            Tensor b = randn(random, 4 * n[2]);
            close(yours.lstmStep(x, h, c, wX, wH, b), lstmStep(x, h, c, wX, wH, b));
        }
    }

    @Check("with every gate closed nothing is written, kept or shown")
    void closed(Forward yours, Random random) {
        Step step = yours.lstmStep(randn(random, 1, 2), randn(random, 1, 3), randn(random, 1, 3), zeros(12, 2), zeros(12, 3), full(-40, 12));
        close(step.c(), zeros(1, 3));
        close(step.h(), zeros(1, 3));
    }
}
