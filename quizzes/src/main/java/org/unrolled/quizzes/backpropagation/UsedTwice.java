package org.unrolled.quizzes.backpropagation;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the gradient of a number that is used more than once. */
@Question(id = "backpropagation/used-twice", title = "A number used three times", lesson = "01-backpropagation")
public final class UsedTwice implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** $a = x + x$ and $L = a\\,x$, with $x = 3$. Walk back through the graph, node by node: \
                what is $dx = \\partial L/\\partial x$?
                """;
    }

    @Override
    public double expected() {
        return (3 + 3) + 3 + 3;
    }

    @Override
    public String variable() {
        return "usedTwice";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Begin at the end: dL = 1. The product hands a·1 to x and x·1 to a.",
                "da = 3. The sum hands da to x, once for each time x stands in it.",
                "x gets something on three ways: 6 from the product, 3 and 3 from the sum. Add them up.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is what one of the two ways brings: 6 from the product alone, or 3 + 3 through the sum alone. What arrives at x"
                        + " on different ways is added up: (1.8).", 6),
                NumberQuestion.wrong("x stands in the sum twice, so da = 3 arrives twice: 6 + 3 counts it once.", 9),
                NumberQuestion.wrong("That is da, the gradient of the node before. It still has to go through the sum, and the product hands something"
                        + " to x directly.", 3),
                NumberQuestion.wrong("That is L itself, 6 · 3. The gradient says how fast L grows with x.", 18),
                NumberQuestion.wrong("That is what the ways multiply to. Along one way the slopes are multiplied; different ways are added.", 54),
                NumberQuestion.wrong("That is da/dx · 2 = 4 without the 3: L = 2x², so dL/dx = 4x, and x is 3.", 4));
    }
}
