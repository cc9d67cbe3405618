package org.unrolled.quiz.bank;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** The example of a text. */
@Question(id = "example/why-divide")
public final class WhyDivide implements TextQuestion {
    @Override public String prompt() { return "Why divide by n?"; }
    @Override public List<Criterion> rubric() {
        return List.of(TextQuestion.criterion("says that a sum grows with n", 2), TextQuestion.criterion("says that a mean does not", 1));
    }
    @Override public String modelAnswer() { return "A sum grows with the number of its terms.\nDivided by it, the result can be compared."; }
}
