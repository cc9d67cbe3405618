package org.unrolled.tensor.op;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/** Tensors one after the other along an axis, one that is there or a new one; each gets its part of the gradient. */
public final class Cat {
    private static final int MOST_NAMED = 5;

    private Cat() { }

    /** The shapes agree in every axis but {@code dim}. */
    public static Tensor apply(int dim, Tensor... xs) {
        if (xs.length == 0) throw new IllegalArgumentException("cat: there is nothing to join. Hint: cat(dim, a, b, ...)");
        requireAll("cat", xs);
        int[] first = xs[0].shape(), shape = first.clone();
        int axis = Shapes.axis("cat", first, dim);
        shape[axis] = 0;
        for (Tensor x : xs) {
            check(first, x, axis, dim, xs[0].isInt());
            shape[axis] += x.shape()[axis];
        }
        Kernels k = Kernels.current();
        int n = Shapes.count(shape), at = 0;
        int[] strides = Shapes.strides(shape);
        Buffer y = xs[0].isInt() ? k.ints(n) : k.floats(n);
        Edge[] edges = new Edge[xs.length];
        for (int i = 0; i < xs.length; i++) {
            Tensor x = xs[i];
            boolean empty = x.numel() == 0;
            int from = empty ? 0 : at * strides[axis], length = empty ? 0 : n - from;
            Broadcast axes = Broadcast.merge("cat", shape, x.shape(), strides);
            k.writeStrided(y.slice(from, length), x.buffer(), axes.size(), axes.stride()[0], false);
            edges[i] = Edge.to(x, (dx, dout, acc) ->
                    k.readStrided(dx, dout.slice(from, length), axes.size(), axes.stride()[0], acc));
            at += x.shape()[axis];
        }
        return Tensor.of("cat", shape, y, edges);
    }

    /** Tensors of one shape along a new axis {@code dim} of the result. */
    public static Tensor stack(int dim, Tensor... xs) {
        if (xs.length == 0) throw new IllegalArgumentException("stack: there is nothing to join. Hint: stack(dim, a, b, ...)");
        requireAll("stack", xs);
        for (Tensor x : xs) {
            if (!Arrays.equals(x.shape(), xs[0].shape())) {
                throw new IllegalArgumentException("stack: " + Shapes.text(xs[0].shape()) + " and " + Shapes.text(x.shape())
                        + ": all must have one shape. Hint: cat joins along an axis that is there.");
            }
        }
        return apply(dim, Arrays.stream(xs).map(x -> x.unsqueeze(dim)).toArray(Tensor[]::new));
    }

    /** An array that a loop over steps should have filled: say which places the loop did not reach. */
    private static void requireAll(String op, Tensor... xs) {
        int[] unset = IntStream.range(0, xs.length).filter(i -> xs[i] == null).toArray();
        if (unset.length == 0) return;
        String which = Arrays.stream(unset).limit(MOST_NAMED).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        throw new IllegalArgumentException(op + ": of " + xs.length + " tensors, counted from 0, number " + which
                + (unset.length > MOST_NAMED ? ", … are" : unset.length > 1 ? " are" : " is")
                + " null: nothing was put there. Hint: does the loop that fills the array reach index " + unset[0] + "?");
    }

    private static void check(int[] first, Tensor x, int axis, int dim, boolean ints) {
        boolean fits = x.dim() == first.length && x.isInt() == ints;
        for (int k = 0; fits && k < first.length; k++) fits = k == axis || x.shape()[k] == first[k];
        if (fits) return;
        throw new IllegalArgumentException("cat: " + Shapes.text(first) + " and " + Shapes.text(x.shape()) + " along axis " + dim + ": "
                + (x.isInt() != ints ? "one holds ints and the other floats. Hint: toFloat() makes floats of ints."
                : "every other axis must have the same size. Hint: stack joins tensors of one shape along a new axis."));
    }
}
