package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.Remote;

/** A gradient measured, one central difference for each number. */
@Question(id = "backpropagation/central-differences", points = 3, lesson = "01-backpropagation", title = "Measure a gradient")
public final class CentralDifferences implements CodeQuestion<CentralDifferences.Measure> {

    /** Any loss of some numbers. */
    @Remote
    public interface Loss {
        double at(double[] w);
    }

    public interface Measure {
        double[] centralDifferences(Loss loss, double[] w, double h);
    }

    // BEGIN ANSWER
    /** The slope of loss.at(w) by each number of w, measured over h to both sides; w stays as is. */
    static double[] centralDifferences(CentralDifferences.Loss loss, double[] w, double h) {
        double[] at = w.clone();
        double[] slopes = new double[w.length];
        // BEGIN SOLUTION for each i: move at[i] up, move it down, and put it back
        for (int i = 0; i < w.length; i++) {
            at[i] = w[i] + h;
            double up = loss.at(at);
            at[i] = w[i] - h;
            double down = loss.at(at);
            at[i] = w[i];
            slopes[i] = (up - down) / (2 * h);
        }
        return slopes;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Measure solution() {
        return CentralDifferences::centralDifferences;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `centralDifferences`: equation (1.19) for each number of $w$ in turn, all the others standing still. \
                `loss.at(at)` is the loss where the numbers are those of the array `at`.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A loop over i. Inside: at[i] = w[i] + h; and ask loss.at(at). Then the same with − h.",
                "From + h to − h the distance is 2h. And before the next i, at[i] has to be w[i] again.",
                "at[i] = w[i] + h; double up = loss.at(at); at[i] = w[i] - h; double down = loss.at(at); at[i] = w[i];"
                        + " slopes[i] = (up - down) / (2 * h);");
    }

    @Override
    public List<Misconception<Measure>> misconceptions() {
        return List.of(
                twin("You divided by h. From w − h to w + h the distance is 2h.",
                        (loss, w, h) -> {
                            double[] slopes = centralDifferences(loss, w, h);
                            for (int i = 0; i < slopes.length; i++) slopes[i] *= 2;
                            return slopes;
                        }),
                twin("You divided by 2 and multiplied by h: Java reads / 2 * h from left to right. Put what you divide by into parentheses: / (2 * h).",
                        (loss, w, h) -> {
                            double[] slopes = centralDifferences(loss, w, h);
                            for (int i = 0; i < slopes.length; i++) slopes[i] *= h * h;
                            return slopes;
                        }),
                twin("That is the difference to one side, (L(w + h) − L(w)) / h. Its error shrinks like h; that of the central difference, which"
                                + " looks to both sides, like h².",
                        (loss, w, h) -> {
                            double[] at = w.clone();
                            double[] slopes = new double[w.length];
                            for (int i = 0; i < w.length; i++) {
                                at[i] = w[i] + h;
                                slopes[i] = (loss.at(at) - loss.at(w)) / h;
                                at[i] = w[i];
                            }
                            return slopes;
                        }),
                twin("The first slope is right; then at[i] was not put back, so the second is measured at another place. Set at[i] = w[i] before"
                                + " you go on to the next i.",
                        (loss, w, h) -> {
                            double[] at = w.clone();
                            double[] slopes = new double[w.length];
                            for (int i = 0; i < w.length; i++) {
                                at[i] = w[i] + h;
                                double up = loss.at(at);
                                at[i] = w[i] - h;
                                slopes[i] = (up - loss.at(at)) / (2 * h);
                            }
                            return slopes;
                        }),
                twin("The second point is w, not w − h: from there you came back to the middle only, and divided by the whole 2h.",
                        (loss, w, h) -> {
                            double[] at = w.clone();
                            double[] slopes = new double[w.length];
                            for (int i = 0; i < w.length; i++) {
                                at[i] = w[i] + h;
                                slopes[i] = (loss.at(at) - loss.at(w)) / (2 * h);
                                at[i] = w[i];
                            }
                            return slopes;
                        }),
                twin("All numbers were moved at once, so you measured one slope for all of them together. A gradient has one for each number:"
                                + " move one, keep the others still.",
                        (loss, w, h) -> {
                            double[] up = w.clone();
                            double[] down = w.clone();
                            for (int i = 0; i < w.length; i++) {
                                up[i] += h;
                                down[i] -= h;
                            }
                            double[] slopes = new double[w.length];
                            java.util.Arrays.fill(slopes, (loss.at(up) - loss.at(down)) / (2 * h));
                            return slopes;
                        }),
                twin("The division is missing: these are differences of the loss. A slope is a difference divided by the distance, 2h.",
                        (loss, w, h) -> {
                            double[] slopes = centralDifferences(loss, w, h);
                            for (int i = 0; i < slopes.length; i++) slopes[i] *= 2 * h;
                            return slopes;
                        }));
    }

    @Check("agrees with the formula, for a large h too")
    void agrees(Measure yours, Random random) {
        for (int n = 2; n <= 4; n++) {
            double[] c = random.doubles(n, 0.5, 2).toArray();
            // every number matters, curves and meets its neighbour
            Loss loss = w -> {
                double sum = 0;
                for (int i = 0; i < w.length; i++) sum += c[i] * w[i] * w[i] * w[i] - w[i] * w[i] + w[i] * w[(i + 1) % w.length];
                return sum;
            };
            double[] w = random.doubles(n, -1.5, 1.5).toArray();
            double h = 0.1 + 0.4 * random.nextDouble();
            close(yours.centralDifferences(loss, w, h), centralDifferences(loss, w, h));
        }
    }

    @Check("finds the gradient of a known function")
    void known(Measure yours, Random random) {
        for (int i = 0; i < 4; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            close(yours.centralDifferences(w -> w[0] * w[0] * w[1], new double[] {a, b}, 1e-4), new double[] {2 * a * b, a * a}, 1e-5);
        }
    }
}
