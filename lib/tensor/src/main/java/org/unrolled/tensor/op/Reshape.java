package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;

/** The same elements in the same order, seen with another shape: no copy, and the gradient is dout as it is. */
public final class Reshape {
    private Reshape() { }

    /** One size may be -1: what is left over. */
    public static Tensor apply(Tensor x, int... sizes) {
        return view("reshape", x, resolve(x.shape(), sizes));
    }

    /** x with a shape that has as many elements. */
    static Tensor view(String op, Tensor x, int[] shape) {
        return Tensor.of(op, shape, x.buffer(), Edge.same(x));
    }

    /** A new axis of size 1 before axis {@code dim} of the result. */
    public static Tensor unsqueeze(Tensor x, int dim) {
        int[] shape = new int[x.dim() + 1];
        int axis = Shapes.axis("unsqueeze", shape, dim);
        for (int k = 0, from = 0; k < shape.length; k++) shape[k] = k == axis ? 1 : x.shape()[from++];
        return view("unsqueeze", x, shape);
    }

    /** Without axis {@code dim}, which must have size 1. */
    public static Tensor squeeze(Tensor x, int dim) {
        int axis = Shapes.axis("squeeze", x.shape(), dim);
        if (x.shape()[axis] != 1) {
            throw new IllegalArgumentException("squeeze: axis " + dim + " of " + Shapes.text(x.shape()) + " has size " + x.shape()[axis]
                    + ", and only an axis of size 1 can be left out. Hint: select(" + dim + ", i) picks one of the " + x.shape()[axis] + ".");
        }
        return view("squeeze", x, Shapes.without(x.shape(), axis, false));
    }

    private static int[] resolve(int[] shape, int[] sizes) {
        int n = Shapes.count(shape), open = -1;
        for (int k = 0; k < sizes.length; k++) {
            if (sizes[k] < -1) throw wrong(shape, sizes, "a size is not negative", "one size may be -1: what is left over.");
            if (sizes[k] == -1) {
                if (open >= 0) throw wrong(shape, sizes, "two sizes are -1", "only one can be what is left over.");
                open = k;
            }
        }
        int known = Shapes.count(Arrays.stream(sizes).filter(size -> size >= 0).toArray());
        int[] resolved = sizes.clone();
        if (open >= 0) {
            if (known == 0 || n % known != 0) {
                throw wrong(shape, sizes, n + " elements do not divide by " + known, "the sizes must multiply to " + n + ".");
            }
            resolved[open] = n / known;
        } else if (known != n) {
            throw wrong(shape, sizes, n + " elements are not " + known, "the sizes must multiply to " + n + "; one may be -1.");
        }
        return resolved;
    }

    private static IllegalArgumentException wrong(int[] shape, int[] sizes, String rule, String hint) {
        return new IllegalArgumentException("reshape: " + Shapes.text(shape) + " to " + Shapes.text(sizes) + ": " + rule + ". Hint: " + hint);
    }
}
