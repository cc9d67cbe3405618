package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: the loop without zeroGrad. */
@Question(id = "backpropagation/forgotten-zero-grad", title = "Without zeroGrad", lesson = "01-backpropagation")
public final class ForgottenZeroGrad implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Somebody deletes `sgd.zeroGrad()` from the loop and trains again. What will the loss do?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("The same as before: `backward` computes the gradient anew each time.",
                        "It computes it anew and then adds it to what is there. It has to add, because a parameter may be used on several ways:"
                                + " equation (1.8)."),
                wrong("Nothing: an exception is thrown at the second `backward`.",
                        "Nothing is wrong with adding to a gradient: some people add up the gradients of several batches on purpose. No message"
                                + " will tell you."),
                wrong("It falls in the same way, only faster: the steps are longer.",
                        "They are longer, but they no longer point downhill from where you stand: they still hold the gradients of all the"
                                + " places where you have been."),
                right("It falls, swings back up and never comes to rest: each step adds the gradients of all earlier places.",
                        "Like a ball without friction: it runs through the valley and up the other side."));
    }

    @Override
    public String variable() {
        return "forgottenZeroGrad";
    }

    @Override
    public List<String> hints() {
        return List.of("Look at the tape: every pass() says grad += …. Who sets grad back to 0?",
                "After k steps grad holds the sum of k gradients, most of them from places where the network no longer is.");
    }
}
