package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a stride does to equivariance (Zhang 2019). */
@Question(id = "convolution/strided-shift", title = "A stride and a shift", lesson = "02-convolution")
public final class StridedShift implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A convolution with **stride 2**. The picture moves to the right by 1, 2, 3 or 4 pixels. For which of these moves is the \
                output (away from the border) the old output, moved by whole pixels?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("For all four: convolution is equivariant.", "That holds where the window visits every place. With stride 2 it visits every second one; after a move by 1 it"
                        + " sees windows that it has never seen before."),
                right("For 2 and 4.", "They move the output by 1 and 2. After a move by 1 or 3 the window stands between the old places."),
                wrong("For 1 and 3.", "A move by 1 would move the output by half a pixel. Which moves are whole steps of the window?"),
                wrong("For none: a stride destroys equivariance.", "Not all of it. If the picture moves by one step of the window, the window finds the same pixels one place further."));
    }

    @Override
    public String variable() {
        return "stridedShift";
    }

    @Override
    public List<String> hints() {
        return List.of("The window stands at columns 0, 2, 4, … Which pixels does it see there after the picture has moved by 1? Had it seen this combination before?");
    }
}
