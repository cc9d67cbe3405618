package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: a network whose weights all begin at the same number. */
@Question(id = "backpropagation/equal-weights", title = "All weights equal", lesson = "01-backpropagation")
public final class EqualWeights implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Instead of random numbers, every weight of $W_1$ and $W_2$ begins at 0.5 and both biases at 0. \
                After 500 steps of training, what do the 16 hidden neurons compute?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("16 different things, as before: training moves every weight by its own gradient.",
                        "Its own, but the neurons begin equal, so their gradients are equal: look at (1.12) to (1.17) for two columns of W₁ and two"
                                + " rows of W₂ that are the same."),
                right("All 16 the same thing: the network is worth a single hidden neuron.",
                        "Equal neurons get equal gradients and stay equal. That is why weights begin at random."),
                wrong("Nothing: all gradients are 0, so no weight moves.",
                        "That happens where the weights begin at exactly 0 (then dH = 0). From 0.5 they do move, all in the same way."),
                wrong("16 different things after a longer training: rounding makes them different.",
                        "Equal computations round equally. Nothing in the loop tells one neuron from another."));
    }

    @Override
    public String variable() {
        return "equalWeights";
    }

    @Override
    public List<String> hints() {
        return List.of("Swap two hidden neurons, that is two columns of W₁ and the two rows of W₂: does anything change if they are equal?");
    }
}
