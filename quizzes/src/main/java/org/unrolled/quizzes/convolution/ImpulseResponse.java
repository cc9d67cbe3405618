package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: one bright pixel under (2.1). */
@Question(id = "convolution/impulse", title = "One bright pixel", lesson = "02-convolution")
public final class ImpulseResponse implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** $X$ is 0 everywhere, with a single 1 in the middle. $K$ is a 3×3 kernel with nine different numbers. \
                What does equation (2.1) make of it around the middle?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("A copy of the kernel.", "Follow one element: the 1 is at row a. K[0, ·] meets it when the window stands at i = a, and K[2, ·] when it stands at i = a − 2."
                        + " So which of the two is higher up in Y?"),
                right("The kernel turned by 180 degrees.", "The last element of the kernel is the first to meet the bright pixel."),
                wrong("The kernel with rows and columns exchanged.", "Rows stay rows: u goes with i, and v with j. But look at the direction in which u runs as i grows."),
                wrong("A single pixel, as bright as the sum of the kernel.", "The window meets the 1 at nine different places, each time with another of its elements: nine outputs are not zero."));
    }

    @Override
    public String variable() {
        return "impulse";
    }

    @Override
    public List<String> hints() {
        return List.of("Where does the window stand when its upper left element, K[0, 0], meets the 1? And when its lower right element does?");
    }
}
