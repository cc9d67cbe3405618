package org.unrolled.tensor.kernel;

import java.util.Arrays;

/**
 * The specification of {@link Kernels}: scalar loops, written to be read next to the equation and never optimised.
 * Sums run in {@code double} and are rounded once, so that a fast provider is compared with something better than
 * itself.
 *
 * <p>Each method first unwraps its buffers: {@code float[] xs = x.floats(); int x0 = x.offset()}, element i being
 * {@code xs[x0 + i]}.
 *
 * <p>Not final: a faster CPU provider overrides what it does faster and leaves the rest as specified.
 */
public class ReferenceKernels implements Kernels {
    @Override public String name() {
        return "reference";
    }

    // ---- memory

    @Override public Buffer floats(int n) {
        return Buffer.of(new float[n]);
    }

    @Override public Buffer ints(int n) {
        return Buffer.of(new int[n]);
    }

    @Override public void upload(Buffer y, float[] values) {
        System.arraycopy(values, 0, y.floats(), y.offset(), y.length());
    }

    @Override public void upload(Buffer y, int[] values) {
        System.arraycopy(values, 0, y.ints(), y.offset(), y.length());
    }

    @Override public float[] host(Buffer x) {
        return Arrays.copyOfRange(x.floats(), x.offset(), x.offset() + x.length());
    }

    @Override public int[] hostInts(Buffer x) {
        return Arrays.copyOfRange(x.ints(), x.offset(), x.offset() + x.length());
    }

    // ---- moving elements

    @Override public void fill(Buffer y, float value) {
        float[] ys = y.floats();
        int y0 = y.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] = value;
    }

    @Override public void copy(Buffer y, Buffer x) {
        System.arraycopy(x.storage(), x.offset(), y.storage(), y.offset(), y.length());
    }

    @Override public void accumulate(Buffer y, Buffer x) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] += xs[x0 + i];
    }

    @Override public void readStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc) {
        int n = count(size);
        for (int i = 0; i < n; i++) move(y, i, x, at(i, size, stride), acc);
    }

    @Override public void writeStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc) {
        int n = count(size);
        for (int i = 0; i < n; i++) move(y, at(i, size, stride), x, i, acc);
    }

    private static void move(Buffer y, int to, Buffer x, int from, boolean acc) {
        if (y.type() == Buffer.Type.INT) {
            y.ints()[y.offset() + to] = x.ints()[x.offset() + from];
        } else {
            put(y.floats(), y.offset() + to, x.floats()[x.offset() + from], acc);
        }
    }

    @Override public void toFloats(Buffer y, Buffer x) {
        float[] ys = y.floats();
        int[] xs = x.ints();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] = xs[x0 + i];
    }

    // ---- elementwise

    @Override public void affine(Buffer y, Buffer x, float alpha, float beta, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) put(ys, y0 + i, alpha * xs[x0 + i] + beta, acc);
    }

    @Override public void unary(Buffer y, Unary f, Buffer x) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] = f.apply(xs[x0 + i]);
    }

    @Override public void unaryBackward(Buffer dx, Unary f, Buffer dout, Buffer x, Buffer y, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), ys = y.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), y0 = y.offset();
        for (int i = 0; i < dx.length(); i++) {
            put(dxs, dx0 + i, douts[d0 + i] * f.derivative(xs[x0 + i], ys[y0 + i]), acc);
        }
    }

    @Override public void pow(Buffer y, Buffer x, float exponent) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] = (float) Math.pow(xs[x0 + i], exponent);
    }

    @Override public void powBackward(Buffer dx, Buffer dout, Buffer x, float exponent, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset();
        for (int i = 0; i < dx.length(); i++) {
            // x⁰ is constant, also at x = 0, where the formula would give 0 · ∞
            double slope = exponent == 0 ? 0 : exponent * Math.pow(xs[x0 + i], exponent - 1);
            put(dxs, dx0 + i, (float) (douts[d0 + i] * slope), acc);
        }
    }

    @Override public void binary(Buffer y, Binary f, Buffer a, Buffer b, int[] size, int[] strideA, int[] strideB, boolean acc) {
        float[] ys = y.floats(), as = a.floats(), bs = b.floats();
        int y0 = y.offset(), a0 = a.offset(), b0 = b.offset(), n = count(size);
        for (int i = 0; i < n; i++) {
            put(ys, y0 + i, f.apply(as[a0 + at(i, size, strideA)], bs[b0 + at(i, size, strideB)]), acc);
        }
    }

    @Override public void maskedFill(Buffer y, Buffer x, Buffer mask, float value, int[] size, int[] strideMask, boolean acc) {
        float[] ys = y.floats(), xs = x.floats(), masks = mask.floats();
        int y0 = y.offset(), x0 = x.offset(), m0 = mask.offset(), n = count(size);
        for (int i = 0; i < n; i++) {
            boolean masked = masks[m0 + at(i, size, strideMask)] != 0;
            put(ys, y0 + i, masked ? value : xs[x0 + i], acc);
        }
    }

    @Override public void dropout(Buffer y, Buffer x, Buffer step, float p, int seed, int layer, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset(), t = step.ints()[step.offset()];
        for (int i = 0; i < y.length(); i++) {
            boolean dropped = Philox.uniform(i, t, layer, seed) < p;
            put(ys, y0 + i, dropped ? 0 : xs[x0 + i] / (1 - p), acc);
        }
    }

    // ---- along one axis: element (o, j, i) lies at (o·n + j)·inner + i

    @Override public void sum(Buffer y, Buffer x, int outer, int n, int inner, float scale, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double sum = 0;
                for (int j = 0; j < n; j++) sum += xs[x0 + (o * n + j) * inner + i];
                put(ys, y0 + o * inner + i, (float) (scale * sum), acc);
            }
        }
    }

    @Override public void max(Buffer y, Buffer index, Buffer x, int outer, int n, int inner) {
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int y0 = y.offset(), x0 = x.offset(), i0 = index.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int best = 0;
                float max = xs[x0 + o * n * inner + i];
                for (int j = 1; j < n && !Float.isNaN(max); j++) {
                    float candidate = xs[x0 + (o * n + j) * inner + i];
                    if (candidate > max || Float.isNaN(candidate)) {
                        max = candidate;
                        best = j;
                    }
                }
                ys[y0 + o * inner + i] = max;
                indices[i0 + o * inner + i] = best;
            }
        }
    }

    @Override public void maxBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int inner, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int[] indices = index.ints();
        int dx0 = dx.offset(), d0 = dout.offset(), i0 = index.offset();
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < n; j++) {
                for (int i = 0; i < inner; i++) {
                    boolean chosen = indices[i0 + o * inner + i] == j;
                    put(dxs, dx0 + (o * n + j) * inner + i, chosen ? douts[d0 + o * inner + i] : 0, acc);
                }
            }
        }
    }

    @Override public void variance(Buffer y, Buffer x, int outer, int n, int inner, int correction) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double mean = mean(xs, x0 + o * n * inner + i, n, inner), sum = 0;
                for (int j = 0; j < n; j++) {
                    double d = xs[x0 + (o * n + j) * inner + i] - mean;
                    sum += d * d;
                }
                ys[y0 + o * inner + i] = n > correction ? (float) (sum / (n - correction)) : Float.NaN;
            }
        }
    }

    @Override public void varianceBackward(Buffer dx, Buffer dout, Buffer x, int outer, int n, int inner, int correction, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double mean = mean(xs, x0 + o * n * inner + i, n, inner);
                double factor = n > correction ? 2.0 / (n - correction) : Double.NaN;
                for (int j = 0; j < n; j++) {
                    int at = (o * n + j) * inner + i;
                    put(dxs, dx0 + at, (float) (douts[d0 + o * inner + i] * factor * (xs[x0 + at] - mean)), acc);
                }
            }
        }
    }

    @Override public void softmax(Buffer y, Buffer x, int outer, int n, int inner) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int line = o * n * inner + i;
                double m = largest(xs, x0 + line, n, inner), sum = 0;
                for (int j = 0; j < n; j++) sum += Math.exp(xs[x0 + line + j * inner] - m);
                for (int j = 0; j < n; j++) {
                    ys[y0 + line + j * inner] = (float) (Math.exp(xs[x0 + line + j * inner] - m) / sum);
                }
            }
        }
    }

    @Override public void softmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), ys = y.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), y0 = y.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int line = o * n * inner + i;
                double dot = 0;
                for (int j = 0; j < n; j++) dot += (double) douts[d0 + line + j * inner] * ys[y0 + line + j * inner];
                for (int j = 0; j < n; j++) {
                    int at = line + j * inner;
                    put(dxs, dx0 + at, (float) (ys[y0 + at] * (douts[d0 + at] - dot)), acc);
                }
            }
        }
    }

    @Override public void logSoftmax(Buffer y, Buffer x, int outer, int n, int inner) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int line = o * n * inner + i;
                double m = largest(xs, x0 + line, n, inner), sum = 0;
                for (int j = 0; j < n; j++) sum += Math.exp(xs[x0 + line + j * inner] - m);
                for (int j = 0; j < n; j++) {
                    ys[y0 + line + j * inner] = (float) (xs[x0 + line + j * inner] - m - Math.log(sum));
                }
            }
        }
    }

    @Override public void logSoftmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), ys = y.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), y0 = y.offset();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int line = o * n * inner + i;
                double sum = 0;
                for (int j = 0; j < n; j++) sum += douts[d0 + line + j * inner];
                for (int j = 0; j < n; j++) {
                    int at = line + j * inner;
                    put(dxs, dx0 + at, (float) (douts[d0 + at] - Math.exp(ys[y0 + at]) * sum), acc);
                }
            }
        }
    }

    // ---- matrices

    @Override public void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB,
                                 boolean transposeA, boolean transposeB, boolean acc) {
        float[] cs = c.floats(), as = a.floats(), bs = b.floats();
        for (int n = 0; n < batch; n++) {
            int c0 = c.offset() + n * M * N, a0 = a.offset() + n * strideA, b0 = b.offset() + n * strideB;
            for (int i = 0; i < M; i++) {
                for (int j = 0; j < N; j++) {
                    double sum = 0;
                    for (int k = 0; k < K; k++) {
                        float aik = as[a0 + (transposeA ? k * M + i : i * K + k)];
                        float bkj = bs[b0 + (transposeB ? j * K + k : k * N + j)];
                        sum += (double) aik * bkj;
                    }
                    put(cs, c0 + i * N + j, (float) sum, acc);
                }
            }
        }
    }

    // ---- layers

    @Override public void layerNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int N, int C, float eps) {
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats(), gammas = gamma.floats(), betas = beta.floats();
        int y0 = y.offset(), s0 = stat.offset(), x0 = x.offset(), g0 = gamma.offset(), b0 = beta.offset();
        for (int r = 0; r < N; r++) {
            double mu = mean(xs, x0 + r * C, C, 1), variance = 0;
            for (int c = 0; c < C; c++) {
                double d = xs[x0 + r * C + c] - mu;
                variance += d * d / C;
            }
            double rho = 1 / Math.sqrt(variance + eps);
            stats[s0 + 2 * r] = (float) mu;
            stats[s0 + 2 * r + 1] = (float) rho;
            for (int c = 0; c < C; c++) {
                ys[y0 + r * C + c] = (float) ((xs[x0 + r * C + c] - mu) * rho * gammas[g0 + c] + betas[b0 + c]);
            }
        }
    }

    @Override public void layerNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats(), gammas = gamma.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset(), g0 = gamma.offset();
        for (int r = 0; r < N; r++) {
            double mu = stats[s0 + 2 * r], rho = stats[s0 + 2 * r + 1], meanG = 0, meanGx = 0;
            for (int c = 0; c < C; c++) {
                double g = (double) douts[d0 + r * C + c] * gammas[g0 + c];
                meanG += g / C;
                meanGx += g * (xs[x0 + r * C + c] - mu) * rho / C;
            }
            for (int c = 0; c < C; c++) {
                double g = (double) douts[d0 + r * C + c] * gammas[g0 + c];
                double xHat = (xs[x0 + r * C + c] - mu) * rho;
                put(dxs, dx0 + r * C + c, (float) (rho * (g - meanG - xHat * meanGx)), acc);
            }
        }
    }

    @Override public void layerNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int N, int C, boolean acc) {
        float[] dgammas = dgamma.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats();
        int dg0 = dgamma.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset();
        for (int c = 0; c < C; c++) {
            double sum = 0;
            for (int r = 0; r < N; r++) {
                double mu = stats[s0 + 2 * r], rho = stats[s0 + 2 * r + 1];
                sum += douts[d0 + r * C + c] * (xs[x0 + r * C + c] - mu) * rho;
            }
            put(dgammas, dg0 + c, (float) sum, acc);
        }
    }

    @Override public void embedding(Buffer y, Buffer table, Buffer ids, int N, int V, int C) {
        float[] ys = y.floats(), tables = table.floats();
        int[] idss = ids.ints();
        int y0 = y.offset(), t0 = table.offset(), i0 = ids.offset();
        for (int n = 0; n < N; n++) {
            int id = idss[i0 + n];
            if (id < 0 || id >= V) throw Kernels.outside("embedding", id, n, V);
            for (int c = 0; c < C; c++) ys[y0 + n * C + c] = tables[t0 + id * C + c];
        }
    }

    @Override public void embeddingBackward(Buffer dtable, Buffer dout, Buffer ids, int N, int V, int C, int padding, boolean acc) {
        float[] dtables = dtable.floats(), douts = dout.floats();
        int[] idss = ids.ints();
        int t0 = dtable.offset(), d0 = dout.offset(), i0 = ids.offset();
        for (int v = 0; v < V; v++) {
            for (int c = 0; c < C; c++) {
                double sum = 0;
                for (int n = 0; n < N; n++) {
                    if (idss[i0 + n] == v && v != padding) sum += douts[d0 + n * C + c];
                }
                put(dtables, t0 + v * C + c, (float) sum, acc);
            }
        }
    }

    @Override public void gather(Buffer y, Buffer x, Buffer index, int outer, int n, int m, int inner) {
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int y0 = y.offset(), x0 = x.offset(), i0 = index.offset();
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < m; j++) {
                for (int i = 0; i < inner; i++) {
                    int at = (o * m + j) * inner + i, k = indices[i0 + at];
                    if (k < 0 || k >= n) throw Kernels.outside("gather", k, at, n);
                    ys[y0 + at] = xs[x0 + (o * n + k) * inner + i];
                }
            }
        }
    }

    @Override public void gatherBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int m, int inner, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int[] indices = index.ints();
        int dx0 = dx.offset(), d0 = dout.offset(), i0 = index.offset();
        for (int o = 0; o < outer; o++) {
            for (int k = 0; k < n; k++) {
                for (int i = 0; i < inner; i++) {
                    double sum = 0;
                    for (int j = 0; j < m; j++) {
                        int at = (o * m + j) * inner + i;
                        if (indices[i0 + at] == k) sum += douts[d0 + at];
                    }
                    put(dxs, dx0 + (o * n + k) * inner + i, (float) sum, acc);
                }
            }
        }
    }

    @Override public void oneHot(Buffer y, Buffer ids, int N, int C) {
        float[] ys = y.floats();
        int[] idss = ids.ints();
        int y0 = y.offset(), i0 = ids.offset();
        for (int n = 0; n < N; n++) {
            int id = idss[i0 + n];
            if (id < 0 || id >= C) throw Kernels.outside("oneHot", id, n, C);
            for (int c = 0; c < C; c++) ys[y0 + n * C + c] = c == id ? 1 : 0;
        }
    }

    @Override public void crossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, int N, int C) {
        float[] losses = loss.floats(), xs = logits.floats();
        int[] labelss = labels.ints();
        int l0 = loss.offset(), x0 = logits.offset(), t0 = labels.offset();
        for (int n = 0; n < N; n++) {
            int label = labelss[t0 + n];
            if (label < 0 || label >= C) throw Kernels.outside("crossEntropy", label, n, C);
            losses[l0 + n] = (float) (logSumOfExp(stat, n, xs, x0 + n * C, C) - xs[x0 + n * C + label]);
        }
    }

    /** stat[n] = (m, log Σ exp(x - m)), m the largest x. @return log Σ exp x */
    private static double logSumOfExp(Buffer stat, int n, float[] xs, int x0, int C) {
        double m = largest(xs, x0, C, 1), sum = 0;
        for (int c = 0; c < C; c++) sum += Math.exp(xs[x0 + c] - m);
        stat.floats()[stat.offset() + 2 * n] = (float) m;
        stat.floats()[stat.offset() + 2 * n + 1] = (float) Math.log(sum);
        return Math.log(sum) + m;
    }

    /** exp(x - m - log Σ) with the n-th row's stat. */
    private static double probability(Buffer stat, int n, double x) {
        return Math.exp(x - stat.floats()[stat.offset() + 2 * n] - stat.floats()[stat.offset() + 2 * n + 1]);
    }

    @Override public void crossEntropyBackward(Buffer dlogits, Buffer dout, Buffer stat, Buffer logits, Buffer labels, int N, int C, float scale, boolean acc) {
        float[] dlogitss = dlogits.floats(), xs = logits.floats();
        int[] labelss = labels.ints();
        int dx0 = dlogits.offset(), x0 = logits.offset(), t0 = labels.offset();
        float factor = scale * dout.floats()[dout.offset()];
        for (int n = 0; n < N; n++) {
            for (int c = 0; c < C; c++) {
                float target = c == labelss[t0 + n] ? 1 : 0;
                put(dlogitss, dx0 + n * C + c, factor * ((float) probability(stat, n, xs[x0 + n * C + c]) - target), acc);
            }
        }
    }

    // ---- convolution and pooling

    @Override public void conv2d(Buffer y, Buffer x, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        float[] ys = y.floats(), xs = x.floats(), weights = weight.floats();
        int y0 = y.offset(), x0 = x.offset(), w0 = weight.offset();
        int H = window.H(), W = window.W(), kH = window.kH(), kW = window.kW(), outH = window.outH(), outW = window.outW();
        int channels = C / groups, outChannels = Cout / groups;
        for (int b = 0; b < B; b++) {
            for (int o = 0; o < Cout; o++) {
                int first = o / outChannels * channels;
                for (int i = 0; i < outH; i++) {
                    for (int j = 0; j < outW; j++) {
                        double sum = 0;
                        for (int c = 0; c < channels; c++) {
                            for (int u = 0; u < kH; u++) {
                                for (int v = 0; v < kW; v++) {
                                    int h = window.row(i, u), w = window.column(j, v);
                                    if (window.inside(h, w)) {
                                        sum += (double) weights[w0 + ((o * channels + c) * kH + u) * kW + v] * xs[x0 + ((b * C + first + c) * H + h) * W + w];
                                    }
                                }
                            }
                        }
                        put(ys, y0 + ((b * Cout + o) * outH + i) * outW + j, (float) sum, acc);
                    }
                }
            }
        }
    }

    @Override public void conv2dBackward(Buffer dx, Buffer dout, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), weights = weight.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), w0 = weight.offset();
        int H = window.H(), W = window.W(), kH = window.kH(), kW = window.kW(), outH = window.outH(), outW = window.outW();
        int channels = C / groups, outChannels = Cout / groups;
        for (int b = 0; b < B; b++) {
            for (int c = 0; c < C; c++) {
                int first = c / channels * outChannels;
                for (int h = 0; h < H; h++) {
                    for (int w = 0; w < W; w++) {
                        double sum = 0;
                        for (int o = first; o < first + outChannels; o++) {
                            for (int u = 0; u < kH; u++) {
                                for (int v = 0; v < kW; v++) {
                                    int i = window.outRow(h, u), j = window.outColumn(w, v);
                                    if (i >= 0 && j >= 0) {
                                        sum += (double) douts[d0 + ((b * Cout + o) * outH + i) * outW + j]
                                            * weights[w0 + ((o * channels + c % channels) * kH + u) * kW + v];
                                    }
                                }
                            }
                        }
                        put(dxs, dx0 + ((b * C + c) * H + h) * W + w, (float) sum, acc);
                    }
                }
            }
        }
    }

    @Override public void conv2dWeightBackward(Buffer dweight, Buffer dout, Buffer x, int B, int C, int Cout, int groups, Window window, boolean acc) {
        float[] dweights = dweight.floats(), douts = dout.floats(), xs = x.floats();
        int dw0 = dweight.offset(), d0 = dout.offset(), x0 = x.offset();
        int H = window.H(), W = window.W(), kH = window.kH(), kW = window.kW(), outH = window.outH(), outW = window.outW();
        int channels = C / groups, outChannels = Cout / groups;
        for (int o = 0; o < Cout; o++) {
            int first = o / outChannels * channels;
            for (int c = 0; c < channels; c++) {
                for (int u = 0; u < kH; u++) {
                    for (int v = 0; v < kW; v++) {
                        double sum = 0;
                        for (int b = 0; b < B; b++) {
                            for (int i = 0; i < outH; i++) {
                                for (int j = 0; j < outW; j++) {
                                    int h = window.row(i, u), w = window.column(j, v);
                                    if (window.inside(h, w)) {
                                        sum += (double) douts[d0 + ((b * Cout + o) * outH + i) * outW + j] * xs[x0 + ((b * C + first + c) * H + h) * W + w];
                                    }
                                }
                            }
                        }
                        put(dweights, dw0 + ((o * channels + c) * kH + u) * kW + v, (float) sum, acc);
                    }
                }
            }
        }
    }

    @Override public void unfold(Buffer y, Buffer x, int planes, Window window, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        int H = window.H(), W = window.W(), kH = window.kH(), kW = window.kW(), outH = window.outH(), outW = window.outW();
        for (int p = 0; p < planes; p++) {
            for (int u = 0; u < kH; u++) {
                for (int v = 0; v < kW; v++) {
                    for (int i = 0; i < outH; i++) {
                        for (int j = 0; j < outW; j++) {
                            int h = window.row(i, u), w = window.column(j, v);
                            float value = window.inside(h, w) ? xs[x0 + (p * H + h) * W + w] : 0;
                            put(ys, y0 + (((p * kH + u) * kW + v) * outH + i) * outW + j, value, acc);
                        }
                    }
                }
            }
        }
    }

    @Override public void fold(Buffer y, Buffer x, int planes, Window window, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        int H = window.H(), W = window.W(), kH = window.kH(), kW = window.kW(), outH = window.outH(), outW = window.outW();
        for (int p = 0; p < planes; p++) {
            for (int h = 0; h < H; h++) {
                for (int w = 0; w < W; w++) {
                    double sum = 0;
                    for (int u = 0; u < kH; u++) {
                        for (int v = 0; v < kW; v++) {
                            int i = window.outRow(h, u), j = window.outColumn(w, v);
                            if (i >= 0 && j >= 0) sum += xs[x0 + (((p * kH + u) * kW + v) * outH + i) * outW + j];
                        }
                    }
                    put(ys, y0 + (p * H + h) * W + w, (float) sum, acc);
                }
            }
        }
    }

    @Override public void maxPool2d(Buffer y, Buffer index, Buffer x, int planes, Window window) {
        float[] ys = y.floats(), xs = x.floats();
        int[] indices = index.ints();
        int y0 = y.offset(), i0 = index.offset(), x0 = x.offset();
        int W = window.W(), outH = window.outH(), outW = window.outW();
        for (int p = 0; p < planes; p++) {
            for (int i = 0; i < outH; i++) {
                for (int j = 0; j < outW; j++) {
                    float max = Float.NEGATIVE_INFINITY;
                    int best = -1;
                    for (int u = 0; u < window.kH(); u++) {
                        for (int v = 0; v < window.kW(); v++) {
                            int h = window.row(i, u), w = window.column(j, v);
                            if (!window.inside(h, w) || Float.isNaN(max)) continue;
                            float candidate = xs[x0 + p * window.plane() + h * W + w];
                            if (best < 0 || candidate > max || Float.isNaN(candidate)) {
                                max = candidate;
                                best = h * W + w;
                            }
                        }
                    }
                    ys[y0 + (p * outH + i) * outW + j] = max;
                    indices[i0 + (p * outH + i) * outW + j] = best;
                }
            }
        }
    }

    @Override public void maxPool2dBackward(Buffer dx, Buffer dout, Buffer index, int planes, Window window, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int[] indices = index.ints();
        int dx0 = dx.offset(), d0 = dout.offset(), i0 = index.offset();
        int H = window.H(), W = window.W(), outH = window.outH(), outW = window.outW();
        for (int p = 0; p < planes; p++) {
            for (int h = 0; h < H; h++) {
                for (int w = 0; w < W; w++) {
                    double sum = 0;
                    for (int u = 0; u < window.kH(); u++) {
                        for (int v = 0; v < window.kW(); v++) {
                            int i = window.outRow(h, u), j = window.outColumn(w, v), out = (p * outH + i) * outW + j;
                            if (i >= 0 && j >= 0 && indices[i0 + out] == h * W + w) sum += douts[d0 + out];
                        }
                    }
                    put(dxs, dx0 + (p * H + h) * W + w, (float) sum, acc);
                }
            }
        }
    }

    @Override public void avgPool2d(Buffer y, Buffer x, int planes, Window window) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        int H = window.H(), W = window.W(), outH = window.outH(), outW = window.outW();
        for (int p = 0; p < planes; p++) {
            for (int i = 0; i < outH; i++) {
                for (int j = 0; j < outW; j++) {
                    double sum = 0;
                    for (int u = 0; u < window.kH(); u++) {
                        for (int v = 0; v < window.kW(); v++) {
                            int h = window.row(i, u), w = window.column(j, v);
                            if (window.inside(h, w)) sum += xs[x0 + (p * H + h) * W + w];
                        }
                    }
                    ys[y0 + (p * outH + i) * outW + j] = (float) (sum / window.taps());
                }
            }
        }
    }

    @Override public void avgPool2dBackward(Buffer dx, Buffer dout, int planes, Window window, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int dx0 = dx.offset(), d0 = dout.offset();
        int H = window.H(), W = window.W(), outH = window.outH(), outW = window.outW();
        for (int p = 0; p < planes; p++) {
            for (int h = 0; h < H; h++) {
                for (int w = 0; w < W; w++) {
                    double sum = 0;
                    for (int u = 0; u < window.kH(); u++) {
                        for (int v = 0; v < window.kW(); v++) {
                            int i = window.outRow(h, u), j = window.outColumn(w, v);
                            if (i >= 0 && j >= 0) sum += douts[d0 + (p * outH + i) * outW + j];
                        }
                    }
                    put(dxs, dx0 + (p * H + h) * W + w, (float) (sum / window.taps()), acc);
                }
            }
        }
    }

    @Override public void adaptiveAvgPool2d(Buffer y, Buffer x, int planes, int H, int W, int outH, int outW) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int p = 0; p < planes; p++) {
            for (int i = 0; i < outH; i++) {
                int top = partStart(i, H, outH), bottom = partEnd(i, H, outH);
                for (int j = 0; j < outW; j++) {
                    int left = partStart(j, W, outW), right = partEnd(j, W, outW);
                    double sum = 0;
                    for (int h = top; h < bottom; h++) {
                        for (int w = left; w < right; w++) sum += xs[x0 + (p * H + h) * W + w];
                    }
                    ys[y0 + (p * outH + i) * outW + j] = (float) (sum / ((bottom - top) * (right - left)));
                }
            }
        }
    }

    /** ⌊i·size/parts⌋. */
    private static int partStart(int i, int size, int parts) {
        return (int) ((long) i * size / parts);
    }

    /** ⌈(i+1)·size/parts⌉, exclusive. */
    private static int partEnd(int i, int size, int parts) {
        return (int) (((long) (i + 1) * size + parts - 1) / parts);
    }

    @Override public void adaptiveAvgPool2dBackward(Buffer dx, Buffer dout, int planes, int H, int W, int outH, int outW, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats();
        int dx0 = dx.offset(), d0 = dout.offset();
        for (int p = 0; p < planes; p++) {
            for (int h = 0; h < H; h++) {
                for (int w = 0; w < W; w++) {
                    double sum = 0;
                    // the parts that hold row h begin with that of h·outH/H, rounded down, and follow one another
                    for (int i = (int) ((long) h * outH / H); i < outH && partStart(i, H, outH) <= h; i++) {
                        for (int j = (int) ((long) w * outW / W); j < outW && partStart(j, W, outW) <= w; j++) {
                            int rows = partEnd(i, H, outH) - partStart(i, H, outH), columns = partEnd(j, W, outW) - partStart(j, W, outW);
                            sum += (double) douts[d0 + (p * outH + i) * outW + j] / (rows * columns);
                        }
                    }
                    put(dxs, dx0 + (p * H + h) * W + w, (float) sum, acc);
                }
            }
        }
    }

    // ---- normalisation by channel

    @Override public void channelMoments(Buffer moments, Buffer x, int B, int C, int S) {
        float[] momentss = moments.floats(), xs = x.floats();
        int m0 = moments.offset(), x0 = x.offset();
        for (int c = 0; c < C; c++) {
            double sum = 0, squares = 0;
            for (int b = 0; b < B; b++) {
                for (int s = 0; s < S; s++) sum += xs[x0 + (b * C + c) * S + s];
            }
            double mu = sum / ((long) B * S);
            for (int b = 0; b < B; b++) {
                for (int s = 0; s < S; s++) {
                    double d = xs[x0 + (b * C + c) * S + s] - mu;
                    squares += d * d;
                }
            }
            momentss[m0 + c] = (float) mu;
            momentss[m0 + C + c] = (float) (squares / ((long) B * S));
        }
    }

    @Override public void batchNorm(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, int B, int C, int S, float eps) {
        float[] ys = y.floats(), xs = x.floats(), means = mean.floats(), variances = variance.floats(), gammas = gamma.floats(), betas = beta.floats();
        int y0 = y.offset(), x0 = x.offset(), m0 = mean.offset(), v0 = variance.offset(), g0 = gamma.offset(), b0 = beta.offset();
        for (int b = 0; b < B; b++) {
            for (int c = 0; c < C; c++) {
                double rho = 1 / Math.sqrt((double) variances[v0 + c] + eps);
                for (int s = 0; s < S; s++) {
                    int at = (b * C + c) * S + s;
                    ys[y0 + at] = (float) (((double) xs[x0 + at] - means[m0 + c]) * rho * gammas[g0 + c] + betas[b0 + c]);
                }
            }
        }
    }

    @Override public void batchNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer mean, Buffer variance, Buffer gamma,
                                            int B, int C, int S, float eps, boolean training, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), means = mean.floats(), variances = variance.floats(), gammas = gamma.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), m0 = mean.offset(), v0 = variance.offset(), g0 = gamma.offset();
        long n = (long) B * S;
        for (int c = 0; c < C; c++) {
            double mu = means[m0 + c], rho = 1 / Math.sqrt((double) variances[v0 + c] + eps), meanDout = 0, meanDoutX = 0;
            for (int b = 0; training && b < B; b++) {
                for (int s = 0; s < S; s++) {
                    int at = (b * C + c) * S + s;
                    meanDout += (double) douts[d0 + at] / n;
                    meanDoutX += douts[d0 + at] * (xs[x0 + at] - mu) * rho / n;
                }
            }
            for (int b = 0; b < B; b++) {
                for (int s = 0; s < S; s++) {
                    int at = (b * C + c) * S + s;
                    double centred = training ? meanDout + (xs[x0 + at] - mu) * rho * meanDoutX : 0;
                    put(dxs, dx0 + at, (float) (gammas[g0 + c] * rho * (douts[d0 + at] - centred)), acc);
                }
            }
        }
    }

    @Override public void batchNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer mean, Buffer variance, int B, int C, int S, float eps, boolean acc) {
        float[] dgammas = dgamma.floats(), douts = dout.floats(), xs = x.floats(), means = mean.floats(), variances = variance.floats();
        int dg0 = dgamma.offset(), d0 = dout.offset(), x0 = x.offset(), m0 = mean.offset(), v0 = variance.offset();
        for (int c = 0; c < C; c++) {
            double mu = means[m0 + c], rho = 1 / Math.sqrt((double) variances[v0 + c] + eps), sum = 0;
            for (int b = 0; b < B; b++) {
                for (int s = 0; s < S; s++) {
                    int at = (b * C + c) * S + s;
                    sum += douts[d0 + at] * (xs[x0 + at] - mu) * rho;
                }
            }
            put(dgammas, dg0 + c, (float) sum, acc);
        }
    }

    @Override public void movingAverage(Buffer y, Buffer x, float weight, float scale) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) {
            ys[y0 + i] = (float) ((1 - (double) weight) * ys[y0 + i] + (double) weight * scale * xs[x0 + i]);
        }
    }

    @Override public void groupNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int B, int C, int S, int groups, float eps) {
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats(), gammas = gamma.floats(), betas = beta.floats();
        int y0 = y.offset(), s0 = stat.offset(), x0 = x.offset(), g0 = gamma.offset(), b0 = beta.offset();
        int channels = C / groups, n = channels * S;
        for (int r = 0; r < B * groups; r++) {
            double mu = mean(xs, x0 + r * n, n, 1), variance = 0;
            for (int i = 0; i < n; i++) {
                double d = xs[x0 + r * n + i] - mu;
                variance += d * d / n;
            }
            double rho = 1 / Math.sqrt(variance + eps);
            stats[s0 + 2 * r] = (float) mu;
            stats[s0 + 2 * r + 1] = (float) rho;
            for (int i = 0; i < n; i++) {
                int c = r % groups * channels + i / S;
                ys[y0 + r * n + i] = (float) ((xs[x0 + r * n + i] - mu) * rho * gammas[g0 + c] + betas[b0 + c]);
            }
        }
    }

    @Override public void groupNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int B, int C, int S, int groups, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats(), gammas = gamma.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset(), g0 = gamma.offset();
        int channels = C / groups, n = channels * S;
        for (int r = 0; r < B * groups; r++) {
            double mu = stats[s0 + 2 * r], rho = stats[s0 + 2 * r + 1], meanG = 0, meanGx = 0;
            for (int i = 0; i < n; i++) {
                double g = (double) douts[d0 + r * n + i] * gammas[g0 + r % groups * channels + i / S];
                meanG += g / n;
                meanGx += g * (xs[x0 + r * n + i] - mu) * rho / n;
            }
            for (int i = 0; i < n; i++) {
                double g = (double) douts[d0 + r * n + i] * gammas[g0 + r % groups * channels + i / S];
                double xHat = (xs[x0 + r * n + i] - mu) * rho;
                put(dxs, dx0 + r * n + i, (float) (rho * (g - meanG - xHat * meanGx)), acc);
            }
        }
    }

    @Override public void groupNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int B, int C, int S, int groups, boolean acc) {
        float[] dgammas = dgamma.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats();
        int dg0 = dgamma.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset();
        for (int c = 0; c < C; c++) {
            double sum = 0;
            for (int b = 0; b < B; b++) {
                int r = b * groups + c / (C / groups);
                double mu = stats[s0 + 2 * r], rho = stats[s0 + 2 * r + 1];
                for (int s = 0; s < S; s++) {
                    int at = (b * C + c) * S + s;
                    sum += douts[d0 + at] * (xs[x0 + at] - mu) * rho;
                }
            }
            put(dgammas, dg0 + c, (float) sum, acc);
        }
    }

    // ---- recurrent layers

    @Override public void rnn(Buffer h, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H) {
        float[] hs = h.floats(), ws = weight.floats(), bs = bias.floats();
        int hAt = h.offset(), w0 = weight.offset(), b0 = bias.offset();
        for (int b = 0; b < B; b++) {
            int length = length("rnn", lengths, b, T);
            float[] before = row(h0, b, H);
            for (int s = 0; s < length; s++) {
                int t = reverse ? length - 1 - s : s, at = hAt + (b * T + t) * H;
                for (int j = 0; j < H; j++) {
                    double a = (double) hs[at + j] + bs[b0 + j] + dot(ws, w0 + j * H, before);
                    hs[at + j] = (float) (relu ? Math.max(a, 0) : Math.tanh(a));
                }
                System.arraycopy(hs, at, before, 0, H);
            }
            setRow(hN, b, before);
            Arrays.fill(hs, hAt + (b * T + length) * H, hAt + (b + 1) * T * H, 0);
        }
    }

    @Override public void rnnBackward(Buffer da, Buffer dh0, Buffer dout, Buffer dhN, Buffer h, Buffer weight, Buffer lengths, boolean relu, boolean reverse,
                                      int B, int T, int H) {
        float[] das = da.floats(), douts = dout.floats(), hs = h.floats(), ws = weight.floats();
        int a0 = da.offset(), d0 = dout.offset(), hAt = h.offset(), w0 = weight.offset();
        for (int b = 0; b < B; b++) {
            int length = length("rnn", lengths, b, T);
            float[] dh = row(dhN, b, H);
            for (int s = length - 1; s >= 0; s--) {
                int t = reverse ? length - 1 - s : s, at = (b * T + t) * H;
                for (int j = 0; j < H; j++) {
                    float y = hs[hAt + at + j], slope = relu ? (y > 0 ? 1 : 0) : 1 - y * y;
                    das[a0 + at + j] = (dh[j] + douts[d0 + at + j]) * slope;
                }
                for (int k = 0; k < H; k++) dh[k] = dotColumn(das, a0 + at, H, ws, w0 + k, H);
            }
            setRow(dh0, b, dh);
            Arrays.fill(das, a0 + (b * T + length) * H, a0 + (b + 1) * T * H, 0);
        }
    }

    @Override public void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0, Buffer lengths,
                               boolean reverse, int B, int T, int H) {
        float[] as = gates.floats(), hs = h.floats(), cs = c.floats(), ws = weight.floats(), bs = bias.floats();
        int w0 = weight.offset(), b0 = bias.offset();
        for (int b = 0; b < B; b++) {
            int length = length("lstm", lengths, b, T);
            float[] hBefore = row(h0, b, H), cBefore = row(c0, b, H), a = new float[4 * H];
            for (int s = 0; s < length; s++) {
                int t = reverse ? length - 1 - s : s, row = b * T + t;
                int at = gates.offset() + row * 4 * H, hAt = h.offset() + row * H, cAt = c.offset() + row * H;
                for (int k = 0; k < 4 * H; k++) a[k] = (float) (as[at + k] + bs[b0 + k] + dot(ws, w0 + k * H, hBefore));
                for (int j = 0; j < H; j++) {
                    double i = sigmoid(a[j]), f = sigmoid(a[H + j]), g = Math.tanh(a[2 * H + j]), o = sigmoid(a[3 * H + j]);
                    double cell = f * cBefore[j] + i * g;
                    as[at + j] = (float) i;
                    as[at + H + j] = (float) f;
                    as[at + 2 * H + j] = (float) g;
                    as[at + 3 * H + j] = (float) o;
                    cs[cAt + j] = (float) cell;
                    hs[hAt + j] = (float) (o * Math.tanh(cell));
                }
                System.arraycopy(hs, hAt, hBefore, 0, H);
                System.arraycopy(cs, cAt, cBefore, 0, H);
            }
            setRow(hN, b, hBefore);
            setRow(cN, b, cBefore);
            Arrays.fill(as, gates.offset() + (b * T + length) * 4 * H, gates.offset() + (b + 1) * T * 4 * H, 0);
            Arrays.fill(hs, h.offset() + (b * T + length) * H, h.offset() + (b + 1) * T * H, 0);
            Arrays.fill(cs, c.offset() + (b * T + length) * H, c.offset() + (b + 1) * T * H, 0);
        }
    }

    @Override public void lstmBackward(Buffer da, Buffer dh0, Buffer dc0, Buffer dout, Buffer dhN, Buffer dcN, Buffer gates, Buffer c, Buffer weight, Buffer c0,
                                       Buffer lengths, boolean reverse, int B, int T, int H) {
        float[] das = da.floats(), douts = dout.floats(), as = gates.floats(), cs = c.floats(), ws = weight.floats();
        int w0 = weight.offset();
        for (int b = 0; b < B; b++) {
            int length = length("lstm", lengths, b, T);
            float[] dhs = row(dhN, b, H), dcs = row(dcN, b, H), first = row(c0, b, H);
            for (int s = length - 1; s >= 0; s--) {
                int t = reverse ? length - 1 - s : s, row = b * T + t, rowBefore = reverse ? row + 1 : row - 1;
                int at = gates.offset() + row * 4 * H, to = da.offset() + row * 4 * H;
                for (int j = 0; j < H; j++) {
                    double i = as[at + j], f = as[at + H + j], g = as[at + 2 * H + j], o = as[at + 3 * H + j];
                    double cBefore = s == 0 ? first[j] : cs[c.offset() + rowBefore * H + j];
                    double tanhC = Math.tanh(cs[c.offset() + row * H + j]);
                    double dh = dhs[j] + douts[dout.offset() + row * H + j];
                    double dc = dcs[j] + dh * o * (1 - tanhC * tanhC);
                    das[to + j] = (float) (dc * g * i * (1 - i));
                    das[to + H + j] = (float) (dc * cBefore * f * (1 - f));
                    das[to + 2 * H + j] = (float) (dc * i * (1 - g * g));
                    das[to + 3 * H + j] = (float) (dh * tanhC * o * (1 - o));
                    dcs[j] = (float) (dc * f);
                }
                for (int k = 0; k < H; k++) dhs[k] = dotColumn(das, to, 4 * H, ws, w0 + k, H);
            }
            setRow(dh0, b, dhs);
            setRow(dc0, b, dcs);
            Arrays.fill(das, da.offset() + (b * T + length) * 4 * H, da.offset() + (b + 1) * T * 4 * H, 0);
        }
    }

    @Override public void gru(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean reverse, int B, int T, int H) {
        float[] as = gates.floats(), hs = h.floats(), us = u.floats(), ws = weight.floats(), bs = bias.floats();
        int w0 = weight.offset(), b0 = bias.offset();
        for (int b = 0; b < B; b++) {
            int length = length("gru", lengths, b, T);
            float[] before = row(h0, b, H);
            for (int s = 0; s < length; s++) {
                int t = reverse ? length - 1 - s : s, row = b * T + t;
                int at = gates.offset() + row * 3 * H, hAt = h.offset() + row * H, uAt = u.offset() + row * H;
                for (int j = 0; j < H; j++) {
                    double ur = bs[b0 + j] + dot(ws, w0 + j * H, before);
                    double uz = bs[b0 + H + j] + dot(ws, w0 + (H + j) * H, before);
                    double un = bs[b0 + 2 * H + j] + dot(ws, w0 + (2 * H + j) * H, before);
                    double r = sigmoid(as[at + j] + ur), z = sigmoid(as[at + H + j] + uz), n = Math.tanh(as[at + 2 * H + j] + r * un);
                    as[at + j] = (float) r;
                    as[at + H + j] = (float) z;
                    as[at + 2 * H + j] = (float) n;
                    us[uAt + j] = (float) un;
                    hs[hAt + j] = (float) ((1 - z) * n + z * before[j]);
                }
                System.arraycopy(hs, hAt, before, 0, H);
            }
            setRow(hN, b, before);
            Arrays.fill(as, gates.offset() + (b * T + length) * 3 * H, gates.offset() + (b + 1) * T * 3 * H, 0);
            Arrays.fill(hs, h.offset() + (b * T + length) * H, h.offset() + (b + 1) * T * H, 0);
            Arrays.fill(us, u.offset() + (b * T + length) * H, u.offset() + (b + 1) * T * H, 0);
        }
    }

    @Override public void gruBackward(Buffer da, Buffer du, Buffer dh0, Buffer dout, Buffer dhN, Buffer gates, Buffer h, Buffer u, Buffer weight, Buffer h0,
                                      Buffer lengths, boolean reverse, int B, int T, int H) {
        float[] das = da.floats(), dus = du.floats(), douts = dout.floats(), as = gates.floats(), hs = h.floats(), us = u.floats(), ws = weight.floats();
        int w0 = weight.offset();
        for (int b = 0; b < B; b++) {
            int length = length("gru", lengths, b, T);
            float[] dhs = row(dhN, b, H), first = row(h0, b, H);
            for (int s = length - 1; s >= 0; s--) {
                int t = reverse ? length - 1 - s : s, row = b * T + t, rowBefore = reverse ? row + 1 : row - 1;
                int at = gates.offset() + row * 3 * H, to = da.offset() + row * 3 * H, uTo = du.offset() + row * 3 * H;
                for (int j = 0; j < H; j++) {
                    double r = as[at + j], z = as[at + H + j], n = as[at + 2 * H + j], un = us[u.offset() + row * H + j];
                    double before = s == 0 ? first[j] : hs[h.offset() + rowBefore * H + j];
                    double dh = dhs[j] + douts[dout.offset() + row * H + j];
                    double dn = dh * (1 - z) * (1 - n * n), dz = dh * (before - n) * z * (1 - z), dr = dn * un * r * (1 - r);
                    das[to + j] = dus[uTo + j] = (float) dr;
                    das[to + H + j] = dus[uTo + H + j] = (float) dz;
                    das[to + 2 * H + j] = (float) dn;
                    dus[uTo + 2 * H + j] = (float) (dn * r);
                    dhs[j] = (float) (dh * z);
                }
                for (int k = 0; k < H; k++) dhs[k] += dotColumn(dus, uTo, 3 * H, ws, w0 + k, H);
            }
            setRow(dh0, b, dhs);
            Arrays.fill(das, da.offset() + (b * T + length) * 3 * H, da.offset() + (b + 1) * T * 3 * H, 0);
            Arrays.fill(dus, du.offset() + (b * T + length) * 3 * H, du.offset() + (b + 1) * T * 3 * H, 0);
        }
    }

    @Override public void recurrentWeightBackward(Buffer dweight, Buffer da, Buffer h, Buffer h0, Buffer lengths, int B, int T, int G, int H, boolean reverse, boolean acc) {
        float[] dws = dweight.floats(), das = da.floats(), hs = h.floats(), firsts = h0.floats();
        for (int g = 0; g < G; g++) {
            for (int j = 0; j < H; j++) {
                double sum = 0;
                for (int b = 0; b < B; b++) {
                    int length = length("recurrentWeightBackward", lengths, b, T);
                    for (int s = 0; s < length; s++) {
                        int t = reverse ? length - 1 - s : s, row = b * T + t, rowBefore = reverse ? row + 1 : row - 1;
                        float before = s == 0 ? firsts[h0.offset() + b * H + j] : hs[h.offset() + rowBefore * H + j];
                        sum += (double) das[da.offset() + row * G + g] * before;
                    }
                }
                put(dws, dweight.offset() + g * H + j, (float) sum, acc);
            }
        }
    }

    static int length(String op, Buffer lengths, int b, int T) {
        int length = lengths.ints()[lengths.offset() + b];
        Kernels.requireLength(op, length, b, T);
        return length;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static float[] row(Buffer x, int b, int n) {
        return Arrays.copyOfRange(x.floats(), x.offset() + b * n, x.offset() + (b + 1) * n);
    }

    private static void setRow(Buffer y, int b, float[] row) {
        System.arraycopy(row, 0, y.floats(), y.offset() + b * row.length, row.length);
    }

    /** Σⱼ w[from + j] · x[j]. */
    private static double dot(float[] w, int from, float[] x) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) sum += (double) w[from + j] * x[j];
        return sum;
    }

    /** Σₖ a[from + k] · w[column + k·stride] for k below n. */
    private static float dotColumn(float[] a, int from, int n, float[] w, int column, int stride) {
        double sum = 0;
        for (int k = 0; k < n; k++) sum += (double) a[from + k] * w[column + k * stride];
        return (float) sum;
    }

    // ---- losses and activations with numbers of their own, RMS normalisation

    @Override public void labelWeights(Buffer y, Buffer labels, Buffer weights, int N, int C, int ignored) {
        float[] ys = y.floats(), ws = weights.floats();
        int[] labelss = labels.ints();
        int y0 = y.offset(), t0 = labels.offset(), w0 = weights.offset();
        for (int n = 0; n < N; n++) {
            int label = labelss[t0 + n];
            if (label != ignored && (label < 0 || label >= C)) throw Kernels.outside("crossEntropy", label, n, C);
            ys[y0 + n] = label == ignored ? 0 : ws[w0 + label];
        }
    }

    @Override public void smoothedCrossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C,
                                               float smoothing, int ignored) {
        float[] losses = loss.floats(), xs = logits.floats(), ws = weights.floats();
        int[] labelss = labels.ints();
        int l0 = loss.offset(), x0 = logits.offset(), t0 = labels.offset(), w0 = weights.offset();
        for (int n = 0; n < N; n++) {
            int label = labelss[t0 + n];
            if (label != ignored && (label < 0 || label >= C)) throw Kernels.outside("crossEntropy", label, n, C);
            double log = logSumOfExp(stat, n, xs, x0 + n * C, C), cost = 0;
            for (int c = 0; c < C && label != ignored; c++) {
                double q = target(ws[w0 + c], c == label, smoothing, C);
                // a class of weight 0 costs nothing, also where its logit is -∞
                if (q != 0) cost -= q * (xs[x0 + n * C + c] - log);
            }
            losses[l0 + n] = (float) cost;
        }
    }

    @Override public void smoothedCrossEntropyBackward(Buffer dlogits, Buffer dout, Buffer total, Buffer stat, Buffer logits, Buffer labels, Buffer weights,
                                                       int N, int C, float smoothing, int ignored, boolean acc) {
        float[] dlogitss = dlogits.floats(), xs = logits.floats(), ws = weights.floats();
        int[] labelss = labels.ints();
        int dx0 = dlogits.offset(), x0 = logits.offset(), t0 = labels.offset(), w0 = weights.offset();
        double factor = (double) dout.floats()[dout.offset()] / total.floats()[total.offset()];
        for (int n = 0; n < N; n++) {
            int label = labelss[t0 + n];
            double sum = 0;
            for (int c = 0; c < C; c++) sum += target(ws[w0 + c], c == label, smoothing, C);
            for (int c = 0; c < C; c++) {
                double q = target(ws[w0 + c], c == label, smoothing, C);
                put(dlogitss, dx0 + n * C + c, label == ignored ? 0 : (float) (factor * (probability(stat, n, xs[x0 + n * C + c]) * sum - q)), acc);
            }
        }
    }

    private static double target(double weight, boolean chosen, double smoothing, int C) {
        return weight * (smoothing / C + (chosen ? 1 - smoothing : 0));
    }

    @Override public void bceWithLogits(Buffer y, Buffer x, Buffer t, Buffer w, int N, int C) {
        float[] ys = y.floats(), xs = x.floats(), ts = t.floats(), ws = w.floats();
        int y0 = y.offset(), x0 = x.offset(), t0 = t.offset(), w0 = w.offset();
        for (int n = 0; n < N; n++) {
            for (int c = 0; c < C; c++) {
                int i = n * C + c;
                double logit = xs[x0 + i], target = ts[t0 + i];
                double softplus = Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(-logit, 0);   // log(1 + e⁻ˣ)
                ys[y0 + i] = (float) ((1 - target) * logit + (1 + (ws[w0 + c] - 1) * target) * softplus);
            }
        }
    }

    @Override public void bceWithLogitsBackward(Buffer dx, Buffer dout, Buffer x, Buffer t, Buffer w, int N, int C, float scale, boolean acc) {
        float[] dxs = dx.floats(), xs = x.floats(), ts = t.floats(), ws = w.floats();
        int dx0 = dx.offset(), x0 = x.offset(), t0 = t.offset(), w0 = w.offset();
        double factor = scale * dout.floats()[dout.offset()];
        for (int n = 0; n < N; n++) {
            for (int c = 0; c < C; c++) {
                int i = n * C + c;
                double target = ts[t0 + i], rest = 1 / (1 + Math.exp(xs[x0 + i]));   // 1 - σ(x)
                put(dxs, dx0 + i, (float) (factor * (1 - target - (1 + (ws[w0 + c] - 1) * target) * rest)), acc);
            }
        }
    }

    @Override public void leakyRelu(Buffer y, Buffer x, float slope) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] = xs[x0 + i] > 0 ? xs[x0 + i] : slope * xs[x0 + i];
    }

    @Override public void leakyReluBackward(Buffer dx, Buffer dout, Buffer x, float slope, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset();
        for (int i = 0; i < dx.length(); i++) put(dxs, dx0 + i, xs[x0 + i] > 0 ? douts[d0 + i] : slope * douts[d0 + i], acc);
    }

    @Override public void rmsNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, int N, int C, float eps) {
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats(), gammas = gamma.floats();
        int y0 = y.offset(), s0 = stat.offset(), x0 = x.offset(), g0 = gamma.offset();
        for (int r = 0; r < N; r++) {
            double square = 0;
            for (int c = 0; c < C; c++) square += (double) xs[x0 + r * C + c] * xs[x0 + r * C + c] / C;
            double rho = 1 / Math.sqrt(square + eps);
            stats[s0 + 2 * r] = 0;
            stats[s0 + 2 * r + 1] = (float) rho;
            for (int c = 0; c < C; c++) ys[y0 + r * C + c] = (float) (xs[x0 + r * C + c] * rho * gammas[g0 + c]);
        }
    }

    @Override public void rmsNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats(), gammas = gamma.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset(), g0 = gamma.offset();
        for (int r = 0; r < N; r++) {
            double rho = stats[s0 + 2 * r + 1], mean = 0;
            for (int c = 0; c < C; c++) mean += (double) douts[d0 + r * C + c] * gammas[g0 + c] * xs[x0 + r * C + c] * rho / C;
            for (int c = 0; c < C; c++) {
                double g = (double) douts[d0 + r * C + c] * gammas[g0 + c], xHat = xs[x0 + r * C + c] * rho;
                put(dxs, dx0 + r * C + c, (float) (rho * (g - xHat * mean)), acc);
            }
        }
    }

    // ---- attention without a matrix of weights in memory

    @Override public void attention(Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        float[] ys = y.floats(), logs = log.floats(), vs = v.floats();
        for (int n = 0; n < B * H; n++) {
            for (int i = 0; i < T; i++) {
                double[] s = scores(q, k, bias, strideBias, n, i, H, T, S, D, scale, shift);
                double m = Double.NEGATIVE_INFINITY, sum = 0;
                for (double score : s) m = Math.max(m, score);
                boolean seesNothing = m == Double.NEGATIVE_INFINITY;
                for (int j = 0; j < S && !seesNothing; j++) sum += Math.exp(s[j] - m);
                logs[log.offset() + n * T + i] = seesNothing ? Float.NEGATIVE_INFINITY : (float) (m + Math.log(sum));
                for (int c = 0; c < V; c++) {
                    double mixed = 0;
                    for (int j = 0; j < S && !seesNothing; j++) {
                        // what is not seen is not touched, whatever it holds
                        if (s[j] != Double.NEGATIVE_INFINITY) mixed += Math.exp(s[j] - m) / sum * vs[v.offset() + (n * S + j) * V + c];
                    }
                    ys[y.offset() + (n * T + i) * V + c] = (float) mixed;
                }
            }
        }
    }

    @Override public void attentionQueryBackward(Buffer dq, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        float[] ks = k.floats();
        for (int n = 0; n < B * H; n++) {
            for (int i = 0; i < T; i++) {
                double[] p = weights(log, q, k, bias, strideBias, n, i, H, T, S, D, scale, shift);
                double[] ds = scoreGradients(p, dout, y, v, n, i, T, S, V);
                for (int c = 0; c < D; c++) {
                    double sum = 0;
                    for (int j = 0; j < S; j++) if (p[j] != 0) sum += ds[j] * ks[k.offset() + (n * S + j) * D + c];
                    put(dq.floats(), dq.offset() + (n * T + i) * D + c, (float) (scale * sum), acc);
                }
            }
        }
    }

    @Override public void attentionKeyBackward(Buffer dk, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        float[] qs = q.floats();
        for (int n = 0; n < B * H; n++) {
            double[] sums = new double[S * D];
            for (int i = 0; i < T; i++) {
                double[] p = weights(log, q, k, bias, strideBias, n, i, H, T, S, D, scale, shift);
                double[] ds = scoreGradients(p, dout, y, v, n, i, T, S, V);
                for (int j = 0; j < S; j++) {
                    for (int c = 0; c < D && p[j] != 0; c++) sums[j * D + c] += ds[j] * qs[q.offset() + (n * T + i) * D + c];
                }
            }
            for (int at = 0; at < S * D; at++) put(dk.floats(), dk.offset() + n * S * D + at, (float) (scale * sums[at]), acc);
        }
    }

    @Override public void attentionValueBackward(Buffer dv, Buffer dout, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        for (int n = 0; n < B * H; n++) {
            double[] sums = new double[S * V];
            for (int i = 0; i < T; i++) {
                double[] p = weights(log, q, k, bias, strideBias, n, i, H, T, S, D, scale, shift);
                for (int j = 0; j < S; j++) {
                    for (int c = 0; c < V && p[j] != 0; c++) sums[j * V + c] += p[j] * dout.floats()[dout.offset() + (n * T + i) * V + c];
                }
            }
            for (int at = 0; at < S * V; at++) put(dv.floats(), dv.offset() + n * S * V + at, (float) sums[at], acc);
        }
    }

    /** s_ij for all j; -∞ where query i does not see key j. */
    private static double[] scores(Buffer q, Buffer k, Buffer bias, int[] strideBias, int n, int i, int H, int T, int S, int D, float scale, int shift) {
        double[] s = new double[S];
        for (int j = 0; j < S; j++) {
            float added = bias.floats()[bias.offset() + n / H * strideBias[0] + n % H * strideBias[1] + i * strideBias[2] + j * strideBias[3]];
            boolean hidden = j > i + shift || added == Float.NEGATIVE_INFINITY;
            double dot = 0;
            for (int c = 0; c < D && !hidden; c++) dot += (double) q.floats()[q.offset() + (n * T + i) * D + c] * k.floats()[k.offset() + (n * S + j) * D + c];
            s[j] = hidden ? Double.NEGATIVE_INFINITY : scale * dot + added;
        }
        return s;
    }

    /** p_ij for all j. */
    private static double[] weights(Buffer log, Buffer q, Buffer k, Buffer bias, int[] strideBias, int n, int i, int H, int T, int S, int D, float scale, int shift) {
        double[] p = scores(q, k, bias, strideBias, n, i, H, T, S, D, scale, shift);
        for (int j = 0; j < S; j++) p[j] = p[j] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(p[j] - log.floats()[log.offset() + n * T + i]);
        return p;
    }

    /** ds_ij for all j. */
    private static double[] scoreGradients(double[] p, Buffer dout, Buffer y, Buffer v, int n, int i, int T, int S, int V) {
        int row = (n * T + i) * V;
        double own = 0;
        for (int c = 0; c < V; c++) own += (double) dout.floats()[dout.offset() + row + c] * y.floats()[y.offset() + row + c];
        double[] ds = new double[S];
        for (int j = 0; j < S; j++) {
            double dp = 0;
            for (int c = 0; c < V; c++) dp += (double) dout.floats()[dout.offset() + row + c] * v.floats()[v.offset() + (n * S + j) * V + c];
            ds[j] = p[j] == 0 ? 0 : p[j] * (dp - own);
        }
        return ds;
    }

    // ---- optimisers

    @Override public void sumOfSquares(Buffer partial, Buffer x, int chunk) {
        float[] partials = partial.floats(), xs = x.floats();
        int p0 = partial.offset(), x0 = x.offset();
        for (int k = 0; k < partial.length(); k++) {
            double sum = 0;
            for (int i = k * chunk; i < Math.min(x.length(), (k + 1) * chunk); i++) sum += (double) xs[x0 + i] * xs[x0 + i];
            partials[p0 + k] = (float) sum;
        }
    }

    @Override public void clipCoefficient(Buffer clip, Buffer partial, float maxNorm) {
        float[] clips = clip.floats(), partials = partial.floats();
        double sum = 0;
        for (int k = 0; k < partial.length(); k++) sum += partials[partial.offset() + k];
        float norm = (float) Math.sqrt(sum);
        clips[clip.offset()] = Math.min(1, maxNorm / (norm + 1e-6f));
        clips[clip.offset() + 1] = norm;
    }

    @Override public void scale(Buffer y, Buffer s) {
        float[] ys = y.floats();
        int y0 = y.offset();
        float factor = s.floats()[s.offset()];
        for (int i = 0; i < y.length(); i++) ys[y0 + i] *= factor;
    }

    @Override public void increment(Buffer counter) {
        counter.ints()[counter.offset()]++;
    }

    @Override public void clip(Buffer y, float limit) {
        float[] ys = y.floats();
        int y0 = y.offset();
        for (int i = 0; i < y.length(); i++) ys[y0 + i] = Math.max(-limit, Math.min(limit, ys[y0 + i]));
    }

    @Override public void sgd(Buffer p, Buffer v, Buffer g, Buffer lr, float momentum, float weightDecay, boolean nesterov) {
        float[] ps = p.floats(), vs = v.floats(), gs = g.floats();
        int p0 = p.offset(), v0 = v.offset(), g0 = g.offset();
        float rate = lr.floats()[lr.offset()];
        for (int i = 0; i < p.length(); i++) {
            float h = gs[g0 + i] + weightDecay * ps[p0 + i];
            vs[v0 + i] = momentum * vs[v0 + i] + h;
            ps[p0 + i] -= rate * (nesterov ? h + momentum * vs[v0 + i] : vs[v0 + i]);
        }
    }

    @Override public void adam(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr,
                               float beta1, float beta2, float eps, float weightDecay) {
        float[] ps = p.floats(), ms = m.floats(), vs = v.floats(), gs = g.floats();
        int p0 = p.offset(), m0 = m.offset(), v0 = v.offset(), g0 = g.offset();
        double rate = lr.floats()[lr.offset()];
        int t = step.ints()[step.offset()];
        double correction1 = 1 - Math.pow(beta1, t), correction2 = 1 - Math.pow(beta2, t);
        for (int i = 0; i < p.length(); i++) {
            double h = gs[g0 + i] + (double) weightDecay * ps[p0 + i];
            ms[m0 + i] = (float) (beta1 * ms[m0 + i] + (1 - beta1) * h);
            vs[v0 + i] = (float) (beta2 * vs[v0 + i] + (1 - beta2) * h * h);
            double mHat = ms[m0 + i] / correction1, vHat = vs[v0 + i] / correction2;
            ps[p0 + i] = (float) (ps[p0 + i] - rate * mHat / (Math.sqrt(vHat) + eps));
        }
    }

    @Override public void adamW(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr,
                                float beta1, float beta2, float eps, float weightDecay) {
        float[] ps = p.floats(), ms = m.floats(), vs = v.floats(), gs = g.floats();
        int p0 = p.offset(), m0 = m.offset(), v0 = v.offset(), g0 = g.offset();
        double rate = lr.floats()[lr.offset()];
        int t = step.ints()[step.offset()];
        double correction1 = 1 - Math.pow(beta1, t), correction2 = 1 - Math.pow(beta2, t);
        for (int i = 0; i < p.length(); i++) {
            double grad = gs[g0 + i];
            ms[m0 + i] = (float) (beta1 * ms[m0 + i] + (1 - beta1) * grad);
            vs[v0 + i] = (float) (beta2 * vs[v0 + i] + (1 - beta2) * grad * grad);
            double mHat = ms[m0 + i] / correction1, vHat = vs[v0 + i] / correction2;
            ps[p0 + i] = (float) (ps[p0 + i] * (1 - rate * weightDecay) - rate * mHat / (Math.sqrt(vHat) + eps));
        }
    }

    // ---- what several of them need

    private static void put(float[] ys, int at, float value, boolean acc) {
        ys[at] = acc ? ys[at] + value : value;
    }

    /** Where element i, counted row-major through {@code size}, lies at these strides. */
    private static int at(int i, int[] size, int[] stride) {
        int at = 0;
        for (int axis = size.length - 1; axis >= 0; axis--) {
            at += i % size[axis] * stride[axis];
            i /= size[axis];
        }
        return at;
    }

    static int count(int[] size) {
        int count = 1;
        for (int s : size) count *= s;
        return count;
    }

    private static double mean(float[] xs, int from, int n, int stride) {
        double sum = 0;
        for (int j = 0; j < n; j++) sum += xs[from + j * stride];
        return sum / n;
    }

    private static float largest(float[] xs, int from, int n, int stride) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) largest = Math.max(largest, xs[from + j * stride]);
        return largest;
    }
}
