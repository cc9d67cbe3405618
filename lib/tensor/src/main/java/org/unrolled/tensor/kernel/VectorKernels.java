package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import org.unrolled.tensor.kernel.VectorAttention.Rows;

/**
 * {@link ReferenceKernels} on the processor's vector registers and cores, by the JDK's Vector API. What is not overridden
 * here is as specified. Elements agree with the specification within a few roundings for each term of a sum (exp and its kin
 * within the bounds that stand in VectorMath), and are the same in every run and for every number of threads.
 *
 * <p>A handful of elements goes to the specification's own loops: they take no time in either way, and code that runs but a
 * few times is interpreted, where vectors are slow.
 *
 * <p>Matrix products are in VectorGemm, functions of one or two numbers in VectorElementwise, rows in VectorRows.
 */
public class VectorKernels extends ReferenceKernels {
    /** Elements that are not worth a vector. */
    private static final int HANDFUL = 64;

    @Override public String name() {
        return "vector";
    }

    /**
     * Whether a layer is computed here as a whole. Not where a subclass computes a part of it elsewhere, such as {@link #matmul}, {@link #lstm} or {@link #attention}: then
     * by its parts, which the contract's defaults call.
     */
    protected boolean wholeLayers() {
        return true;
    }

    // ---- memory

    @Override public Buffer scratch(int n) {
        return Buffer.of(ScratchPool.take(n));
    }

    @Override public void release(Buffer scratch) {
        ScratchPool.give(scratch.floats());
    }

    // ---- moving elements

    @Override public void fill(Buffer y, float value) {
        Arrays.fill(y.floats(), y.offset(), y.offset() + y.length(), value);
    }

    @Override public void accumulate(Buffer y, Buffer x) {
        affine(y, x, 1, 0, true);
    }

    @Override public void readStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc) {
        if (y.type() == Buffer.Type.INT || y.length() < HANDFUL) {
            super.readStrided(y, x, size, stride, acc);
        } else {
            VectorStrided.read(y.floats(), y.offset(), x.floats(), x.offset(), size, stride, acc);
        }
    }

    @Override public void writeStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc) {
        if (y.type() == Buffer.Type.INT || x.length() < HANDFUL) {
            super.writeStrided(y, x, size, stride, acc);
        } else {
            VectorStrided.write(y.floats(), y.offset(), x.floats(), x.offset(), size, stride, acc);
        }
    }

    // ---- elementwise

    @Override public void affine(Buffer y, Buffer x, float alpha, float beta, boolean acc) {
        if (y.length() < HANDFUL) super.affine(y, x, alpha, beta, acc);
        else VectorElementwise.affine(y, x, alpha, beta, acc);
    }

    @Override public void unary(Buffer y, Unary f, Buffer x) {
        if (y.length() < HANDFUL) super.unary(y, f, x);
        else VectorElementwise.unary(y, f, x);
    }

    @Override public void unaryBackward(Buffer dx, Unary f, Buffer dout, Buffer x, Buffer y, boolean acc) {
        if (dx.length() < HANDFUL) super.unaryBackward(dx, f, dout, x, y, acc);
        else VectorElementwise.unaryBackward(dx, f, dout, x, y, acc);
    }

    @Override public void pow(Buffer y, Buffer x, float exponent) {
        // x·x is exact to half an ulp, as Math.pow is
        if (exponent == 2) VectorElementwise.binary(y, Binary.MUL, x, x, false);
        else super.pow(y, x, exponent);
    }

    @Override public void binary(Buffer y, Binary f, Buffer a, Buffer b, int[] size, int[] strideA, int[] strideB, boolean acc) {
        if (y.length() < HANDFUL) super.binary(y, f, a, b, size, strideA, strideB, acc);
        else VectorStrided.binary(y, f, a, b, size, strideA, strideB, acc);
    }

    @Override public void maskedFill(Buffer y, Buffer x, Buffer mask, float value, int[] size, int[] strideMask, boolean acc) {
        if (y.length() < HANDFUL) super.maskedFill(y, x, mask, value, size, strideMask, acc);
        else VectorStrided.maskedFill(y, x, mask, value, size, strideMask, acc);
    }

    @Override public void dropout(Buffer y, Buffer x, Buffer step, float p, int seed, int layer, boolean acc) {
        VectorPhilox.dropout(y, x, step.ints()[step.offset()], p, seed, layer, acc);
    }

    // ---- along one axis

    @Override public void sum(Buffer y, Buffer x, int outer, int n, int inner, float scale, boolean acc) {
        if (outer * n * inner < HANDFUL) {
            super.sum(y, x, outer, n, inner, scale, acc);
            return;
        }
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        long nanos = (long) outer * n * inner / 4;
        if (inner == 1) {
            Workers.forRanges(outer, 1, nanos, (from, to) -> {
                for (int o = from; o < to; o++) {
                    float value = (float) (scale * VectorRows.sum(xs, x0 + o * n, n));
                    ys[y0 + o] = acc ? ys[y0 + o] + value : value;
                }
            });
        } else if (outer == 1) {
            Workers.forRanges(inner, LANES, nanos, (from, to) ->
                VectorRows.sumColumns(ys, y0 + from, xs, x0 + from, n, inner, to - from, scale, acc));
        } else {
            Workers.forRanges(outer, 1, nanos, (from, to) -> {
                for (int o = from; o < to; o++) {
                    VectorRows.sumColumns(ys, y0 + o * inner, xs, x0 + o * n * inner, n, inner, inner, scale, acc);
                }
            });
        }
    }

    @Override public void softmax(Buffer y, Buffer x, int outer, int n, int inner) {
        if (outer * n * inner < HANDFUL || inner > 1 && inner < LANES) {
            super.softmax(y, x, outer, n, inner);
            return;
        }
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        long nanos = (long) outer * n * inner / 3;
        if (inner > 1) {
            Workers.forRanges(outer, 1, nanos, (from, to) -> {
                for (int o = from; o < to; o++) {
                    int line = o * n * inner;
                    // the last register overlaps the one before: the same numbers are written twice
                    for (int i = 0; i < inner; i += LANES) {
                        int at = line + Math.min(i, inner - LANES);
                        VectorRows.softmaxColumns(ys, y0 + at, xs, x0 + at, n, inner);
                    }
                }
            });
            return;
        }
        Workers.forRanges(outer, 1, nanos, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int o = from; o < to; o++) {
                float sum = VectorRows.exp(ys, y0 + o * n, xs, x0 + o * n, n, VectorRows.max(xs, x0 + o * n, n), lanes);
                VectorRows.scale(ys, y0 + o * n, n, 1 / sum);
            }
        });
    }

    @Override public void softmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc) {
        if (outer * n < HANDFUL || inner != 1) {
            super.softmaxBackward(dx, dout, y, outer, n, inner, acc);
            return;
        }
        float[] dxs = dx.floats(), douts = dout.floats(), ys = y.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), y0 = y.offset();
        Workers.forRanges(outer, 1, (long) outer * n / 2, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int o = from; o < to; o++) VectorRows.softmaxBackward(dxs, dx0 + o * n, douts, d0 + o * n, ys, y0 + o * n, n, acc, lanes);
        });
    }

    @Override public void logSoftmax(Buffer y, Buffer x, int outer, int n, int inner) {
        if (outer * n < HANDFUL || inner != 1) {
            super.logSoftmax(y, x, outer, n, inner);
            return;
        }
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        Workers.forRanges(outer, 1, (long) outer * n / 3, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int o = from; o < to; o++) {
                float m = VectorRows.max(xs, x0 + o * n, n);
                float sum = VectorRows.sumOfExp(xs, x0 + o * n, n, m, lanes);
                VectorRows.shift(ys, y0 + o * n, xs, x0 + o * n, n, m, (float) Math.log(sum));
            }
        });
    }

    @Override public void logSoftmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc) {
        if (outer * n < HANDFUL || inner != 1) {
            super.logSoftmaxBackward(dx, dout, y, outer, n, inner, acc);
            return;
        }
        float[] dxs = dx.floats(), douts = dout.floats(), ys = y.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), y0 = y.offset();
        Workers.forRanges(outer, 1, (long) outer * n / 3, (from, to) -> {
            float[] lanes = new float[LANES];
            for (int o = from; o < to; o++) VectorRows.logSoftmaxBackward(dxs, dx0 + o * n, douts, d0 + o * n, ys, y0 + o * n, n, acc, lanes);
        });
    }

    // ---- matrices

    @Override public void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB,
                                 boolean transposeA, boolean transposeB, boolean acc) {
        if ((long) M * N * K < 4 * HANDFUL) super.matmul(c, a, b, batch, M, N, K, strideA, strideB, transposeA, transposeB, acc);
        else VectorGemm.matmul(c, a, b, batch, M, N, K, strideA, strideB, transposeA, transposeB, acc);
    }

    // ---- layers

    @Override public void layerNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int N, int C, float eps) {
        if (N * C < HANDFUL) {
            super.layerNorm(y, stat, x, gamma, beta, N, C, eps);
            return;
        }
        float[] ys = y.floats(), stats = stat.floats(), xs = x.floats(), gammas = gamma.floats(), betas = beta.floats();
        int y0 = y.offset(), s0 = stat.offset(), x0 = x.offset(), g0 = gamma.offset(), b0 = beta.offset();
        Workers.forRanges(N, 1, (long) N * C / 2, (from, to) -> VectorRows.layerNorm(ys, y0, stats, s0, xs, x0, gammas, g0, betas, b0, from, to, C, eps));
    }

    @Override public void layerNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        if (N * C < HANDFUL) {
            super.layerNormBackward(dx, dout, x, stat, gamma, N, C, acc);
            return;
        }
        float[] dxs = dx.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats(), gammas = gamma.floats();
        int dx0 = dx.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset(), g0 = gamma.offset();
        Workers.forRanges(N, 1, (long) N * C / 2, (from, to) -> VectorRows.layerNormBackward(dxs, dx0, douts, d0, xs, x0, stats, s0, gammas, g0, from, to, C, acc));
    }

    @Override public void layerNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int N, int C, boolean acc) {
        float[] dgammas = dgamma.floats(), douts = dout.floats(), xs = x.floats(), stats = stat.floats();
        int dg0 = dgamma.offset(), d0 = dout.offset(), x0 = x.offset(), s0 = stat.offset();
        Workers.forRanges(C, LANES, (long) N * C, (from, to) ->
            VectorRows.layerNormGammaBackward(dgammas, dg0, douts, d0, xs, x0, stats, s0, N, C, from, to, acc));
    }

    @Override public void embedding(Buffer y, Buffer table, Buffer ids, int N, int V, int C) {
        int[] rows = ids.ints();
        for (int n = 0; n < N; n++) {
            int id = rows[ids.offset() + n];
            if (id < 0 || id >= V) throw Kernels.outside("embedding", id, n, V);
            System.arraycopy(table.floats(), table.offset() + id * C, y.floats(), y.offset() + n * C, C);
        }
    }

    /** Goes through the ids once instead of once for each row; each element's sum still runs in the order of n. */
    @Override public void embeddingBackward(Buffer dtable, Buffer dout, Buffer ids, int N, int V, int C, int padding, boolean acc) {
        float[] sums = dtable.floats(), douts = dout.floats();
        int[] rows = ids.ints();
        if (!acc) fill(dtable, 0);
        for (int n = 0; n < N; n++) {
            if (rows[ids.offset() + n] == padding) continue;
            int to = dtable.offset() + rows[ids.offset() + n] * C, from = dout.offset() + n * C;
            for (int c = 0; c < C; c++) sums[to + c] += douts[from + c];
        }
    }

    /** Goes through the indices once instead of once for each place along the axis. */
    @Override public void gatherBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int m, int inner, boolean acc) {
        float[] sums = dx.floats(), douts = dout.floats();
        int[] indices = index.ints();
        if (!acc) fill(dx, 0);
        for (int o = 0; o < outer; o++) {
            for (int at = o * m * inner; at < (o + 1) * m * inner; at++) {
                sums[dx.offset() + (o * n + indices[index.offset() + at]) * inner + at % inner] += douts[dout.offset() + at];
            }
        }
    }

    // ---- recurrent layers

    @Override public void rnn(Buffer h, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H) {
        if (B * H < HANDFUL / 4) super.rnn(h, hN, weight, bias, h0, lengths, relu, reverse, B, T, H);
        else new VectorRecurrent("rnn", lengths, reverse, B, T, H).rnn(h, hN, null, weight, bias, h0, relu);
    }

    @Override public void rnnBackward(Buffer da, Buffer dh0, Buffer dout, Buffer dhN, Buffer h, Buffer weight, Buffer lengths, boolean relu, boolean reverse,
                                      int B, int T, int H) {
        if (B * H < HANDFUL / 4) super.rnnBackward(da, dh0, dout, dhN, h, weight, lengths, relu, reverse, B, T, H);
        else new VectorRecurrent("rnn", lengths, reverse, B, T, H).rnnBackward(da, dh0, dout, dhN, h, weight, relu);
    }

    @Override public void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0, Buffer lengths,
                               boolean reverse, int B, int T, int H) {
        if (B * H < HANDFUL / 4) super.lstm(gates, h, c, hN, cN, weight, bias, h0, c0, lengths, reverse, B, T, H);
        else new VectorRecurrent("lstm", lengths, reverse, B, T, H).lstm(gates, h, c, hN, cN, null, weight, bias, h0, c0);
    }

    @Override public void lstmBackward(Buffer da, Buffer dh0, Buffer dc0, Buffer dout, Buffer dhN, Buffer dcN, Buffer gates, Buffer c, Buffer weight, Buffer c0,
                                       Buffer lengths, boolean reverse, int B, int T, int H) {
        if (B * H < HANDFUL / 4) super.lstmBackward(da, dh0, dc0, dout, dhN, dcN, gates, c, weight, c0, lengths, reverse, B, T, H);
        else new VectorRecurrent("lstm", lengths, reverse, B, T, H).lstmBackward(da, dh0, dc0, dout, dhN, dcN, gates, c, weight, c0);
    }

    @Override public void gru(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean reverse, int B, int T, int H) {
        if (B * H < HANDFUL / 4) super.gru(gates, h, u, hN, weight, bias, h0, lengths, reverse, B, T, H);
        else new VectorRecurrent("gru", lengths, reverse, B, T, H).gru(gates, h, u, hN, null, weight, bias, h0);
    }

    @Override public void gruBackward(Buffer da, Buffer du, Buffer dh0, Buffer dout, Buffer dhN, Buffer gates, Buffer h, Buffer u, Buffer weight, Buffer h0,
                                      Buffer lengths, boolean reverse, int B, int T, int H) {
        if (B * H < HANDFUL / 4) super.gruBackward(da, du, dh0, dout, dhN, gates, h, u, weight, h0, lengths, reverse, B, T, H);
        else new VectorRecurrent("gru", lengths, reverse, B, T, H).gruBackward(da, du, dh0, dout, dhN, gates, h, u, weight, h0);
    }

    @Override public void rnnLayer(Buffer h, Buffer hN, Buffer x, Buffer weightIh, Buffer biasIh, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu,
                                   boolean reverse, int B, int T, int I, int H) {
        if (!wholeLayers() || B * H < HANDFUL / 4) super.rnnLayer(h, hN, x, weightIh, biasIh, weight, bias, h0, lengths, relu, reverse, B, T, I, H);
        else new VectorRecurrent("rnn", lengths, reverse, B, T, H).rnn(h, hN, new VectorRecurrent.Input(x, weightIh, biasIh, I), weight, bias, h0, relu);
    }

    @Override public void lstmLayer(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer x, Buffer weightIh, Buffer biasIh, Buffer weight, Buffer bias, Buffer h0, Buffer c0,
                                    Buffer lengths, boolean reverse, int B, int T, int I, int H) {
        if (!wholeLayers() || B * H < HANDFUL / 4) super.lstmLayer(gates, h, c, hN, cN, x, weightIh, biasIh, weight, bias, h0, c0, lengths, reverse, B, T, I, H);
        else new VectorRecurrent("lstm", lengths, reverse, B, T, H).lstm(gates, h, c, hN, cN, new VectorRecurrent.Input(x, weightIh, biasIh, I), weight, bias, h0, c0);
    }

    @Override public void gruLayer(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer x, Buffer weightIh, Buffer biasIh, Buffer weight, Buffer bias, Buffer h0, Buffer lengths,
                                   boolean reverse, int B, int T, int I, int H) {
        if (!wholeLayers() || B * H < HANDFUL / 4) super.gruLayer(gates, h, u, hN, x, weightIh, biasIh, weight, bias, h0, lengths, reverse, B, T, I, H);
        else new VectorRecurrent("gru", lengths, reverse, B, T, H).gru(gates, h, u, hN, new VectorRecurrent.Input(x, weightIh, biasIh, I), weight, bias, h0);
    }

    @Override public void recurrentWeightBackward(Buffer dweight, Buffer da, Buffer h, Buffer h0, Buffer lengths, int B, int T, int G, int H, boolean reverse, boolean acc) {
        new VectorRecurrent("recurrentWeightBackward", lengths, reverse, B, T, H).weightBackward(dweight, da, h, h0, G, acc);
    }

    @Override public void crossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, int N, int C) {
        if (N * C < HANDFUL) super.crossEntropy(loss, stat, logits, labels, N, C);
        else VectorLoss.crossEntropy(loss, stat, logits, labels, N, C);
    }

    @Override public void crossEntropyBackward(Buffer dlogits, Buffer dout, Buffer stat, Buffer logits, Buffer labels, int N, int C, float scale, boolean acc) {
        if (N * C < HANDFUL) super.crossEntropyBackward(dlogits, dout, stat, logits, labels, N, C, scale, acc);
        else VectorLoss.crossEntropyBackward(dlogits, dout, stat, logits, labels, N, C, scale, acc);
    }

    // ---- convolution and pooling

    @Override public void conv2d(Buffer y, Buffer x, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        if (y.length() < HANDFUL) super.conv2d(y, x, weight, B, C, Cout, groups, window, acc);
        else VectorConv.forward(y, x, weight, B, C, Cout, groups, window, acc);
    }

    @Override public void conv2dBackward(Buffer dx, Buffer dout, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        if (dx.length() < HANDFUL) super.conv2dBackward(dx, dout, weight, B, C, Cout, groups, window, acc);
        else VectorConv.backward(dx, dout, weight, B, C, Cout, groups, window, acc);
    }

    @Override public void conv2dWeightBackward(Buffer dweight, Buffer dout, Buffer x, int B, int C, int Cout, int groups, Window window, boolean acc) {
        if (dout.length() < HANDFUL) super.conv2dWeightBackward(dweight, dout, x, B, C, Cout, groups, window, acc);
        else VectorConv.weights(dweight, dout, x, B, C, Cout, groups, window, acc);
    }

    @Override public void unfold(Buffer y, Buffer x, int planes, Window window, boolean acc) {
        if (y.length() < HANDFUL) super.unfold(y, x, planes, window, acc);
        else VectorConv.unfold(y, x, planes, window, acc);
    }

    @Override public void fold(Buffer y, Buffer x, int planes, Window window, boolean acc) {
        if (x.length() < HANDFUL) super.fold(y, x, planes, window, acc);
        else VectorConv.fold(y, x, planes, window, acc);
    }

    @Override public void maxPool2d(Buffer y, Buffer index, Buffer x, int planes, Window window) {
        VectorPool.max(y, index, x, planes, window);
    }

    @Override public void maxPool2dBackward(Buffer dx, Buffer dout, Buffer index, int planes, Window window, boolean acc) {
        VectorPool.maxBackward(dx, dout, index, planes, window, acc);
    }

    @Override public void avgPool2d(Buffer y, Buffer x, int planes, Window window) {
        VectorPool.average(y, x, planes, window);
    }

    @Override public void avgPool2dBackward(Buffer dx, Buffer dout, int planes, Window window, boolean acc) {
        VectorPool.averageBackward(dx, dout, planes, window, acc);
    }

    // ---- normalisation by channel; rows shorter than a register are as specified

    @Override public void channelMoments(Buffer moments, Buffer x, int B, int C, int S) {
        if (S < LANES) super.channelMoments(moments, x, B, C, S);
        else VectorChannels.moments(moments, x, B, C, S);
    }

    @Override public void batchNorm(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, int B, int C, int S, float eps) {
        if (S < LANES) super.batchNorm(y, x, mean, variance, gamma, beta, B, C, S, eps);
        else VectorChannels.batchNorm(y, x, mean, variance, gamma, beta, B, C, S, eps);
    }

    @Override public void batchNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer mean, Buffer variance, Buffer gamma,
                                            int B, int C, int S, float eps, boolean training, boolean acc) {
        if (S < LANES) super.batchNormBackward(dx, dout, x, mean, variance, gamma, B, C, S, eps, training, acc);
        else VectorChannels.batchNormBackward(dx, dout, x, mean, variance, gamma, B, C, S, eps, training, acc);
    }

    @Override public void batchNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer mean, Buffer variance, int B, int C, int S, float eps, boolean acc) {
        if (S < LANES) super.batchNormGammaBackward(dgamma, dout, x, mean, variance, B, C, S, eps, acc);
        else VectorChannels.batchNormGammaBackward(dgamma, dout, x, mean, variance, B, C, S, eps, acc);
    }

    @Override public void groupNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int B, int C, int S, int groups, float eps) {
        if (S < LANES) super.groupNorm(y, stat, x, gamma, beta, B, C, S, groups, eps);
        else VectorChannels.groupNorm(y, stat, x, gamma, beta, B, C, S, groups, eps);
    }

    @Override public void groupNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int B, int C, int S, int groups, boolean acc) {
        if (S < LANES) super.groupNormBackward(dx, dout, x, stat, gamma, B, C, S, groups, acc);
        else VectorChannels.groupNormBackward(dx, dout, x, stat, gamma, B, C, S, groups, acc);
    }

    @Override public void groupNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int B, int C, int S, int groups, boolean acc) {
        if (S < LANES) super.groupNormGammaBackward(dgamma, dout, x, stat, B, C, S, groups, acc);
        else VectorChannels.groupNormGammaBackward(dgamma, dout, x, stat, B, C, S, groups, acc);
    }

    // ---- losses and activations with numbers of their own, RMS normalisation

    @Override public void smoothedCrossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C,
                                               float smoothing, int ignored) {
        if (N * C < HANDFUL) super.smoothedCrossEntropy(loss, stat, logits, labels, weights, N, C, smoothing, ignored);
        else VectorLoss.smoothedCrossEntropy(loss, stat, logits, labels, weights, N, C, smoothing, ignored);
    }

    @Override public void smoothedCrossEntropyBackward(Buffer dlogits, Buffer dout, Buffer total, Buffer stat, Buffer logits, Buffer labels, Buffer weights,
                                                       int N, int C, float smoothing, int ignored, boolean acc) {
        if (N * C < HANDFUL) super.smoothedCrossEntropyBackward(dlogits, dout, total, stat, logits, labels, weights, N, C, smoothing, ignored, acc);
        else VectorLoss.smoothedCrossEntropyBackward(dlogits, dout, total, stat, logits, labels, weights, N, C, smoothing, ignored, acc);
    }

    @Override public void leakyRelu(Buffer y, Buffer x, float slope) {
        VectorLoss.leakyRelu(y, x, slope);
    }

    @Override public void leakyReluBackward(Buffer dx, Buffer dout, Buffer x, float slope, boolean acc) {
        VectorLoss.leakyReluBackward(dx, dout, x, slope, acc);
    }

    @Override public void rmsNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, int N, int C, float eps) {
        if (N * C < HANDFUL) super.rmsNorm(y, stat, x, gamma, N, C, eps);
        else VectorLoss.rmsNorm(y, stat, x, gamma, N, C, eps);
    }

    @Override public void rmsNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        if (N * C < HANDFUL) super.rmsNormBackward(dx, dout, x, stat, gamma, N, C, acc);
        else VectorLoss.rmsNormBackward(dx, dout, x, stat, gamma, N, C, acc);
    }

    // ---- attention without a matrix of weights in memory

    /** Attention of a few queries and keys. */
    private static boolean fewPairs(int T, int S, int D, int V) {
        return (long) T * S * (D + V) < 16 * HANDFUL;
    }

    @Override public void attention(Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        if (fewPairs(T, S, D, V)) super.attention(y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift);
        else new VectorAttention(q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift).forward(Rows.apart(y, H, T, V), log);
    }

    @Override public void attentionBackward(Buffer dq, Buffer dk, Buffer dv, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        if (fewPairs(T, S, D, V)) super.attentionBackward(dq, dk, dv, dout, y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift);
        else new VectorAttention(q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift).backward(Rows.apart(dq, H, T, D), Rows.apart(dk, H, S, D), Rows.apart(dv, H, S, V), Rows.apart(dout, H, T, V), Rows.apart(y, H, T, V), log, false);
    }

    @Override public void attentionQueryBackward(Buffer dq, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        if (fewPairs(T, S, D, V)) super.attentionQueryBackward(dq, dout, y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift, acc);
        else new VectorAttention(q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift).backward(Rows.apart(dq, H, T, D), null, null, Rows.apart(dout, H, T, V), Rows.apart(y, H, T, V), log, acc);
    }

    @Override public void attentionKeyBackward(Buffer dk, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        if (fewPairs(T, S, D, V)) super.attentionKeyBackward(dk, dout, y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift, acc);
        else new VectorAttention(q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift).backward(null, Rows.apart(dk, H, S, D), null, Rows.apart(dout, H, T, V), Rows.apart(y, H, T, V), log, acc);
    }

    @Override public void attentionValueBackward(Buffer dv, Buffer dout, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        if (fewPairs(T, S, D, V)) super.attentionValueBackward(dv, dout, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift, acc);
        else new VectorAttention(q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift).backward(null, null, Rows.apart(dv, H, S, V), Rows.apart(dout, H, T, V), null, log, acc);
    }

    @Override public void selfAttention(Buffer y, Buffer log, Buffer x, Buffer bias, int[] strideBias, int B, int H, int T, int D, float scale, int shift) {
        if (!wholeLayers() || fewPairs(T, T, D, D)) super.selfAttention(y, log, x, bias, strideBias, B, H, T, D, scale, shift);
        else ofItself(x, bias, strideBias, B, H, T, D, scale, shift).forward(Rows.sideBySide(y, 0, 1, H, T, D), log);
    }

    @Override public void selfAttentionBackward(Buffer dx, Buffer dout, Buffer y, Buffer log, Buffer x, Buffer bias, int[] strideBias, int B, int H, int T, int D, float scale, int shift, boolean acc) {
        if (fewPairs(T, T, D, D)) super.selfAttentionBackward(dx, dout, y, log, x, bias, strideBias, B, H, T, D, scale, shift, acc);
        else ofItself(x, bias, strideBias, B, H, T, D, scale, shift).backward(Rows.sideBySide(dx, 0, 3, H, T, D), Rows.sideBySide(dx, 1, 3, H, T, D), Rows.sideBySide(dx, 2, 3, H, T, D),
                Rows.sideBySide(dout, 0, 1, H, T, D), Rows.sideBySide(y, 0, 1, H, T, D), log, acc);
    }

    private static VectorAttention ofItself(Buffer x, Buffer bias, int[] strideBias, int B, int H, int T, int D, float scale, int shift) {
        return new VectorAttention(Rows.sideBySide(x, 0, 3, H, T, D), Rows.sideBySide(x, 1, 3, H, T, D), Rows.sideBySide(x, 2, 3, H, T, D), bias, strideBias,
                B, H, T, T, D, D, scale, shift);
    }

    // ---- optimisers

    @Override public void sumOfSquares(Buffer partial, Buffer x, int chunk) {
        float[] partials = partial.floats(), xs = x.floats();
        Workers.forRanges(partial.length(), 1, x.length() / 4, (from, to) -> {
            for (int k = from; k < to; k++) {
                int start = k * chunk, n = Math.min(chunk, x.length() - start);
                partials[partial.offset() + k] = (float) VectorRows.sumOfSquares(xs, x.offset() + start, n, 0);
            }
        });
    }

    @Override public void scale(Buffer y, Buffer s) {
        VectorOptimizers.scale(y, s.floats()[s.offset()]);
    }

    @Override public void clip(Buffer y, float limit) {
        VectorOptimizers.clip(y, limit);
    }

    @Override public void sgd(Buffer p, Buffer v, Buffer g, Buffer lr, float momentum, float weightDecay, boolean nesterov) {
        VectorOptimizers.sgd(p, v, g, lr.floats()[lr.offset()], momentum, weightDecay, nesterov);
    }

    @Override public void adam(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr,
                               float beta1, float beta2, float eps, float weightDecay) {
        VectorOptimizers.adam(p, m, v, g, step.ints()[step.offset()], lr.floats()[lr.offset()], beta1, beta2, eps, weightDecay, 0);
    }

    @Override public void adamW(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr,
                                float beta1, float beta2, float eps, float weightDecay) {
        VectorOptimizers.adam(p, m, v, g, step.ints()[step.offset()], lr.floats()[lr.offset()], beta1, beta2, eps, 0, weightDecay);
    }
}
