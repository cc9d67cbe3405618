package org.unrolled.quizzes.backpropagation;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: how many numbers a small network has. */
@Question(id = "backpropagation/parameter-count", title = "How many knobs", lesson = "01-backpropagation")
public final class ParameterCount implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The network of equation (1.3) takes points of 2 numbers, has 16 hidden neurons and gives 1 number. \
                How many numbers do $W_1$, $b_1$, $W_2$ and $b_2$ hold together?
                """;
    }

    @Override
    public double expected() {
        return 2 * 16 + 16 + 16 * 1 + 1;
    }

    @Override
    public String variable() {
        return "parameterCount";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Write down the shape of each: W₁ leads from 2 numbers to 16, W₂ from 16 to 1, and each neuron has one bias.",
                "W₁ is (2, 16), b₁ (16), W₂ (16, 1), b₂ (1). Multiply within a shape, add over the four.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("You counted the two matrices, 2·16 and 16·1. Each of the 16 hidden neurons and the output have a bias, too.", 48),
                NumberQuestion.wrong("One is missing: the output is a neuron as well, and has a bias of its own.", 64),
                NumberQuestion.wrong("The output's bias is there, but the 16 hidden neurons have one each, too: b₁ has the shape (16).", 49),
                NumberQuestion.wrong("You counted neurons: 2 + 16 + 1. What is trained are the numbers on their connections, and one bias for each.", 19),
                NumberQuestion.wrong("That is W₁ alone. b₁, W₂ and b₂ are trained as well.", 32));
    }
}
