package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * What is added to the scores of an attention, -∞ where a key is hidden, as kernels read it.
 *
 * @param values its elements
 * @param stride over (B, H, T, S), 0 along an axis that it repeats
 */
record AttentionBias(Buffer values, int[] stride) {
    /**
     * @param leading of the scores (…, T, S); kernels see them as (B, H)
     */
    static AttentionBias of(@Nullable Tensor bias, @Nullable Tensor mask, int[] leading, int B, int H, int T, int S) {
        if (bias == null && mask == null) {
            Buffer none = Kernels.current().floats(1);
            Kernels.current().fill(none, 0);
            return new AttentionBias(none, new int[4]);
        }
        int[] full = Arrays.copyOf(leading, leading.length + 2);
        full[full.length - 2] = T;
        full[full.length - 1] = S;
        if (bias != null) {
            requireFits("bias", "what it is added to", bias, full);
            if (bias.requiresGrad()) {
                throw new IllegalArgumentException("attention: the bias " + Shapes.text(bias.shape())
                        + " asks for a gradient, and there is none of it here. Hint: write the softmax out, q.matmul(k.transpose()).add(bias).softmax()");
            }
        }
        Tensor all = bias;
        if (mask != null) {
            requireFits("mask", "what it masks", mask, full);
            Kernels kernels = Kernels.current();
            if (bias == null) {
                Buffer zeros = kernels.floats(mask.numel());
                kernels.fill(zeros, 0);
                all = Tensor.of(mask.shape(), zeros);
            } else {
                all = bias.expand(Broadcast.of("attention", "with mask", bias.shape(), mask.shape()).shape());
            }
            all = all.maskedFill(mask, Double.NEGATIVE_INFINITY);
        }
        Tensor four = four(all, leading, full, B, T, S);
        int[] stride = new int[4];
        for (int axis = 3, step = 1; axis >= 0; step *= four.size(axis--)) stride[axis] = four.size(axis) == 1 ? 0 : step;
        return new AttentionBias(four.buffer(), stride);
    }

    /** With four axes, each of B, H, T, S or of size 1. */
    private static Tensor four(Tensor x, int[] leading, int[] full, int B, int T, int S) {
        if (leading.length > 2) return x.expand(full).reshape(B, 1, T, S);
        int[] own = new int[full.length];
        Arrays.fill(own, 1);
        System.arraycopy(x.shape(), 0, own, own.length - x.dim(), x.dim());
        return switch (leading.length) {
            case 0 -> x.reshape(1, 1, own[0], own[1]);
            case 1 -> x.reshape(own[0], 1, own[1], own[2]);
            default -> x.reshape(own);
        };
    }

    private static void requireFits(String what, String is, Tensor x, int[] full) {
        if (!Arrays.equals(Broadcast.of("attention", "with " + what, full, x.shape()).shape(), full)) {
            throw new IllegalArgumentException("attention: scores " + Shapes.text(full) + " with " + what + " " + Shapes.text(x.shape()) + ": the " + what
                    + " is larger than " + is + ". Hint: it is broadcast to one row for each query, one column for each key.");
        }
    }
}
