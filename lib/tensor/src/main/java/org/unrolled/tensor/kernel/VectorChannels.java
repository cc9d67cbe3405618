package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Normalisation of (B, C, S), where the S places of a channel lie in a row: batch norm, whose rows of one channel are S·C
 * apart, and group norm, whose rows follow one another. A channel, or a group, is never shared between threads.
 */
final class VectorChannels {
    /** Elements added up in float before the sum goes to a double. */
    private static final int RUN = 1024;

    private VectorChannels() { }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    /** y = (x - mean)·factor + beta along a row. */
    private static void affine(float[] y, int y0, float[] x, int x0, int n, float mean, float factor, float beta) {
        int i = 0;
        FloatVector shift = FloatVector.broadcast(FLOATS, beta);
        for (; i <= n - LANES; i += LANES) at(x, x0 + i).sub(mean).fma(FloatVector.broadcast(FLOATS, factor), shift).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] = (x[x0 + i] - mean) * factor + beta;
    }

    /** sums[0] += scale·Σ dout and sums[1] += scale·Σ dout·(x - mean) along a row. */
    private static void gradientSums(double[] sums, double scale, float[] dout, int d0, float[] x, int x0, int n, float mean, float[] lanes) {
        for (int from = 0; from < n; from += RUN) {
            int to = Math.min(n, from + RUN), i = from;
            FloatVector sum = FloatVector.zero(FLOATS), product = sum;
            for (; i <= to - LANES; i += LANES) {
                FloatVector d = at(dout, d0 + i);
                sum = sum.add(d);
                product = d.fma(at(x, x0 + i).sub(mean), product);
            }
            double plain = VectorMath.sumLanes(sum, lanes), weighted = VectorMath.sumLanes(product, lanes);
            for (; i < to; i++) {
                plain += dout[d0 + i];
                weighted += (double) dout[d0 + i] * (x[x0 + i] - mean);
            }
            sums[0] += scale * plain;
            sums[1] += scale * weighted;
        }
    }

    /** dx (+)= a·dout - b - c·(x - mean) along a row. */
    private static void gradient(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, int n, float mean, float a, float b, float c, boolean acc) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector g = at(dout, d0 + i).mul(a).sub(b).sub(at(x, x0 + i).sub(mean).mul(c));
            (acc ? g.add(at(dx, dx0 + i)) : g).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            float g = dout[d0 + i] * a - b - (x[x0 + i] - mean) * c;
            dx[dx0 + i] = acc ? dx[dx0 + i] + g : g;
        }
    }

    // ---- batch norm

    static void moments(Buffer moments, Buffer x, int B, int C, int S) {
        float[] to = moments.floats(), xs = x.floats();
        int m0 = moments.offset(), x0 = x.offset();
        Workers.forRanges(C, 1, (long) B * C * S / 2, (from, until) -> {
            for (int c = from; c < until; c++) {
                double sum = 0, squares = 0;
                for (int b = 0; b < B; b++) sum += VectorRows.sum(xs, x0 + (b * C + c) * S, S);
                double mean = sum / ((long) B * S);
                for (int b = 0; b < B; b++) squares += VectorRows.sumOfSquares(xs, x0 + (b * C + c) * S, S, (float) mean);
                to[m0 + c] = (float) mean;
                to[m0 + C + c] = (float) (squares / ((long) B * S));
            }
        });
    }

    static void batchNorm(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, int B, int C, int S, float eps) {
        Workers.forRanges(B * C, 1, (long) B * C * S / 2, (from, to) -> {
            for (int r = from; r < to; r++) {
                int c = r % C;
                double rho = 1 / Math.sqrt((double) at(variance, c) + eps);
                affine(y.floats(), y.offset() + r * S, x.floats(), x.offset() + r * S, S, at(mean, c), (float) (rho * at(gamma, c)), at(beta, c));
            }
        });
    }

    private static float at(Buffer x, int i) {
        return x.floats()[x.offset() + i];
    }

    static void batchNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer mean, Buffer variance, Buffer gamma,
                                  int B, int C, int S, float eps, boolean training, boolean acc) {
        Workers.forRanges(C, 1, (long) B * C * S, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int c = from; c < to; c++) {
                float mu = at(mean, c);
                double rho = 1 / Math.sqrt((double) at(variance, c) + eps), a = rho * at(gamma, c);
                double[] sums = new double[2];
                for (int b = 0; training && b < B; b++) {
                    int row = (b * C + c) * S;
                    gradientSums(sums, 1, dout.floats(), dout.offset() + row, x.floats(), x.offset() + row, S, mu, lanes);
                }
                double n = (double) B * S, plain = a * sums[0] / n, weighted = a * rho * rho * sums[1] / n;
                for (int b = 0; b < B; b++) {
                    int row = (b * C + c) * S;
                    gradient(dx.floats(), dx.offset() + row, dout.floats(), dout.offset() + row, x.floats(), x.offset() + row, S, mu,
                            (float) a, (float) plain, (float) weighted, acc);
                }
            }
        });
    }

    static void batchNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer mean, Buffer variance, int B, int C, int S, float eps, boolean acc) {
        Workers.forRanges(C, 1, (long) B * C * S / 2, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int c = from; c < to; c++) {
                double[] sums = new double[2];
                for (int b = 0; b < B; b++) {
                    int row = (b * C + c) * S;
                    gradientSums(sums, 1, dout.floats(), dout.offset() + row, x.floats(), x.offset() + row, S, at(mean, c), lanes);
                }
                float value = (float) (sums[1] / Math.sqrt((double) at(variance, c) + eps));
                dgamma.floats()[dgamma.offset() + c] = acc ? at(dgamma, c) + value : value;
            }
        });
    }

    // ---- group norm: a row is one channel of one example, and a group has several

    static void groupNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int B, int C, int S, int groups, float eps) {
        int channels = C / groups, n = channels * S;
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats();
        Workers.forRanges(B * groups, 1, (long) B * C * S, (from, to) -> {
            for (int r = from; r < to; r++) {
                int start = x.offset() + r * n;
                float mu = (float) (VectorRows.sum(xs, start, n) / n);
                float rho = (float) (1 / Math.sqrt(VectorRows.sumOfSquares(xs, start, n, mu) / n + eps));
                stats[stat.offset() + 2 * r] = mu;
                stats[stat.offset() + 2 * r + 1] = rho;
                for (int k = 0; k < channels; k++) {
                    int c = r % groups * channels + k;
                    affine(ys, y.offset() + r * n + k * S, xs, start + k * S, S, mu, rho * at(gamma, c), at(beta, c));
                }
            }
        });
    }

    static void groupNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int B, int C, int S, int groups, boolean acc) {
        int channels = C / groups, n = channels * S;
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats();
        Workers.forRanges(B * groups, 1, (long) B * C * S, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int r = from; r < to; r++) {
                float mu = at(stat, 2 * r);
                double rho = at(stat, 2 * r + 1);
                double[] sums = new double[2];
                for (int k = 0; k < channels; k++) {
                    int row = r * n + k * S;
                    gradientSums(sums, at(gamma, r % groups * channels + k), douts, dout.offset() + row, xs, x.offset() + row, S, mu, lanes);
                }
                double plain = rho * sums[0] / n, weighted = rho * rho * rho * sums[1] / n;
                for (int k = 0; k < channels; k++) {
                    int row = r * n + k * S;
                    gradient(dxs, dx.offset() + row, douts, dout.offset() + row, xs, x.offset() + row, S, mu,
                            (float) (rho * at(gamma, r % groups * channels + k)), (float) plain, (float) weighted, acc);
                }
            }
        });
    }

    static void groupNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int B, int C, int S, int groups, boolean acc) {
        Workers.forRanges(C, 1, (long) B * C * S / 2, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int c = from; c < to; c++) {
                double sum = 0;
                for (int b = 0; b < B; b++) {
                    int row = (b * C + c) * S, r = b * groups + c / (C / groups);
                    double[] sums = new double[2];
                    gradientSums(sums, 1, dout.floats(), dout.offset() + row, x.floats(), x.offset() + row, S, at(stat, 2 * r), lanes);
                    sum += sums[1] * at(stat, 2 * r + 1);
                }
                dgamma.floats()[dgamma.offset() + c] = acc ? at(dgamma, c) + (float) sum : (float) sum;
            }
        });
    }
}
