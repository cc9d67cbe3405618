package org.unrolled.quizzes.lstm;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Count: the parameters of an LSTM, equations 6.1 to 6.7. */
@Question(id = "lstm/parameter-count", title = "The parameters of an LSTM", lesson = "06-lstm-gru")
public final class ParameterCount implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** An LSTM reads inputs of $D = 3$ numbers and has a state of $H = 5$. How many numbers are in \
                $W_x$, $W_h$ and $b$ together, with **one** bias vector as in equation (6.1)?
                """;
    }

    @Override
    public double expected() {
        return 4 * (3 * 5 + 5 * 5 + 5);
    }

    @Override
    public double tolerance() {
        return 0.5;
    }

    @Override
    public String variable() {
        return "parameters";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "First one gate alone: it has a matrix for x, a matrix for h, and a bias.",
                "One gate: 3 · 5 + 5 · 5 + 5. Three gates and a candidate are four such blocks.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is one block. Input gate, forget gate, candidate and output gate have one each.", 45),
                NumberQuestion.wrong("That is three blocks: the candidate has weights of its own, too. (A GRU has three.)", 135),
                NumberQuestion.wrong("The biases are missing: 4 · 5 of them.", 160),
                NumberQuestion.wrong("That has two bias vectors, as PyTorch's LSTM and this kit's layer store them. Equation 6.1 has one.", 200),
                NumberQuestion.wrong("The matrices for h are missing: every gate also reads the hidden state of the step before, 5 · 5 weights each.", 80),
                NumberQuestion.wrong("The matrices for x are missing: every gate reads the input, 3 · 5 weights each.", 120),
                NumberQuestion.wrong("You took 3 · 5 for both matrices. W_h is (4H, H): it reads a state of 5 numbers.", 140));
    }
}
