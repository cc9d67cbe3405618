package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: training and validation loss of a large network on few points. */
@Question(id = "backpropagation/two-curves", title = "Two curves", lesson = "01-backpropagation")
public final class TwoCurves implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A network with 128 hidden neurons is trained for a long time on 40 noisy points. 400 other points of the same \
                kind are never trained on; we only measure the loss on them. What do the two losses do?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Both fall, and stay close together: the points are of the same kind.",
                        "They are of the same kind, but not the same noise. A network that can bend around each single point learns the noise"
                                + " of its 40 points by heart, and the others have another one."),
                wrong("The training loss falls; the other does not move, since nothing is trained on those points.",
                        "At first it falls, too: what both have in common, the two moons, is learned first."),
                right("Both fall at first. Then the training loss goes on falling, and the other turns and rises.",
                        "Where the second one turns, the network begins to learn the noise. That is the moment to stop."),
                wrong("Both fall and then rise: training goes on for too long.",
                        "Gradient descent goes down the training loss, and with a small enough step it goes on doing so. What it cannot see is the"
                                + " other loss."));
    }

    @Override
    public String variable() {
        return "twoCurves";
    }

    @Override
    public List<String> hints() {
        return List.of("Which of the two losses does gradient descent see? And what is in the 40 points besides the shape of the moons?");
    }
}
