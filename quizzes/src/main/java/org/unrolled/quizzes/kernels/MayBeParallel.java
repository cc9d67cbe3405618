package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Which loop's rounds may run at the same time. */
@Question(id = "kernels/may-be-parallel", title = "Whose rounds may run at once", lesson = "15-kernels")
public final class MayBeParallel implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                All rounds of a loop marked `@Parallel` may run at the same time. Which of these loops over $i$ may be marked, and still do what it does in plain Java?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("`sum[0] += x[i]`",
                        "A race: every round reads and writes the same number. Two that read it at the same time write back two sums, and one of them is lost."),
                wrong("`x[i] = (x[i - 1] + x[i]) / 2`",
                        "A dependency carried by the loop: a round reads what the round before it has written, or has not yet. One after the other, it always has."),
                right("`y[i] = (x[i - 1] + x[i] + x[i + 1]) / 3`",
                        "Many rounds may read the same number; each writes one of its own, and none reads what another one writes."),
                wrong("`y[i] += x[i] / 2; y[i + 1] += x[i] / 2`",
                        "Each round also writes a neighbour's element: a race again, between rounds i and i + 1. Turn it around: let each round gather what belongs to its own element."));
    }

    @Override
    public String variable() {
        return "mayBeParallel";
    }

    @Override
    public List<String> hints() {
        return List.of("Imagine that all rounds run at once. Does any of them read or write a place that another one writes?");
    }
}
