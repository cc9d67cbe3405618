package org.unrolled.tensor.op;

import java.util.Arrays;
import java.util.Set;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * NumPy's broadcasting: shapes are aligned at their last axes, and an axis of size 1, or a missing one, is repeated.
 * Axes that can be run through as one are merged, so that kernels meet few.
 *
 * @param shape  of the result
 * @param size   of the merged axes
 * @param stride one array of strides per operand, 0 along an axis that it repeats
 */
record Broadcast(int[] shape, int[] size, int[]... stride) {
    private static final Set<String> ARITHMETIC = Set.of("add", "sub", "mul", "div", "maximum");

    /** Of two operands; the error names {@code op} with {@code sign} between the shapes. */
    static Broadcast of(String op, String sign, int[] a, int[] b) {
        int rank = Math.max(a.length, b.length);
        int[] shape = new int[rank];
        for (int k = 1; k <= rank; k++) {
            int sizeA = k <= a.length ? a[a.length - k] : 1, sizeB = k <= b.length ? b[b.length - k] : 1;
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1) {
                throw new IllegalArgumentException(op + ": " + Shapes.text(a) + " " + sign + " " + Shapes.text(b) + ": axis -" + k
                        + " differs, " + sizeA + " != " + sizeB + ", and neither is 1. Hint: " + hint(op, a, b));
            }
            shape[rank - k] = sizeA == 1 ? sizeB : sizeA;
        }
        return of(op, shape, a, b);
    }

    /** Of operands that are known to broadcast to {@code shape}. */
    static Broadcast of(String op, int[] shape, int[]... operands) {
        int[][] strides = new int[operands.length][];
        for (int o = 0; o < operands.length; o++) strides[o] = strides(operands[o], shape.length, shape);
        return merge(op, shape, shape, strides);
    }

    /** Drops axes of size 1 and joins neighbours that every operand runs through as one. */
    static Broadcast merge(String op, int[] shape, int[] sizes, int[]... strides) {
        int rank = 0;
        int[] size = new int[sizes.length];
        int[][] stride = new int[strides.length][sizes.length];
        for (int k = 0; k < sizes.length; k++) {
            if (sizes[k] == 1) continue;
            boolean joins = rank > 0;
            for (int o = 0; joins && o < strides.length; o++) joins = stride[o][rank - 1] == strides[o][k] * sizes[k];
            int at = joins ? rank - 1 : rank++;
            size[at] = joins ? size[at] * sizes[k] : sizes[k];
            for (int o = 0; o < strides.length; o++) stride[o][at] = strides[o][k];
        }
        if (rank == 0) {
            rank = 1;
            size = new int[] {1};
            stride = new int[strides.length][1];
            for (int[] s : stride) s[0] = 1;
        }
        if (rank > Kernels.MAX_RANK) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(shape) + " needs " + rank + " separate axes, and kernels take "
                    + Kernels.MAX_RANK + ". Hint: reshape, so that neighbouring axes become one.");
        }
        int[][] cut = new int[strides.length][];
        for (int o = 0; o < strides.length; o++) cut[o] = Arrays.copyOf(stride[o], rank);
        return new Broadcast(shape, Arrays.copyOf(size, rank), cut);
    }

    /** Strides of a contiguous operand seen with the result's axes. */
    private static int[] strides(int[] operand, int rank, int[] shape) {
        int[] own = Shapes.strides(operand), stride = new int[rank];
        int missing = rank - operand.length;
        for (int k = 0; k < operand.length; k++) stride[missing + k] = operand[k] == 1 && shape[missing + k] != 1 ? 0 : own[k];
        return stride;
    }

    /**
     * The gradient of broadcasting: dx (+)= the sum of d over the axes along which x was repeated.
     *
     * @param d with {@code shape}'s elements
     */
    static void sumTo(Kernels k, Buffer dx, int[] x, Buffer d, int[] shape, boolean acc) {
        Broadcast axes = of("sum", shape, x);
        int[] size = axes.size.clone(), stride = axes.stride[0];
        int last = 0;
        while (last < size.length && (stride[last] != 0 || size[last] == 1)) last++;
        if (last == size.length) {
            if (acc) k.accumulate(dx, d);
            else k.copy(dx, d);
            return;
        }
        Buffer from = d;
        for (int axis = size.length - 1; axis >= 0; axis--) {
            if (stride[axis] != 0 || size[axis] == 1) continue;
            int outer = Shapes.count(size, 0, axis), inner = Shapes.count(size, axis + 1, size.length);
            boolean done = axis == last;
            Buffer y = done ? dx : k.scratch(outer * inner);
            k.sum(y, from, outer, size[axis], inner, 1, done && acc);
            if (from != d) k.release(from);
            from = y;
            size[axis] = 1;
        }
    }

    private static String hint(String op, int[] a, int[] b) {
        if (b.length == 1 && a.length > 1 && a[a.length - 2] == b[0]) {
            return "one value per row is a column: " + call(op, "b.unsqueeze(-1)");
        }
        if (b.length >= 2 && fits(a, Shapes.transposed(b))) return "transpose the second: " + call(op, "b.transpose()");
        return "sizes are compared from the last axis, and must be equal or 1; reshape or unsqueeze one of the two.";
    }

    private static String call(String op, String second) {
        return ARITHMETIC.contains(op) ? "a." + op + "(" + second + ")" : second;
    }

    private static boolean fits(int[] a, int[] b) {
        for (int k = 1; k <= Math.min(a.length, b.length); k++) {
            int x = a[a.length - k], y = b[b.length - k];
            if (x != y && x != 1 && y != 1) return false;
        }
        return true;
    }
}
