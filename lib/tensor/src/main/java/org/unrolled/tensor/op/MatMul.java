package org.unrolled.tensor.op;

import java.util.Arrays;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * C = A·B: cᵢⱼ = Σₖ aᵢₖ bₖⱼ, so dA = dC·Bᵀ and dB = Aᵀ·dC.
 *
 * <p>Shapes: (…, M, K) · (…, K, N) → (…, M, N); the leading axes count the matrices and are broadcast. A vector on the
 * left is a row, on the right a column, and its axis is left out of the result, as in PyTorch.
 */
public final class MatMul {
    private MatMul() { }

    /** A·B. */
    public static Tensor apply(Tensor a, Tensor b) {
        Shapes.requireFloats("matmul", a);
        Shapes.requireFloats("matmul", b);
        check(a.shape(), b.shape());
        if (a.dim() == 1) return apply(a.unsqueeze(0), b).squeeze(b.dim() == 1 ? 0 : -2);
        if (b.dim() == 1) return apply(a, b.unsqueeze(-1)).squeeze(-1);

        int M = a.size(-2), K = a.size(-1), N = b.size(-1);
        int[] batchA = Arrays.copyOf(a.shape(), a.dim() - 2), batchB = Arrays.copyOf(b.shape(), b.dim() - 2);
        int[] batches = Broadcast.of("matmul", "·", batchA, batchB).shape();
        int batch = Shapes.count(batches), countA = Shapes.count(batchA), countB = Shapes.count(batchB);
        if (countA != batch && countA != 1) return apply(a.expand(with(batches, M, K)), b);
        if (countB != batch && countB != 1) return apply(a, b.expand(with(batches, K, N)));
        int[] shape = with(batches, M, N);
        // one B for all: the matrices of A are one tall matrix
        if (countB == 1) return product(a, b, shape, 1, Shapes.count(batch, M), N, K, 0, 0);
        return product(a, b, shape, batch, M, N, K, countA == 1 ? 0 : M * K, K * N);
    }

    private static Tensor product(Tensor a, Tensor b, int[] shape, int batch, int M, int N, int K, int strideA, int strideB) {
        Kernels k = Kernels.current();
        Buffer c = k.floats(Shapes.count(shape)), av = a.buffer(), bv = b.buffer();
        k.matmul(c, av, bv, batch, M, N, K, strideA, strideB, false, false, false);
        return Tensor.of("matmul", shape, c,
                Edge.to(a, (da, dc, acc) -> {
                    if (strideA > 0 || batch == 1) {
                        k.matmul(da, dc, bv, batch, M, K, N, M * N, strideB, false, true, acc);
                    } else {
                        Buffer each = k.scratch(batch * M * K);
                        k.matmul(each, dc, bv, batch, M, K, N, M * N, strideB, false, true, false);
                        k.sum(da, each, 1, batch, M * K, 1, acc);
                        k.release(each);
                    }
                }),
                Edge.to(b, (db, dc, acc) -> k.matmul(db, av, dc, batch, K, N, M, strideA, M * N, true, false, acc)));
    }

    private static int[] with(int[] batches, int rows, int columns) {
        int[] shape = Arrays.copyOf(batches, batches.length + 2);
        shape[batches.length] = rows;
        shape[batches.length + 1] = columns;
        return shape;
    }

    private static void check(int[] a, int[] b) {
        String both = "matmul: " + Shapes.text(a) + " · " + Shapes.text(b) + ": ";
        if (a.length == 0 || b.length == 0) {
            throw new IllegalArgumentException(both + "a scalar is no matrix. Hint: multiply by a number with a.mul(b)");
        }
        int inner = a[a.length - 1], rows = b[Math.max(0, b.length - 2)];
        if (inner == rows) {
            int[] batchA = Arrays.copyOf(a, Math.max(0, a.length - 2)), batchB = Arrays.copyOf(b, Math.max(0, b.length - 2));
            for (int k = 1; k <= Math.min(batchA.length, batchB.length); k++) {
                int x = batchA[batchA.length - k], y = batchB[batchB.length - k];
                if (x != y && x != 1 && y != 1) {
                    throw new IllegalArgumentException(both + "the leading axes count matrices and must be equal or 1, " + x + " != " + y
                            + ". Hint: unsqueeze or expand one of the two so that they pair up.");
                }
            }
            return;
        }
        String hint;
        if (b.length >= 2 && b[b.length - 1] == inner) hint = "transpose the second: a.matmul(b.transpose())";
        else if (a.length >= 2 && a[a.length - 2] == rows) hint = "transpose the first: a.transpose().matmul(b)";
        else hint = "the last size of the first must be the last but one of the second.";
        throw new IllegalArgumentException(both + "inner sizes differ, " + inner + " != " + rows + ". Hint: " + hint);
    }
}
