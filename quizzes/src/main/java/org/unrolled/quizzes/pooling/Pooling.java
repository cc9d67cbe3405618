package org.unrolled.quizzes.pooling;

import static org.unrolled.tensor.Tensors.tensor;

import java.util.Random;
import org.unrolled.nn.data.Digits;
import org.unrolled.nn.data.Split;
import org.unrolled.quizzes.convolution.Convolution;
import org.unrolled.tensor.Tensor;

/**
 * The functions that lesson 03 derives, for the cells that come after their question: no cell of the lesson depends on what
 * the learner wrote. Questions forbid them where they would be the answer. All for one feature map (H, W).
 */
public final class Pooling {

    private Pooling() {}

    /** Y_ij = max over u, v < k of X[i·stride + u, j·stride + v]: equation 3.1. */
    public static Tensor maxPool(Tensor x, int k, int stride) {
        return pool(x, k, stride, true);
    }

    /** Y_ij = 1/k² Σ over u, v < k of X[i·stride + u, j·stride + v]: equation 3.2. */
    public static Tensor averagePool(Tensor x, int k, int stride) {
        return pool(x, k, stride, false);
    }

    private static Tensor pool(Tensor x, int k, int stride, boolean max) {
        float[][] in = x.toArray2d();
        double[][] y = new double[(x.size(0) - k) / stride + 1][(x.size(1) - k) / stride + 1];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < y[i].length; j++) {
                double largest = Double.NEGATIVE_INFINITY, sum = 0;
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        largest = Math.max(largest, in[i * stride + u][j * stride + v]);
                        sum += in[i * stride + u][j * stride + v];
                    }
                }
                y[i][j] = max ? largest : sum / (k * k);
            }
        }
        return tensor(y);
    }

    /** dX of max pooling: each dY goes to the first largest element of its window, and adds to what is there: equation 3.4. */
    public static Tensor maxPoolBackward(Tensor x, Tensor dY, int k, int stride) {
        float[][] in = x.toArray2d(), dy = dY.toArray2d();
        double[][] dX = new double[x.size(0)][x.size(1)];
        for (int i = 0; i < dy.length; i++) {
            for (int j = 0; j < dy[i].length; j++) {
                int row = i * stride, column = j * stride;
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        if (in[i * stride + u][j * stride + v] > in[row][column]) {
                            row = i * stride + u;
                            column = j * stride + v;
                        }
                    }
                }
                dX[row][column] += dy[i][j];
            }
        }
        return tensor(dX);
    }

    /** The picture moved down and to the right by whole pixels (negative: up, left); what moves in is 0. Works on the last two axes. */
    public static Tensor shift(Tensor pictures, int down, int right) {
        return Convolution.shift(pictures, down, right);
    }

    /** The numbers 0, 0.1, 0.2, … in random order, (height, width): no two of them are near each other. */
    public static Tensor shuffled(Random random, int height, int width) {
        double[] values = new double[height * width];
        for (int i = 0; i < values.length; i++) {
            int j = random.nextInt(i + 1);
            values[i] = values[j];
            values[j] = i / 10.0;
        }
        return tensor(values).reshape(height, width);
    }

    /** {@link Digits}, enlarged to 28 x 28 pixels and put into the middle of 32 x 32: LeNet-5's input. */
    public static Split digits() {
        return Digits.split(0, 28).mapped(x -> Convolution.pad(x, 2));
    }

    /** How far b is from a, example by example: the mean of |b − a| / |a| over the first axis, with Euclidean lengths. */
    public static double change(Tensor a, Tensor b) {
        int n = a.size(0);
        Tensor difference = b.sub(a).reshape(n, -1);
        Tensor length = a.reshape(n, -1);
        return difference.mul(difference).sum(1).sqrt().div(length.mul(length).sum(1).sqrt()).mean().item();
    }

    /** How many elements are not 0. */
    public static int notZero(Tensor x) {
        int count = 0;
        for (float value : x.toArray()) {
            count += value != 0 ? 1 : 0;
        }
        return count;
    }
}
