package org.unrolled.quizzes.kernels;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** The arithmetic intensity of a matrix product (Williams, Waterman and Patterson 2009). */
@Question(id = "kernels/flops-per-byte", title = "Operations for each byte", lesson = "15-kernels")
public final class FlopsPerByte implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** $A$, $B$ and $C$ are 600 by 600, floats of four bytes. If $A$ and $B$ are read from memory once and $C$ is written once, \
                how many operations does $C=AB$ do for each byte? A multiplication and an addition are two operations.
                """;
    }

    @Override
    public double expected() {
        return 100;
    }

    @Override
    public double tolerance() {
        return 0.5;
    }

    @Override
    public String variable() {
        return "flopsPerByte";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Operations: each of the n² elements of C is a sum of n products, so 2n³. Bytes: three matrices of n² numbers.",
                "2n³ operations for 12n² bytes. What is left when you divide?");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is operations for each number, not for each byte: a float has four bytes.", 400),
                NumberQuestion.wrong("You counted a multiplication with its addition as one operation. They are two.", 50),
                NumberQuestion.wrong("You counted two matrices. C has to be written, too: three matrices cross the memory.", 150),
                NumberQuestion.wrong("You counted a multiplication with its addition as one operation, and numbers in place of bytes: there are 2n³ operations and 12n² bytes.", 200),
                // 133.33: written with as many digits as anyone likes
                Misconception.symptom("That is 2n³ operations for 9n² bytes. All three matrices consist of floats, C too: n² numbers of four bytes each, 12n² bytes together.",
                        () -> 133, Double.class, (in, out) -> Math.abs(out - 400.0 / 3) < 0.5),
                NumberQuestion.wrong("You counted four matrices, C being read, too. Here it is only written, once: three matrices cross the memory.", 75),
                NumberQuestion.wrong("That is 2n³ operations for 48n² bytes: the four bytes of a float are counted twice. Three matrices of n² numbers, four bytes each, are 12n².", 25),
                NumberQuestion.wrong("That would be the number of products for each element of C. Divide all operations, 2n³, by all bytes, 12n².", 600),
                NumberQuestion.wrong("That is one operation for each pair of numbers: an addition of matrices. A product uses each number of A and B n times.", 1.0 / 12));
    }
}
