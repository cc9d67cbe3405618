package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class SummaryTest {
    private static final Random RANDOM = new Random(1);

    private static Sequential leNet() {
        return new Sequential(new Conv2d(1, 6, 5, RANDOM), new Activation(Tensor::relu), new MaxPool2d(2), new Flatten(), new Linear(6 * 14 * 14, 10, RANDOM));
    }

    @Test void aConvolutionalNetworkByHand() {
        Summary summary = Summary.of(leNet(), 2, 1, 32, 32);
        assertThat(summary.rows()).extracting(Summary.Row::name).containsExactly("", "0", "1", "2", "3", "4");
        assertThat(summary.rows()).extracting(Summary.Row::type).containsExactly("Sequential", "Conv2d", "Activation", "MaxPool2d", "Flatten", "Linear");
        assertThat(summary.rows()).extracting(Summary.Row::output).containsExactly(List.of(2, 10), List.of(2, 6, 28, 28), List.of(2, 6, 28, 28),
            List.of(2, 6, 14, 14), List.of(2, 1176), List.of(2, 10));
        assertThat(summary.rows()).extracting(Summary.Row::parameters).containsExactly(0L, 6 * 26L, 0L, 0L, 0L, 11770L);
        long conv = 2L * 2 * 6 * 28 * 28 * 25;
        assertThat(summary.rows().get(1).flops()).isBetween(conv, conv + 2 * 2 * 6 * 28 * 28);
        assertThat(summary.rows().get(2).flops()).isEqualTo(2 * 6 * 28 * 28);
        assertThat(summary.rows().get(5).flops()).isBetween(2L * 2 * 1176 * 10, 2L * 2 * 1176 * 10 + 40);
        assertThat(summary.rows().get(2).bytes()).isEqualTo(4 * 2 * 6 * 28 * 28);
        assertThat(summary.parameters()).isEqualTo(leNet().numParameters());
    }

    @Test void partsThatAModuleCallsItselfHaveTheirShapes() {
        Layer own = new Layer() {
            final Linear up = module("up", new Linear(4, 8, RANDOM)), down = module("down", new Linear(8, 4, RANDOM));

            @Override public Tensor forward(Tensor x) {
                return down.forward(up.forward(x).relu()).add(x);
            }
        };
        Summary summary = Summary.of(new Sequential(own, new Linear(4, 1, RANDOM)), 3, 4);
        assertThat(summary.rows()).extracting(Summary.Row::name).containsExactly("", "0", "0.up", "0.down", "1");
        assertThat(summary.rows()).extracting(Summary.Row::output).containsExactly(List.of(3, 1), List.of(3, 4), List.of(3, 8), List.of(3, 4), List.of(3, 1));
        assertThat(summary.rows().get(1).flops()).isGreaterThan(2 * 3 * 32 * 2);
        assertThat(summary.rows().get(2).flops()).isZero();
    }

    @Test void aTransformerBlockCountsForItsParts() {
        int B = 2, T = 5, d = 8;
        for (TransformerConfig config : List.of(TransformerConfig.of(d, 2), TransformerConfig.of(d, 2).postNorm())) {
            Summary summary = Summary.of(new TransformerBlock(config, RANDOM), B, T, d);
            Map<String, Summary.Row> rows = summary.rows().stream().collect(Collectors.toMap(Summary.Row::name, row -> row));
            assertThat(rows.keySet()).containsExactlyInAnyOrder("", "self_attn", "self_attn.out_proj", "self_attn.dropout", "linear1", "dropout", "linear2",
                "norm1", "norm2", "dropout1", "dropout2");
            assertThat(rows.remove("self_attn.dropout").output()).as("one operation does attention, and has no weights to drop").isNull();
            rows.forEach((name, row) -> assertThat(row.output()).as(name).isEqualTo(List.of(B, T, name.equals("linear1") || name.equals("dropout") ? 4 * d : d)));
            // what is the block's own: two sums, and GELU
            assertThat(rows.get("").flops()).isBetween(2L * B * T * d, 30L * B * T * 4 * d);
            for (String linear : List.of("linear1", "linear2")) assertThat(rows.get(linear).flops()).isBetween(2L * B * T * d * 4 * d, 2L * B * T * 4 * d * (d + 1));
            // three projections of queries, keys and values, then QKᵀ and AV
            assertThat(rows.get("self_attn").flops()).isGreaterThan(2L * B * T * d * 3 * d + 2L * 2 * B * T * T * d);
            assertThat(rows.get("self_attn.out_proj").flops()).isGreaterThanOrEqualTo(2L * B * T * d * d);
        }
    }

    /** A decoder block is given its memory by whoever calls it: there the two-tensor form of run. */
    @Test void aPartOfTwoInputsCountsForItself() {
        Layer own = new Layer() {
            final TransformerDecoderBlock decoder = module("decoder", new TransformerDecoderBlock(TransformerConfig.of(8, 2), RANDOM));

            @Override public Tensor forward(Tensor x) {
                return run(decoder, () -> decoder.forward(x, x));
            }
        };
        Summary summary = Summary.of(own, 2, 5, 8);
        assertThat(summary.rows()).filteredOn(row -> row.output() == null).extracting(Summary.Row::name)
            .containsExactly("decoder.self_attn.dropout", "decoder.multihead_attn.dropout");
        assertThat(summary.rows().getFirst().flops()).isZero();
        assertThat(summary.rows().get(1).flops()).as("its three sums and GELU").isBetween(3L * 2 * 5 * 8, 40L * 2 * 5 * 32);
    }

    @Test void aNetworkThatFitsNoMemory() {
        Summary summary = Summary.of(() -> new Sequential(new Activation(x -> Tensors.conv2d(x, Tensors.zeros(256, 3, 3, 3), null, 1, 1)),
            new Activation(Tensor::relu)), 64, 3, 360, 360);
        assertThat(summary.rows().getLast().output()).containsExactly(64, 256, 360, 360);
        assertThat(summary.bytes()).isGreaterThan(16_000_000_000L);
    }

    @Test void idsAndTrainingMode() {
        Sequential model = new Sequential(new Embedding(10, 4, RANDOM), new Dropout(0.5, 1), new Linear(4, 10, RANDOM));
        Summary summary = Summary.ofIds(model, 2, 7);
        assertThat(summary.rows().getLast().output()).containsExactly(2, 7, 10);
        assertThat(model.training()).isTrue();
        assertThat(((Dropout) model.namedModules().get("1")).step().toIntArray()).containsExactly(0);
        model.namedModules().get("1").eval();
        Summary.ofIds(model, 2, 7);
        assertThat(model.training()).isTrue();
        assertThat(model.namedModules().get("1").training()).as("a frozen part stays frozen").isFalse();
        assertThat(Summary.of(leNet().eval() instanceof Layer l ? l : leNet(), 1, 1, 32, 32).toString()).contains("4 (Linear)").contains("total");
    }
}
