package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** The sum over the window, written as loops. */
@Question(id = "convolution/loops", points = 4, lesson = "02-convolution", title = "Convolution as loops")
public final class ConvolveLoops implements CodeQuestion<ConvolveLoops.Convolve> {

    public interface Convolve {
        float[][] convolve(float[][] x, float[][] k);
    }

    // BEGIN ANSWER
    /** x (H, W), k (kH, kW) -> y (H - kH + 1, W - kW + 1). */
    static float[][] convolve(float[][] x, float[][] k) {
        int H = x.length, W = x[0].length, kH = k.length, kW = k[0].length;
        float[][] y = new float[H - kH + 1][W - kW + 1];
        // BEGIN SOLUTION four loops: over the places i, j of the window, and over its elements u, v
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < y[0].length; j++) {
                for (int u = 0; u < kH; u++) {
                    for (int v = 0; v < kW; v++) {
                        y[i][j] += k[u][v] * x[i + u][j + v];
                    }
                }
            }
        }
        return y;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Convolve solution() {
        return ConvolveLoops::convolve;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `convolve`, equation (2.1): $Y_{ij}=\\sum_u\\sum_v K_{uv}\\,X_{i+u,\\,j+v}$, as loops. \
                The array for $Y$ is there already, with room for every place where the whole window fits.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Each of the four letters of the equation becomes one loop. i and j count the outputs, u and v the elements of the kernel.",
                "A new float[][] is full of zeros, so you can add to it: y[i][j] += …",
                "The innermost line is y[i][j] += k[u][v] * x[i + u][j + v]; then, after all the loops, return y.");
    }

    private interface Term {
        double at(float[][] x, float[][] k, int i, int j, int u, int v);
    }

    /** Σ_u Σ_v of a term, for an output of a size. */
    private static float[][] sums(float[][] x, float[][] k, int rows, int columns, Term term) {
        float[][] y = new float[Math.max(0, rows)][Math.max(0, columns)];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                for (int u = 0; u < k.length; u++) {
                    for (int v = 0; v < k[0].length; v++) {
                        y[i][j] += (float) term.at(x, k, i, j, u, v);
                    }
                }
            }
        }
        return y;
    }

    private static float[][] sums(float[][] x, float[][] k, Term term) {
        return sums(x, k, x.length - k.length + 1, x[0].length - k[0].length + 1, term);
    }

    /** The four loops with ends of their own, which may lie outside. */
    private static float[][] loops(float[][] x, float[][] k, int rows, int columns, int us, int vs) {
        float[][] y = new float[x.length - k.length + 1][x[0].length - k[0].length + 1];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                for (int u = 0; u < us; u++) {
                    for (int v = 0; v < vs; v++) {
                        y[i][j] += k[u][v] * x[i + u][j + v];
                    }
                }
            }
        }
        return y;
    }

    private static double element(float[][] x, int row, int column) {
        return row >= 0 && row < x.length && column >= 0 && column < x[0].length ? x[row][column] : 0;
    }

    @Override
    public List<Misconception<Convolve>> misconceptions() {
        return List.of(
                twin("Your kernel is turned around: its last element meets the window's first. That is the convolution of mathematics, and section 6"
                                + " is about it. Equation (2.1) pairs K[u, v] with X[i + u, j + v], with no turning.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[K.length - 1 - u][K[0].length - 1 - v] * X[i + u][j + v])),
                twin("There is no sum: each product overwrites the one before, and only the last one stays. Add them up: +=.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> u == K.length - 1 && v == K[0].length - 1 ? K[u][v] * X[i + u][j + v] : 0)),
                twin("The window jumps by its own size, so the windows lie side by side. Equation (2.1) moves it by one: row i + u, not i times the size plus u.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[u][v] * element(X, i * K.length + u, j * K[0].length + v))),
                twin("The kernel's element meets X[u, v], without i and j: every place of the output looks at the same window. The window moves: X[i + u, j + v].",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[u][v] * X[u][v])),
                twin("You divided by the size of the window. That is right for a mean; equation (2.1) is a plain sum, and the kernel says what each pixel counts.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[u][v] * X[i + u][j + v] / (K.length * K[0].length))),
                twin("The last row and the last column of the output are missing: a loop ends one too early. There are H - kH + 1 places, so i < y.length.",
                        (x, k) -> {
                            float[][] y = convolve(x, k);
                            y[y.length - 1] = new float[y[0].length];
                            for (float[] row : y) {
                                row[row.length - 1] = 0;
                            }
                            return y;
                        }),
                twin("The output is one too small: a window of kH rows has H - kH + 1 places, the first and the last included. Use the array that is there.",
                        (x, k) -> sums(x, k, x.length - k.length, x[0].length - k[0].length, (X, K, i, j, u, v) -> K[u][v] * X[i + u][j + v])),
                twin("i and j are exchanged in the output: i counts its rows and j its columns.",
                        (x, k) -> transposed(convolve(x, k))),
                twin("The kernel's rows and columns are exchanged: u counts its rows and v its columns, K[u, v]. A kernel that is not square shows it.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[v][u] * X[i + u][j + v])),
                twin("Rows and columns of the window are exchanged: u counts rows, so it goes with i, and v with j: X[i + u, j + v].",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[u][v] * X[i + v][j + u])),
                twin("The window moves backwards, with i − u. Equation (2.1) has X[i + u, j + v]; the minus comes in section 6.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[u][v] * X[i - u][j - v])),
                twin("i and j run over all pixels, and the output has fewer places than that: i < y.length, j < y[0].length.",
                        (x, k) -> loops(x, k, x.length, x[0].length, k.length, k[0].length)),
                twin("The loops over the window end at each other's end: the kernel has kH rows, for u, and kW columns, for v.",
                        (x, k) -> loops(x, k, x.length - k.length + 1, x[0].length - k[0].length + 1, k[0].length, k.length)),
                twin("The kernel's last row and column take no part: a loop over the window ends one too early. u < kH is right, since u counts from 0.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> u < K.length - 1 && v < K[0].length - 1 ? K[u][v] * X[i + u][j + v] : 0)),
                twin("The window is centred on its place and reaches beyond the picture. Equation (2.1) starts the window at (i, j): it covers rows i to i + kH - 1.",
                        (x, k) -> sums(x, k, (X, K, i, j, u, v) -> K[u][v] * element(X, i + u - K.length / 2, j + v - K[0].length / 2))),
                twin("The output is as large as the input: you let the window reach over the edge, with zeros there. That is padding, and comes in section 5;"
                                + " here only whole windows count.",
                        (x, k) -> sums(x, k, x.length, x[0].length, (X, K, i, j, u, v) -> K[u][v] * element(X, i + u - K.length / 2, j + v - K[0].length / 2))));
    }

    private static float[][] transposed(float[][] m) {
        float[][] t = new float[m[0].length][m.length];
        for (int i = 0; i < m.length; i++) {
            for (int j = 0; j < m[0].length; j++) {
                t[j][i] = m[i][j];
            }
        }
        return t;
    }

    private static float[][] draw(Random random, int rows, int columns) {
        return randn(random, rows, columns).toArray2d();
    }

    @Check("a place for every whole window")
    void places(Convolve yours, Random random) {
        int[][] sizes = {{5, 7, 2, 2}, {4, 6, 3, 2}};
        for (int[] n : sizes) {
            float[][] y = yours.convolve(draw(random, n[0], n[1]), draw(random, n[2], n[3]));
            int rows = n[0] - n[2] + 1;
            int columns = n[1] - n[3] + 1;
            that(y.length == rows && y[0].length == columns, "the output of %d by %d under a kernel of %d by %d is %d by %d, and yours is %d by %d",
                    n[0], n[1], n[2], n[3], rows, columns, y.length, y.length == 0 ? 0 : y[0].length);
        }
    }

    @Check("agrees with the equation")
    void agrees(Convolve yours, Random random) {
        int[][] sizes = {{3, 4, 2, 2}, {6, 5, 3, 3}, {5, 8, 2, 3}, {7, 6, 4, 2}, {4, 3, 1, 1}};
        for (int[] n : sizes) {
            float[][] x = draw(random, n[0], n[1]);
            float[][] k = draw(random, n[2], n[3]);
            close(yours.convolve(x, k), convolve(x, k));
        }
    }
}
