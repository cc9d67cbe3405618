package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Convolution in numbered steps, from seven loops to the library's own kernel, each to be read next to the one before.
 *
 * <pre>y[b,o,i,j] = Σ w[o,c,u,v] x[b, c, i+u-p, j+v-p] over c, u, v      y (B, O, H, W), x (B, C, H, W), w (O, C, k, k)</pre>
 *
 * with stride 1 and a padding p = (k - 1)/2 of zeros, so that the image keeps its size; k is odd. What y held before does not matter.
 * Steps 1 to 4 do the same 2·B·O·H·W·C·k² operations (less what the zeros would add); what changes is the order in which numbers are fetched. Step 5
 * may do fewer: Winograd's way for 3x3 kernels needs a quarter of the multiplications.
 */
public final class ConvLadder {
    /** A kernel that computes a convolution. */
    public interface Conv {
        /** y (B, O, H, W) = x (B, C, H, W) by the kernels w (O, C, k, k). */
        void convolve(float[] y, float[] x, float[] w, int B, int C, int H, int W, int O, int k);
    }

    /**
     * One step of the ladder.
     *
     * @param number  from 1
     * @param name    as a picture calls it
     * @param idea    what it does that the step before did not
     * @param threads how many threads it may use
     */
    public record Step(int number, String name, String idea, int threads, Conv conv) {}

    private static final List<Step> STEPS = List.of(
            new Step(1, "naive", "seven loops as the equation has them: b, o, i, j, c, u, v", 1, ConvLadder::naive),
            new Step(2, "reordered", "the columns innermost: one number of the kernel meets a whole row of the image", 1, ConvLadder::reordered),
            new Step(3, "vectorised", "a register of columns stays while all channels and taps are added to it", 1, ConvLadder::vectorised),
            new Step(4, "unfolded", "each place's inputs become a column, and convolution a product of matrices", 1, ConvLadder::unfolded),
            new Step(5, "library", "the library's kernel: nothing unfolded as a whole, Winograd for 3x3, all threads", Workers.THREADS, ConvLadder::library));

    private ConvLadder() { }

    /** The steps, the slowest idea first. */
    public static List<Step> steps() {
        return STEPS;
    }

    /** Step 1. The equation. Every product asks whether it lies beside the image. */
    public static void naive(float[] y, float[] x, float[] w, int B, int C, int H, int W, int O, int k) {
        int p = (k - 1) / 2;
        for (int b = 0; b < B; b++) {
            for (int o = 0; o < O; o++) {
                for (int i = 0; i < H; i++) {
                    for (int j = 0; j < W; j++) {
                        float sum = 0;
                        for (int c = 0; c < C; c++) {
                            for (int u = 0; u < k; u++) {
                                for (int v = 0; v < k; v++) {
                                    int h = i + u - p, l = j + v - p;
                                    if (h >= 0 && h < H && l >= 0 && l < W) sum += w[((o * C + c) * k + u) * k + v] * x[((b * C + c) * H + h) * W + l];
                                }
                            }
                        }
                        y[((b * O + o) * H + i) * W + j] = sum;
                    }
                }
            }
        }
    }

    /**
     * Step 2. A row of y is a sum of rows of x, each shifted and times one number. The inner loop reads and writes neighbours, and where it lies beside the
     * image is known before it begins.
     */
    public static void reordered(float[] y, float[] x, float[] w, int B, int C, int H, int W, int O, int k) {
        int p = (k - 1) / 2;
        Arrays.fill(y, 0, B * O * H * W, 0f);
        for (int b = 0; b < B; b++) {
            for (int o = 0; o < O; o++) {
                for (int c = 0; c < C; c++) {
                    for (int i = 0; i < H; i++) {
                        int to = ((b * O + o) * H + i) * W;
                        for (int u = Math.max(0, p - i); u < Math.min(k, H + p - i); u++) {
                            int row = ((b * C + c) * H + i + u - p) * W;
                            for (int v = 0; v < k; v++) {
                                float weight = w[((o * C + c) * k + u) * k + v];
                                int first = Math.max(0, p - v), end = Math.min(W, W + p - v), shift = v - p;
                                for (int j = first; j < end; j++) y[to + j] += weight * x[row + shift + j];
                            }
                        }
                    }
                }
            }
        }
    }

    /**
     * Step 3. As many columns at once as a vector register holds, and their sums stay in it while c, u and v run. So that every register of the image may be
     * read whole, the image is copied with its zeros around it first.
     */
    public static void vectorised(float[] y, float[] x, float[] w, int B, int C, int H, int W, int O, int k) {
        int p = (k - 1) / 2, height = H + 2 * p, width = W + 2 * p;
        float[] padded = new float[C * height * width + LANES], row = new float[W + LANES];
        for (int b = 0; b < B; b++) {
            for (int c = 0; c < C; c++) {
                for (int h = 0; h < H; h++) System.arraycopy(x, ((b * C + c) * H + h) * W, padded, (c * height + h + p) * width + p, W);
            }
            for (int o = 0; o < O; o++) {
                for (int i = 0; i < H; i++) {
                    for (int j = 0; j < W; j += LANES) columns(row, j, padded, i * width + j, height * width, width, w, o * C * k * k, C, k);
                    System.arraycopy(row, 0, y, ((b * O + o) * H + i) * W, W);
                }
            }
        }
    }

    /** One register of a row: row[j..] = Σ w[c,u,v] · x[c, u, v..]. */
    private static void columns(float[] row, int j, float[] x, int at, int plane, int width, float[] w, int weights, int C, int k) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int c = 0; c < C; c++) {
            for (int u = 0; u < k; u++) {
                for (int v = 0; v < k; v++) {
                    FloatVector weight = FloatVector.broadcast(FLOATS, w[weights + (c * k + u) * k + v]);
                    sum = FloatVector.fromArray(FLOATS, x, at + c * plane + u * width + v).fma(weight, sum);
                }
            }
        }
        sum.intoArray(row, j);
    }

    /**
     * Step 4. Row (c, u, v) of a matrix U holds what tap (u, v) of channel c sees at each of the H·W places; then y[b] = w · U, a product of (O, C·k²) and
     * (C·k², H·W) that the ladder of the matrix product has made fast ({@link GemmLadder#packed}). U is k² times as large as the image ("im2col"; Chellapilla,
     * Puri and Simard 2006).
     */
    public static void unfolded(float[] y, float[] x, float[] w, int B, int C, int H, int W, int O, int k) {
        int p = (k - 1) / 2, places = H * W, depth = C * k * k;
        float[] U = new float[depth * places], image = new float[O * places];
        for (int b = 0; b < B; b++) {
            for (int c = 0; c < C; c++) {
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        int row = ((c * k + u) * k + v) * places, first = Math.max(0, p - v), n = Math.min(W, W + p - v) - first;
                        // what lies beside the image stays 0, for every image of the batch
                        for (int i = Math.max(0, p - u); n > 0 && i < Math.min(H, H + p - u); i++) {
                            System.arraycopy(x, ((b * C + c) * H + i + u - p) * W + first + v - p, U, row + i * W + first, n);
                        }
                    }
                }
            }
            GemmLadder.packed(image, w, U, O, places, depth);
            System.arraycopy(image, 0, y, b * O * places, O * places);
        }
    }

    /** Step 5. {@link VectorConv}, which takes the fastest of several ways for the shape, on all threads where it is worth it. */
    public static void library(float[] y, float[] x, float[] w, int B, int C, int H, int W, int O, int k) {
        int p = (k - 1) / 2;
        VectorConv.forward(Buffer.of(y), Buffer.of(x), Buffer.of(w), B, C, O, 1, new Window(H, W, k, k, 1, 1, p, p, 1, 1), false);
    }
}
