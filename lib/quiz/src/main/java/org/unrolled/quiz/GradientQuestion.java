package org.unrolled.quiz;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * The learner derives a gradient by hand. The question says what the forward pass is; the checks compare with autograd and
 * with central differences, so that no gradient is believed because two people made the same slip.
 *
 * @param <A> the interface that the learner's method is called through; it returns a gradient, or a record of them with
 *     the intermediates in the order of the derivation: the first that differs is named
 */
public interface GradientQuestion<A> extends CodeQuestion<A> {

    /** The forward pass whose gradient is asked for, from float tensors. */
    Tensor forward(List<Tensor> x);

    /** What it is tried on: few elements, all sizes different from each other. */
    List<Tensor> inputs(Random random);

    /**
     * The learner's gradients.
     *
     * @param dout the gradient of the loss with respect to the result of {@link #forward}
     * @return one for each input, in their order; null for one that is not asked for
     */
    List<@Nullable Tensor> gradients(A yours, List<Tensor> x, Tensor dout);

    @Check("one gradient element for each input element")
    default void gradientShapes(A yours, Random random) {
        List<Tensor> x = inputs(random);
        List<@Nullable Tensor> got = gradients(yours, x, dout(x, random));
        for (int i = 0; i < x.size(); i++) {
            if (got.get(i) != null) {
                Expect.shape(got.get(i), x.get(i).shape());
            }
        }
    }

    @Check("equals autograd")
    default void autograd(A yours, Random random) {
        for (int trial = 0; trial < 2; trial++) {
            List<Tensor> x = inputs(random);
            Tensor dout = dout(x, random);
            List<Tensor> leaves = new ArrayList<>();
            x.forEach(t -> leaves.add(t.copy().requiresGrad(true)));
            forward(leaves).backward(dout);
            List<@Nullable Tensor> got = gradients(yours, x, dout);
            for (int i = 0; i < x.size(); i++) {
                if (got.get(i) != null) {
                    Expect.close(got.get(i), Objects.requireNonNull(leaves.get(i).grad()));
                }
            }
        }
    }

    /** {@code (L(x + h) - L(x - h)) / 2h} for each element, where L is the sum of the output weighted by dout. */
    @Check("equals central differences")
    default void centralDifferences(A yours, Random random) {
        List<Tensor> x = inputs(random);
        Tensor dout = dout(x, random);
        List<@Nullable Tensor> got = gradients(yours, x, dout);
        for (int i = 0; i < x.size(); i++) {
            if (got.get(i) == null) {
                continue;
            }
            float[] values = x.get(i).toArray();
            float[] slope = new float[values.length];
            double largest = 0;
            for (int e = 0; e < values.length; e++) {
                double h = 1e-2;
                slope[e] = (float) ((loss(x, i, e, h, dout) - loss(x, i, e, -h, dout)) / (2 * h));
                largest = Math.max(largest, Math.abs(slope[e]));
            }
            // the formula's own error is of the order h²; float32 adds 1e-6 / h
            Expect.close(got.get(i), Tensors.tensor(slope, x.get(i).shape()), 1e-2 * largest + 2e-3);
        }
    }

    private Tensor dout(List<Tensor> x, Random random) {
        return Tensors.randn(random, forward(x).shape());
    }

    private double loss(List<Tensor> x, int input, int element, double h, Tensor dout) {
        List<Tensor> moved = new ArrayList<>(x);
        float[] values = x.get(input).toArray();
        values[element] += (float) h;
        moved.set(input, Tensors.tensor(values, x.get(input).shape()));
        float[] y = forward(moved).toArray();
        float[] w = dout.toArray();
        double loss = 0;
        for (int i = 0; i < y.length; i++) {
            loss += (double) y[i] * w[i];
        }
        return loss;
    }

    @Override
    default String kind() {
        return "gradient";
    }
}
