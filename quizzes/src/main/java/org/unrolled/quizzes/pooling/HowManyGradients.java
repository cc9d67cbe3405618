package org.unrolled.quizzes.pooling;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: how many inputs max pooling lets learn. */
@Question(id = "pooling/how-many-gradients", title = "Who gets a gradient", lesson = "03-pooling-lenet")
public final class HowManyGradients implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A map of 8 x 8 different numbers is max-pooled with windows of 2 x 2 side by side, and a gradient of \
                1 arrives at every output. How many of the 64 elements of $dX$ are not zero?
                """;
    }

    @Override
    public double expected() {
        return 8 / 2 * (8 / 2);
    }

    @Override
    public String variable() {
        return "notZero";
    }

    @Override
    public List<String> hints() {
        return List.of("How many windows are there? And how many elements of a window change its maximum when they change a little?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is average pooling, where every element of a window moves the output a little. A maximum depends on one"
                        + " element of each window.", 64),
                NumberQuestion.wrong("One for the whole map would be the maximum of the whole map. Each window has a maximum of its own.", 1),
                NumberQuestion.wrong("That is how many elements one window has. There are 16 windows, and each passes its gradient to one element.", 4),
                NumberQuestion.wrong("Those are the elements that get nothing: three of each window of four.", 48),
                NumberQuestion.wrong("The windows are 2 wide and 2 high, so there are 4 · 4 of them, not 8 · 4.", 32));
    }
}
