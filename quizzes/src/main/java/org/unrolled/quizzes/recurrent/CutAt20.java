package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** What truncation cuts and what it leaves. */
@Question(id = "recurrent/cut-at-20", title = "What is cut", lesson = "05-rnn-bptt")
public final class CutAt20 implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                A network reads a long text in pieces of 20 steps. The state is handed from piece to piece; the gradient stops at the beginning of each. \
                A letter at step 0 decides what is right at step 50. What is true?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("At step 50 the state cannot hold anything about step 0: it was cut.",
                        "Only the gradient is cut. Forward, the state of step 19 goes into step 20, and so on: what was read may still be in it."),
                right("The state may still hold the letter, but no gradient ever asks the network to keep it for the sake of step 50.",
                        "It can be kept by luck, or because it helps earlier, too. That is often enough for text, and it is no promise."),
                wrong("Nothing is lost: the sum over the pieces is the whole gradient.",
                        "The terms that lead from the loss at step 50 to the steps before its own piece are missing in every piece."),
                wrong("$W_h$ is not trained at all any more.",
                        "Within each piece W_h gets its terms: up to 20 steps back."));
    }

    @Override
    public String variable() {
        return "whatIsCut";
    }

    @Override
    public List<String> hints() {
        return List.of("Two things run along the arrows between the steps: the state, forward, and the gradient, backward. Which of them does detach() stop?");
    }
}
