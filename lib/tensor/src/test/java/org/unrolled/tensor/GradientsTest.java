package org.unrolled.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unrolled.tensor.Tensors.adaptiveAvgPool2d;
import static org.unrolled.tensor.Tensors.avgPool1d;
import static org.unrolled.tensor.Tensors.avgPool2d;
import static org.unrolled.tensor.Tensors.batchNorm;
import static org.unrolled.tensor.Tensors.bceWithLogits;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.causalMask;
import static org.unrolled.tensor.Tensors.conv1d;
import static org.unrolled.tensor.Tensors.conv2d;
import static org.unrolled.tensor.Tensors.convTranspose2d;
import static org.unrolled.tensor.Tensors.dropout2d;
import static org.unrolled.tensor.Tensors.embedding;
import static org.unrolled.tensor.Tensors.fold;
import static org.unrolled.tensor.Tensors.full;
import static org.unrolled.tensor.Tensors.groupNorm;
import static org.unrolled.tensor.Tensors.huberLoss;
import static org.unrolled.tensor.Tensors.ids;
import static org.unrolled.tensor.Tensors.l1Loss;
import static org.unrolled.tensor.Tensors.linear;
import static org.unrolled.tensor.Tensors.maxPool1d;
import static org.unrolled.tensor.Tensors.maxPool2d;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.mseLoss;
import static org.unrolled.tensor.Tensors.noGrad;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.rand;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.scaledDotProductAttention;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.tensor;
import static org.unrolled.tensor.Tensors.unfold;
import static org.unrolled.tensor.Tensors.where;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.VectorKernels;
import org.unrolled.tensor.op.CrossEntropy;
import org.unrolled.tensor.op.Gru;
import org.unrolled.tensor.op.Heads;
import org.unrolled.tensor.op.Lstm;
import org.unrolled.tensor.op.RecurrentWeights;
import org.unrolled.tensor.op.Rnn;
import org.unrolled.tensor.op.ScaledDotProductAttention;
import org.unrolled.tensor.op.SelfAttention;

/** Every operation's gradient against central differences, on every usable provider. */
class GradientsTest {
    private static final Random RANDOM = new Random(7);

    private static Tensor x(int... shape) {
        return randn(RANDOM, shape);
    }

    /** Away from 0 and positive: logarithms, roots and quotients. */
    private static Tensor positive(int... shape) {
        return rand(RANDOM, shape).add(0.5);
    }

    /** No two elements, and no element and 0, closer than the step of the differences. */
    private static Tensor apart(int... shape) {
        Tensor x = x(shape);
        float[] values = x.toArray();
        Integer[] order = new Integer[values.length];
        for (int i = 0; i < order.length; i++) order[i] = i;
        Arrays.sort(order, java.util.Comparator.comparing(i -> values[i]));
        for (int r = 0; r < order.length; r++) values[order[r]] = (r - order.length / 2 + 0.5f) * 0.2f;
        return tensor(values, shape);
    }

    private static Arguments op(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
        return Arguments.of(name, f, inputs);
    }

    /** x, W_ih, W_hh, b_ih, b_hh, h0, c0. */
    private static Tensor[] recurrent(int gates, int B, int T, int I, int H) {
        return new Tensor[] {x(B, T, I), x(gates * H, I).mul(0.5), x(gates * H, H).mul(0.5), x(gates * H), x(gates * H), x(B, H), x(B, H)};
    }

    private static RecurrentWeights weights(Tensor[] t) {
        return new RecurrentWeights(t[1], t[2], t[3], t[4]);
    }

    /** All states and twice the last, so that both kinds of gradient meet. */
    private static Tensor rnn(Tensor[] t, Tensor lengths, boolean relu, boolean reverse) {
        Rnn.Result r = Rnn.apply(t[0], weights(t), t[5], lengths, relu, reverse);
        return cat(1, r.output().reshape(t[0].size(0), -1), r.hN().mul(2));
    }

    private static Tensor lstm(Tensor[] t, Tensor lengths, boolean reverse) {
        Lstm.Result r = Lstm.apply(t[0], weights(t), t[5], t[6], lengths, reverse);
        return cat(1, r.output().reshape(t[0].size(0), -1), r.hN().mul(2), r.cN().mul(3));
    }

    private static Tensor gru(Tensor[] t, Tensor lengths, boolean reverse) {
        Gru.Result r = Gru.apply(t[0], weights(t), t[5], lengths, reverse);
        return cat(1, r.output().reshape(t[0].size(0), -1), r.hN().mul(2));
    }

    static Stream<Arguments> operations() {
        Tensor mask = causalMask(4);
        return Stream.of(
                op("add", t -> t[0].add(t[1]), x(3, 4), x(3, 4)),
                op("add row", t -> t[0].add(t[1]), x(3, 4), x(4)),
                op("add column", t -> t[0].add(t[1]), x(3, 4), x(3, 1)),
                op("add both repeated", t -> t[0].add(t[1]), x(3, 1), x(1, 4)),
                op("add alternating axes", t -> t[0].add(t[1]), x(2, 3, 2, 3), x(3, 1, 3)),
                op("add to itself", t -> t[0].add(t[0]), x(5)),
                op("add number", t -> t[0].add(2.5), x(5)),
                op("sub", t -> t[0].sub(t[1]), x(2, 3, 4), x(3, 1)),
                op("mul", t -> t[0].mul(t[1]), x(3, 4), x(3, 4)),
                op("mul repeated", t -> t[0].mul(t[1]), x(2, 1, 4), x(3, 1)),
                op("mul scalar tensor", t -> t[0].mul(t[1]), x(2, 3), x()),
                op("mul by itself", t -> t[0].mul(t[0]), x(5)),
                op("div", t -> t[0].div(t[1]), x(3, 4), positive(3, 4)),
                op("div repeated", t -> t[0].div(t[1]), x(3, 4), positive(4)),
                op("maximum", t -> t[0].maximum(t[1]), apart(3, 4), apart(3, 4).mul(-0.5)),
                op("neg", t -> t[0].neg(), x(5)),
                op("pow", t -> t[0].pow(2.5), positive(5)),
                op("pow negative", t -> t[0].pow(-2), positive(5)),
                op("exp", t -> t[0].exp(), x(6)),
                op("log", t -> t[0].log(), positive(6)),
                op("sqrt", t -> t[0].sqrt(), positive(6)),
                op("abs", t -> t[0].abs(), apart(6)),
                op("tanh", t -> t[0].tanh(), x(6)),
                op("sigmoid", t -> t[0].sigmoid(), x(6)),
                op("relu", t -> t[0].relu(), apart(6)),
                op("gelu", t -> t[0].gelu(), x(6)),
                op("geluTanh", t -> t[0].geluTanh(), x(6)),
                op("matmul", t -> t[0].matmul(t[1]), x(3, 4), x(4, 5)),
                op("matmul batched", t -> t[0].matmul(t[1]), x(2, 3, 4), x(2, 4, 5)),
                op("matmul one B", t -> t[0].matmul(t[1]), x(2, 3, 4), x(4, 5)),
                op("matmul one A", t -> t[0].matmul(t[1]), x(3, 4), x(2, 4, 5)),
                op("matmul broadcast batches", t -> t[0].matmul(t[1]), x(2, 1, 3, 4), x(3, 4, 2)),
                op("matmul vector left", t -> t[0].matmul(t[1]), x(4), x(2, 4, 3)),
                op("matmul vector right", t -> t[0].matmul(t[1]), x(2, 3, 4), x(4)),
                op("matmul vectors", t -> t[0].matmul(t[1]), x(4), x(4)),
                op("matmul with its transpose", t -> t[0].matmul(t[0].transpose()), x(3, 4)),
                op("transpose", t -> t[0].transpose(), x(2, 3, 4)),
                op("transpose axes", t -> t[0].transpose(0, 2), x(2, 3, 4)),
                op("permute", t -> t[0].permute(2, 0, 3, 1), x(2, 3, 2, 3)),
                op("reshape", t -> t[0].reshape(3, -1), x(2, 6)),
                op("unsqueeze", t -> t[0].unsqueeze(1), x(2, 3)),
                op("squeeze", t -> t[0].squeeze(1), x(2, 1, 3)),
                op("expand", t -> t[0].expand(2, 3, 4), x(3, 1)),
                op("slice", t -> t[0].slice(1, 1, 3), x(2, 4, 3)),
                op("slices of one", t -> t[0].slice(0, 0, 2).add(t[0].slice(0, 1, 3)), x(3, 2)),
                op("select", t -> t[0].select(-1, 1), x(2, 3, 4)),
                op("cat", t -> cat(1, t[0], t[1], t[0]), x(2, 3, 2), x(2, 1, 2)),
                op("stack", t -> stack(1, t[0], t[1]), x(2, 3), x(2, 3)),
                op("where", t -> where(causalMask(3), t[0], t[1]), x(3, 3), x(3)),
                op("sum", t -> t[0].sum(), x(2, 3)),
                op("sum dim", t -> t[0].sum(1), x(2, 3, 4)),
                op("sum keepDim", t -> t[0].sum(0, true), x(2, 3)),
                op("mean", t -> t[0].mean(), x(2, 3)),
                op("mean dim", t -> t[0].mean(-1), x(2, 3)),
                op("variance", t -> t[0].variance(), x(2, 3)),
                op("variance dim", t -> t[0].variance(1), x(2, 3, 2)),
                op("max", t -> t[0].max(), apart(2, 3)),
                op("max dim", t -> t[0].max(1), apart(2, 3, 2)),
                op("softmax", t -> t[0].softmax(), x(3, 4)),
                op("softmax dim", t -> t[0].softmax(1), x(2, 3, 4)),
                op("logSoftmax", t -> t[0].logSoftmax(-1), x(3, 4)),
                op("maskedFill", t -> t[0].maskedFill(mask, -2), x(2, 4, 4)),
                op("masked softmax", t -> t[0].maskedFill(mask, Double.NEGATIVE_INFINITY).softmax(), x(2, 4, 4)),
                op("layerNorm", t -> t[0].layerNorm(t[1], t[2], 1e-5), x(2, 3, 5), x(5), x(5)),
                op("dropout", t -> t[0].dropout(0.4, 3, ids(5), 1), x(4, 5)),
                op("embedding", t -> embedding(t[0], t[1]), x(4, 3), ids(new int[] {1, 3, 1, 0, 1, 1}, 2, 3)),
                op("embedding with padding", t -> embedding(t[0], t[1], 1), x(4, 3), ids(0, 3, 0)),
                op("gather", t -> t[0].gather(1, t[1]), x(2, 3, 2), ids(new int[] {0, 2, 1, 1, 2, 2, 0, 0}, 2, 2, 2)),
                op("split", t -> t[0].split(1, 1, 3)[1].mul(t[0].split(1, 1, 3)[0]), x(2, 4)),
                op("chunk", t -> t[0].chunk(-1, 2)[0].mul(t[0].chunk(-1, 2)[1]), x(2, 6)),
                op("rnn", t -> rnn(t, null, false, false), recurrent(1, 3, 4, 2, 3)),
                op("rnn, reverse, lengths", t -> rnn(t, ids(2, 0, 4), false, true), recurrent(1, 3, 4, 2, 3)),
                op("rnn, relu", t -> rnn(t, ids(4, 3, 4), true, false), recurrent(1, 3, 4, 2, 3)),
                op("lstm", t -> lstm(t, null, false), recurrent(4, 3, 4, 2, 3)),
                op("lstm, reverse, lengths", t -> lstm(t, ids(2, 0, 4), true), recurrent(4, 3, 4, 2, 3)),
                op("lstm, wide", t -> lstm(t, ids(2, 1), false), recurrent(4, 2, 2, 1, 17)),
                op("gru", t -> gru(t, null, false), recurrent(3, 3, 4, 2, 3)),
                op("gru, reverse, lengths", t -> gru(t, ids(2, 0, 4), true), recurrent(3, 3, 4, 2, 3)),
                op("gru, wide", t -> gru(t, ids(2, 1), false), recurrent(3, 2, 2, 1, 17)),
                op("crossEntropy", t -> t[0].crossEntropy(t[1]), x(2, 3, 4), ids(new int[] {1, 3, 0, 0, 2, 1}, 2, 3)),
                op("crossEntropy with weights, smoothing and an ignored row", t -> CrossEntropy.apply(t[0], t[1], tensor(0.5, 2, 0, 1.5), 0.2, 2),
                        x(2, 3, 4), ids(new int[] {1, 3, 2, 0, 2, 1}, 2, 3)),
                op("bceWithLogits", t -> bceWithLogits(t[0], tensor(new double[][] {{0, 1, 0.3}, {1, 1, 0}}), tensor(0.5, 2, 3)), x(2, 3)),
                op("mseLoss", t -> mseLoss(t[0], t[1]), x(2, 3), x(2, 3)),
                op("l1Loss", t -> l1Loss(t[0], t[1]), apart(2, 3), apart(2, 3).mul(-0.5)),
                op("huberLoss", t -> huberLoss(t[0], t[1], 0.7), apart(2, 3), apart(2, 3).mul(-0.5)),
                op("silu", t -> t[0].silu(), x(6)),
                op("leakyRelu", t -> t[0].leakyRelu(0.2), apart(6)),
                op("rmsNorm", t -> t[0].rmsNorm(t[1], 1e-5), x(2, 3, 5), x(5)),
                op("attention", t -> scaledDotProductAttention(t[0], t[1], t[2]), x(2, 2, 3, 4), x(2, 2, 5, 4), x(2, 2, 5, 3)),
                op("attention, causal", t -> scaledDotProductAttention(t[0], t[1], t[2], null, true), x(2, 4, 3), x(2, 4, 3), x(2, 4, 3)),
                op("attention, masked", t -> scaledDotProductAttention(t[0], t[1], t[2], causalMask(4), false), x(4, 3), x(4, 3), x(4, 2)),
                op("attention, a query that sees nothing", t -> scaledDotProductAttention(t[0], t[1], t[2], tensor(new double[][] {{1, 1, 1}, {0, 1, 0}}), false),
                        x(2, 4), x(3, 4), x(3, 2)),
                op("attention with a bias", t -> ScaledDotProductAttention.apply(t[0], t[1], t[2], slopes(2, 3, 5), null, false), x(2, 2, 3, 4), x(2, 2, 5, 4), x(2, 2, 5, 3)),
                op("attention with a bias and a mask", t -> ScaledDotProductAttention.apply(t[0], t[1], t[2], slopes(4, 4), ids(new int[] {0, 0, 1, 0, 0, 0, 0, 1}, 2, 1, 4), true),
                        x(2, 4, 3), x(2, 4, 3), x(2, 4, 2)),
                op("self-attention", t -> SelfAttention.apply(t[0], 2, null, null, false), x(2, 3, 12)),
                op("self-attention, causal, with a bias and a mask", t -> SelfAttention.apply(t[0], 2, slopes(2, 3, 3), ids(new int[] {0, 0, 0, 0, 0, 1}, 2, 1, 1, 3), true), x(2, 3, 12)),
                op("attention with itself", t -> scaledDotProductAttention(t[0], t[0], t[0], null, true), x(2, 3, 4)),
                op("linear", t -> linear(t[0], t[1], t[2]), x(2, 3, 4), x(5, 4), x(5)),
                op("conv2d", t -> conv2d(t[0], t[1], t[2], 1, 1), x(2, 2, 4, 5), x(3, 2, 3, 3), x(3)),
                op("conv2d without bias", t -> conv2d(t[0], t[1], null), x(1, 2, 4, 4), x(2, 2, 2, 2)),
                op("conv2d stride, dilation, groups", t -> conv2d(t[0], t[1], t[2], 2, 1, 2, 2), x(1, 4, 6, 7), x(4, 2, 2, 3), x(4)),
                op("conv2d depthwise", t -> conv2d(t[0], t[1], t[2], 1, 1, 1, 3), x(2, 3, 4, 5), x(3, 1, 3, 3), x(3)),
                op("conv2d with itself", t -> conv2d(t[0], t[0], null), x(2, 2, 3, 3)),
                op("conv1d", t -> conv1d(t[0], t[1], t[2], 2, 1, 1, 1), x(2, 2, 7), x(3, 2, 3), x(3)),
                op("convTranspose2d", t -> convTranspose2d(t[0], t[1], t[2], 2, 1, 1, 2, 1), x(1, 4, 3, 3), x(4, 2, 3, 3), x(4)),
                op("unfold", t -> unfold(t[0], 2, 2, 1, 1), x(2, 2, 3, 4)),
                op("fold", t -> fold(t[0], 3, 4, 2, 1, 1, 1), x(1, 8, 20)),
                op("maxPool2d", t -> maxPool2d(t[0], 3, 2, 1), apart(1, 2, 5, 6)),
                op("maxPool1d", t -> maxPool1d(t[0], 2, 1, 0), apart(2, 2, 5)),
                op("avgPool2d", t -> avgPool2d(t[0], 3, 2, 1), x(1, 2, 5, 6)),
                op("avgPool1d", t -> avgPool1d(t[0], 2, 1, 1), x(2, 2, 5)),
                op("adaptiveAvgPool2d", t -> adaptiveAvgPool2d(t[0], 2, 3), x(1, 2, 5, 4)),
                op("batchNorm", t -> batchNorm(t[0], zeros(3), ones(3), t[1], t[2], true, 0.1, 0.1), x(3, 3, 2, 2), x(3), x(3)),
                op("batchNorm in evaluation", t -> batchNorm(t[0], full(0.3, 3), full(2, 3), t[1], t[2], false, 0.1, 0.1), x(3, 3), x(3), x(3)),
                op("groupNorm", t -> groupNorm(t[0], 2, t[1], t[2], 0.1), x(2, 4, 2, 2), x(4), x(4)),
                op("dropout2d", t -> dropout2d(t[0], 0.4, 3, ids(5), 1), x(3, 4, 2, 2)),
                op("heads", t -> Heads.apply(t[0], 0, 3, 2).add(Heads.apply(t[0], 2, 3, 2).mul(2)), x(2, 3, 12)),
                op("heads of one part", t -> Heads.apply(t[0], 0, 1, 2), x(2, 3, 4)),
                op("one of several", t -> t[0].mul(t[1]).add(t[0].exp()).sum(0).mul(t[0]), x(2, 3), x(3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void agreesWithCentralDifferences(String op, Function<Tensor[], Tensor> f, Tensor[] inputs) {
        for (Kernels.Provider provider : Kernels.available()) {
            if (provider.usable()) Kernels.with(Kernels.named(provider.name()), () -> GradCheck.check(op + " on " + provider.name(), f, inputs));
        }
    }

    /** What is lent is full of NaN, and what is given back is too: who reads either, or relies on its being 0, is found. */
    private static class Spoiling extends VectorKernels {
        int out;

        @Override public Buffer scratch(int n) {
            out++;
            return spoilt(Buffer.of(new float[n]));
        }

        @Override public void release(Buffer scratch) {
            out--;
            spoilt(scratch);
        }

        private static Buffer spoilt(Buffer b) {
            Arrays.fill(b.floats(), Float.NaN);
            return b;
        }
    }

    /** Between two other operations, so that both the gradient that comes and those that go are the tape's. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void keepsNoGradientThatIsGivenBack(String op, Function<Tensor[], Tensor> f, Tensor[] inputs) {
        Spoiling kernels = new Spoiling();
        Kernels.with(kernels, () -> GradCheck.check(op, given -> f.apply(Arrays.stream(given).map(x -> x.isInt() ? x : x.mul(1)).toArray(Tensor[]::new)).mul(1), inputs));
        assertThat(kernels.out).as("lent and not given back").isZero();
    }

    @Test void anOperationThatFailsGivesItsGradientsBack() {
        Spoiling kernels = new Spoiling();
        Kernels.with(kernels, () -> {
            Tensor x = randn(RANDOM, 5).requiresGrad(true), y = x.mul(2).exp();
            Tensor fails = Tensor.of("fails", y.shape(), y.buffer(), Edge.to(y, (dx, dout, acc) -> {
                throw new IllegalStateException("no gradient here");
            }));
            assertThatThrownBy(() -> fails.mul(3).add(y.mul(2)).sum().backward()).hasMessage("no gradient here");
            assertThatThrownBy(() -> fails.mul(3).sum().backward()).as("the first gradient that comes to y").hasMessage("no gradient here");
        });
        assertThat(kernels.out).isZero();
    }

    /** What a GRU lends from back through time to its parameters' gradients: none of them need be wanted, and any of them may fail. */
    @Test void aGruGivesBackWhatItsParametersReadWhicheverAreWanted() {
        Tensor[] t = recurrent(3, 3, 4, 2, 3), same = recurrent(3, 3, 4, 2, 3);
        for (int i = 0; i < t.length; i++) same[i].assign(t[i]);
        gru(Arrays.stream(same).map(x -> x.requiresGrad(true)).toArray(Tensor[]::new), null, false).sum().backward();
        for (int wanted = 1; wanted < 1 << 6; wanted++) {
            Spoiling kernels = new Spoiling();
            for (int i = 0; i < t.length; i++) t[i] = t[i].detach().requiresGrad((wanted >> i & 1) == 1);
            Kernels.with(kernels, () -> gru(t, null, false).sum().backward());
            assertThat(kernels.out).as("lent and not given back, %s wanted", Integer.toBinaryString(wanted)).isZero();
            for (int i = 0; i < t.length; i++) if (t[i].requiresGrad()) assertThat(maxAbsDiff(t[i].grad(), same[i].grad())).isLessThan(1e-5);
        }
        boolean[] fails = {true};
        Spoiling kernels = new Spoiling() {
            @Override public void recurrentWeightBackward(Buffer dweight, Buffer da, Buffer h, Buffer h0, Buffer lengths, int B, int T, int G, int H, boolean reverse, boolean acc) {
                if (fails[0]) throw new IllegalStateException("no gradient here");
                super.recurrentWeightBackward(dweight, da, h, h0, lengths, B, T, G, H, reverse, acc);
            }
        };
        Kernels.with(kernels, () -> {
            Tensor loss = gru(t, null, false).sum();
            assertThatThrownBy(loss::backward).hasMessage("no gradient here");
            fails[0] = false;
            loss.backward();
        });
        assertThat(kernels.out).as("after a pass that failed and one that did not").isZero();
    }

    private static Tensor slopes(int... shape) {
        return randn(new Random(9), shape);
    }

    /** From a projection, as one operation and piece by piece. */
    @Test void selfAttentionIsItsParts() {
        Tensor x = randn(new Random(1), 3, 70, 3 * 4 * 16).requiresGrad(true), same = x.copy().requiresGrad(true), bias = slopes(4, 70, 70), dout = randn(new Random(2), 3, 70, 64);
        Tensor whole = SelfAttention.apply(x, 4, bias, null, true);
        Tensor q = Heads.apply(same, 0, 3, 4), k = Heads.apply(same, 1, 3, 4), v = Heads.apply(same, 2, 3, 4);
        Tensor scores = q.matmul(k.transpose()).div(4).add(bias).maskedFill(causalMask(70), Double.NEGATIVE_INFINITY);
        Tensor parts = scores.softmax().matmul(v).transpose(1, 2).reshape(3, 70, 64);
        assertThat(maxAbsDiff(whole, parts)).isLessThan(1e-5);
        whole.backward(dout);
        parts.backward(dout);
        assertThat(maxAbsDiff(x.grad(), same.grad())).isLessThan(2e-5);
    }

    /** Attention's three gradients come from one computation; what it kept for an input that asked for none must not be there in the next pass. */
    @Test void attentionKeepsNoGradientForTheNextPass() {
        Tensor q = x(2, 3, 4).requiresGrad(true), k = x(2, 3, 4).requiresGrad(true), v = x(2, 3, 4).requiresGrad(true);
        Tensor y = scaledDotProductAttention(q, k, v), dout = x(2, 3, 4);
        q.requiresGrad(false);
        y.backward(x(2, 3, 4));
        q.requiresGrad(true);
        y.backward(dout);
        Tensor other = q.copy().requiresGrad(true);
        scaledDotProductAttention(other, k.detach().requiresGrad(true), v.detach().requiresGrad(true)).backward(dout);
        assertThat(q.grad().toArray()).isEqualTo(other.grad().toArray());
    }

    @Test void aWrongGradientIsNamed() {
        assertThatThrownBy(() -> GradCheck.check("halved", t -> Tensor.of("halved", t[0].shape(), t[0].buffer(),
                Edge.to(t[0], (dx, dout, acc) -> Kernels.current().affine(dx, dout, 0.5f, 0, acc))), ones(2, 2)))
                .hasMessageContaining("halved: gradient of input 0 (2, 2) at (0, 0): got ")
                .hasMessageContaining(", expected ");
    }

    @Test void gradientsAddUpOverCallsUntilZeroed() {
        Tensor x = tensor(1, 2).requiresGrad(true);
        Tensor loss = x.mul(x).sum();
        loss.backward();
        loss.backward();
        assertThat(x.grad().toArray()).containsExactly(4, 8);
        x.zeroGrad();
        assertThat(x.grad().toArray()).containsExactly(0, 0);
    }

    @Test void aGradientThatIsPassedOnIsNotChangedByItsReceiver() {
        Tensor x = tensor(1, 2).requiresGrad(true), dout = tensor(1, 1);
        Tensor y = x.mul(1).add(0).reshape(2, 1);
        Tensor both = y.reshape(2).add(y.reshape(2).mul(3));
        both.backward(dout);
        assertThat(x.grad().toArray()).containsExactly(4, 4);
        assertThat(dout.toArray()).containsExactly(1, 1);
    }

    @Test void manyUsesOfOneResultAreSummedOnce() {
        Tensor x = tensor(1).requiresGrad(true), y = x.mul(2), sum = y;
        for (int i = 0; i < 20; i++) sum = sum.add(sum);   // 2²⁰ paths
        sum.backward();
        assertThat(x.grad().item()).isEqualTo(2 * (1 << 20));
    }

    @Test void intermediateGradientsOnRequest() {
        Tensor x = tensor(3).requiresGrad(true), y = x.mul(2).retainGrad(), z = y.mul(y);
        z.backward();
        assertThat(y.grad().item()).isEqualTo(12);
        assertThat(x.grad().item()).isEqualTo(24);
        assertThat(z.grad()).isNull();
    }

    @Test void nothingIsRememberedWithinNoGrad() {
        Tensor x = tensor(3).requiresGrad(true);
        assertThat(noGrad(() -> x.mul(2)).requiresGrad()).isFalse();
        assertThat(x.detach().mul(2).requiresGrad()).isFalse();
        assertThat(x.mul(2).requiresGrad()).isTrue();
    }

    @Test void backwardNeedsOneNumberAndAParameter() {
        assertThatThrownBy(() -> ones(2).requiresGrad(true).mul(2).backward()).hasMessage("backward: (2) has 2 elements, and a gradient belongs to one number. "
                + "Hint: take its sum() or mean(), or give backward(dout) the gradient of each element.");
        assertThatThrownBy(() -> ones(1).backward()).hasMessage("backward: nothing here requires a gradient. "
                + "Hint: call requiresGrad(true) on the parameters before computing, and not within noGrad.");
        assertThatThrownBy(() -> ones(2).requiresGrad(true).mul(2).backward(ones(3))).hasMessage(
                "backward: dout (3) for (2): the gradient of a tensor has its shape. Hint: expand or reshape dout.");
        assertThatThrownBy(() -> ids(1).requiresGrad(true)).hasMessage("requiresGrad: (1) holds ints, and only floats have gradients. Hint: toFloat()");
        assertThatThrownBy(() -> ones(1).requiresGrad(true).mul(2).requiresGrad(false)).hasMessage("requiresGrad(false): this is the result of mul, "
                + "and only tensors that no operation made can be switched. Hint: detach() is this without its history.");
    }
}
