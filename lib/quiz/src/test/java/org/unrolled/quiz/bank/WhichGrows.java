package org.unrolled.quiz.bank;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** The example of a choice. */
@Question(id = "example/which-grows")
public final class WhichGrows implements ChoiceQuestion {
    @Override public String prompt() { return "Which grows faster than n?"; }
    @Override public List<Option> options() {
        return List.of(wrong("√n", "√n is smaller than n from n = 2 on."), right("n²", "And n³ even faster."), wrong("log n", "log n grows slower than any power of n."));
    }
}
