package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a few pixels do to an MLP. */
@Question(id = "pooling/shifted-digits", title = "Digits a few pixels further", lesson = "03-pooling-lenet")
public final class ShiftedDigits implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** An MLP was trained on digits in the middle of 32 x 32 pixels and reads new ones well. \
                What happens to its accuracy if each test picture is moved to the right by 2, 4 and 6 pixels?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Nothing: a digit that is moved is still the same digit.",
                        "To you it is. To the MLP each pixel is an input with weights of its own, and after the move other weights see it."),
                right("It falls with every pixel: each weight belongs to one pixel, and now sees another part of the digit."),
                wrong("It drops to one in ten at once, with 2 pixels.",
                        "Strokes are a few pixels wide, and neighbouring pixels look alike, so 2 pixels leave a part of the pattern where it was."),
                wrong("It rises a little: moved pictures are new to it, like more data.",
                        "New pictures help while training. Here nothing is trained any more."));
    }

    @Override
    public String variable() {
        return "shiftedDigits";
    }

    @Override
    public List<String> hints() {
        return List.of("Follow one pixel of ink. Which row of the first weight matrix did it meet before the move, and which one now?");
    }
}
