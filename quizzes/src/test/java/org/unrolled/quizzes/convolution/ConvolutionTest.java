package org.unrolled.quizzes.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unrolled.tensor.Tensors.conv2d;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;
import static org.unrolled.tensor.Tensors.unfold;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.tensor.Tensor;

/** The functions that lesson 02's cells share. */
class ConvolutionTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 3, 2", "3, 1, 3"})
    void loopsPatchesAndTheLibraryAgree(int in, int out, int k) {
        Random random = new Random(in);
        Tensor x = randn(random, in, 5, 7);
        Tensor w = randn(random, out, in, k, k);
        Tensor expected = conv2d(x.unsqueeze(0), w, null).squeeze(0);
        assertThat(maxAbsDiff(Convolution.loops(x, w), expected)).isLessThan(1e-5);
        Tensor patches = Convolution.im2col(x, k);
        assertThat(maxAbsDiff(patches, unfold(x.unsqueeze(0), k).squeeze(0))).isZero();
        assertThat(maxAbsDiff(w.reshape(out, in * k * k).matmul(patches).reshape(expected.shape()), expected)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "0, -2", "-1, 2", "3, 4", "-9, 0", "0, 9"})
    void whatMovesOutIsGoneAndZerosMoveIn(int down, int right) {
        Tensor x = randn(new Random(1), 2, 3, 4);
        Tensor moved = Convolution.shift(x, down, right);
        assertThat(moved.shape()).containsExactly(2, 3, 4);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 4; j++) {
                boolean inside = i - down >= 0 && i - down < 3 && j - right >= 0 && j - right < 4;
                assertThat(moved.get(1, i, j)).isEqualTo(inside ? x.get(1, i - down, j - right) : 0);
            }
        }
    }

    @Test
    void paddingPutsZerosOnAllSides() {
        Tensor padded = Convolution.pad(ones(2, 1, 2), 1, 3);
        assertThat(padded.shape()).containsExactly(2, 3, 8);
        assertThat(padded.sum().item()).isEqualTo(4);
        assertThat(padded.slice(1, 1, 2).slice(2, 3, 5).sum().item()).isEqualTo(4);
        assertThat(Convolution.pad(ones(1, 1), 0).shape()).containsExactly(1, 1);
    }

    @ParameterizedTest
    @CsvSource({"224, 7, 2, 3, 1", "5, 5, 1, 0, 1", "9, 3, 1, 2, 2", "10, 4, 3, 1, 3"})
    void theSizeIsWhatConv2dReturns(int n, int kernel, int stride, int padding, int dilation) {
        Tensor y = conv2d(zeros(1, 1, n, n), zeros(1, 1, kernel, kernel), null, stride, padding, dilation, 1);
        assertThat(Convolution.outputSize(n, kernel, stride, padding, dilation)).isEqualTo(y.size(2));
    }

    @Test
    void correlationOfAnImpulseIsTheKernelTurned() {
        Tensor k = tensor(new double[][] {{1, 2}, {3, 4}});
        Tensor x = Convolution.pad(ones(1, 1), 1);
        assertThat(Convolution.correlate(x, k).toArray()).containsExactly(4, 3, 2, 1);
    }

    @Test
    void ringsAreBrightInTheMiddleAndBetweenZeroAndOne() {
        Tensor rings = Convolution.rings(33);
        assertThat(rings.get(16, 16)).isEqualTo(1);
        assertThat(rings.max().item()).isLessThanOrEqualTo(1);
        assertThat(rings.neg().max().item()).isLessThanOrEqualTo(0);
    }
}
