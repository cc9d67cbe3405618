package org.unrolled.quizzes.lstm;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Why the cell state is a highway: what a gradient is multiplied by along it. */
@Question(id = "lstm/which-factor", title = "One step back along the cell state", lesson = "06-lstm-gru")
public final class WhichFactor implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                In lesson 05, one step back through a recurrent network multiplied the gradient by $W_h^\\top$ and by the derivative of tanh. What is \
                it multiplied by on the **direct** way from $c_{t+1}$ back to $c_t$?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("By $W_h^\\top$ and the derivative of a sigmoid.",
                        "That is the side road: through h_t into the gates of the next step. On the direct way c_t meets no matrix."),
                wrong("By nothing: it arrives as it is.",
                        "So it was in 1997. Since Gers et al. (2000) there is a gate on that way, and it decides how much arrives."),
                right("By the forget gate $f_{t+1}$, number by number.",
                        "No matrix and no bend: a number that the network computes itself, and may keep near 1 as long as it wants to remember."),
                wrong("By $1-\\tanh^2(c_{t+1})$.",
                        "That stands between c and h, on the way out to the loss. From cell state to cell state there is no tanh."));
    }

    @Override
    public String variable() {
        return "whichFactor";
    }

    @Override
    public List<String> hints() {
        return List.of("Look at (6.5) with t + 1 in place of t: how does c_t occur in it?");
    }
}
