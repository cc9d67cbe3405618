package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** In your own words. */
@Question(id = "recurrent/explain", points = 4, title = "Explain it to someone", lesson = "05-rnn-bptt")
public final class ExplainBptt implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend who knows the chain rule asks: how does one train a network that feeds on its own state, and why does \
                it forget? Three or four sentences.
                """;
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
    public List<Criterion> rubric() {
        return List.of(
                criterion("unrolled, it is a deep network with one layer for each step and the same weights in all of them", 1),
                criterion("the gradient goes back step by step, and each state gets it from its own loss and from the next state", 1),
                criterion("the gradient of the shared weights is the sum of the steps' terms", 1),
                criterion("each step back multiplies by W_hᵀ and tanh', so over many steps the gradient shrinks (or grows) exponentially", 1));
    }

    @Override
    public String modelAnswer() {
        return """
                Write the network out once for each step: that is a deep network whose layers all share the same
                weights. The gradient goes back through it from the last step to the first; each state gets what its
                own loss says plus what comes back from the next state. Because the weights are shared, their
                gradient is the sum of the terms of all steps. Each step back multiplies by W_hᵀ and by the slope of
                tanh, so the gradient of things long past shrinks exponentially (or grows, if W_h is large), and the
                network does not learn to keep them.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("Use the words unrolled, shared, sum. Then: what is a gradient multiplied by on each step back, and what follows after a hundred?");
    }
}
