package org.unrolled.quizzes.backpropagation;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape of a weight's gradient does not know the batch. */
@Question(id = "backpropagation/gradient-shape", title = "The shape of a gradient", lesson = "01-backpropagation")
public final class GradientShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A batch of 32 points has gone through 16 hidden neurons to 3 outputs: $H$ is (32, 16), $W_2$ is (16, 3), \
                $b_2$ is (3) and $\\hat Y = HW_2 + b_2$ is (32, 3). What is the shape of $dW_2$?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(16, 3);
    }

    @Override
    public String variable() {
        return "gradientShape";
    }

    @Override
    public List<String> hints() {
        return List.of("dW₂ is subtracted from W₂ in a step of training, entry from entry.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("That is the shape of Ŷ, so of dŶ. dW₂ has one number for each number in W₂.", 32, 3),
                ShapeQuestion.wrong("Transposed: a gradient has the very shape of what it belongs to, and W₂ is (16, 3).", 3, 16),
                ShapeQuestion.wrong("One gradient for each of the 32 points would be that. All points share one W₂, so their parts are added up, and"
                        + " the batch is gone.", 32, 16, 3),
                ShapeQuestion.wrong("That is the shape of H, so of dH. dW₂ has one number for each number in W₂.", 32, 16),
                ShapeQuestion.wrong("That is the shape of b₂, so of db₂. dW₂ has one number for each number in W₂.", 3));
    }
}
