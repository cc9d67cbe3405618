package org.unrolled.quizzes.convolution;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: what a convolution makes of a batch of colour images. */
@Question(id = "convolution/colour-shape", title = "The shape of the feature maps", lesson = "02-convolution")
public final class ColourShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A batch of 8 colour images, (8, 3, 32, 32), goes through 16 kernels of 5×5 pixels, without padding and with stride 1. \
                What is the shape of the result?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(8, 16, 28, 28);
    }

    @Override
    public String variable() {
        return "colourShape";
    }

    @Override
    public List<String> hints() {
        return List.of("Axis by axis: the batch stays; each kernel makes one map, whatever the number of colours; and a window of 5 has 32 − 5 + 1 places.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("The colours do not survive: a kernel sums over all input channels, and each kernel makes one map. So there are 16 channels.", 8, 3, 28, 28),
                ShapeQuestion.wrong("You let each kernel make one map for each colour. A kernel has weights for all three colours and adds them up: one map for each kernel.", 8, 48, 28, 28),
                ShapeQuestion.wrong("The pictures shrink: without padding a window of 5 pixels has 32 − 5 + 1 places.", 8, 16, 32, 32),
                ShapeQuestion.wrong("One too few: the first and the last place both count, 32 − 5 + 1.", 8, 16, 27, 27),
                ShapeQuestion.wrong("One too many: a window of 5 pixels has 32 − 5 + 1 places, and that is 28.", 8, 16, 29, 29),
                ShapeQuestion.wrong("Right sizes; this kit has the channels before rows and columns, as PyTorch has.", 8, 28, 28, 16),
                ShapeQuestion.wrong("The batch is missing: eight images go in, and eight come out.", 16, 28, 28),
                ShapeQuestion.wrong("The window takes four pixels off each axis, not off each side: 32 − 5 + 1.", 8, 16, 24, 24));
    }
}
