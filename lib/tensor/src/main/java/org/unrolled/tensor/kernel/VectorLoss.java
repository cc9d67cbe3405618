package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Cross-entropy with weights and smoothing, RMS normalisation, leaky ReLU: row by row on VectorRows. */
final class VectorLoss {
    private VectorLoss() { }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    /** Stored in either branch: a vector that is the one or the other would be an object. */
    private static void put(FloatVector value, float[] y, int i, boolean acc) {
        if (acc) value.add(at(y, i)).intoArray(y, i);
        else value.intoArray(y, i);
    }

    /** stat[n] = (m, log Σ exp(x - m)), m the largest x. @return log Σ exp x */
    private static double logSumOfExp(float[] stats, int s, float[] xs, int row, int C, float[] lanes) {
        float m = VectorRows.max(xs, row, C);
        double log = Math.log(VectorRows.sumOfExp(xs, row, C, m, lanes));
        stats[s] = m;
        stats[s + 1] = (float) log;
        return log + m;
    }

    static void crossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, int N, int C) {
        float[] losses = loss.floats(), stats = stat.floats(), xs = logits.floats();
        int[] classes = labels.ints();
        int l0 = loss.offset(), s0 = stat.offset(), x0 = logits.offset(), t0 = labels.offset();
        Workers.forRanges(N, 1, (long) N * C / 3, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int n = from; n < to; n++) {
                int label = classes[t0 + n], row = x0 + n * C;
                if (label < 0 || label >= C) throw Kernels.outside("crossEntropy", label, n, C);
                losses[l0 + n] = (float) (logSumOfExp(stats, s0 + 2 * n, xs, row, C, lanes) - xs[row + label]);
            }
        });
    }

    static void crossEntropyBackward(Buffer dlogits, Buffer dout, Buffer stat, Buffer logits, Buffer labels, int N, int C, float scale, boolean acc) {
        float[] dxs = dlogits.floats(), stats = stat.floats(), xs = logits.floats();
        int[] classes = labels.ints();
        int dx0 = dlogits.offset(), s0 = stat.offset(), x0 = logits.offset(), t0 = labels.offset();
        float factor = scale * dout.floats()[dout.offset()];
        Workers.forRanges(N, 1, (long) N * C / 3, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int n = from; n < to; n++) {
                softmaxTimes(factor, dxs, dx0 + n * C, xs, x0 + n * C, C, stats[s0 + 2 * n], stats[s0 + 2 * n + 1], acc, lanes);
                dxs[dx0 + n * C + classes[t0 + n]] -= factor;
            }
        });
    }

    /** dx (+)= factor · exp(x - m - log). */
    private static void softmaxTimes(float factor, float[] dx, int dx0, float[] x, int x0, int C, float m, float log, boolean acc, float[] lanes) {
        int c = C / LANES * LANES;
        if (c > 0) softmaxOfWhole(factor, dx, dx0, x, x0, c, m, log, acc);
        if (c == C) return;
        System.arraycopy(x, x0 + c, lanes, 0, C - c);
        VectorMath.expOfNonPositive(at(lanes, 0).sub(m).sub(log)).mul(factor).intoArray(lanes, 0);
        for (int i = 0; c < C; i++, c++) dx[dx0 + c] = acc ? dx[dx0 + c] + lanes[i] : lanes[i];
    }

    /** n fills registers, one at least (VectorRows says why this is apart). */
    private static void softmaxOfWhole(float factor, float[] dx, int dx0, float[] x, int x0, int n, float m, float log, boolean acc) {
        for (int c = 0; c < n; c += LANES) put(VectorMath.expOfNonPositive(at(x, x0 + c).sub(m).sub(log)).mul(factor), dx, dx0 + c, acc);
    }

    static void smoothedCrossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C, float smoothing, int ignored) {
        float[] losses = loss.floats(), stats = stat.floats(), xs = logits.floats(), ws = weights.floats();
        int[] classes = labels.ints();
        int l0 = loss.offset(), s0 = stat.offset(), x0 = logits.offset(), t0 = labels.offset(), w0 = weights.offset();
        Workers.forRanges(N, 1, (long) N * C / (smoothing == 0 ? 3 : 1), (from, to) -> {
            float[] lanes = new float[LANES];
            for (int n = from; n < to; n++) {
                int label = classes[t0 + n], row = x0 + n * C;
                if (label != ignored && (label < 0 || label >= C)) throw Kernels.outside("crossEntropy", label, n, C);
                double log = logSumOfExp(stats, s0 + 2 * n, xs, row, C, lanes), cost = 0;
                if (label != ignored) {
                    double chosen = ws[w0 + label] * (1.0 - smoothing), each = (double) smoothing / C;
                    if (chosen != 0) cost = chosen * (log - xs[row + label]);
                    for (int c = 0; c < C && each != 0; c++) {
                        if (ws[w0 + c] != 0) cost += each * ws[w0 + c] * (log - xs[row + c]);
                    }
                }
                losses[l0 + n] = (float) cost;
            }
        });
    }

    static void smoothedCrossEntropyBackward(Buffer dlogits, Buffer dout, Buffer total, Buffer stat, Buffer logits, Buffer labels, Buffer weights,
                                             int N, int C, float smoothing, int ignored, boolean acc) {
        float[] dxs = dlogits.floats(), stats = stat.floats(), xs = logits.floats(), ws = weights.floats();
        int[] classes = labels.ints();
        int dx0 = dlogits.offset(), s0 = stat.offset(), x0 = logits.offset(), t0 = labels.offset(), w0 = weights.offset();
        double factor = (double) dout.floats()[dout.offset()] / total.floats()[total.offset()];
        double all = 0;
        for (int c = 0; c < C; c++) all += ws[w0 + c];
        double allSmoothed = all * smoothing / C;
        float each = (float) (factor * smoothing / C);
        Workers.forRanges(N, 1, (long) N * C / 2, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int n = from; n < to; n++) {
                int label = classes[t0 + n], row = dx0 + n * C;
                if (label == ignored) {
                    if (!acc) Arrays.fill(dxs, row, row + C, 0f);
                    continue;
                }
                double chosen = ws[w0 + label] * (1.0 - smoothing);
                softmaxTimes((float) (factor * (chosen + allSmoothed)), dxs, row, xs, x0 + n * C, C, stats[s0 + 2 * n], stats[s0 + 2 * n + 1], acc, lanes);
                if (each != 0) for (int c = 0; c < C; c++) dxs[row + c] -= ws[w0 + c] * each;
                dxs[row + label] -= (float) (factor * chosen);
            }
        });
    }

    static void leakyRelu(Buffer y, Buffer x, float slope) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        Workers.forRanges(y.length(), LANES, y.length() / 2, (from, to) -> {
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector v = at(xs, x0 + i);
                v.mul(slope).blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(ys, y0 + i);
            }
            for (; i < to; i++) ys[y0 + i] = xs[x0 + i] > 0 ? xs[x0 + i] : slope * xs[x0 + i];
        });
    }

    static void leakyReluBackward(Buffer dx, Buffer dout, Buffer x, float slope, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset();
        Workers.forRanges(dx.length(), LANES, dx.length() / 2, (from, to) -> {
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector d = at(douts, d0 + i);
                put(d.mul(slope).blend(d, at(xs, x0 + i).compare(VectorOperators.GT, 0f)), dxs, dx0 + i, acc);
            }
            for (; i < to; i++) {
                float value = xs[x0 + i] > 0 ? douts[d0 + i] : slope * douts[d0 + i];
                dxs[dx0 + i] = acc ? dxs[dx0 + i] + value : value;
            }
        });
    }

    static void rmsNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, int N, int C, float eps) {
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats(), gammas = gamma.floats();
        int y0 = y.offset(), s0 = stat.offset(), x0 = x.offset(), g0 = gamma.offset();
        Workers.forRanges(N, 1, (long) N * C, (from, to) -> {
            for (int r = from; r < to; r++) {
                float rho = (float) (1 / Math.sqrt(VectorRows.sumOfSquares(xs, x0 + r * C, C, 0) / C + eps));
                stats[s0 + 2 * r] = 0;
                stats[s0 + 2 * r + 1] = rho;
                int c = 0;
                for (; c <= C - LANES; c += LANES) at(xs, x0 + r * C + c).mul(rho).mul(at(gammas, g0 + c)).intoArray(ys, y0 + r * C + c);
                for (; c < C; c++) ys[y0 + r * C + c] = xs[x0 + r * C + c] * rho * gammas[g0 + c];
            }
        });
    }

    static void rmsNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats(), gammas = gamma.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset(), g0 = gamma.offset();
        Workers.forRanges(N, 1, (long) N * C, (from, to) -> {
            for (int r = from; r < to; r++) {
                float rho = stats[s0 + 2 * r + 1];
                int d = d0 + r * C, in = x0 + r * C, out = dx0 + r * C, c = 0;
                FloatVector sum = FloatVector.zero(FLOATS);
                for (; c <= C - LANES; c += LANES) sum = at(douts, d + c).mul(at(gammas, g0 + c)).fma(at(xs, in + c).mul(rho), sum);
                double mean = VectorMath.sumLanes(sum);
                for (; c < C; c++) mean += (double) douts[d + c] * gammas[g0 + c] * xs[in + c] * rho;
                float m = (float) (mean / C);
                for (c = 0; c <= C - LANES; c += LANES) {
                    put(at(douts, d + c).mul(at(gammas, g0 + c)).sub(at(xs, in + c).mul(rho).mul(m)).mul(rho), dxs, out + c, acc);
                }
                for (; c < C; c++) {
                    float value = rho * (douts[d + c] * gammas[g0 + c] - xs[in + c] * rho * m);
                    dxs[out + c] = acc ? dxs[out + c] + value : value;
                }
            }
        });
    }
}
