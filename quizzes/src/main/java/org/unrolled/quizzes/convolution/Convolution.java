package org.unrolled.quizzes.convolution;

import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.conv2d;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.ArrayList;
import java.util.List;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * The functions that lesson 02 derives, for the cells that come after their question: no cell of the lesson depends on what
 * the learner wrote. Questions forbid them where they would be the answer.
 */
public final class Convolution {

    private Convolution() {}

    /** Y[i, j] = Σ_u Σ_v K[u, v] X[i + u, j + v]: x (H, W), k (kH, kW) gives (H − kH + 1, W − kW + 1). Made of conv2d, so it has a gradient. */
    public static Tensor correlate(Tensor x, Tensor k) {
        Tensor y = conv2d(x.reshape(1, 1, x.size(0), x.size(1)), k.reshape(1, 1, k.size(0), k.size(1)), null);
        return y.reshape(y.size(2), y.size(3));
    }

    /**
     * The sum over the window and over the channels as seven loops, x (C, H, W), weight (C', C, kH, kW) to (C', H − kH + 1, W − kW + 1): the yardstick
     * of the lesson's timings.
     */
    public static Tensor loops(Tensor x, Tensor weight) {
        int C = x.size(0), H = x.size(1), W = x.size(2);
        int out = weight.size(0), kH = weight.size(2), kW = weight.size(3);
        int oH = H - kH + 1, oW = W - kW + 1;
        float[] X = x.toArray(), K = weight.toArray(), Y = new float[out * oH * oW];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < oH; i++) {
                for (int j = 0; j < oW; j++) {
                    float sum = 0;
                    for (int c = 0; c < C; c++) {
                        for (int u = 0; u < kH; u++) {
                            for (int v = 0; v < kW; v++) {
                                sum += K[((o * C + c) * kH + u) * kW + v] * X[(c * H + i + u) * W + j + v];
                            }
                        }
                    }
                    Y[(o * oH + i) * oW + j] = sum;
                }
            }
        }
        return Tensors.tensor(Y, out, oH, oW);
    }

    /** Each window as a column, channel by channel: x (C, H, W) gives (C·k·k, H'·W'), stride 1, no padding. Chellapilla, Puri and Simard 2006. */
    public static Tensor im2col(Tensor x, int k) {
        int oH = x.size(1) - k + 1, oW = x.size(2) - k + 1;
        List<Tensor> rows = new ArrayList<>();
        for (int c = 0; c < x.size(0); c++) {
            for (int u = 0; u < k; u++) {
                for (int v = 0; v < k; v++) {
                    rows.add(x.select(0, c).slice(0, u, u + oH).slice(1, v, v + oW).reshape(oH * oW));
                }
            }
        }
        return stack(0, rows.toArray(Tensor[]::new));
    }

    /** ⌊(n + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. */
    public static int outputSize(int n, int kernel, int stride, int padding, int dilation) {
        return (n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
    }

    /** How many inputs, along one axis, one output of these layers sees: r grows by (k − 1) times the product of the strides below. */
    public static int receptiveField(int[] kernels, int[] strides) {
        int r = 1;
        int jump = 1;
        for (int l = 0; l < kernels.length; l++) {
            r += (kernels[l] - 1) * jump;
            jump *= strides[l];
        }
        return r;
    }

    /** {@code n} zeros around, on all four sides of the last two axes. */
    public static Tensor pad(Tensor x, int n) {
        return pad(x, n, n);
    }

    /** Zeros around: so many rows above and below, so many columns left and right, on the last two axes. */
    public static Tensor pad(Tensor x, int rows, int columns) {
        return beside(-1, columns, beside(-2, rows, x, rows), columns);
    }

    /** The picture moved down and to the right (or up and left, if negative), zeros where nothing is left: the last two axes, their sizes kept. */
    public static Tensor shift(Tensor x, int down, int right) {
        int H = x.size(-2), W = x.size(-1);
        int rows = Math.min(Math.abs(down), H), columns = Math.min(Math.abs(right), W);
        Tensor kept = x.slice(-2, down > 0 ? 0 : rows, down > 0 ? H - rows : H).slice(-1, right > 0 ? 0 : columns, right > 0 ? W - columns : W);
        return beside(-1, right > 0 ? columns : 0, beside(-2, down > 0 ? rows : 0, kept, down > 0 ? 0 : rows), right > 0 ? 0 : columns);
    }

    /** Zeros before and after along one axis. */
    private static Tensor beside(int dim, int before, Tensor x, int after) {
        int[] shape = x.shape();
        int axis = shape.length + dim;
        List<Tensor> parts = new ArrayList<>();
        shape[axis] = before;
        parts.add(zeros(shape));
        parts.add(x);
        shape[axis] = after;
        parts.add(zeros(shape));
        return cat(dim, parts.stream().filter(part -> part.size(dim) > 0).toArray(Tensor[]::new));
    }

    /** Rings around the middle that get finer towards the edge, from 0 to 1: (n, n). Near the edge a ring is two pixels wide, the finest there is. */
    public static Tensor rings(int n) {
        float[] pixels = new float[n * n];
        double middle = (n - 1) / 2.0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double r2 = (i - middle) * (i - middle) + (j - middle) * (j - middle);
                pixels[i * n + j] = (float) (0.5 + 0.5 * Math.cos(Math.PI * r2 / n));
            }
        }
        return Tensors.tensor(pixels, n, n);
    }
}
