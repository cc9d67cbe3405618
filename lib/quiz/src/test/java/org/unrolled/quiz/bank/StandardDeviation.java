package org.unrolled.quiz.bank;

import static org.unrolled.quiz.Misconception.symptom;
import static org.unrolled.quiz.Misconception.twin;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** The example of a question: the standard deviation of a sample. */
@Question(id = "example/standard-deviation", points = 4, forbids = "*.standardDeviation")
public final class StandardDeviation implements CodeQuestion<StandardDeviation.Deviation> {

    public interface Deviation {
        double deviation(double[] x);
    }

    // BEGIN ANSWER
    /** The square root of the mean squared distance from the mean. */
    static double deviation(double[] x) {
        // BEGIN SOLUTION measure the spread of x
        double mean = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        double variance = 0;
        for (double v : x) {
            variance += (v - mean) * (v - mean) / x.length;
        }
        return Math.sqrt(variance);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Deviation solution() {
        return StandardDeviation::deviation;
    }

    @Override
    public String prompt() {
        return "Write `deviation`, the square root of the mean squared distance from the mean.";
    }

    @Override
    public List<String> hints() {
        return List.of("Find the mean first.", "Average the squares of `x[i] - mean`.", "End with a square root.");
    }

    @Override
    public List<Misconception<Deviation>> misconceptions() {
        return List.of(
                twin("That is the variance. The deviation has the unit of x, so take the square root.",
                        x -> deviation(x) * deviation(x)),
                twin("You divided by n - 1. Here x is everything there is, so the mean divides by n.",
                        x -> deviation(x) * Math.sqrt(x.length / (x.length - 1.0))),
                symptom("Your result changes when every value grows by the same amount: the distance is taken from zero, not from the mean.",
                        x -> Math.sqrt(Arrays.stream(x).map(v -> v * v).average().orElse(0)), Double.class,
                        (in, out) -> Math.abs(out * out - Arrays.stream(in.get(0, double[].class)).map(v -> v * v).average().orElse(0)) < 1e-9));
    }

    @Check("never negative")
    void positive(Deviation yours, Random random) {
        double d = yours.deviation(random.doubles(3).toArray());
        if (!(d >= 0)) {
            throw new AssertionError("it was " + d);
        }
    }

    @Check("moving all values does not change it")
    void shift(Deviation yours, Random random) {
        double[] x = random.doubles(5).toArray();
        double[] moved = Arrays.stream(x).map(v -> v + 3).toArray();
        if (!(Math.abs(yours.deviation(x) - yours.deviation(moved)) < 1e-9)) {
            throw new AssertionError("it was " + yours.deviation(x) + " and then " + yours.deviation(moved));
        }
    }

    @Check("agrees with the formula")
    void agrees(Deviation yours, Random random) {
        for (int n = 2; n < 6; n++) {
            double[] x = random.doubles(n).toArray();
            if (!(Math.abs(yours.deviation(x) - solution().deviation(x)) < 1e-9)) {
                throw new AssertionError("differs for " + n + " values");
            }
        }
    }
}
