package org.unrolled.quizzes.lstm;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** Predict: the shape of a bidirectional LSTM's output. */
@Question(id = "lstm/bidirectional-shape", title = "Both ways", lesson = "06-lstm-gru")
public final class BidirectionalShape implements ShapeQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A bidirectional LSTM with a state of $H = 5$ in each direction reads $x$ of shape (4, 7, 3): \
                4 sequences, 7 steps, 3 numbers each. What is the shape of its output?
                """;
    }

    @Override
    public List<Integer> expected() {
        return List.of(4, 7, 10);
    }

    @Override
    public String variable() {
        return "bothWays";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Each direction has a state for every step. What is put end to end at a step?",
                "At each of the 7 steps: 5 numbers from the one that came from the left, 5 from the one that came from the right.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                ShapeQuestion.wrong("That is one direction. The other one's 5 numbers stand beside it at each step.", 4, 7, 5),
                ShapeQuestion.wrong("The two directions are put side by side at each step, not one after the other: both know all 7 steps.", 4, 14, 5),
                ShapeQuestion.wrong("The directions are no axis of their own in the output: their states are put end to end, 5 + 5 = 10.", 2, 4, 7, 5),
                ShapeQuestion.wrong("All the numbers are there, but the two states of a step are put end to end in one axis, 5 + 5 = 10.", 4, 7, 2, 5),
                ShapeQuestion.wrong("That doubles the input's numbers. The output has the state's: 5 for each direction.", 4, 7, 6),
                ShapeQuestion.wrong("That is the last state of each direction. The output has a row for every step.", 4, 10),
                ShapeQuestion.wrong("Time first is another library's default. In this kit the batch is first: (B, T, 2H).", 7, 4, 10));
    }
}
