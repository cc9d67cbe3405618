package org.unrolled.quizzes.pooling;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the parameters of a convolution from 6 to 16 channels. */
@Question(id = "pooling/parameters-of-c3", title = "Counting a layer's parameters", lesson = "03-pooling-lenet")
public final class ParametersOfC3 implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** How many trained numbers, biases included, does the second convolution have: 16 filters of 5 x 5 on 6 input \
                channels?
                """;
    }

    @Override
    public double expected() {
        return 16 * (6 * 5 * 5 + 1);
    }

    @Override
    public String variable() {
        return "parametersOfC3";
    }

    @Override
    public List<String> hints() {
        return List.of("One filter looks at 5 x 5 pixels of each of the 6 channels, and adds one bias. How many filters are there?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("The weights are right, 16 · 6 · 5 · 5. Each filter has a bias, too.", 2400),
                NumberQuestion.wrong("A filter has 5 x 5 weights for each of the 6 input channels, not 5 x 5 for all of them.", 416),
                NumberQuestion.wrong("A bias belongs to a filter, not to each pair of filter and input channel: 16 of them, not 96.", 2496),
                NumberQuestion.wrong("That is one filter. There are 16.", 151),
                NumberQuestion.wrong("Those are the weights without the input channels and without biases.", 400),
                NumberQuestion.wrong("The size of the output does not matter: the same filter is used at all 10 x 10 places. That is what weight sharing"
                        + " means.", 241600));
    }
}
