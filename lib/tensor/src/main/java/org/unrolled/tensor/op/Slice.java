package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** Part of one axis, or all its parts; the gradient goes to that part, and the rest of x gets 0. */
public final class Slice {
    private Slice() { }

    /** The elements {@code from} up to but not including {@code to} along an axis; negative numbers count from its end. */
    public static Tensor apply(Tensor x, int dim, int from, int to) {
        int axis = Shapes.axis("slice", x.shape(), dim), size = x.shape()[axis];
        int first = from < 0 ? from + size : from, end = to < 0 ? to + size : to;
        if (first < 0 || end > size || first > end) {
            throw new IllegalArgumentException("slice: " + from + " to " + to + " along axis " + dim + " of " + Shapes.text(x.shape())
                    + ": the axis has size " + size + ", and a slice runs from its first to before its last. Hint: 0 to " + size + " is all of it.");
        }
        int[] shape = x.shape().clone(), strides = Shapes.strides(x.shape());
        shape[axis] = end - first;
        return part("slice", x, shape, first * strides[axis], Broadcast.merge("slice", shape, shape, strides));
    }

    /** Element {@code index} of an axis, which the result no longer has. */
    public static Tensor select(Tensor x, int dim, int index) {
        int axis = Shapes.axis("select", x.shape(), dim), size = x.shape()[axis];
        int at = index < 0 ? index + size : index;
        if (at < 0 || at >= size) {
            throw new IllegalArgumentException("select: index " + index + " of axis " + dim + " of " + Shapes.text(x.shape())
                    + ": the axis has size " + size + ". Hint: the last index is -1.");
        }
        return apply(x, axis, at, at + 1).squeeze(axis);
    }

    /** An axis cut into parts of these sizes, which add up to its own. */
    public static Tensor[] split(Tensor x, int dim, int... sizes) {
        int axis = Shapes.axis("split", x.shape(), dim), size = x.shape()[axis], sum = 0;
        for (int part : sizes) {
            if (part < 0) {
                throw new IllegalArgumentException("split: the sizes " + Shapes.text(sizes) + " along axis " + dim + " of " + Shapes.text(x.shape())
                        + ": a part has 0 or more elements. Hint: slice(dim, from, to) counts from the end with negative numbers.");
            }
            sum += part;
        }
        if (sum != size) {
            throw new IllegalArgumentException("split: the sizes " + Shapes.text(sizes) + " along axis " + dim + " of " + Shapes.text(x.shape())
                    + " add up to " + sum + ", and the axis has " + size + ". Hint: chunk(dim, n) cuts into n equal parts.");
        }
        Tensor[] parts = new Tensor[sizes.length];
        for (int i = 0, from = 0; i < sizes.length; from += sizes[i++]) parts[i] = apply(x, axis, from, from + sizes[i]);
        return parts;
    }

    /** An axis cut into n equal parts. */
    public static Tensor[] chunk(Tensor x, int dim, int n) {
        int axis = Shapes.axis("chunk", x.shape(), dim), size = x.shape()[axis];
        if (n < 1 || size % n != 0) {
            throw new IllegalArgumentException("chunk: axis " + dim + " of " + Shapes.text(x.shape()) + " does not divide into " + n
                    + " equal parts. Hint: split(dim, sizes...) cuts into unequal ones.");
        }
        int[] sizes = new int[n];
        Arrays.fill(sizes, size / n);
        return split(x, axis, sizes);
    }

    private static Tensor part(String op, Tensor x, int[] shape, int offset, Broadcast axes) {
        Kernels k = Kernels.current();
        int n = Shapes.count(shape), rest = n == 0 ? 0 : x.numel() - offset;
        int start = n == 0 ? 0 : offset;
        Buffer y = x.isInt() ? k.ints(n) : k.floats(n);
        k.readStrided(y, x.buffer().slice(start, rest), axes.size(), axes.stride()[0], false);
        return Tensor.of(op, shape, y, Edge.to(x, (dx, dout, acc) -> {
            if (!acc) k.fill(dx, 0);
            k.writeStrided(dx.slice(start, rest), dout, axes.size(), axes.stride()[0], true);
        }));
    }
}
