package org.unrolled.quizzes.convolution;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the side of the first layer's output in a residual network (He et al. 2015, table 1). */
@Question(id = "convolution/first-layer-side", title = "Stride and padding together", lesson = "02-convolution")
public final class FirstLayerSide implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The first layer of a residual network (lesson 04) has kernels of 7×7 pixels, stride 2 and padding 3. Pictures are 224×224. \
                How many rows does its output have?
                """;
    }

    @Override
    public double expected() {
        return Convolution.outputSize(224, 7, 2, 3, 1);
    }

    @Override
    public String variable() {
        return "rowsAfter";
    }

    @Override
    public List<String> hints() {
        return List.of("With its padding the picture has 230 rows. How many rows are left when the window of 7 stands at its first place, and how many steps of 2 fit into them?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("The steps are right, but before the first step the window stands somewhere, too: one more.", 111),
                NumberQuestion.wrong("The padding is missing: three rows above and three below.", 109),
                NumberQuestion.wrong("You rounded up. The window's last step must fit whole: (224 + 6 − 7)/2 is 111.5, so 111 steps and the first place.", 113),
                NumberQuestion.wrong("That is without the stride: a window that steps by 2 stands at about every second of these places.", 224),
                NumberQuestion.wrong("That is without stride and padding.", 218),
                NumberQuestion.wrong("One more than the steps, but the padding of 3 is at the top and at the bottom: 224 + 6.", 110),
                NumberQuestion.wrong("That is the room divided by the stride, 223/2. A half step does not fit, and before the first step the window stands somewhere, too.", 111.5),
                NumberQuestion.wrong("A half step does not count: the window stands at whole places only.", 112.5));
    }
}
