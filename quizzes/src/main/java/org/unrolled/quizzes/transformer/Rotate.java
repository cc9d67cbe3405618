package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Rotary positions (Su et al. 2021, equation 34). */
@Question(id = "transformer/rotate", points = 4, lesson = "08-transformer", title = "Rotary positions", forbids = {"Rope.*", "Transformer.*"})
public final class Rotate implements CodeQuestion<Rotate.Turn> {

    public interface Turn {
        Tensor rotate(Tensor x);
    }

    // BEGIN ANSWER
    /** x (T, dK), row m at position m = 0, 1, …; dK even -> (T, dK). */
    static Tensor rotate(Tensor x) {
        int T = x.size(0), dK = x.size(1);
        double[][] y = new double[T][dK];
        // BEGIN SOLUTION turn each pair (x[m][2i], x[m][2i + 1]) by the angle m θᵢ
        for (int m = 0; m < T; m++) {
            for (int i = 0; i < dK / 2; i++) {
                double angle = m * Math.pow(10_000, -2.0 * i / dK);
                double a = x.get(m, 2 * i), b = x.get(m, 2 * i + 1);
                y[m][2 * i] = a * Math.cos(angle) - b * Math.sin(angle);
                y[m][2 * i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
            }
        }
        return tensor(y);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Turn solution() {
        return Rotate::rotate;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `rotate`, equation (8.12), with two loops: over positions $m$ and over pairs $i$. \
                `x.get(m, c)` reads a number, `tensor(y)` makes a tensor of the array.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Pair i holds the columns 2i and 2i + 1. Its angle at position m is m·θᵢ with θᵢ = 10000^(−2i/dK): Math.pow(10_000, -2.0 * i / dK).",
                "Read both numbers of the pair before you write: a = x.get(m, 2 * i), b = x.get(m, 2 * i + 1).",
                "y[m][2i] = a·cos − b·sin, y[m][2i + 1] = a·sin + b·cos.");
    }

    private interface Angle {
        double of(int m, int i, int dK);
    }

    private static Tensor turned(Tensor x, Angle angle, int sign, boolean halves) {
        int T = x.size(0), dK = x.size(1);
        double[][] y = new double[T][dK];
        for (int m = 0; m < T; m++) {
            for (int i = 0; i < dK / 2; i++) {
                int first = halves ? i : 2 * i, second = halves ? i + dK / 2 : 2 * i + 1;
                double w = angle.of(m, i, dK), a = x.get(m, first), b = x.get(m, second);
                y[m][first] = a * Math.cos(w) - sign * b * Math.sin(w);
                y[m][second] = sign * a * Math.sin(w) + b * Math.cos(w);
            }
        }
        return tensor(y);
    }

    private static double theta(int i, int dK) {
        return Math.pow(10_000, -2.0 * i / dK);
    }

    @Override
    public List<Misconception<Turn>> misconceptions() {
        return List.of(
                twin("You turned the other way: the minus stands in the first line, a·cos − b·sin.", x -> turned(x, (m, i, d) -> m * theta(i, d), -1, false)),
                twin("Your pairs are (i, i + dK/2). Some libraries do that; equation 8.12 pairs neighbours, 2i and 2i + 1.",
                        x -> turned(x, (m, i, d) -> m * theta(i, d), 1, true)),
                twin("All pairs turn at the same speed: θᵢ = 10000^(−2i/dK) makes each slower than the one before. (-2 * i / dK with ints is 0: write -2.0.)", x -> turned(x, (m, i, d) -> m, 1, false)),
                twin("The exponent is −i/dK, half of what it should be: θᵢ = 10000^(−2i/dK) with i counting pairs.", x -> turned(x, (m, i, d) -> m * Math.pow(10_000, -i / (double) d), 1, false)),
                twin("The exponent's sign is turned around: 10000^(+2i/dK) makes later pairs faster. They get slower.", x -> turned(x, (m, i, d) -> m * Math.pow(10_000, 2.0 * i / d), 1, false)),
                twin("Your first row is turned: positions count from 0, so row 0 stays as it is.", x -> turned(x, (m, i, d) -> (m + 1) * theta(i, d), 1, false)),
                twin("Every position is turned by the same angle: the angle is m·θᵢ and grows with the position m.", x -> turned(x, (m, i, d) -> theta(i, d), 1, false)),
                twin("That is a mirror, not a turn: in the second line both terms are added, a·sin + b·cos.",
                        x -> {
                            Tensor right = rotate(x);
                            double[][] y = new double[x.size(0)][x.size(1)];
                            for (int m = 0; m < x.size(0); m++) {
                                for (int i = 0; i < x.size(1) / 2; i++) {
                                    double w = m * theta(i, x.size(1));
                                    y[m][2 * i] = right.get(m, 2 * i);
                                    y[m][2 * i + 1] = x.get(m, 2 * i) * Math.sin(w) - x.get(m, 2 * i + 1) * Math.cos(w);
                                }
                            }
                            return tensor(y);
                        }),
                twin("m·θᵢ is in radians already, as Math.cos and Math.sin want it: nothing has to be converted.",
                        x -> turned(x, (m, i, d) -> Math.toRadians(m * theta(i, d)), 1, false)),
                twin("The exponent is −2i/T: the angle's speed would depend on the length of the sequence. It is −2i/dK.",
                        x -> turned(x, (m, i, d) -> m * theta(i, x.size(0)), 1, false)),
                twin("The second number of each pair was computed from the first one after it was turned. Read both before you write either.",
                        x -> {
                            Tensor right = rotate(x);
                            double[][] y = new double[x.size(0)][x.size(1)];
                            for (int m = 0; m < x.size(0); m++) {
                                for (int i = 0; i < x.size(1) / 2; i++) {
                                    double w = m * theta(i, x.size(1));
                                    y[m][2 * i] = right.get(m, 2 * i);
                                    y[m][2 * i + 1] = y[m][2 * i] * Math.sin(w) + x.get(m, 2 * i + 1) * Math.cos(w);
                                }
                            }
                            return tensor(y);
                        }));
    }

    @Check("agrees with equation 8.12")
    void agrees(Turn yours, Random random) {
        for (int pairs = 1; pairs <= 4; pairs++) {
            Tensor x = randn(random, pairs + 2, 2 * pairs);
            close(yours.rotate(x), rotate(x));
        }
    }

    @Check("a turn keeps the length of each row")
    void keepsLengths(Turn yours, Random random) {
        Tensor x = randn(random, 5, 6);
        close(yours.rotate(x).pow(2).sum(1), x.pow(2).sum(1));
    }
}
