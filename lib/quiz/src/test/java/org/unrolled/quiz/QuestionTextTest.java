package org.unrolled.quiz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unrolled.quiz.bank.StandardDeviation;

class QuestionTextTest {

    @Test
    void stubAndSolutionAreCutOutOfTheQuestionsOwnSource() {
        assertThat(new StandardDeviation().stub()).isEqualTo("""
                /** The square root of the mean squared distance from the mean. */
                double deviation(double[] x) {
                    throw new Todo("measure the spread of x");
                }
                """);
        assertThat(new StandardDeviation().solutionSource())
                .startsWith("/** The square root")
                .contains("\ndouble deviation(double[] x) {\n    double mean = 0;\n")
                .endsWith("    return Math.sqrt(variance);\n}\n")
                .doesNotContain("SOLUTION");
    }
}
