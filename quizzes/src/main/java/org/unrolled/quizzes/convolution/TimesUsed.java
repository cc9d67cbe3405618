package org.unrolled.quizzes.convolution;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: few weights, much work. */
@Question(id = "convolution/times-used", title = "How often a weight is used", lesson = "02-convolution")
public final class TimesUsed implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** 64 kernels of 3×3 with padding 1 on one colour picture of 224×224, as in section 3. In how many multiplications \
                does a single weight of one kernel take part? (The zeros of the padding count like pixels.)
                """;
    }

    @Override
    public double expected() {
        return 224 * 224;
    }

    @Override
    public String variable() {
        return "timesUsed";
    }

    @Override
    public List<String> hints() {
        return List.of("At each place of the window every weight of the kernel meets one pixel. How many places are there, with padding 1?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is a dense layer's weight: it meets one pixel, once. A kernel's weight is used anew at every place.", 1),
                NumberQuestion.wrong("A weight belongs to one colour: K[u, v, c] meets channel c only. So the three colours don't count.", 3 * 224 * 224),
                NumberQuestion.wrong("These are all 64 kernels. Each has weights of its own.", 64.0 * 224 * 224),
                NumberQuestion.wrong("With padding 1 a window of 3 has 224 places along each axis, not 222.", 222 * 222),
                NumberQuestion.wrong("Along one axis, yes. The window moves along two.", 224),
                NumberQuestion.wrong("That is the number of multiplications at one place, over all weights. One weight takes part once at each place.", 27),
                NumberQuestion.wrong("These are the multiplications of all weights of a kernel together. One of them takes part once at each place.", 27.0 * 224 * 224),
                NumberQuestion.wrong("These are all multiplications of the layer. How many of them are one weight's?", 64.0 * 27 * 224 * 224));
    }
}
