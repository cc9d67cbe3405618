package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** Explain: why an LSTM remembers where an RNN forgets. */
@Question(id = "lstm/explain", points = 4, title = "Explain the highway", lesson = "06-lstm-gru")
public final class ExplainHighway implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend who knows the RNN of lesson 05 asks: what does the cell state change about the gradient, what \
                is the forget gate for, and why does its bias begin at 1? Three or four sentences.
                """;
    }

    @Override
    public List<Criterion> rubric() {
        return List.of(
                criterion("An RNN's gradient is multiplied by W_h and a derivative of tanh at every step, so it vanishes or explodes.", 1),
                criterion("Along the cell state it is multiplied by the forget gate alone: no matrix, no bend.", 1),
                criterion("The forget gate lets the network let go of what it no longer needs; without it the cell state only adds up.", 1),
                criterion("A bias of 0 begins at f = 0.5, which halves the gradient at every step; a bias of 1 begins nearer to 1.", 1));
    }

    @Override
    public String modelAnswer() {
        return "In an RNN the gradient passes W_h and the derivative of tanh at every step, so over many steps it vanishes or explodes. An LSTM"
                + " has a second state that is changed by adding: on the way back along it the gradient is multiplied by the forget gate only,"
                + " number by number. Where the gate is near 1 the gradient arrives, and where the network no longer needs something it closes the"
                + " gate, which a plain sum cannot do. A bias of 0 would begin with f = 0.5 and halve the gradient at every step, so one begins"
                + " with 1 or more and lets training close the gates that should close.";
    }

    @Override
    public String variable() {
        return "explanation";
    }

    @Override
    public String form() {
        return "three or four sentences";
    }

    @Override
    public List<String> hints() {
        return List.of("Compare one step back: W_h and tanh' there, f here. Then say what f = 0.5 does over a hundred steps.");
    }
}
