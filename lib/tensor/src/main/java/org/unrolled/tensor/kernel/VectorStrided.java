package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Broadcasting, transposes and slices: rows where the last axis has stride 1 or 0, {@link VectorTurn} where it was turned around. */
final class VectorStrided {
    /** Rows of a transpose that are written together, and what is added to at once: both sides stay within the first-level cache. */
    private static final int PIECE = 16;

    private VectorStrided() { }

    /** How many lines of the last axis there are; line r begins {@code at(r, …)} elements in. */
    private static int rows(int[] size) {
        int rows = 1;
        for (int axis = 0; axis < size.length - 1; axis++) rows *= size[axis];
        return rows;
    }

    private static int at(int row, int[] size, int[] stride) {
        int at = 0;
        for (int axis = size.length - 2; axis >= 0; axis--) {
            at += row % size[axis] * stride[axis];
            row /= size[axis];
        }
        return at;
    }

    private static int last(int[] axes, int whenNone) {
        return axes.length == 0 ? whenNone : axes[axes.length - 1];
    }

    static void binary(Buffer y, Binary f, Buffer a, Buffer b, int[] size, int[] strideA, int[] strideB, boolean acc) {
        int rows = rows(size), n = last(size, 1), stepA = last(strideA, 0), stepB = last(strideB, 0);
        if (rows == 1 && stepA == 1 && stepB == 1) {
            VectorElementwise.binary(y, f, a, b, acc);
            return;
        }
        float[] ys = y.floats(), as = a.floats(), bs = b.floats();
        int y0 = y.offset(), a0 = a.offset(), b0 = b.offset();
        boolean wide = n >= LANES && stepA <= 1 && stepB <= 1;
        if (rows == 1 && wide) {
            Workers.forRanges(n, LANES, y.length() / 2, (from, to) -> VectorElementwise.binaryRow(f, ys, y0 + from,
                    as, a0 + from * stepA, stepA, bs, b0 + from * stepB, stepB, to - from, acc));
            return;
        }
        Workers.forRanges(rows, 1, y.length() * (wide ? 1L : 4L), (from, to) -> {
            for (int r = from; r < to; ) {
                int end = Math.min(to, r + run(r, size)), ar = a0 + at(r, size, strideA), br = b0 + at(r, size, strideB);
                for (; r < end; r++, ar += lineStep(strideA), br += lineStep(strideB)) {
                    int yr = y0 + r * n;
                    if (wide) {
                        VectorElementwise.binaryRow(f, ys, yr, as, ar, stepA, bs, br, stepB, n, acc);
                    } else {
                        for (int i = 0; i < n; i++) {
                            float value = f.apply(as[ar + i * stepA], bs[br + i * stepB]);
                            ys[yr + i] = acc ? ys[yr + i] + value : value;
                        }
                    }
                }
            }
        });
    }

    static void maskedFill(Buffer y, Buffer x, Buffer mask, float value, int[] size, int[] strideMask, boolean acc) {
        float[] ys = y.floats(), xs = x.floats(), masks = mask.floats();
        int y0 = y.offset(), x0 = x.offset(), m0 = mask.offset(), n = last(size, 1), step = last(strideMask, 0);
        Workers.forRanges(rows(size), 1, y.length() / 2, (from, to) -> {
            for (int r = from; r < to; ) {
                int end = Math.min(to, r + run(r, size));
                for (int mr = m0 + at(r, size, strideMask); r < end; r++, mr += lineStep(strideMask)) {
                    fillRow(ys, y0 + r * n, xs, x0 + r * n, masks, mr, step, value, n, acc);
                }
            }
        });
    }

    private static void fillRow(float[] y, int y0, float[] x, int x0, float[] mask, int m0, int step, float value, int n, boolean acc) {
        int i = 0;
        if (step == 1) {
            for (; i <= n - LANES; i += LANES) {
                FloatVector kept = FloatVector.fromArray(FLOATS, x, x0 + i);
                kept = kept.blend(value, FloatVector.fromArray(FLOATS, mask, m0 + i).compare(VectorOperators.NE, 0f));
                if (acc) kept = kept.add(FloatVector.fromArray(FLOATS, y, y0 + i));
                kept.intoArray(y, y0 + i);
            }
        }
        for (; i < n; i++) {
            float kept = mask[m0 + i * step] != 0 ? value : x[x0 + i];
            y[y0 + i] = acc ? y[y0 + i] + kept : kept;
        }
    }

    /** y (+)= x at its strides. */
    static void read(float[] y, int y0, float[] x, int x0, int[] size, int[] stride, boolean acc) {
        int n = last(size, 1), step = last(stride, 0), turned = turnedAxis(size, stride);
        if (turned >= 0) {
            turned(y, y0, contiguous(size), x, x0, stride, size, turned, size.length - 1, acc);
            return;
        }
        Workers.forRanges(rows(size), 1, (long) rows(size) * n / 2, (from, to) -> {
            for (int r = from, count; r < to; r += count) {
                count = Math.min(to - r, run(r, size));
                lines(y, y0 + r * n, n, 1, x, x0 + at(r, size, stride), lineStep(stride), step, n, count, acc);
            }
        });
    }

    /** y at its strides (+)= x. */
    static void write(float[] y, int y0, float[] x, int x0, int[] size, int[] stride, boolean acc) {
        int n = last(size, 1), step = last(stride, 1), turned = turnedAxis(size, stride);
        if (turned >= 0) {
            turned(y, y0, stride, x, x0, contiguous(size), size, size.length - 1, turned, acc);
            return;
        }
        Workers.forRanges(rows(size), 1, (long) rows(size) * n / 2, (from, to) -> {
            for (int r = from, count; r < to; r += count) {
                count = Math.min(to - r, run(r, size));
                lines(y, y0 + at(r, size, stride), lineStep(stride), step, x, x0 + r * n, n, 1, n, count, acc);
            }
        });
    }

    private static int[] contiguous(int[] size) {
        int[] stride = new int[size.length];
        for (int axis = size.length - 1, s = 1; axis >= 0; s *= size[axis--]) stride[axis] = s;
        return stride;
    }

    /** How many lines from line r on are equally far apart: what is left of the last axis but one. */
    private static int run(int r, int[] size) {
        return size.length < 2 ? 1 : size[size.length - 2] - r % size[size.length - 2];
    }

    private static int lineStep(int[] stride) {
        return stride.length < 2 ? 0 : stride[stride.length - 2];
    }

    /** So many lines of n elements. Short ones, such as the heads of an attention, a register at a time: a call for each would cost more than its numbers. */
    private static void lines(float[] y, int yAt, int yLine, int stepY, float[] x, int xAt, int xLine, int stepX, int n, int count, boolean acc) {
        if (stepY != 1 || stepX != 1 || n % LANES != 0 || n > 4 * LANES) {
            for (int r = 0; r < count; r++) row(y, yAt + r * yLine, stepY, x, xAt + r * xLine, stepX, n, acc);
            return;
        }
        // register by register, each down all lines: the inner loop is the long one
        for (int i = 0; i < n; i += LANES) {
            int yi = yAt + i, xi = xAt + i;
            if (acc) {
                for (int r = 0; r < count; r++) {
                    FloatVector.fromArray(FLOATS, y, yi + r * yLine).add(FloatVector.fromArray(FLOATS, x, xi + r * xLine)).intoArray(y, yi + r * yLine);
                }
            } else {
                for (int r = 0; r < count; r++) FloatVector.fromArray(FLOATS, x, xi + r * xLine).intoArray(y, yi + r * yLine);
            }
        }
    }

    private static void row(float[] y, int y0, int stepY, float[] x, int x0, int stepX, int n, boolean acc) {
        if (acc) {
            int i = 0;
            if (stepY == 1 && stepX == 1) {
                for (; i <= n - LANES; i += LANES) FloatVector.fromArray(FLOATS, y, y0 + i).add(FloatVector.fromArray(FLOATS, x, x0 + i)).intoArray(y, y0 + i);
            }
            for (; i < n; i++) y[y0 + i * stepY] += x[x0 + i * stepX];
        } else if (stepY == 1 && stepX == 1) {
            System.arraycopy(x, x0, y, y0, n);
        } else if (stepY == 1 && stepX == 0) {
            Arrays.fill(y, y0, y0 + n, x[x0]);
        } else {
            for (int i = 0; i < n; i++) y[y0 + i * stepY] = x[x0 + i * stepX];
        }
    }

    /** The axis along which these strides run straight on while they jump along the last, or -1: where something was transposed. */
    private static int turnedAxis(int[] size, int[] stride) {
        if (last(stride, 0) <= 1) return -1;
        for (int axis = size.length - 2; axis >= 0; axis--) {
            if (stride[axis] == 1 && size[axis] > 1) return axis;
        }
        return -1;
    }

    /** y (+)= x, where x runs straight on along axis a and y along axis b: in small squares both stay within a few lines of the cache. */
    private static void turned(float[] y, int y0, int[] strideY, float[] x, int x0, int[] strideX, int[] size, int a, int b, boolean acc) {
        int[] others = size.clone();
        others[a] = 1;
        others[b] = 1;
        int strips = (size[a] + PIECE - 1) / PIECE, lines = rows(others) * others[size.length - 1];
        Workers.forRanges(lines * strips, 1, (long) lines * size[a] * size[b], (from, to) -> {
            for (int strip = from; strip < to; strip++) {
                int other = strip / strips, low = strip % strips * PIECE, rows = Math.min(PIECE, size[a] - low);
                int yStart = y0 + at(other, others, strideY) + low * strideY[a], xStart = x0 + at(other, others, strideX) + low;
                if (acc) addTurned(y, yStart, strideY[a], x, xStart, strideX[b], rows, size[b]);
                else VectorTurn.turn(x, xStart, strideX[b], y, yStart, strideY[a], size[b], rows);
            }
        });
    }

    /** y[i,j] += x[j,i], in small squares. */
    private static void addTurned(float[] y, int y0, int rowOfY, float[] x, int x0, int rowOfX, int rows, int columns) {
        for (int from = 0; from < columns; from += PIECE) {
            for (int j = from; j < Math.min(columns, from + PIECE); j++) {
                for (int i = 0; i < rows; i++) y[y0 + i * rowOfY + j] += x[x0 + j * rowOfX + i];
            }
        }
    }
}
