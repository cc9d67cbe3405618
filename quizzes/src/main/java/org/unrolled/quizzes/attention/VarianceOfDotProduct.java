package org.unrolled.quizzes.attention;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** Predict: the variance of q·k (Vaswani et al. 2017, section 3.2.1, footnote 4). */
@Question(id = "attention/variance-of-dot-product", title = "The variance of a dot product", lesson = "07-attention")
public final class VarianceOfDotProduct implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The $d_k = 64$ entries of $q$ and of $k$ are independent, with mean 0 and variance 1. \
                What is the variance of $q\\cdot k$?
                """;
    }

    @Override
    public double expected() {
        return 64;
    }

    @Override
    public double tolerance() {
        return 0.5;
    }

    @Override
    public String variable() {
        return "variance";
    }

    @Override
    public List<String> hints() {
        return List.of(
                "q·k is a sum of 64 products. What is the variance of one product q_i k_i when both have mean 0 and variance 1?",
                "One product has variance 1 · 1 = 1. For independent terms, the variance of the sum is the sum of the variances.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is the standard deviation, √64. The variance is its square.", 8),
                NumberQuestion.wrong("That is the variance of one product q_i k_i. The dot product adds up 64 of them, and variances of"
                        + " independent terms add.", 1),
                NumberQuestion.wrong("That is the mean: products of independent numbers with mean 0 are 0 on average. The question is how far"
                        + " they scatter around it.", 0),
                NumberQuestion.wrong("That is 64². It would be right if all 64 products were equal; independent ones partly cancel, so that"
                        + " variances add, not standard deviations.", 4096),
                NumberQuestion.wrong("You added a variance from q and one from k for each entry. The entries are multiplied: variances of"
                        + " independent factors with mean 0 multiply, 1 · 1 = 1 for each of the 64 terms.", 128));
    }
}
