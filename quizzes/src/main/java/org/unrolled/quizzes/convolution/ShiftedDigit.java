package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: a dense network and a moved picture. */
@Question(id = "convolution/shifted-digit", title = "The same digit, elsewhere", lesson = "02-convolution")
public final class ShiftedDigit implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A network of dense layers learns digits that stand in the middle of the picture. Then every test digit is moved \
                to the right by three pixels, about half of its width. What happens to the share that it reads right?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("It stays the same: the digits are the same.", "The digits are the same to you. To a dense layer each pixel is an input of its own, with its own weights,"
                        + " and other inputs are on now."),
                wrong("It falls by a few percent, those that are moved out of the picture.", "No digit leaves the picture: there is a margin of three pixels. But the weights that"
                        + " knew a stroke belong to the pixels where it was."),
                right("It falls to about what guessing gives, or little more.", "What the network knows about a stroke is stored in the weights of the pixels where the stroke was in training."),
                wrong("It rises: a moved digit is a new example.", "New examples help in training. This is the test, and the network has never seen ink at these pixels in this arrangement."));
    }

    @Override
    public String variable() {
        return "shiftedDigit";
    }

    @Override
    public List<String> hints() {
        return List.of("A dense layer has one weight for each pixel and unit. Which weights does a stroke meet after it has moved?");
    }
}
