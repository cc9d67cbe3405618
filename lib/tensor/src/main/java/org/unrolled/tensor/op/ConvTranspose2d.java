package org.unrolled.tensor.op;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Window;

/**
 * The gradient of a convolution, used forwards: each x[b,c,i,j] adds its multiple of a kernel to the output around
 * (i·s - p, j·s - p), so y[b, o, i·s - p + u·d, j·s - p + v·d] += w[c,o,u,v] · x[b,c,i,j] (Zeiler et al., "Deconvolutional
 * networks", 2010; Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016). So dx is a
 * convolution of dout, and dw is that convolution's weight gradient with the parts of x and dout exchanged.
 */
public final class ConvTranspose2d {
    private ConvTranspose2d() { }

    /**
     * x (B, C, H, W), weight (C, Cout/groups, kH, kW), bias (Cout) or none → (B, Cout, outH, outW) with
     * outH = (H - 1)s - 2p + d(kH - 1) + outputPadding + 1, outW alike. Several output sizes of s &gt; 1 have the same input
     * size under the convolution, and outputPadding, below s, says which is meant.
     */
    public static Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias, int[] stride, int[] padding, int[] outputPadding, int groups, int[] dilation) {
        String op = "convTranspose2d";
        int[] size = Windows.size(op, x, 2);
        Shapes.requireFloats(op, weight);
        if (weight.dim() != 4) {
            throw new IllegalArgumentException(op + ": the weight " + Shapes.text(weight.shape()) + " has " + weight.dim()
                    + " axes, and it is (C, Cout/groups, kH, kW). Hint: one kernel of one channel is weight.reshape(1, 1, kH, kW).");
        }
        int B = x.size(0), C = x.size(1), Cout = weight.size(1) * Math.max(groups, 0);
        Channels.requireGroups(op, C, Cout, groups);
        if (weight.size(0) != C) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape()) + " with weight " + Shapes.text(weight.shape()) + ": the input has " + C
                    + " channels, and the weight's first axis " + weight.size(0) + ". Hint: the weight is (C, Cout/groups, kH, kW), the input's channels first.");
        }
        Channels.requireBias(op, weight, bias, Cout);
        Window window = window(op, size, new int[] {weight.size(2), weight.size(3)}, stride, padding, outputPadding, dilation);
        int[] shape = {B, Cout, window.H(), window.W()};
        Kernels k = Kernels.current();
        Buffer y = k.floats(Shapes.count(shape)), xv = x.buffer(), w = weight.buffer();
        if (bias != null) Channels.repeat(k, y, bias.buffer(), B, Cout);
        // the convolution that this is the gradient of goes from Cout channels to C
        k.conv2dBackward(y, xv, w, B, Cout, C, groups, window, bias != null);
        Edge dx = Edge.to(x, (d, dout, acc) -> k.conv2d(d, dout, w, B, Cout, C, groups, window, acc));
        Edge dw = Edge.to(weight, (d, dout, acc) -> k.conv2dWeightBackward(d, xv, dout, B, Cout, C, groups, window, acc));
        if (bias == null) return Tensor.of(op, shape, y, dx, dw);
        return Tensor.of(op, shape, y, dx, dw, Edge.to(bias, (d, dout, acc) -> Channels.sum(k, d, dout, B, Cout, acc)));
    }

    /** The window of the convolution whose output is x. */
    private static Window window(String op, int[] size, int[] kernel, int[] stride, int[] padding, int[] outputPadding, int[] dilation) {
        int[] s = Windows.each(op, "stride", stride, 2), p = Windows.each(op, "padding", padding, 2);
        int[] more = Windows.each(op, "outputPadding", outputPadding, 2), d = Windows.each(op, "dilation", dilation, 2), out = new int[2];
        for (int a = 0; a < 2; a++) {
            if (size[a] == 0) {
                throw new IllegalArgumentException(op + ": the input's planes are " + Shapes.text(size)
                        + ": they need at least one element. Hint: check the layer before.");
            }
            if (s[a] > 0 && (more[a] < 0 || more[a] >= s[a])) {
                throw new IllegalArgumentException(op + ": outputPadding " + Shapes.text(more) + " with stride " + Shapes.text(s)
                        + ": it is 0 or more and below the stride. Hint: 1 with stride 2 doubles an even size.");
            }
            out[a] = (size[a] - 1) * s[a] - 2 * p[a] + d[a] * (kernel[a] - 1) + more[a] + 1;
            if (s[a] > 0 && p[a] >= 0 && d[a] > 0 && kernel[a] > 0 && out[a] < 1) {
                throw new IllegalArgumentException(op + ": " + Shapes.text(size) + " with kernel " + Shapes.text(kernel) + " and padding " + Shapes.text(p)
                        + ": the padding takes away all of the output, whose size would be " + out[a] + ". Hint: less padding.");
            }
        }
        return Windows.of(op, out, kernel, s, p, d);
    }
}
