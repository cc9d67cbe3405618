package org.unrolled.tensor.op;

import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** What operations on (B, C, …) have in common: one number for each channel. */
final class Channels {
    private Channels() { }

    /** y[b,c,s] = bias[c]. */
    static void repeat(Kernels k, Buffer y, Buffer bias, int B, int C) {
        k.readStrided(y, bias, new int[] {B, C, places(y, B, C)}, new int[] {0, 1, 0}, false);
    }

    /** dbias[c] (+)= Σ dout[b,c,s] over b and s. */
    static void sum(Kernels k, Buffer dbias, Buffer dout, int B, int C, boolean acc) {
        Buffer each = k.scratch(B * C);
        k.sum(each, dout, B * C, places(dout, B, C), 1, 1, false);
        k.sum(dbias, each, 1, B, C, 1, acc);
        k.release(each);
    }

    private static int places(Buffer y, int B, int C) {
        return B * C == 0 ? 0 : y.length() / (B * C);
    }

    static void requireGroups(String op, int C, int Cout, int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException(op + ": groups = " + groups + ": channels are in at least one group. Hint: groups = 1 connects all with all.");
        }
        if (C % groups != 0 || Cout % groups != 0) {
            boolean in = C % groups != 0;
            throw new IllegalArgumentException(op + ": " + (in ? C + " channels" : Cout + " output channels") + " do not divide into " + groups
                    + " groups: each group has equally many. Hint: choose a number that divides " + (C == Cout ? C + "." : "both " + C + " and " + Cout + "."));
        }
    }

    static void requireBias(String op, Tensor weight, @Nullable Tensor bias, int Cout) {
        if (bias == null) return;
        Shapes.requireFloats(op, bias);
        if (bias.dim() != 1 || bias.numel() != Cout) {
            throw new IllegalArgumentException(op + ": weight " + Shapes.text(weight.shape()) + " with bias " + Shapes.text(bias.shape())
                    + ": the bias has one element for each output channel. Hint: zeros(" + Cout + ")");
        }
    }

    /** Scale, shift or statistic: one element for each of the C channels. */
    static void requireEach(String op, Tensor x, String what, Tensor parameter) {
        Shapes.requireFloats(op, parameter);
        int C = x.size(1);
        if (parameter.dim() != 1 || parameter.numel() != C) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape()) + " with " + what + " " + Shapes.text(parameter.shape())
                    + ": it needs one element for each of the " + C + " channels, axis 1. Hint: ones(" + C + ") or zeros(" + C + ")");
        }
    }

    /** x must be (B, C) or (B, C, …). */
    static void requireChannels(String op, Tensor x) {
        Shapes.requireFloats(op, x);
        if (x.dim() < 2) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape()) + " has " + (x.dim() == 1 ? "1 axis" : "no axes")
                    + ", and the input is (B, C) or (B, C, …). Hint: unsqueeze(0) makes a batch of one.");
        }
    }
}
