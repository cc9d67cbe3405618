package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Max pooling backwards: the gradient of a window goes to its largest element, and overlapping windows add up. */
@Question(id = "pooling/max-pool-backward", points = 4, lesson = "03-pooling-lenet", title = "Max pooling by hand, backwards", forbids = {"Pooling.*", "*.maxPool2d", "*.unfold"})
public final class MaxPoolBackward implements GradientQuestion<MaxPoolBackward.Backward> {

    /** The largest element of each window, as row · W + column of X, both (height, width); and dX, the gradient of X. */
    public record Gradients(int[][] argmax, Tensor dX) {}

    public interface Backward {
        Gradients maxPoolBackward(Tensor x, Tensor dY, int k, int stride);
    }

    // BEGIN ANSWER
    /** x (H, W) and dY (height, width), which arrives at the output -> where each maximum was, and dX (H, W). */
    static MaxPoolBackward.Gradients maxPoolBackward(Tensor x, Tensor dY, int k, int stride) {
        float[][] in = x.toArray2d(), dy = dY.toArray2d();
        int[][] argmax = new int[dY.size(0)][dY.size(1)];
        double[] dX = new double[x.numel()];
        // BEGIN SOLUTION find each window's largest element, and give it the window's gradient
        int W = x.size(1);
        for (int i = 0; i < argmax.length; i++) {
            for (int j = 0; j < argmax[i].length; j++) {
                int best = i * stride * W + j * stride;              // the window's first element
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        int row = i * stride + u, column = j * stride + v;
                        if (in[row][column] > in[best / W][best % W]) best = row * W + column;
                    }
                }
                argmax[i][j] = best;
                dX[best] += dy[i][j];
            }
        }
        return new MaxPoolBackward.Gradients(argmax, tensor(dX).reshape(x.shape()));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return MaxPoolBackward::maxPoolBackward;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return Tensors.maxPool2d(x.get(0).unsqueeze(0).unsqueeze(0), 3, 2, 0).squeeze(0).squeeze(0);
    }

    /** All different by more than a central difference moves them, so that no maximum changes its place. */
    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(Pooling.shuffled(random, 5, 7));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        return List.of(yours.maxPoolBackward(x.get(0), dout, 3, 2).dX());
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `maxPoolBackward`, equation (3.4). Element $(r, c)$ of $X$ has the number $r\\cdot W + c$: \
                `argmax[i][j]` is the number of the largest element in window $(i, j)$, the first one if several are equal, and `dX[n]` \
                is the gradient of element number `n`. Windows may overlap. End with \
                `return new MaxPoolBackward.Gradients(argmax, tensor(dX).reshape(x.shape()));`.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Go through the windows as in maxPool, and remember where the largest number was, not only how large it is.",
                "Row and column of the element with number n are n / W and n % W. Start with the window's first element,"
                        + " i * stride * W + j * stride, and replace it whenever a larger one comes.",
                "Then argmax[i][j] = best; and dX[best] += dy[i][j]: two windows may have the same largest element, and then it gets both gradients.");
    }

    private static Gradients from(Tensor x, Tensor dY, int k, int stride, double[] dX) {
        return new Gradients(maxPoolBackward(x, dY, k, stride).argmax(), tensor(dX).reshape(x.shape()));
    }

    /** Adds share(value, largest) · dY to each element of each window. */
    private interface Share {
        double of(double value, double largest, int u, int v);
    }

    private static double[] shared(Tensor x, Tensor dY, int k, int stride, Share share) {
        float[][] in = x.toArray2d(), dy = dY.toArray2d();
        Tensor y = Pooling.maxPool(x, k, stride);
        double[] dX = new double[x.numel()];
        for (int i = 0; i < dy.length; i++) {
            for (int j = 0; j < dy[i].length; j++) {
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        int row = i * stride + u, column = j * stride + v;
                        dX[row * x.size(1) + column] += dy[i][j] * share.of(in[row][column], y.get(i, j), u, v);
                    }
                }
            }
        }
        return dX;
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("dX is overwritten where windows overlap: an element that is the largest of two windows gets both gradients. Add, +=, do not"
                                + " assign.",
                        (x, dY, k, s) -> {
                            Gradients g = maxPoolBackward(x, dY, k, s);
                            double[] dX = new double[x.numel()];
                            for (int i = 0; i < g.argmax().length; i++) {
                                for (int j = 0; j < g.argmax()[i].length; j++) {
                                    dX[g.argmax()[i][j]] = dY.get(i, j);
                                }
                            }
                            return from(x, dY, k, s, dX);
                        }),
                twin("The places are right, and dX gives every element of a window the whole gradient. The elements that were not the largest did"
                                + " not reach the output: changing them a little changes nothing, so their gradient is 0.",
                        (x, dY, k, s) -> from(x, dY, k, s, shared(x, dY, k, s, (value, largest, u, v) -> 1))),
                twin("The places are right, and dX is average pooling's: dY/k² to every element. The output of max pooling depends on one element"
                                + " of the window alone, and that one gets all of dY.",
                        (x, dY, k, s) -> from(x, dY, k, s, shared(x, dY, k, s, (value, largest, u, v) -> 1.0 / (k * k)))),
                twin("The places are right, and dX is divided by k². Nothing was averaged on the way forward: the largest element gets all of dY.",
                        (x, dY, k, s) -> {
                            Gradients g = maxPoolBackward(x, dY, k, s);
                            return new Gradients(g.argmax(), g.dX().div(k * k));
                        }),
                twin("The places are right, and dX is multiplied by x. The derivative of max is 1 at the largest element, whatever its value:"
                                + " dX[best] += dy[i][j].",
                        (x, dY, k, s) -> {
                            Gradients g = maxPoolBackward(x, dY, k, s);
                            return new Gradients(g.argmax(), g.dX().mul(x));
                        }),
                twin("The places are right, and the gradient went to each window's first element, wherever its maximum is. Use argmax[i][j] as the"
                                + " place in dX.",
                        (x, dY, k, s) -> from(x, dY, k, s, shared(x, dY, k, s, (value, largest, u, v) -> u == 0 && v == 0 ? 1 : 0))),
                twin("argmax counts inside the window, u · k + v. It should be the element's number in X, row · W + column, with row = i · stride + u"
                                + " and column = j · stride + v.",
                        (x, dY, k, s) -> {
                            Gradients g = maxPoolBackward(x, dY, k, s);
                            return new Gradients(map(g.argmax(), (n, i, j) -> (n / x.size(1) - i * s) * k + n % x.size(1) - j * s), g.dX());
                        }),
                twin("argmax multiplies the row by H, the number of rows. A row of X is W elements long: element (r, c) has the number r · W + c.",
                        (x, dY, k, s) -> {
                            Gradients g = maxPoolBackward(x, dY, k, s);
                            return new Gradients(map(g.argmax(), (n, i, j) -> n / x.size(1) * x.size(0) + n % x.size(1)), g.dX());
                        }),
                twin("The place starts at element 0 of X for every window, and stays there where X[0][0] is larger than the whole window. Start with"
                                + " the window's first element, i · stride · W + j · stride.",
                        (x, dY, k, s) -> startingAt(x, dY, k, s, x.get(0, 0))),
                twin("The largest number starts at 0, so a window of negative numbers never finds a place. Start with the window's first element,"
                                + " i · stride · W + j · stride.",
                        (x, dY, k, s) -> startingAt(x, dY, k, s, 0)),
                twin("dX is right, and argmax was never filled: argmax[i][j] = best.",
                        (x, dY, k, s) -> new Gradients(new int[dY.size(0)][dY.size(1)], maxPoolBackward(x, dY, k, s).dX())),
                twin("The places are right, and each of them gets 1, whatever arrives at the output. It gets dY of its window: dX[best] += dy[i][j].",
                        (x, dY, k, s) -> maxPoolBackward(x, dY.mul(0).add(1), k, s)),
                twin("argmax is the place of the window's smallest element: the comparison is the wrong way round.",
                        (x, dY, k, s) -> maxPoolBackward(x.neg(), dY, k, s)),
                twin("Of several equal largest elements you took the last. Compare with >, not >=: the first one stays.",
                        (x, dY, k, s) -> lastOfEquals(x, dY, k, s)));
    }

    private interface Renumber {
        int of(int n, int i, int j);
    }

    private static int[][] map(int[][] argmax, Renumber renumber) {
        int[][] result = new int[argmax.length][argmax.length == 0 ? 0 : argmax[0].length];
        for (int i = 0; i < result.length; i++) {
            for (int j = 0; j < result[i].length; j++) {
                result[i][j] = renumber.of(argmax[i][j], i, j);
            }
        }
        return result;
    }

    /** The place is element 0 of X until a number of the window is above {@code start}. */
    private static Gradients startingAt(Tensor x, Tensor dY, int k, int stride, double start) {
        float[] in = x.toArray();
        int[][] argmax = new int[dY.size(0)][dY.size(1)];
        double[] dX = new double[x.numel()];
        for (int i = 0; i < argmax.length; i++) {
            for (int j = 0; j < argmax[i].length; j++) {
                double largest = start;
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        int n = (i * stride + u) * x.size(1) + j * stride + v;
                        if (in[n] > largest) {
                            largest = in[n];
                            argmax[i][j] = n;
                        }
                    }
                }
                dX[argmax[i][j]] += dY.get(i, j);
            }
        }
        return new Gradients(argmax, tensor(dX).reshape(x.shape()));
    }

    private static Gradients lastOfEquals(Tensor x, Tensor dY, int k, int stride) {
        float[] in = x.toArray();
        int[][] argmax = maxPoolBackward(x, dY, k, stride).argmax();
        double[] dX = new double[x.numel()];
        for (int i = 0; i < argmax.length; i++) {
            for (int j = 0; j < argmax[i].length; j++) {
                int first = argmax[i][j];
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        int n = (i * stride + u) * x.size(1) + j * stride + v;
                        argmax[i][j] = in[n] == in[first] ? n : argmax[i][j];
                    }
                }
                dX[argmax[i][j]] += dY.get(i, j);
            }
        }
        return new Gradients(argmax, tensor(dX).reshape(x.shape()));
    }

    @Check("where each maximum was, and dX, for windows side by side or overlapping")
    void places(Backward yours, Random random) {
        int[][] sizes = {{4, 6, 2, 2}, {5, 7, 3, 2}, {5, 4, 2, 1}};
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1]);
            Tensor dY = randn(random, (n[0] - n[2]) / n[3] + 1, (n[1] - n[2]) / n[3] + 1);
            close(yours.maxPoolBackward(x, dY, n[2], n[3]), maxPoolBackward(x, dY, n[2], n[3]));
        }
    }

    @Check("equal numbers: the first one counts, as in PyTorch")
    void ties(Backward yours, Random random) {
        Tensor x = tensor(new double[][] {{1, 3, 0, 0.5, -2, -2}, {3, 3, 0.5, 0, -2, -2}});
        Tensor dY = randn(random, 1, 3);
        close(yours.maxPoolBackward(x, dY, 2, 2), maxPoolBackward(x, dY, 2, 2));
    }
}
