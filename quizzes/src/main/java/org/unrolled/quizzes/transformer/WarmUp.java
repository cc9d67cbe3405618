package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: which of four trainings fails. */
@Question(id = "transformer/warm-up", lesson = "08-transformer", title = "Who needs a warm-up?")
public final class WarmUp implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Post-LN and pre-LN, each trained twice: at the full learning rate from the first step on, and with a \
                warm-up. Same start, same data. Which of the four does not learn the task?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Pre-LN without a warm-up: its stream is never normalised, so it explodes.",
                        "The stream grows, and each part still reads a normalised copy of it. What counts for the first steps is the gradient near the output, and you have seen it: there pre-LN has the smaller one."),
                right("Post-LN without a warm-up.", "Its last blocks get large gradients at the start, and Adam makes full-size steps from the first batches on."),
                wrong("Both without a warm-up.",
                        "The warm-up mends something that only one of the two has. Look at the gradients at the start again: which line rises towards the output?"),
                wrong("None: Adam scales each step by the gradient's size, so a large gradient does no harm.",
                        "Adam divides by the gradient's size, so its first steps are as long as the learning rate whatever the gradient is. A long step is what harms here."));
    }

    @Override
    public String variable() {
        return "warmUp";
    }

    @Override
    public List<String> hints() {
        return List.of("The picture above: in which of the two are the gradients of the last blocks large, and those of the first small?");
    }
}
