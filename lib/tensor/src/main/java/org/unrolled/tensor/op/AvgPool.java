package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Window;

/**
 * y[b,c,i,j] = the mean of x[b, c, i·s - p + u, j·s - p + v] over u and v, the padding's zeros included (LeCun et al. 1998 call
 * it subsampling); each x gets its share of the gradient of each window it was in. The adaptive form cuts a plane into outH
 * by outW parts, rows ⌊i·H/outH⌋ to ⌈(i+1)·H/outH⌉ - 1, whatever its size: one part is global average pooling (Lin, Chen
 * and Yan, "Network in network", 2014).
 */
public final class AvgPool {
    private AvgPool() { }

    /** x (B, C, H, W) → (B, C, outH, outW); kernel, stride and padding are one number or (rows, columns). */
    public static Tensor planes(Tensor x, int[] kernel, int[] stride, int[] padding) {
        return apply("avgPool2d", 2, x, kernel, stride, padding);
    }

    /** x (B, C, L) → (B, C, outL). */
    public static Tensor line(Tensor x, int kernel, int stride, int padding) {
        return apply("avgPool1d", 1, x, new int[] {kernel}, new int[] {stride}, new int[] {padding});
    }

    private static Tensor apply(String op, int axes, Tensor x, int[] kernel, int[] stride, int[] padding) {
        Window window = Windows.pooling(op, x, axes, kernel, stride, padding, new int[] {1});
        int B = x.size(0), C = x.size(1);
        int[] shape = Windows.shape(B, C, window, axes);
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape));
        k.avgPool2d(y, x.buffer(), B * C, window);
        return Tensor.of(op, shape, y, Edge.to(x, (dx, dout, acc) -> k.avgPool2dBackward(dx, dout, B * C, window, acc)));
    }

    /** x (B, C, H, W) → (B, C, outH, outW) for any H and W. */
    public static Tensor adaptive(Tensor x, int outH, int outW) {
        int[] size = Windows.size("adaptiveAvgPool2d", x, 2);
        if (outH < 1 || outW < 1 || size[0] < 1 || size[1] < 1) {
            throw new IllegalArgumentException("adaptiveAvgPool2d: planes " + Shapes.text(size) + " to " + Shapes.text(new int[] {outH, outW})
                    + ": both have at least one element along each axis. Hint: (1, 1) is the mean of each plane.");
        }
        int B = x.size(0), C = x.size(1), H = size[0], W = size[1];
        int[] shape = {B, C, outH, outW};
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape));
        k.adaptiveAvgPool2d(y, x.buffer(), B * C, H, W, outH, outW);
        return Tensor.of("adaptiveAvgPool2d", shape, y, Edge.to(x, (dx, dout, acc) -> k.adaptiveAvgPool2dBackward(dx, dout, B * C, H, W, outH, outW, acc)));
    }
}
