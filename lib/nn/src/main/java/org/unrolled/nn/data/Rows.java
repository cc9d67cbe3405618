package org.unrolled.nn.data;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/** The rows of a tensor on the host, from which a batch picks its own. Outside of {@code Kernels}, since a data set is no part of a step. */
final class Rows {
    private final float @Nullable [] floats;
    private final int @Nullable [] ints;
    private final int count;
    private final int[] shape; // of one row
    private final int width;

    private Rows(float @Nullable [] floats, int @Nullable [] ints, int count, int[] shape) {
        this.floats = floats;
        this.ints = ints;
        this.count = count;
        this.shape = shape;
        this.width = Shapes.count(shape);
    }

    static Rows of(String what, Tensor t) {
        if (t.dim() == 0) {
            throw new IllegalArgumentException(what + " is a scalar, and its first axis should count the examples. Hint: unsqueeze(0) makes it one example.");
        }
        int[] row = Arrays.copyOfRange(t.shape(), 1, t.dim());
        return t.isInt() ? new Rows(null, t.toIntArray(), t.size(0), row) : new Rows(t.toArray(), null, t.size(0), row);
    }

    int count() {
        return count;
    }

    int[] shape() {
        return shape;
    }

    boolean isInt() {
        return ints != null;
    }

    /** These rows, each cut after {@code length} entries of its first axis. */
    Tensor take(int[] indices, int length) {
        int[] cut = shape.clone();
        if (cut.length > 0) cut[0] = Math.min(length, cut[0]);
        int kept = Shapes.count(cut);
        int[] all = new int[cut.length + 1];
        all[0] = indices.length;
        System.arraycopy(cut, 0, all, 1, cut.length);
        int n = Shapes.count(all);
        if (ints != null) {
            int[] out = new int[n];
            for (int i = 0; i < indices.length; i++) System.arraycopy(ints, indices[i] * width, out, i * kept, kept);
            return Tensors.ids(out, all);
        }
        float[] out = new float[n];
        for (int i = 0; i < indices.length; i++) System.arraycopy(floats, indices[i] * width, out, i * kept, kept);
        return Tensors.tensor(out, all);
    }

    Tensor take(int[] indices) {
        return take(indices, Integer.MAX_VALUE);
    }

    /** Row i as ints: a label, or the ids of a sentence. */
    int label(int i) {
        return ints[i];
    }
}
