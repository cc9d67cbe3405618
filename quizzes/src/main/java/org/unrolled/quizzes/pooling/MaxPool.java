package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.pattern;
import static org.unrolled.quiz.Misconception.symptom;
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

/** Max pooling of one feature map (LeCun et al. 1998 pool by averages; Ranzato et al. 2007 by maxima). */
@Question(id = "pooling/max-pool", points = 3, lesson = "03-pooling-lenet", title = "Max pooling in loops", forbids = {"Pooling.*", "*.maxPool2d", "*.unfold"})
public final class MaxPool implements CodeQuestion<MaxPool.Pool> {

    public interface Pool {
        Tensor maxPool(Tensor x, int k, int stride);
    }

    // BEGIN ANSWER
    /** x (H, W), a window of k x k -> ((H - k) / stride + 1, (W - k) / stride + 1), rounded down. */
    static Tensor maxPool(Tensor x, int k, int stride) {
        int height = (x.size(0) - k) / stride + 1, width = (x.size(1) - k) / stride + 1;
        float[][] in = x.toArray2d();
        double[][] y = new double[height][width];
        // BEGIN SOLUTION for each output element, the largest number of its window
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                y[i][j] = Double.NEGATIVE_INFINITY;
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        y[i][j] = Math.max(y[i][j], in[i * stride + u][j * stride + v]);
                    }
                }
            }
        }
        return tensor(y);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Pool solution() {
        return MaxPool::maxPool;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `maxPool`, equation (3.1), for one feature map. The array `y` is there and has the right size: fill it and return `tensor(y)`. \
                A maximum needs somewhere to start: think about what happens to a window in which every number is negative.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Four loops: i and j over the output, u and v over the window. Which input element does (i, j, u, v) look at?",
                "The window of output (i, j) begins at row i * stride and column j * stride, so it looks at in[i * stride + u][j * stride + v].",
                "Start with y[i][j] = Double.NEGATIVE_INFINITY, and in the innermost loop y[i][j] = Math.max(y[i][j], in[i * stride + u][j * stride + v]).");
    }

    private interface Window {
        double of(float[][] in, int i, int j);
    }

    private static Tensor each(Tensor x, int k, int stride, Window window) {
        double[][] y = new double[(x.size(0) - k) / stride + 1][(x.size(1) - k) / stride + 1];
        float[][] in = x.toArray2d();
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < y[i].length; j++) {
                y[i][j] = window.of(in, i, j);
            }
        }
        return tensor(y);
    }

    private static double max(float[][] in, int top, int left, int height, int width, double start) {
        double max = start;
        for (int u = 0; u < height; u++) {
            for (int v = 0; v < width; v++) {
                max = Math.max(max, in[top + u][left + v]);
            }
        }
        return max;
    }

    @Override
    public List<Misconception<Pool>> misconceptions() {
        double low = Double.NEGATIVE_INFINITY;
        return List.of(
                pattern("MIN_VALUE of Double and Float is the smallest number above 0, not the most negative one, so a window of negative numbers"
                                + " gives about 0. Start at Double.NEGATIVE_INFINITY.",
                        "(?:Double|Float)\\.MIN_VALUE", "y[i][j] = Double.MIN_VALUE;"),
                twin("The maximum starts at 0, so a window whose numbers are all negative gives 0. Start at Double.NEGATIVE_INFINITY,"
                                + " or at the window's first element.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j * s, k, k, 0))),
                twin("The window moves by one element each time: the stride is missing. Output (i, j) looks from row i · stride and column"
                                + " j · stride on.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i, j, k, k, low))),
                twin("The window moves by k, its own size, whatever the stride is. Both are often equal, but they are two things: how large"
                                + " the window is, and how far it moves.",
                        (x, k, s) -> each(x, k, s, (in, i, j) ->
                                max(in, Math.min(i * k, in.length - k), Math.min(j * k, in[0].length - k), k, k, low))),
                twin("Those are averages: the sum of the window divided by k². Max pooling keeps the largest number only.",
                        (x, k, s) -> Pooling.averagePool(x, k, s)),
                twin("Those are the windows' smallest numbers.",
                        (x, k, s) -> Pooling.maxPool(x.neg(), k, s).neg()),
                twin("You took the largest number by absolute value. A strong negative response is not a feature found: the maximum keeps"
                                + " the sign.",
                        (x, k, s) -> Pooling.maxPool(x.abs(), k, s)),
                twin("Each window is one row and one column too small: u and v run from 0 to k − 1, u < k.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j * s, Math.max(1, k - 1), Math.max(1, k - 1), low))),
                twin("The stride is missing for the rows: output (i, j) looks from row i · stride on, as it does from column j · stride.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i, j * s, k, k, low))),
                twin("The stride is missing for the columns: output (i, j) looks from column j · stride on, as it does from row i · stride.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j, k, k, low))),
                twin("Only the window's diagonal is searched: row and column use the same offset. Rows go with u, columns with v.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> {
                            double max = low;
                            for (int u = 0; u < k; u++) {
                                max = Math.max(max, in[i * s + u][j * s + u]);
                            }
                            return max;
                        })),
                twin("The window is one row too small: u runs from 0 to k − 1, u < k.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j * s, Math.max(1, k - 1), k, low))),
                twin("The window is one column too small: v runs from 0 to k − 1, v < k.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j * s, k, Math.max(1, k - 1), low))),
                twin("Only the window's first column is searched: v is missing. The window has k rows and k columns.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j * s, k, 1, low))),
                twin("Only the window's first row is searched: u is missing. The window has k rows and k columns.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> max(in, i * s, j * s, 1, k, low))),
                twin("That is the number in each window's corner: the picture with rows and columns left out. Search the whole window.",
                        (x, k, s) -> each(x, k, s, (in, i, j) -> in[i * s][j * s])),
                symptom("Every output is the largest number of the whole map: the maximum is not started anew for each window.",
                        (x, k, s) -> Pooling.maxPool(x, k, s).mul(0).add(x.max()),
                        Tensor.class, (in, out) -> out.numel() > 1 && out.max().item() == out.neg().max().neg().item()));
    }

    @Check("one output element for each window")
    void windows(Pool yours, Random random) {
        shape(yours.maxPool(randn(random, 4, 6), 2, 2), 2, 3);
        shape(yours.maxPool(randn(random, 7, 6), 3, 2), 3, 2);
    }

    @Check("negative numbers have a maximum, too")
    void negative(Pool yours, Random random) {
        Tensor x = randn(random, 4, 6).abs().neg().sub(0.1);
        close(yours.maxPool(x, 2, 2), maxPool(x, 2, 2));
    }

    @Check("agrees with the equation, windows side by side or overlapping")
    void agrees(Pool yours, Random random) {
        int[][] sizes = {{4, 6, 2, 2}, {5, 7, 3, 2}, {6, 5, 2, 1}, {8, 11, 2, 3}, {3, 4, 1, 1}};
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1]);
            close(yours.maxPool(x, n[2], n[3]), maxPool(x, n[2], n[3]));
        }
    }
}
