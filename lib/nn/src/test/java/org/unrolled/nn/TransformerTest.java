package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Transformer blocks and positions give what PyTorch gave in float64, train along its loss curve, and go on from a cache as without one. */
class TransformerTest {
    private static TransformerConfig config(Recorded.Case c) {
        TransformerConfig config = TransformerConfig.of(c.integer("dModel"), c.integer("numHeads")).dFF(c.integer("dFF"));
        if (!c.flag("preNorm")) config = config.postNorm();
        if (!c.flag("gelu")) config = config.activation(Tensor::relu);
        return config;
    }

    @TestFactory
    Stream<DynamicTest> asPyTorch() {
        return Recorded.onEveryProvider("transformer", (c, where) -> {
            if (c.op().equals("curve")) {
                curve(c, where);
                return;
            }
            Map<String, Tensor> in = new LinkedHashMap<>();
            c.inputs().forEach((name, values) -> in.put(name, values.ints() != null ? values.tensor() : values.tensor().requiresGrad(true)));
            Tensor x = in.get("x");
            Module module = switch (c.op()) {
                case "TransformerBlock" -> new TransformerBlock(c.flag("causal") ? config(c).asCausal() : config(c), new Random(1));
                case "TransformerDecoderBlock" -> new TransformerDecoderBlock(config(c), new Random(1));
                default -> new Sequential();
            };
            if (c.state() != null) c.load(module);
            Tensor y = switch (c.op()) {
                case "Rope" -> new Rope(c.number("base")).turn(x, c.integer("from"));
                case "SinusoidalPositions" -> new SinusoidalPositions().forward(x);
                case "Alibi" -> x.add(new Alibi().bias(c.integer("numHeads"), x.size(1), x.size(2)));
                case "TransformerBlock" -> ((TransformerBlock) module).forward(x, in.containsKey("padding") ? in.get("padding").reshape(2, 1, 1, 5) : null);
                case "TransformerDecoderBlock" -> ((TransformerDecoderBlock) module).forward(x, in.get("memory"));
                default -> throw new AssertionError("no Java code runs the recorded " + c.op());
            };
            c.same(where, "y", y);
            y.backward(c.dout().tensor());
            c.gradients().forEach((name, values) -> c.same(where + ", gradient of " + name, values, in.get(name).grad()));
            if (c.parameterGradients() != null) {
                assertThat(module.namedParameters().keySet()).as(where).containsExactlyInAnyOrderElementsOf(c.parameterGradients().keySet());
                c.parameterGradients().forEach((name, values) -> c.same(where + ", gradient of " + name, values, module.namedParameters().get(name).grad()));
            }
        });
    }

    private static final class Net extends Module {
        final Embedding token = module("token", new Embedding(6, 8, new Random(1)));
        final TransformerBlock first;
        final TransformerBlock second;
        final Linear out;

        Net(TransformerConfig config) {
            first = module("blocks.0", new TransformerBlock(config, new Random(1)));
            second = module("blocks.1", new TransformerBlock(config, new Random(1)));
            out = module("out", new Linear(8, 6, new Random(1)));
        }

        Tensor logits(Tensor ids) {
            return out.forward(second.forward(first.forward(token.forward(ids))));
        }
    }

    private static void curve(Recorded.Case c, String where) {
        TransformerConfig config = TransformerConfig.of(8, 2).dFF(16).asCausal();
        Net net = new Net(c.flag("preNorm") ? config : config.postNorm());
        c.load(net);
        Tensor x = c.input("x");
        List<Double> losses = new ArrayList<>();
        Training.run(50, step -> losses.add(step.loss()), new AdamW(net, 0.01), 1, i -> {
            Tensor batch = x.select(0, i % 4);
            return net.logits(batch.slice(1, 0, 6)).reshape(-1, 6).crossEntropy(batch.slice(1, 1, 7).reshape(-1));
        });
        double[] expected = c.outputs().get("losses").data();
        for (int i = 0; i < 50; i++) assertThat(losses.get(i)).as(where + ", step " + i).isCloseTo(expected[i], within(1e-3 * expected[i]));
        assertThat(expected[49]).as("it has learned something").isLessThan(0.6 * expected[0]);
    }

    // ---- positions inside attention, and the cache

    static Stream<TransformerConfig> causal() {
        TransformerConfig config = TransformerConfig.of(12, 3).dFF(20).asCausal();
        return Stream.of(config, config.postNorm(), config.positions(new Rope()), config.positions(new Alibi()));
    }

    @ParameterizedTest
    @MethodSource("causal")
    void aCacheGivesWhatAllPositionsAtOnceGive(TransformerConfig config) {
        TransformerBlock block = new TransformerBlock(config, new Random(3));
        Tensor x = Tensors.randn(new Random(4), 2, 7, 12);
        Tensor whole = block.forward(x);
        KeyValueCache cache = new KeyValueCache();
        List<Tensor> parts = new ArrayList<>();
        int[] cuts = {0, 3, 4, 4, 6, 7};                       // several at once, one, none
        for (int i = 1; i < cuts.length; i++) {
            parts.add(block.forward(x.slice(1, cuts[i - 1], cuts[i]), cache));
            assertThat(cache.length()).isEqualTo(cuts[i]);
        }
        assertThat(Tensors.maxAbsDiff(Tensors.cat(1, parts.toArray(Tensor[]::new)), whole)).isLessThan(2e-6);
    }

    @ParameterizedTest
    @MethodSource("causal")
    void aCausalBlockDoesNotSeeWhatComesLater(TransformerConfig config) {
        TransformerBlock block = new TransformerBlock(config, new Random(3));
        Tensor x = Tensors.randn(new Random(4), 1, 6, 12);
        Tensor cut = block.forward(x.slice(1, 0, 4));
        assertThat(Tensors.maxAbsDiff(block.forward(x).slice(1, 0, 4), cut)).isLessThan(2e-6);
    }

    @Test
    void turnedScoresDependOnTheDistanceAlone() {
        Tensor q = Tensors.randn(new Random(1), 1, 8), k = Tensors.randn(new Random(2), 1, 8);
        Rope rope = new Rope();
        float near = rope.turn(q, 5).mul(rope.turn(k, 2)).sum().item(), far = rope.turn(q, 105).mul(rope.turn(k, 102)).sum().item();
        assertThat(far).isCloseTo(near, within(1e-4f));
        assertThat(rope.turn(q, 6).mul(rope.turn(k, 2)).sum().item()).isNotCloseTo(near, within(1e-3f));
    }

    @Test
    void attentionTakesWhatItsPositionsSay() {
        Tensor x = Tensors.randn(new Random(5), 1, 5, 4);
        MultiHeadAttention plain = new MultiHeadAttention(4, 1, 0, RelativePositions.NONE, new Random(1));
        MultiHeadAttention alibi = new MultiHeadAttention(4, 1, 0, new Alibi(), new Random(1));
        MultiHeadAttention rope = new MultiHeadAttention(4, 1, 0, new Rope(), new Random(1));
        Tensor weights = plain.attend(x, x, x, null).weights();
        // softmax(s + b) is softmax(s)·e^b, made to sum to one again
        Tensor expected = weights.mul(new Alibi().bias(1, 5, 5).exp());
        assertThat(Tensors.maxAbsDiff(alibi.attend(x, x, x, null).weights(), expected.div(expected.sum(-1, true)))).isLessThan(1e-6);
        assertThat(Tensors.maxAbsDiff(rope.attend(x, x, x, null).weights(), weights)).isGreaterThan(1e-3);
        assertThat(plain.namedParameters().keySet()).isEqualTo(rope.namedParameters().keySet()).isEqualTo(alibi.namedParameters().keySet());
    }

    @Test
    void learnedPositionsAddTheirRow() {
        LearnedPositions positions = new LearnedPositions(5, 3, new Random(1));
        Tensor y = positions.forward(Tensors.zeros(2, 2, 3), 3);
        assertThat(y.toArray()).startsWith(positions.weight().slice(0, 3, 5).toArray());
        y.sum().backward();
        assertThat(positions.weight().grad().toArray()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2);
        assertThatThrownBy(() -> positions.forward(Tensors.zeros(1, 4, 3), 3)).isInstanceOf(IllegalArgumentException.class).hasMessage(
            "LearnedPositions: positions 3 to 6, and vectors are learned for 0 to 4. Hint: cut the sequence, or use positions that know no end (SinusoidalPositions, Rope, Alibi).");
    }

    @Test
    void dropoutActsInTrainingAlone() {
        TransformerBlock block = new TransformerBlock(TransformerConfig.of(8, 2).dropout(0.3), new Random(1));
        TransformerBlock same = new TransformerBlock(TransformerConfig.of(8, 2), new Random(1));
        same.loadStateDict(block.stateDict());
        Tensor x = Tensors.randn(new Random(2), 1, 4, 8);
        assertThat(Tensors.maxAbsDiff(block.forward(x), block.forward(x))).isGreaterThan(1e-3);
        block.eval();
        assertThat(Tensors.maxAbsDiff(block.forward(x), same.forward(x))).isZero();
    }

    /** In one operation, with dropout of the weights, with a bias of the scores, and asked for its weights: the ways of attention agree. */
    @ParameterizedTest
    @MethodSource("blocksForPadding")
    void aSequenceThatIsAllPaddingTakesNothingAndStopsNoTraining(TransformerConfig config) {
        MultiHeadAttention attention = new MultiHeadAttention(config.dModel(), config.numHeads(), config.dropout(), config.positions(), new Random(2));
        Tensor x = Tensors.randn(new Random(3), 2, 3, 4).requiresGrad(true), mask = Tensors.paddingMask(new int[] {2, 0}, 3).reshape(2, 1, 1, 3);
        Tensor y = attention.output(x, x, x, mask, config.causal());
        // the bias of the projection, 0 at first, is all that is left
        assertThat(y.select(0, 1).toArray()).containsOnly(0);
        assertThat(y.select(0, 0).toArray()).doesNotContain(0, Float.NaN);
        y.mul(y).sum().backward();
        for (Tensor parameter : attention.parameters()) assertThat(parameter.grad().toArray()).doesNotContain(Float.NaN);
        assertThat(x.grad().select(0, 1).toArray()).containsOnly(0);

        attention.eval();
        x.zeroGrad();
        attention.zeroGrad();
        Tensor seen = config.causal() ? Tensors.causalMask(3).maximum(mask) : mask;
        MultiHeadAttention.Attended attended = attention.attend(x, x, x, seen);
        assertThat(attended.weights().select(0, 1).toArray()).containsOnly(0);
        assertThat(Tensors.maxAbsDiff(attended.output(), attention.output(x, x, x, mask, config.causal()))).isLessThan(1e-6);
        attended.output().pow(2).sum().backward();
        for (Tensor parameter : attention.parameters()) assertThat(parameter.grad().toArray()).doesNotContain(Float.NaN);
        assertThat(x.grad().select(0, 1).toArray()).containsOnly(0);
    }

    static Stream<TransformerConfig> blocksForPadding() {
        TransformerConfig plain = TransformerConfig.of(4, 2);
        return Stream.of(plain, plain.dropout(0.1), plain.positions(new Alibi())).flatMap(c -> Stream.of(c, c.asCausal()));
    }

    @Test
    void emptyBatchesAndSequencesOfNothingPass() {
        TransformerBlock block = new TransformerBlock(TransformerConfig.of(4, 2).asCausal().positions(new Rope()), new Random(1));
        assertThat(block.forward(Tensors.zeros(0, 3, 4)).shape()).containsExactly(0, 3, 4);
        assertThat(block.forward(Tensors.zeros(2, 0, 4)).shape()).containsExactly(2, 0, 4);
        assertThat(new SinusoidalPositions().forward(Tensors.zeros(2, 0, 4)).shape()).containsExactly(2, 0, 4);
    }

    @Test
    void whatIsWrongIsSaid() {
        Random random = new Random(1);
        assertThatThrownBy(() -> new Rope().turn(Tensors.zeros(2, 3), 0)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("Rope: vectors of 3 numbers do not divide into pairs, and each pair is turned. Hint: make dModel/numHeads even.");
        assertThatThrownBy(() -> new Rope(0)).hasMessage("Rope: base = 0.0, and it is above 0. Hint: 10000 is usual.");
        TransformerBlock open = new TransformerBlock(TransformerConfig.of(4, 2), random);
        assertThatThrownBy(() -> open.forward(Tensors.zeros(1, 1, 4), new KeyValueCache())).isInstanceOf(IllegalStateException.class)
            .hasMessage("TransformerBlock: a cache with a block that is not causal: earlier outputs would change with each new position. Hint: asCausal()");
        TransformerDecoderBlock decoder = new TransformerDecoderBlock(TransformerConfig.of(4, 2), random);
        assertThatThrownBy(() -> decoder.forward(Tensors.zeros(2, 3, 4), Tensors.zeros(1, 5, 4))).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("TransformerDecoderBlock: a batch of 2 with a memory of shape (1, 5, 4): the memory is (B, S, dModel), one for each sequence."
                + " Hint: expand() repeats one memory.");
    }
}
