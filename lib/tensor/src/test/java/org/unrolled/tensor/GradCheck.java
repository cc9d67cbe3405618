package org.unrolled.tensor;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.unrolled.tensor.op.Shapes;

/**
 * Holds an operation's gradient to central differences: ∂L/∂xᵢ ≈ (L(xᵢ + h) - L(xᵢ - h))/(2h), where L is the sum of
 * the result's elements, each with a random weight so that no two errors cancel. The differences are summed in double
 * over the elements of the result; a failure names op, input, index, got, expected.
 */
public final class GradCheck {
    private static final float H = 1f / 64;

    private GradCheck() { }

    /** With a relative and absolute tolerance of 3e-3 and 2e-3: float32 forward passes allow no less. */
    public static void check(String op, Function<Tensor[], Tensor> f, Tensor... inputs) {
        check(op, 3e-3, 2e-3, f, inputs);
    }

    /** |got - expected| ≤ atol + rtol·|expected| for each element of each float input. */
    public static void check(String op, double rtol, double atol, Function<Tensor[], Tensor> f, Tensor... inputs) {
        Tensor[] leaves = Arrays.stream(inputs).map(x -> x.isInt() ? x : x.copy().requiresGrad(true)).toArray(Tensor[]::new);
        Tensor y = f.apply(leaves);
        Tensor weights = Tensors.randn(new Random(42), y.shape());
        y.backward(weights);
        for (int n = 0; n < inputs.length; n++) {
            if (inputs[n].isInt()) continue;
            Tensor grad = leaves[n].grad();
            float[] got = grad == null ? new float[inputs[n].numel()] : grad.toArray();
            for (int i = 0; i < got.length; i++) {
                double expected = (value(f, weights, inputs, n, i, H) - value(f, weights, inputs, n, i, -H)) / (2 * H);
                if (!(Math.abs(got[i] - expected) <= atol + rtol * Math.abs(expected))) {
                    fail("%s: gradient of input %d %s at %s: got %s, expected %s by central differences", op, n,
                            Shapes.text(inputs[n].shape()), Shapes.text(index(i, inputs[n].shape())), got[i], expected);
                }
            }
        }
    }

    private static double value(Function<Tensor[], Tensor> f, Tensor weights, Tensor[] inputs, int n, int i, float h) {
        float[] moved = inputs[n].toArray();
        moved[i] += h;
        Tensor[] args = inputs.clone();
        args[n] = Tensors.tensor(moved, inputs[n].shape());
        float[] y = Tensors.noGrad(() -> f.apply(args)).toArray(), w = weights.toArray();
        double sum = 0;
        for (int k = 0; k < y.length; k++) sum += (double) y[k] * w[k];
        return sum;
    }

    private static int[] index(int i, int[] shape) {
        int[] index = new int[shape.length];
        for (int k = shape.length - 1; k >= 0; k--) {
            index[k] = i % shape[k];
            i /= shape[k];
        }
        return index;
    }
}
