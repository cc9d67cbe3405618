package org.unrolled.tensor.kernel;

/**
 * How a window slides over a plane of H rows and W columns: what convolution, pooling and {@link Kernels#unfold} share. Tap
 * (u, v) of the window that makes output (i, j) lies on the plane's element ({@link #row row(i, u)}, {@link #column
 * column(j, v)}), or beside the plane, in the padding, where the plane counts as 0 (as -∞ for a maximum). A constant of a recording.
 *
 * @param H         rows of the plane
 * @param W         columns of the plane
 * @param kH        rows of taps
 * @param kW        columns of taps
 * @param strideH   rows from one window to the next
 * @param strideW   columns from one window to the next
 * @param padH      rows of padding above, and as many below
 * @param padW      columns of padding on the left, and as many on the right
 * @param dilationH rows from one tap to the next
 * @param dilationW columns from one tap to the next
 */
public record Window(int H, int W, int kH, int kW, int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {
    /** Rows of the output: places at which the window lies within the padded plane. */
    public int outH() {
        return (H + 2 * padH - dilationH * (kH - 1) - 1) / strideH + 1;
    }

    /** Columns of the output. */
    public int outW() {
        return (W + 2 * padW - dilationW * (kW - 1) - 1) / strideW + 1;
    }

    /** The row of the plane under tap u of the i-th window. */
    public int row(int i, int u) {
        return i * strideH - padH + u * dilationH;
    }

    /** The column of the plane under tap v of the j-th window. */
    public int column(int j, int v) {
        return j * strideW - padW + v * dilationW;
    }

    /** Whether the plane has that element; otherwise it is padding. */
    public boolean inside(int h, int w) {
        return h >= 0 && h < H && w >= 0 && w < W;
    }

    /** The i with row(i, u) = h, or -1 if there is none: which output a row of the plane went to. */
    public int outRow(int h, int u) {
        return place(h + padH - u * dilationH, strideH, outH());
    }

    /** The j with column(j, v) = w, or -1 if there is none. */
    public int outColumn(int w, int v) {
        return place(w + padW - v * dilationW, strideW, outW());
    }

    private static int place(int distance, int stride, int n) {
        return distance >= 0 && distance % stride == 0 && distance / stride < n ? distance / stride : -1;
    }

    /** Taps of the window. */
    public int taps() {
        return kH * kW;
    }

    /** Elements of the plane. */
    public int plane() {
        return H * W;
    }

    /** Elements of the output plane. */
    public int outPlane() {
        return outH() * outW();
    }
}
