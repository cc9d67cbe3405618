package org.unrolled.tensor.op;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/** Shapes as operations and their error messages need them. */
public final class Shapes {
    private Shapes() { }

    /** "(8, 16)"; a scalar is "()". */
    public static String text(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    /** The number of elements. */
    public static int count(int... shape) {
        for (int size : shape) {
            if (size == 0) return 0;
        }
        long n = 1;
        for (int size : shape) {
            n *= size;
            if (n > Integer.MAX_VALUE) {
                BigInteger all = Arrays.stream(shape).mapToObj(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
                throw new IllegalArgumentException("shape " + text(shape) + ": " + all + " elements are more than a tensor holds, "
                        + Integer.MAX_VALUE + ". Hint: split the batch.");
            }
        }
        return (int) n;
    }

    /** The axis {@code dim} means, which may count from the end (-1 is the last). */
    public static int axis(String op, int[] shape, int dim) {
        int axis = dim < 0 ? dim + shape.length : dim;
        if (axis < 0 || axis >= shape.length) {
            String rule = shape.length == 0 ? "a scalar has no axes"
                    : "its axes are 0.." + (shape.length - 1) + ", or -" + shape.length + "..-1 counted from the end";
            throw new IllegalArgumentException(op + ": there is no axis " + dim + " in " + text(shape) + ": " + rule
                    + ". Hint: " + (shape.length == 0 ? "unsqueeze(0) makes it a vector of one." : "the last axis is -1."));
        }
        return axis;
    }

    /** The product of the sizes from {@code from} up to but not including {@code to}. */
    public static int count(int[] shape, int from, int to) {
        int n = 1;
        for (int k = from; k < to; k++) n *= shape[k];
        return n;
    }

    /** The strides of a contiguous tensor. */
    public static int[] strides(int[] shape) {
        int[] stride = new int[shape.length];
        for (int k = shape.length - 1, step = 1; k >= 0; step *= shape[k--]) stride[k] = step;
        return stride;
    }

    /** The shape without that axis, or with size 1 there. */
    static int[] without(int[] shape, int axis, boolean keep) {
        if (keep) {
            int[] kept = shape.clone();
            kept[axis] = 1;
            return kept;
        }
        int[] rest = new int[shape.length - 1];
        for (int k = 0, r = 0; k < shape.length; k++) {
            if (k != axis) rest[r++] = shape[k];
        }
        return rest;
    }

    /** The shape with its last two sizes swapped. */
    static int[] transposed(int[] shape) {
        int[] t = shape.clone();
        t[t.length - 1] = shape[t.length - 2];
        t[t.length - 2] = shape[t.length - 1];
        return t;
    }

    /** A learner's method may have returned null, whatever the annotations say. */
    static void requireTensor(String op, @Nullable Tensor x) {
        if (x == null) {
            throw new IllegalArgumentException(op + ": one of the tensors is null, and it works on tensors that exist. Hint: does the method that makes it return it?");
        }
    }

    static void requireFloats(String op, Tensor x) {
        requireTensor(op, x);
        if (x.isInt()) {
            throw new IllegalArgumentException(op + ": " + text(x.shape()) + " holds ints, and " + op
                    + " works on floats. Hint: x.toFloat() first.");
        }
    }

    static void requireInts(String op, String what, Tensor x) {
        requireTensor(op, x);
        if (!x.isInt()) {
            throw new IllegalArgumentException(op + ": the " + what + " " + text(x.shape()) + " are floats, and " + what
                    + " are ints. Hint: make them with ids(...).");
        }
    }

    /** One axis of a tensor as kernels see it: (outer, n, inner). */
    record Line(int axis, int outer, int n, int inner) {
        static Line of(String op, int[] shape, int dim) {
            int axis = Shapes.axis(op, shape, dim);
            return new Line(axis, count(shape, 0, axis), shape[axis], count(shape, axis + 1, shape.length));
        }
    }
}
