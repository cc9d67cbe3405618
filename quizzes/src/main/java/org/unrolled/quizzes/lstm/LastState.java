package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.IntBinaryOperator;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The last state that belongs to the sequence and not to its padding. */
@Question(id = "lstm/last-state", points = 2, lesson = "06-lstm-gru", title = "The last state that counts")
public final class LastState implements CodeQuestion<LastState.Last> {

    public interface Last {
        Tensor lastState(Tensor h, int[] lengths);
    }

    // BEGIN ANSWER
    /** h (B, T, H), every state; lengths (B), each from 1 to T -> (B, H): each sequence's last real state. */
    static Tensor lastState(Tensor h, int[] lengths) {
        // BEGIN SOLUTION for each sequence the row that belongs to its length
        Tensor[] last = new Tensor[h.size(0)];
        for (int b = 0; b < last.length; b++) {
            last[b] = h.select(0, b).select(0, lengths[b] - 1);
        }
        return stack(0, last);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Last solution() {
        return LastState::lastState;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `lastState`: from all states of a padded batch, (B, T, H), pick of each sequence the one after its last **real** \
                position. `h.select(0, b)` is sequence `b`, (T, H), and `stack(0, rows)` makes one tensor of an array of rows.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Positions count from 0. Which is the last one of a sequence of length 3?",
                "A sequence of length n has its last real state at n − 1: h.select(0, b).select(0, lengths[b] - 1).",
                "Collect them: Tensor[] last = new Tensor[h.size(0)]; fill it in a loop over b; return stack(0, last);");
    }

    private static Last pick(IntBinaryOperator position) {
        return each((rows, n) -> rows.select(0, position.applyAsInt(rows.size(0), n)));
    }

    private static Last each(BiFunction<Tensor, Integer, Tensor> of) {
        return (h, lengths) -> {
            Tensor[] last = new Tensor[h.size(0)];
            for (int b = 0; b < last.length; b++) {
                last[b] = of.apply(h.select(0, b), lengths[b]);
            }
            return stack(0, last);
        };
    }

    @Override
    public List<Misconception<Last>> misconceptions() {
        return List.of(
                twin("You took the last position of the batch. For a shorter sequence that is padding: the network has read on for T − n steps"
                        + " after the end. Take position n − 1 of each.", pick((T, _) -> T - 1)),
                twin("Off by one: positions count from 0, so a sequence of length n ends at n − 1. Yours is the first state of the padding.",
                        pick((T, n) -> Math.min(n, T - 1))),
                twin("That is the state before the last: position n − 2. A sequence of length n ends at position n − 1.",
                        pick((_, n) -> Math.max(n - 2, 0))),
                twin("That is the first state. Having read one position it knows one; the last real one has read them all.", pick((_, _) -> 0)),
                twin("That counts from the end of the padded row: T − n is where the sequence would begin if the padding stood in front.",
                        pick((T, n) -> T - n)),
                twin("You averaged the real states. A sound summary, too, and not what is asked: the last real one.",
                        each((rows, n) -> rows.slice(0, 0, n).mean(0))),
                twin("You averaged all states, padding included. Take the last real one.", each((rows, _) -> rows.mean(0))),
                twin("Every sequence was cut at the same length, the first one's. Each has its own.", (h, lengths) -> h.select(1, lengths[0] - 1)),
                twin("You took the largest value of each number over the real positions. Asked is the state of one position, the last real one.",
                        each((rows, n) -> rows.slice(0, 0, n).max(0))));
    }

    @Check("a row for each sequence")
    void rows(Last yours, Random random) {
        shape(yours.lastState(randn(random, 3, 5, 2), new int[] {2, 4, 3}), 3, 2);
    }

    @Check("the state after the last real position, for sequences of every length")
    void picks(Last yours, Random random) {
        int[][] lengths = {{2, 4}, {3, 1, 5, 2}, {6, 2, 3}};
        for (int[] n : lengths) {
            int T = java.util.Arrays.stream(n).max().orElseThrow() + 1;
            Tensor h = randn(random, n.length, T, 3);
            close(yours.lastState(h, n), lastState(h, n));
        }
    }

    @Check("what stands in the padding makes no difference")
    void padding(Last yours, Random random) {
        Tensor real = randn(random, 2, 3, 2);
        int[] n = {3, 2};
        Tensor zeroed = cat(1, real, zeros(2, 2, 2));
        close(yours.lastState(cat(1, real, randn(random, 2, 2, 2)), n), lastState(zeroed, n));
    }
}
