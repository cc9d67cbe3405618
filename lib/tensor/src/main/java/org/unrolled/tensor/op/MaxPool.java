package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Window;

/**
 * y[b,c,i,j] = the largest x[b, c, i·s - p + u·d, j·s - p + v·d] over u and v, the padding counting as -∞; the element that
 * won gets the gradient, the first of equals. A window with a NaN is NaN. (Weng, Ahuja and Huang, "Cresceptron", 1992;
 * Scherer, Müller and Behnke, 2010, measured it against the mean.)
 */
public final class MaxPool {
    private MaxPool() { }

    /** x (B, C, H, W) → (B, C, outH, outW); kernel, stride, padding and dilation are one number or (rows, columns). */
    public static Tensor planes(Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        return apply("maxPool2d", 2, x, kernel, stride, padding, dilation);
    }

    /** x (B, C, L) → (B, C, outL). */
    public static Tensor line(Tensor x, int kernel, int stride, int padding) {
        return apply("maxPool1d", 1, x, new int[] {kernel}, new int[] {stride}, new int[] {padding}, new int[] {1});
    }

    private static Tensor apply(String op, int axes, Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        Window window = Windows.pooling(op, x, axes, kernel, stride, padding, dilation);
        int B = x.size(0), C = x.size(1);
        int[] shape = Windows.shape(B, C, window, axes);
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), index = k.ints(y.length());
        k.maxPool2d(y, index, x.buffer(), B * C, window);
        return Tensor.of(op, shape, y, Edge.to(x, (dx, dout, acc) -> k.maxPool2dBackward(dx, dout, index, B * C, window, acc)));
    }
}
