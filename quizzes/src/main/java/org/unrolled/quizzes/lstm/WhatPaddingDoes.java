package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a state becomes while the network reads padding. */
@Question(id = "lstm/what-padding-does", title = "Reading on after the end", lesson = "06-lstm-gru")
public final class WhatPaddingDoes implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A sequence of 3 steps is filled up with zeros to 20, and an LSTM reads all 20. How does its state after \
                step 20 compare with its state after step 3?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("It is the same: zeros add nothing.",
                        "The input is zero, the network is not: biases and W_h h still move the gates, and c is multiplied by f at every step."),
                wrong("It is all zeros: nothing is left after so many zeros.",
                        "An input of zero does not close the gates. They go on working with their biases, and the candidate goes on writing."),
                right("It is another state: the gates go on working on their biases and on h.",
                        "And the longer the padding, the more the state says about the padding and the less about the sequence."),
                wrong("It is the same up to a factor: the forget gate shrinks it, and nothing else happens.",
                        "The forget gate does shrink c, each number by another factor; and i ⊙ g is not zero, so something is written, too."));
    }

    @Override
    public String variable() {
        return "whatPaddingDoes";
    }

    @Override
    public List<String> hints() {
        return List.of("Put x = 0 into (6.1). What is left?");
    }
}
