package org.unrolled.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unrolled.tensor.Tensors.allClose;
import static org.unrolled.tensor.Tensors.arange;
import static org.unrolled.tensor.Tensors.causalMask;
import static org.unrolled.tensor.Tensors.embedding;
import static org.unrolled.tensor.Tensors.eye;
import static org.unrolled.tensor.Tensors.full;
import static org.unrolled.tensor.Tensors.ids;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.oneHot;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.paddingMask;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.tensor;
import static org.unrolled.tensor.Tensors.where;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.kernel.Kernels;

class TensorTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test void makesAndReads() {
        Tensor x = tensor(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(x.shape()).containsExactly(2, 3);
        assertThat(x.size(-1)).isEqualTo(3);
        assertThat(x.get(1, -1)).isEqualTo(6);
        assertThat(x.toArray2d()).isDeepEqualTo(new float[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(x.select(0, 1).toArray()).containsExactly(4, 5, 6);
        assertThat(x.transpose().toArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(x.slice(1, 1, -1).toArray()).containsExactly(2, 5);
        assertThat(ids(3, 4).toIntArray()).containsExactly(3, 4);
        assertThat(ids(3, 4).toArray()).containsExactly(3, 4);
        assertThat(ids(new int[] {1, 2, 3, 4}, 2, 2).transpose().toIntArray()).containsExactly(1, 3, 2, 4);
        assertThat(arange(3).toArray()).containsExactly(0, 1, 2);
        assertThat(eye(2).toArray()).containsExactly(1, 0, 0, 1);
        assertThat(full(2, 3).toArray()).containsExactly(2, 2, 2);
        assertThat(oneHot(ids(1, 0), 3).toArray()).containsExactly(0, 1, 0, 1, 0, 0);
        assertThat(causalMask(3).toArray()).containsExactly(0, 1, 1, 0, 0, 1, 0, 0, 0);
        assertThat(paddingMask(new int[] {1, 3}, 3).toArray()).containsExactly(0, 1, 1, 0, 0, 0);
        assertThat(randn(new Random(5), 4).toArray()).isEqualTo(randn(new Random(5), 4).toArray());
    }

    @Test void aTensorDoesNotShareTheArrayItWasMadeFrom() {
        float[] data = {1, 2};
        int[] shape = {2};
        Tensor x = tensor(data, shape);
        data[0] = 9;
        shape[0] = 7;
        x.shape()[0] = 8;
        x.toArray()[1] = 9;
        assertThat(x.toArray()).containsExactly(1, 2);
        assertThat(x.shape()).containsExactly(2);
    }

    @Test void aBackwardThatFailedLeavesNothingToTheNext() {
        Tensor x = tensor(1, 2).requiresGrad(true), y = x.mul(3);
        AtomicBoolean fails = new AtomicBoolean(true);
        Tensor z = Tensor.of("fails once", y.shape(), y.buffer(), Edge.to(y, (dx, dout, acc) -> {
            if (fails.getAndSet(false)) throw new IllegalStateException("out of memory, say");
            if (acc) Kernels.current().accumulate(dx, dout);
            else Kernels.current().copy(dx, dout);
        }));
        Tensor loss = y.sum().add(z.sum());
        assertThatThrownBy(loss::backward).hasMessage("out of memory, say");
        loss.backward();
        assertThat(x.grad().toArray()).containsExactly(6, 6);
    }

    @Test void printsLikeNumpy() {
        assertThat(tensor(1, 2.5)).hasToString("Tensor (2) [1.0000, 2.5000]");
        assertThat(tensor(new double[][] {{1, -2}, {3, 40}})).hasToString("Tensor (2, 2)\n[[  1.0,  -2.0],\n [  3.0,  40.0]]");
        assertThat(ids(1, 20)).hasToString("Tensor (2) int [ 1, 20]");
        assertThat(arange(20)).hasToString("Tensor (20) [ 0.0,  1.0,  2.0, …, 17.0, 18.0, 19.0]");
        assertThat(ones().mul(3)).hasToString("Tensor () 3.0");
        assertThat(zeros(0, 2)).hasToString("Tensor (0, 2)\n[]");
        assertThat(tensor(1, Double.NaN, INF)).hasToString("Tensor (3) [1.0, NaN, Infinity]");
        assertThat(tensor(1e-7)).hasToString("Tensor (1) [1.0000e-07]");
    }

    @Test void emptyBatches() {
        Tensor none = zeros(0, 3);
        assertThat(none.matmul(ones(3, 2)).shape()).containsExactly(0, 2);
        assertThat(ones(2, 0).matmul(zeros(0, 3)).toArray()).containsOnly(0).hasSize(6);
        assertThat(none.add(ones(3)).shape()).containsExactly(0, 3);
        assertThat(none.softmax().shape()).containsExactly(0, 3);
        assertThat(none.transpose().shape()).containsExactly(3, 0);
        assertThat(none.sum(0).toArray()).containsExactly(0, 0, 0);
        assertThat(none.sum().item()).isZero();
        assertThat(none.mean().item()).isNaN();
        assertThat(none.slice(0, 0, 0).shape()).containsExactly(0, 3);
        assertThat(Tensors.cat(0, none, ones(1, 3)).toArray()).containsExactly(1, 1, 1);
        assertThat(none.layerNorm(ones(3), zeros(3), 1e-5).shape()).containsExactly(0, 3);
        assertThat(none.crossEntropy(ids(new int[0], 0)).item()).isNaN();
        assertThat(embedding(ones(2, 3), ids(new int[0], 0)).shape()).containsExactly(0, 3);
        assertThat(none.max(1).shape()).containsExactly(0);
        Tensor w = ones(3, 2).requiresGrad(true);
        none.matmul(w).sum().backward();
        assertThat(w.grad().toArray()).containsOnly(0);
    }

    @Test void nanAndInfinityFollowTheArithmetic() {
        assertThat(tensor(1).div(tensor(0)).item()).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(tensor(-1).log().item()).isNaN();
        assertThat(tensor(-1).sqrt().item()).isNaN();
        assertThat(tensor(1, Double.NaN, 3).max().item()).isNaN();
        assertThat(tensor(1, Double.NaN, 3).argmax(0).item()).isEqualTo(1);
        assertThat(tensor(Double.NaN).relu().item()).isNaN();
        assertThat(tensor(1).variance().item()).isNaN();
        assertThat(softmax(tensor(1000, 1000)).toArray()).containsExactly(0.5f, 0.5f);
        assertThat(softmax(tensor(-INF, 0)).toArray()).containsExactly(0, 1);
        assertThat(softmax(tensor(-INF, -INF)).toArray()).containsExactly(Float.NaN, Float.NaN);
        assertThat(where(tensor(1, 0), tensor(1, Double.NaN), tensor(Double.NaN, 2)).toArray()).containsExactly(1, 2);
        assertThat(tensor(0).mul(-1).add(tensor(1).neg()).item()).isEqualTo(-1);
        assertThat(allClose(tensor(Double.NaN), tensor(Double.NaN))).isFalse();
        assertThat(allClose(tensor(INF), tensor(INF))).isTrue();
        assertThat(maxAbsDiff(tensor(1, 2), tensor(1, 2.5))).isEqualTo(0.5);
    }

    @Test void assignOverlappingParts() {
        Tensor x = tensor(1, 2, 3);
        x.assign(x.detach());
        assertThat(x.toArray()).containsExactly(1, 2, 3);
        assertThat(x.assign(4f, 5f, 6f).toArray()).containsExactly(4, 5, 6);
        assertThat(x.assign(7, 8, 9).toArray()).as("whole numbers are numbers too").containsExactly(7, 8, 9);
    }

    @Test void dropoutKeepsTheExpectationAndRepeats() {
        Tensor x = ones(10_000), step = ids(3);
        Tensor y = x.dropout(0.25, 11, step, 2);
        assertThat(y.mean().item()).isBetween(0.97f, 1.03f);
        assertThat(y.max().item()).isEqualTo(1 / 0.75f);
        assertThat(x.dropout(0.25, 11, step, 2).toArray()).isEqualTo(y.toArray());
        assertThat(x.dropout(0.25, 11, ids(4), 2).toArray()).isNotEqualTo(y.toArray());
        assertThat(x.dropout(0.25, 11, step, 3).toArray()).isNotEqualTo(y.toArray());
        assertThat(x.dropout(0.25, 12, step, 2).toArray()).isNotEqualTo(y.toArray());
    }

    @Test
    void flipReversesAxes() {
        Tensor x = Tensors.tensor(new double[][] {{1, 2, 3}, {4, 5, 6}}).requiresGrad(true);
        assertThat(Tensors.flip(x, 1).toArray()).containsExactly(3, 2, 1, 6, 5, 4);
        assertThat(Tensors.flip(x, -2, -1).toArray()).containsExactly(6, 5, 4, 3, 2, 1);
        assertThat(Tensors.flip(Tensors.zeros(0, 2), 0, 1).shape()).containsExactly(0, 2);
        assertThat(Tensors.flip(Tensors.ids(1, 2), 0).toIntArray()).containsExactly(2, 1);
        Tensors.flip(x, 0, 1).mul(Tensors.tensor(new double[][] {{1, 2, 3}, {4, 5, 6}})).sum().backward();
        assertThat(x.grad().toArray()).containsExactly(6, 5, 4, 3, 2, 1);
    }

    @Test
    void numericalGradientOfASquareIsTwiceTheNumber() {
        Tensor x = Tensors.randn(new Random(8), 2, 3);
        assertThat(maxAbsDiff(Tensors.numericalGradient(y -> y.mul(y).sum(), x), x.mul(2))).isLessThan(1e-3);
        assertThat(Tensors.numericalGradient(y -> y.sum(), Tensors.zeros(0, 2)).shape()).containsExactly(0, 2);
    }
}
