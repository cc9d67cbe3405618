package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import jdk.incubator.vector.FloatVector;

/** Cross-entropy with weights and smoothing, RMS normalisation, leaky ReLU: row by row on VectorRows. */
final class VectorLoss {
    private VectorLoss() { }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    private static void put(FloatVector value, float[] y, int i, boolean acc) {
        (acc ? value.add(at(y, i)) : value).intoArray(y, i);
    }

    static void crossEntropy(Buffer loss, Buffer probs, Buffer logits, Buffer labels, Buffer weights, int N, int C, float smoothing, int ignored) {
        float[] losses = loss.floats(), ps = probs.floats(), xs = logits.floats(), ws = weights.floats();
        int[] classes = labels.ints();
        int l0 = loss.offset(), p0 = probs.offset(), x0 = logits.offset(), t0 = labels.offset(), w0 = weights.offset();
        Workers.forRanges(N, 1, (long) N * C, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int n = from; n < to; n++) {
                int label = classes[t0 + n], row = x0 + n * C;
                if (label != ignored && (label < 0 || label >= C)) throw Kernels.outside("crossEntropy", label, n, C);
                float m = VectorRows.max(xs, row, C);
                float sum = VectorRows.exp(ps, p0 + n * C, xs, row, C, m, lanes);
                VectorRows.scale(ps, p0 + n * C, C, 1 / sum);
                double log = m + Math.log(sum), cost = 0;
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

    static void crossEntropyBackward(Buffer dlogits, Buffer dout, Buffer total, Buffer probs, Buffer labels, Buffer weights, int N, int C,
                                     float smoothing, int ignored, boolean acc) {
        float[] dxs = dlogits.floats(), ps = probs.floats(), ws = weights.floats();
        int[] classes = labels.ints();
        int dx0 = dlogits.offset(), p0 = probs.offset(), t0 = labels.offset(), w0 = weights.offset();
        double factor = (double) dout.floats()[dout.offset()] / total.floats()[total.offset()];
        double all = 0;
        for (int c = 0; c < C; c++) all += ws[w0 + c];
        double allSmoothed = all * smoothing / C;
        Workers.forRanges(N, 1, (long) N * C / 2, (from, to) -> {
            for (int n = from; n < to; n++) {
                int label = classes[t0 + n], row = dx0 + n * C, p = p0 + n * C, c = 0;
                boolean counts = label != ignored;
                double chosen = counts ? ws[w0 + label] * (1.0 - smoothing) : 0;
                float slope = counts ? (float) (factor * (chosen + allSmoothed)) : 0, each = counts ? (float) (factor * smoothing / C) : 0;
                if (!counts) {
                    for (; c < C && !acc; c++) dxs[row + c] = 0;
                    continue;
                }
                for (; c <= C - LANES; c += LANES) put(at(ps, p + c).mul(slope).sub(at(ws, w0 + c).mul(each)), dxs, row + c, acc);
                for (; c < C; c++) {
                    float value = ps[p + c] * slope - ws[w0 + c] * each;
                    dxs[row + c] = acc ? dxs[row + c] + value : value;
                }
                dxs[row + label] -= (float) (factor * chosen);
            }
        });
    }

    static void leakyRelu(Buffer y, Buffer x, float slope) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        Workers.forRanges(y.length(), LANES, y.length() / 2, (from, to) -> {
            for (int i = from; i < to; i++) ys[y0 + i] = xs[x0 + i] > 0 ? xs[x0 + i] : slope * xs[x0 + i];
        });
    }

    static void leakyReluBackward(Buffer dx, Buffer dout, Buffer x, float slope, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset();
        Workers.forRanges(dx.length(), LANES, dx.length() / 2, (from, to) -> {
            for (int i = from; i < to; i++) {
                float value = xs[x0 + i] > 0 ? douts[d0 + i] : slope * douts[d0 + i];
                dxs[dx0 + i] = acc ? dxs[dx0 + i] + value : value;
            }
        });
    }

    static void rmsNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, int N, int C, float eps) {
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats(), gammas = gamma.floats();
        int y0 = y.offset(), s0 = stat.offset(), x0 = x.offset(), g0 = gamma.offset();
        Workers.forRanges(N, 1, (long) N * C, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int r = from; r < to; r++) {
                float rho = (float) (1 / Math.sqrt(VectorRows.sumOfSquares(xs, x0 + r * C, C, 0, lanes) / C + eps));
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
            float[] lanes = new float[LANES];
            for (int r = from; r < to; r++) {
                float rho = stats[s0 + 2 * r + 1];
                int d = d0 + r * C, in = x0 + r * C, out = dx0 + r * C, c = 0;
                FloatVector sum = FloatVector.zero(FLOATS);
                for (; c <= C - LANES; c += LANES) sum = at(douts, d + c).mul(at(gammas, g0 + c)).fma(at(xs, in + c).mul(rho), sum);
                double mean = VectorMath.sumLanes(sum, lanes);
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
