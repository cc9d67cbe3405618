package org.unrolled.quizzes.pooling;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: what is left when LeNet-5's second pooling is done (LeCun et al. 1998, figure 2: S4). */
@Question(id = "pooling/lenet-shape", title = "What reaches the dense layers", lesson = "03-pooling-lenet")
public final class LeNetShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A picture (1, 32, 32) goes through: convolution 5 x 5 to 6 channels, pooling 2 x 2, convolution 5 x 5 to \
                16 channels, pooling 2 x 2. No padding, and each pooling window moves by its own size. What is the shape at the end?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(16, 5, 5);
    }

    @Override
    public String variable() {
        return "leNetShape";
    }

    @Override
    public List<String> hints() {
        return List.of("A convolution with a 5 x 5 kernel and no padding takes 4 rows and 4 columns away; pooling halves what is left.",
                "32 → 28 → 14 → … → …");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("That would be with padding, where convolutions keep the size: 32 → 16 → 8. Without it each one takes 4 rows and"
                        + " 4 columns away.", 16, 8, 8),
                ShapeQuestion.wrong("That is after the second convolution. One more pooling halves it.", 16, 10, 10),
                ShapeQuestion.wrong("The channels don't multiply: each of the 16 filters sums over all 6 input channels, so 16 maps come out.", 96, 5, 5),
                ShapeQuestion.wrong("That is what is left of each side. The 16 filters of the second convolution make 16 such maps.", 5, 5),
                ShapeQuestion.wrong("That is how many numbers there are, 16 · 5 · 5, once they lie in one row. Pooling leaves maps: channels, rows,"
                        + " columns.", 400),
                ShapeQuestion.wrong("Channels come first in this kit, as in PyTorch: (C, H, W).", 5, 5, 16),
                ShapeQuestion.wrong("These are the channels of the first convolution. The second has 16 filters.", 6, 5, 5),
                ShapeQuestion.wrong("A 5 x 5 kernel takes 4 rows away, not 5: 32 − 5 + 1 = 28.", 16, 4, 4));
    }
}
