package org.unrolled.quiz.bank;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;

/** The example of a shape. */
@Question(id = "example/product-shape", points = 2)
public final class ProductShape implements ShapeQuestion {
    @Override public String prompt() { return "(2, 3) times (3, 5)?"; }
    @Override public List<Integer> expected() { return List.of(2, 5); }
    @Override public List<Misconception<Answer>> misconceptions() {
        return List.of(ShapeQuestion.wrong("The inner sizes go away: they are summed over.", 3, 3));
    }
}
