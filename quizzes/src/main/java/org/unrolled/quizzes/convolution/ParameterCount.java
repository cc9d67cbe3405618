package org.unrolled.quizzes.convolution;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the parameters of a convolution. */
@Question(id = "convolution/parameter-count", title = "The parameters of a convolution", lesson = "02-convolution")
public final class ParameterCount implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A colour picture of 224×224 pixels goes through a convolution with 64 kernels of 3×3 pixels, each with a bias. \
                How many parameters does this layer have?
                """;
    }

    @Override
    public double expected() {
        return 64 * (3 * 3 * 3 + 1);
    }

    @Override
    public String variable() {
        return "parameterCount";
    }

    @Override
    public List<String> hints() {
        return List.of("One kernel first: how many numbers does its window see, over all three colours? One weight for each, and one bias. Then times 64.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("These are the weights. Each of the 64 kernels has a bias as well.", 64 * 27),
                NumberQuestion.wrong("A kernel sees all three colours, with a weight for each: 3·3·3 weights, not 3·3.", 64 * 10),
                NumberQuestion.wrong("A kernel sees all three colours, 3·3·3 weights, and it has a bias, too.", 64 * 9),
                NumberQuestion.wrong("That is one kernel, with its bias. There are 64.", 28),
                NumberQuestion.wrong("There is one bias for each kernel, not one for the layer.", 64 * 27 + 1),
                NumberQuestion.wrong("Each kernel has one bias, whatever the number of colours it sees.", 64 * (27 + 3)),
                NumberQuestion.wrong("The places share one kernel: the size of the picture does not count. That is the point of a convolution.", 64.0 * 28 * 224 * 224),
                NumberQuestion.wrong("These are the multiplications. A weight takes part in many of them and is still one weight.", 64.0 * 27 * 224 * 224),
                NumberQuestion.wrong("That is a dense layer, one weight for each pixel and output. A kernel has a weight for each element of its window only.", 150528.0 * 64));
    }
}
