package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what an LSTM without forget gates cannot do (Gers, Schmidhuber and Cummins 2000). */
@Question(id = "lstm/without-forgetting", title = "Never forgetting", lesson = "06-lstm-gru")
public final class WithoutForgetting implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The LSTM of 1997 had no forget gate: $c_t=c_{t-1}+i_t\\odot g_t$. It reads a stream that never ends, \
                nobody sets its state back to zero, and its gates stand a little open all the time. What happens to $c_t$?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                right("It adds up more and more and drifts away, until tanh(c) hardly moves any more.",
                        "So Gers et al. describe it, and it is why they gave the cell a way to let go."),
                wrong("Nothing: with f = 1 it keeps what it has.",
                        "It does keep what it has. And at every step i ⊙ g is added to it, with nothing that takes away."),
                wrong("It fades, as in a plain RNN.",
                        "Fading needs a factor below 1. Here the factor is exactly 1."),
                wrong("It stays within ±1, because g is a tanh.",
                        "Each step adds at most 1 in size. Nothing bounds the sum of many steps."));
    }

    @Override
    public String variable() {
        return "neverForgetting";
    }

    @Override
    public List<String> hints() {
        return List.of("Add up a hundred numbers i ⊙ g, each between −1 and 1. What could bring the sum back?");
    }
}
