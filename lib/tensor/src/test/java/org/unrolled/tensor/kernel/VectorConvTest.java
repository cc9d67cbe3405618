package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unrolled.tensor.kernel.VectorConv.Way.DIRECT;
import static org.unrolled.tensor.kernel.VectorConv.Way.MATRIX;
import static org.unrolled.tensor.kernel.VectorConv.Way.IMPLICIT;
import static org.unrolled.tensor.kernel.VectorConv.Way.WINOGRAD;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.tensor.kernel.VectorConv.Way;

/** Which way a convolution is computed, and how far Winograd's is from float64. That all agree with the reference is CrossProviderTest's. */
class VectorConvTest {
    private static Way way(int batch, int C, int size, int Cout, int k, int stride, int groups) {
        return VectorConv.choose(batch, C, Cout, groups, new Window(size, size, k, k, stride, stride, k / 2, k / 2, 1, 1));
    }

    @Test
    void eachShapeHasItsWay() {
        assertThat(way(8, 64, 56, 64, 3, 1, 1)).as("3x3, many channels").isEqualTo(WINOGRAD);
        assertThat(way(32, 32, 14, 64, 3, 1, 1)).as("3x3, small images").isEqualTo(WINOGRAD);
        assertThat(way(8, 64, 56, 64, 3, 2, 1)).as("a stride of 2").isEqualTo(IMPLICIT);
        assertThat(way(8, 64, 56, 64, 5, 1, 1)).as("5x5").isEqualTo(IMPLICIT);
        assertThat(way(8, 64, 56, 64, 3, 1, 4)).as("3x3 in groups").isEqualTo(IMPLICIT);
        assertThat(way(32, 3, 32, 16, 3, 1, 1)).as("three channels").isEqualTo(IMPLICIT);
        assertThat(way(64, 64, 1, 64, 3, 1, 1)).as("images of one place: tiles nearly empty").isEqualTo(IMPLICIT);
        assertThat(way(1, 64, 8, 64, 3, 1, 1)).as("four tiles").isEqualTo(IMPLICIT);
        assertThat(way(8, 256, 56, 64, 1, 1, 1)).as("1x1").isEqualTo(MATRIX);
        assertThat(way(32, 1, 28, 32, 3, 1, 1)).as("one channel").isEqualTo(DIRECT);
        assertThat(way(32, 1, 28, 32, 3, 2, 1)).as("one channel, a stride of 2").isEqualTo(IMPLICIT);
        assertThat(way(8, 96, 28, 96, 7, 1, 96)).as("depthwise").isEqualTo(DIRECT);
        Window w = new Window(28, 28, 3, 3, 1, 1, 1, 1, 1, 1);
        assertThat(VectorConv.chooseForward(32, 1, 32, 1, w)).as("one channel to many, forward").isEqualTo(IMPLICIT);
        assertThat(VectorConv.chooseForward(8, 96, 96, 96, w)).as("depthwise, forward").isEqualTo(DIRECT);
    }

    @ParameterizedTest @CsvSource({"2, 16, 23, 24", "2, 64, 14, 64", "1, 256, 28, 40", "1, 40, 28, 256"})
    void winogradIsNearFloat64(int B, int C, int size, int O) {
        Random random = new Random(5);
        Window w = new Window(size, size + 1, 3, 3, 1, 1, 1, 1, 1, 1);
        assertThat(VectorConv.choose(B, C, O, 1, w)).isEqualTo(WINOGRAD);
        float[] x = draw(random, B * C * w.plane()), weight = draw(random, O * C * 9), dy = draw(random, B * O * w.plane());
        float[] y = new float[dy.length], dx = new float[x.length], dw = new float[weight.length];
        VectorConv.forward(Buffer.of(y), Buffer.of(x), Buffer.of(weight), B, C, O, 1, w, false);
        VectorConv.backward(Buffer.of(dx), Buffer.of(dy), Buffer.of(weight), B, C, O, 1, w, false);
        VectorConv.weights(Buffer.of(dw), Buffer.of(dy), Buffer.of(x), B, C, O, 1, w, false);
        double[] exactY = new double[y.length], exactDx = new double[dx.length], exactDw = new double[dw.length];
        int W = w.W();
        for (int b = 0; b < B; b++) {
            for (int o = 0; o < O; o++) {
                for (int c = 0; c < C; c++) {
                    for (int k = 0; k < 9; k++) {
                        int tap = (o * C + c) * 9 + k;
                        for (int i = Math.max(0, 1 - k / 3); i < Math.min(size, size + 1 - k / 3); i++) {
                            for (int j = Math.max(0, 1 - k % 3); j < Math.min(W, W + 1 - k % 3); j++) {
                                int from = ((b * C + c) * size + i + k / 3 - 1) * W + j + k % 3 - 1, to = ((b * O + o) * size + i) * W + j;
                                exactY[to] += (double) weight[tap] * x[from];
                                exactDx[from] += (double) weight[tap] * dy[to];
                                exactDw[tap] += (double) dy[to] * x[from];
                            }
                        }
                    }
                }
            }
        }
        assertThat(error(y, exactY)).as("forward").isLessThan(VectorWinograd.ERROR);
        assertThat(error(dx, exactDx)).as("gradient of the input").isLessThan(VectorWinograd.ERROR);
        assertThat(error(dw, exactDw)).as("gradient of the weight").isLessThan(VectorWinograd.ERROR);
    }

    /** The largest error, of the root mean square. */
    private static double error(float[] got, double[] exact) {
        double squares = 0, largest = 0;
        for (int i = 0; i < got.length; i++) {
            squares += exact[i] * exact[i];
            largest = Math.max(largest, Math.abs(got[i] - exact[i]));
        }
        return largest / Math.sqrt(squares / got.length);
    }

    private static float[] draw(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
