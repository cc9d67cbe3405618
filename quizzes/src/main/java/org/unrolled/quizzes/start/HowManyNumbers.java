package org.unrolled.quizzes.start;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** The first question, to get wrong on purpose. */
@Question(id = "start/how-many-numbers", title = "How many numbers?", lesson = "00-start-here")
public final class HowManyNumbers implements NumberQuestion {

    @Override
    public String prompt() {
        return "How many numbers are there in a tensor of shape (2, 3, 4)?";
    }

    @Override
    public double expected() {
        return 24;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Think of it as 2 tables on top of each other, each with 3 rows and 4 columns.",
                "One table has 3 · 4 numbers. There are 2 tables.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("You added the sizes: 2 + 3 + 4. But each of the 2 tables has 3 rows, and each row has 4 numbers:"
                        + " the sizes multiply.", 9),
                NumberQuestion.wrong("That is the number of axes, what dim() returns. The question is how many numbers the tensor holds.", 3),
                NumberQuestion.wrong("That is one of the two tables.", 12),
                NumberQuestion.wrong("That is one row of each table: 2 · 4. Each table has 3 rows.", 8),
                NumberQuestion.wrong("That is the number of rows, 2 · 3. Each row holds 4 numbers.", 6));
    }
}
