package org.unrolled.tensor.op;

import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Window;

/**
 * Each place of a sliding window as a column: y[b, (c,u,v), (i,j)] = x[b, c, i·s - p + u·d, j·s - p + v·d], 0 in the padding
 * ("im2col"; Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing",
 * 2006). A convolution is then weight.reshape(Cout, -1).matmul(y). Folding adds each column back to where it came from;
 * each is the other's gradient.
 */
public final class Unfold {
    private Unfold() { }

    /** x (B, C, H, W) → (B, C·kH·kW, L), L the places of the window. */
    public static Tensor apply(Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        Window window = Windows.of("unfold", Windows.size("unfold", x, 2), kernel, stride, padding, dilation);
        int B = x.size(0), C = x.size(1);
        int[] shape = {B, C * window.taps(), window.outPlane()};
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape));
        k.unfold(y, x.buffer(), B * C, window, false);
        return Tensor.of("unfold", shape, y, Edge.to(x, (dx, dout, acc) -> k.fold(dx, dout, B * C, window, acc)));
    }

    /** columns (B, C·kH·kW, L) → (B, C, H, W): what lies on one another is added. */
    public static Tensor fold(Tensor columns, int H, int W, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        Shapes.requireFloats("fold", columns);
        Window window = Windows.of("fold", new int[] {H, W}, kernel, stride, padding, dilation);
        if (columns.dim() != 3 || columns.size(1) % window.taps() != 0 || columns.size(2) != window.outPlane()) {
            throw new IllegalArgumentException("fold: " + Shapes.text(columns.shape()) + " to planes " + Shapes.text(new int[] {H, W})
                    + ": the input is (B, C·kH·kW, L), here (B, C·" + window.taps() + ", " + window.outPlane()
                    + "). Hint: give the sizes and the window with which it was unfolded.");
        }
        int B = columns.size(0), C = columns.size(1) / window.taps();
        int[] shape = {B, C, H, W};
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape));
        k.fold(y, columns.buffer(), B * C, window, false);
        return Tensor.of("fold", shape, y, Edge.to(columns, (dx, dout, acc) -> k.unfold(dx, dout, B * C, window, acc)));
    }
}
