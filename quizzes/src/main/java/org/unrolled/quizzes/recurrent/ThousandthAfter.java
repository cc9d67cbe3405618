package org.unrolled.quizzes.recurrent;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: how many steps a gradient lasts that shrinks by a tenth at each. */
@Question(id = "recurrent/thousandth-after", title = "A thousandth after how many steps?", lesson = "05-rnn-bptt")
public final class ThousandthAfter implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A gradient is multiplied by 0.9 at each step back. After how many steps is less than a thousandth of it left?
                """;
    }

    @Override
    public double expected() {
        return Math.ceil(Math.log(1000) / -Math.log(0.9));
    }

    @Override
    public double tolerance() {
        return 0.5;
    }

    @Override
    public String variable() {
        return "steps";
    }

    @Override
    public List<String> hints() {
        return List.of("After n steps 0.9ⁿ is left. For which n is 0.9ⁿ = 1/1000?",
                "Take logarithms on both sides: n · ln 0.9 = −ln 1000. In Java: Math.log(1000) / -Math.log(0.9).");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("After 65 steps 0.9⁶⁵ = 0.00106 is left, a hair more than a thousandth. The formula gives a number between two steps: which of"
                        + " them is the first below?", 65),
                NumberQuestion.wrong("A tenth is lost at each step, but of what is left: after 10 steps there is still 0.9 · 0.9 ⋯ = 0.35 of it.", 10),
                NumberQuestion.wrong("That is where a tenth is left, 0.9²² = 0.1. For a thousandth it has to happen three times.", 22),
                NumberQuestion.wrong("That is ln 1000. Divide it by −ln 0.9, the logarithm of what one step costs.", 7),
                NumberQuestion.wrong("You divided by −log₁₀ 0.9 or took ln on one side and log₁₀ on the other: the same logarithm on both sides.", 151),
                NumberQuestion.wrong("After 1,000 steps 0.9¹⁰⁰⁰ is left, which has 45 zeros behind the point. It goes much faster.", 1000));
    }
}
