package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Window;

/** Checks how a window is to slide, and says what is wrong in the words of the operation. */
final class Windows {
    private Windows() { }

    /**
     * The window of an operation on planes of this size; each array has one number for each of the plane's axes (a line's is one), or one for
     * all of them.
     */
    static Window of(String op, int[] size, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        int[] k = each(op, "kernel", kernel, size.length), s = each(op, "stride", stride, size.length);
        int[] p = each(op, "padding", padding, size.length), d = each(op, "dilation", dilation, size.length);
        require(op, "kernel", k, 1, "a window has at least 1 tap along each axis", "1 looks at each element alone.");
        require(op, "stride", s, 1, "a window moves on by at least 1", "stride 1 visits every place.");
        require(op, "padding", p, 0, "padding adds 0 or more on each side", "slice(dim, from, to) takes away.");
        require(op, "dilation", d, 1, "taps are at least 1 apart", "dilation 1 is the ordinary window.");
        int[] span = new int[k.length], padded = new int[k.length];
        for (int a = 0; a < k.length; a++) {
            span[a] = d[a] * (k[a] - 1) + 1;
            padded[a] = size[a] + 2 * p[a];
            if (span[a] > padded[a]) {
                boolean dilated = Arrays.stream(d).anyMatch(x -> x > 1);
                throw new IllegalArgumentException(op + ": kernel " + Shapes.text(k) + (dilated ? " with dilation " + Shapes.text(d) : "") + " on "
                        + Shapes.text(size) + " with padding " + Shapes.text(p) + ": the window spans " + (d[a] * (k[a] - 1) + 1) + " and the padded input "
                        + padded[a] + " along axis " + (a - k.length) + ", so it fits nowhere. Hint: a smaller kernel, or padding "
                        + (p[a] + (span[a] - padded[a] + 1) / 2) + ".");
            }
        }
        boolean line = size.length == 1;
        return new Window(line ? 1 : size[0], size[size.length - 1], line ? 1 : k[0], k[k.length - 1], line ? 1 : s[0], s[s.length - 1],
                line ? 0 : p[0], p[p.length - 1], line ? 1 : d[0], d[d.length - 1]);
    }

    /** One number for each axis. */
    static int[] each(String op, String what, int[] values, int axes) {
        if (values.length == axes) return values;
        if (values.length == 1) {
            int[] all = new int[axes];
            Arrays.fill(all, values[0]);
            return all;
        }
        throw new IllegalArgumentException(op + ": " + what + " " + Shapes.text(values) + " has " + values.length + " numbers: it is one for "
                + (axes == 1 ? "the only axis. Hint: give one." : "all axes or one for each of the " + axes + ". Hint: rows come first."));
    }

    private static void require(String op, String what, int[] values, int least, String rule, String hint) {
        for (int value : values) {
            if (value < least) throw new IllegalArgumentException(op + ": " + what + " " + Shapes.text(values) + ": " + rule + ". Hint: " + hint);
        }
    }

    /** The last {@code axes} sizes of a tensor that has two more, the batch and the channels. */
    static int[] size(String op, Tensor x, int axes) {
        Shapes.requireFloats(op, x);
        if (x.dim() != axes + 2) {
            String form = axes == 1 ? "(B, C, L)" : "(B, C, H, W)";
            throw new IllegalArgumentException(op + ": " + Shapes.text(x.shape()) + " has " + (x.dim() == 1 ? "1 axis" : x.dim() + " axes") + ", and the input is " + form
                    + ". Hint: " + (x.dim() == axes + 1 ? "unsqueeze(0) makes a batch of one, unsqueeze(1) adds a channel to each of a batch."
                    : "reshape it to " + form.substring(1, form.length() - 1) + "."));
        }
        return Arrays.copyOfRange(x.shape(), 2, axes + 2);
    }

    /** (B, C) and the output's size. */
    static int[] shape(int B, int C, Window w, int axes) {
        return axes == 1 ? new int[] {B, C, w.outW()} : new int[] {B, C, w.outH(), w.outW()};
    }

    /** Pooling takes no more padding than half a window, so that each sees something. */
    static Window pooling(String op, Tensor x, int axes, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        int[] size = size(op, x, axes);
        int[] k = each(op, "kernel", kernel, axes), p = each(op, "padding", padding, axes), d = each(op, "dilation", dilation, axes);
        for (int a = 0; a < axes; a++) {
            int half = (d[a] * (k[a] - 1) + 1) / 2;
            if (k[a] > 0 && d[a] > 0 && p[a] > half) {
                throw new IllegalArgumentException(op + ": padding " + Shapes.text(p) + " with kernel " + Shapes.text(k)
                        + ": a window may hang over the edge by at most half of it, " + half + ". Hint: less padding, or pad before.");
            }
        }
        return of(op, size, kernel, stride, padding, dilation);
    }
}
