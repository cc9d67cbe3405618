package org.unrolled.quizzes.recurrent;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape of all states of a batch. */
@Question(id = "recurrent/states-shape", title = "The shape of all states", lesson = "05-rnn-bptt")
public final class StatesShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A batch of 4 sequences, 7 steps each, 3 numbers at each step: $x$ is (4, 7, 3). The state has $H = 5$ \
                numbers. What is the shape of all the states?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(4, 7, 5);
    }

    @Override
    public String variable() {
        return "statesShape";
    }

    @Override
    public List<String> hints() {
        return List.of("Each step of each sequence has a state. How many steps are there, and how many numbers are in a state?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("That is the last state of each sequence. All of them: one for each of the 7 steps, too.", 4, 5),
                ShapeQuestion.wrong("That is x's own shape. A state is as wide as the network chooses, H = 5.", 4, 7, 3),
                ShapeQuestion.wrong("One more than there are steps: start was counted. It is given, not computed.", 4, 8, 5),
                ShapeQuestion.wrong("The right sizes, time first. PyTorch's default has this order; here the batch comes first.", 7, 4, 5),
                ShapeQuestion.wrong("Those are the states of one sequence. There are 4 of them.", 7, 5));
    }
}
