package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: three orders of the same three loops. */
@Question(id = "kernels/which-order", title = "Three orders of three loops", lesson = "15-kernels")
public final class WhichOrder implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The three loops may stand in any order, outermost first, around the same line `c[i*N+j] += a[i*K+k] * b[k*N+j]`. \
                Which order is the fastest for matrices of 512 by 512?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("$i, j, k$: one element of $C$ is finished before the next one begins.",
                        "One element of C stays where it is, which is good, but k walks down a column of B: each number lies N places after the one before, in another line"
                                + " of the memory, and of the 64 bytes that come with it only four are used."),
                right("$i, k, j$: the innermost loop goes along a row of $B$ and a row of $C$.",
                        "Neighbours in the loop are neighbours in memory, so that each line that was fetched is used whole."),
                wrong("$j, k, i$: the innermost loop goes down a column of $A$ and a column of $C$.",
                        "That is the worst of the six: two arrays are walked in long strides instead of one."),
                wrong("They are equally fast: the same multiplications, only in another order.",
                        "The processor multiplies faster than numbers arrive from memory, and how fast they arrive depends on the order in which they are asked for."));
    }

    @Override
    public String variable() {
        return "fastestOrder";
    }

    @Override
    public List<String> hints() {
        return List.of("A row lies in one piece: element (k, j + 1) is the next number in memory, element (k + 1, j) is N numbers further.",
                "Memory comes in lines of 64 bytes, 16 floats. Which letter must run innermost, so that two of the three arrays are read straight on?");
    }
}
