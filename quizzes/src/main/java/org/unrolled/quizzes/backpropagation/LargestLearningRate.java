package org.unrolled.quizzes.backpropagation;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Where gradient descent on a parabola begins to diverge. */
@Question(id = "backpropagation/largest-learning-rate", title = "The largest learning rate", lesson = "01-backpropagation")
public final class LargestLearningRate implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Take the smallest loss there is, $L(w) = w^2$, and go down it with $w \\leftarrow w - \\eta\\,dw$. \
                From which learning rate $\\eta$ on does $w$ no longer come closer to the minimum at 0?
                """;
    }

    @Override
    public double expected() {
        return 1;
    }

    @Override
    public String variable() {
        return "largestLearningRate";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "The gradient is dw = 2w. Put it into the step: w ← w − η·2w. By which factor is w multiplied in each step?",
                "The factor is 1 − 2η. w shrinks as long as its size is below 1. For which η > 0 does the factor reach −1?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("With 0.5 the factor 1 − 2η is 0: a single step lands on the minimum. A larger step overshoots, but still comes"
                        + " closer, until the factor reaches −1.", 0.5),
                NumberQuestion.wrong("The slope of w² is 2w, not w: the factor of one step is 1 − 2η, and at η = 2 that is −3: w triples.", 2),
                NumberQuestion.wrong("At 0.1 the factor is 0.8, so w shrinks. The border is where the factor 1 − 2η reaches −1.", 0.1),
                NumberQuestion.wrong("With η = 0 nothing moves at all. The question is for the border above: where the factor 1 − 2η reaches −1.", 0));
    }
}
