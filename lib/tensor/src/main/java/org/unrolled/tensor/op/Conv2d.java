package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Window;

/**
 * y[b,o,i,j] = β[o] + Σ w[o,c,u,v] · x[b, c, i·s - p + u·d, j·s - p + v·d] over c, u and v, with stride s, padding p (zeros)
 * and dilation d: the same small kernel at every place (LeCun et al., "Gradient-based learning applied to document
 * recognition", 1998). With g groups output o sees only the C/g channels of its own group; g = C is a depthwise
 * convolution.
 *
 * <p>dx is the convolution the other way round, each dout[b,o,i,j]·w[o,c,u,v] added to the x it came from (for s = 1 a
 * convolution of dout with the flipped kernel); dw[o,c,u,v] = Σ dout·x over b, i and j; dβ = Σ dout.
 *
 * <p>As in PyTorch the kernel is not flipped in the forward pass: strictly, a cross-correlation. An empty batch has an empty
 * result and gives the weight a gradient of 0.
 */
public final class Conv2d {
    private Conv2d() { }

    /**
     * x (B, C, H, W), weight (Cout, C/groups, kH, kW), bias (Cout) or none → (B, Cout, outH, outW) with
     * outH = ⌊(H + 2p - d(kH - 1) - 1)/s⌋ + 1, outW alike. Stride, padding and dilation are one number or (rows, columns).
     */
    public static Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias, int[] stride, int[] padding, int[] dilation, int groups) {
        return apply("conv2d", 2, x, weight, bias, stride, padding, dilation, groups);
    }

    /** Along one axis: x (B, C, L), weight (Cout, C/groups, k), bias (Cout) or none → (B, Cout, outL). */
    public static Tensor line(Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding, int dilation, int groups) {
        return apply("conv1d", 1, x, weight, bias, new int[] {stride}, new int[] {padding}, new int[] {dilation}, groups);
    }

    private static Tensor apply(String op, int axes, Tensor x, Tensor weight, @Nullable Tensor bias, int[] stride, int[] padding, int[] dilation, int groups) {
        int[] size = Windows.size(op, x, axes);
        Shapes.requireFloats(op, weight);
        check(op, axes, x, weight, bias, groups);
        int[] kernel = Arrays.copyOfRange(weight.shape(), 2, axes + 2);
        Window window = Windows.of(op, size, kernel, stride, padding, dilation);
        int B = x.size(0), C = x.size(1), Cout = weight.size(0);
        int[] shape = Windows.shape(B, Cout, window, axes);
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), xv = x.buffer(), w = weight.buffer();
        if (bias != null) Channels.repeat(k, y, bias.buffer(), B, Cout);
        k.conv2d(y, xv, w, B, C, Cout, groups, window, bias != null);
        Edge dx = Edge.to(x, (d, dout, acc) -> k.conv2dBackward(d, dout, w, B, C, Cout, groups, window, acc));
        Edge dw = Edge.to(weight, (d, dout, acc) -> k.conv2dWeightBackward(d, dout, xv, B, C, Cout, groups, window, acc));
        if (bias == null) return Tensor.of(op, shape, y, dx, dw);
        return Tensor.of(op, shape, y, dx, dw, Edge.to(bias, (d, dout, acc) -> Channels.sum(k, d, dout, B, Cout, acc)));
    }

    private static void check(String op, int axes, Tensor x, Tensor weight, @Nullable Tensor bias, int groups) {
        String form = axes == 1 ? "(Cout, C/groups, k)" : "(Cout, C/groups, kH, kW)";
        if (weight.dim() != axes + 2) {
            throw new IllegalArgumentException(op + ": the weight " + Shapes.text(weight.shape()) + " has " + weight.dim() + " axes, and it is " + form
                    + ". Hint: one kernel of one channel is weight.reshape(1, 1, " + (axes == 1 ? "k" : "kH, kW") + ").");
        }
        int C = x.size(1), Cout = weight.size(0);
        Channels.requireGroups(op, C, Cout, groups);
        if (weight.size(1) != C / groups) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape()) + " with weight " + Shapes.text(weight.shape()) + ": the input has " + C
                    + (C == 1 ? " channel" : " channels")
                    + (groups == 1 ? "" : " in " + groups + " groups") + ", so each kernel spans " + C / groups + ", and this weight's span "
                    + weight.size(1) + ". Hint: the weight is " + form + ".");
        }
        Channels.requireBias(op, weight, bias, Cout);
    }
}
