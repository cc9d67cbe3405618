package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class ModuleTest {
    private static final class Block extends Layer {
        private final MultiHeadAttention attention;
        private final Sequential mlp;
        private final LayerNorm norm = module("norm", new LayerNorm(8));

        Block(Random random) {
            attention = module("attn", new MultiHeadAttention(8, 2, random));
            mlp = module("mlp", new Sequential(new Linear(8, 16, random), new Activation(Tensor::gelu), new Dropout(0.5, random), new Linear(16, 8, random)));
        }

        @Override public Tensor forward(Tensor x) {
            x = x.add(attention.forward(norm.forward(x)));
            return x.add(mlp.forward(x));
        }
    }

    @Test void namesAreThoseOfPyTorch() {
        Block block = new Block(new Random(1));
        assertThat(block.stateDict().keySet()).containsExactly("norm.weight", "norm.bias", "attn.in_proj_weight", "attn.in_proj_bias",
                "attn.out_proj.weight", "attn.out_proj.bias", "mlp.0.weight", "mlp.0.bias", "mlp.3.weight", "mlp.3.bias");
        assertThat(block.numParameters()).isEqualTo(2 * 8 + 3 * 8 * 8 + 3 * 8 + 8 * 8 + 8 + 2 * 8 * 16 + 16 + 8);
        assertThat(new RnnCell(3, 4, new Random(1)).stateDict().keySet()).containsExactly("weight_ih", "weight_hh", "bias_ih", "bias_hh");
        assertThat(new Linear(3, 4, false, new Random(1)).stateDict().keySet()).containsExactly("weight");
    }

    @Test void theSameSeedGivesTheSameNetwork() {
        Tensor x = Tensors.randn(new Random(2), 3, 5, 8);
        assertThat(new Block(new Random(1)).forward(x).toArray()).isEqualTo(new Block(new Random(1)).forward(x).toArray());
    }

    @Test void dropoutOnlyInTraining() {
        Block block = new Block(new Random(1));
        Tensor x = Tensors.randn(new Random(2), 1, 5, 8);
        assertThat(block.forward(x).toArray()).isNotEqualTo(block.forward(x).toArray());
        block.eval();
        assertThat(block.forward(x).toArray()).isEqualTo(block.forward(x).toArray());
        assertThat(block.train().training()).isTrue();
        assertThat(block.forward(x).toArray()).isNotEqualTo(block.forward(x).toArray());
    }

    @Test void whoOnlyLooksLeavesEachModuleAsItIs() {
        Dropout dropout = new Dropout(0.5, 3);
        BatchNorm1d frozen = new BatchNorm1d(4);
        Sequential net = new Sequential(dropout, frozen);
        frozen.eval();
        Tensor x = Tensors.ones(3, 4);
        Tensor y = Module.evaluating(() -> {
            assertThat(net.training()).isFalse();
            return net.forward(x);
        });
        assertThat(y.toArray()).containsOnly((float) (1 / Math.sqrt(1 + 1e-5)));
        assertThat(dropout.step().toIntArray()).containsExactly(0);
        assertThat(net.training()).isTrue();
        assertThat(frozen.training()).as("a frozen part stays frozen").isFalse();
        assertThatThrownBy(() -> Module.evaluating(() -> net.forward(Tensors.ones(3)))).hasMessageStartingWith("BatchNorm1d: the input (3)");
        assertThat(net.training()).as("after an error too").isTrue();
    }

    @Test void dropoutDrawsTheSameAgainGoingBack() {
        Dropout dropout = new Dropout(0.5, 3);
        Tensor x = Tensors.ones(64).requiresGrad(true);
        Tensor first = dropout.forward(x);
        dropout.forward(x);   // counts on before the first goes back
        first.sum().backward();
        assertThat(x.grad().toArray()).isEqualTo(first.toArray());
    }

    @Test void attentionWeightsAreConvexAndMasked() {
        MultiHeadAttention attention = new MultiHeadAttention(8, 2, new Random(3));
        Tensor x = Tensors.randn(new Random(4), 3, 5, 8);
        MultiHeadAttention.Attended attended = attention.attend(x, x, x, Tensors.causalMask(5));
        assertThat(attended.output().shape()).containsExactly(3, 5, 8);
        assertThat(attended.weights().shape()).containsExactly(3, 2, 5, 5);
        assertThat(Tensors.allClose(attended.weights().sum(-1), Tensors.ones(3, 2, 5))).isTrue();
        assertThat(attended.weights().mul(Tensors.causalMask(5)).abs().max().item()).isZero();
        Tensor padding = Tensors.paddingMask(new int[] {5, 2, 1}, 5).reshape(3, 1, 1, 5);
        assertThat(attention.attend(x, x, x, padding).weights().get(2, 1, 4, 0)).isEqualTo(1);
    }

    @Test void statesMoveBetweenModulesOfOneShape() {
        Linear from = new Linear(3, 2, new Random(1)), to = new Linear(3, 2, new Random(2));
        to.loadStateDict(from.stateDict());
        assertThat(to.weight().toArray()).isEqualTo(from.weight().toArray());
        assertThatThrownBy(() -> new Linear(4, 2, new Random(1)).loadStateDict(from.stateDict())).hasMessage(
                "loadStateDict: weight is (2, 4) here and (2, 3) in the state: shapes must agree. Hint: build the module with the sizes it was saved with.");
        Map<String, Tensor> other = new LinkedHashMap<>(from.stateDict());
        other.put("scale", other.remove("bias"));
        assertThatThrownBy(() -> to.loadStateDict(other)).hasMessage(
                "loadStateDict: missing [bias], unexpected [scale]: the names must be the module's. Hint: stateDict().keySet() lists them.");
    }

    @Test void aStateOfAnotherKindOverwritesNothing() {
        Linear to = new Linear(3, 2, new Random(2));
        float[] before = to.weight().toArray();
        Map<String, Tensor> state = new LinkedHashMap<>(new Linear(3, 2, new Random(1)).stateDict());
        state.put("bias", Tensors.ids(1, 2));
        assertThatThrownBy(() -> to.loadStateDict(state)).hasMessage(
                "loadStateDict: bias holds floats here and ints in the state: kinds must agree. Hint: toFloat() makes floats of ints.");
        assertThat(to.weight().toArray()).as("weight comes before bias").isEqualTo(before);

        Adam adam = new Adam(to, 0.1);
        Map<String, Tensor> moments = new LinkedHashMap<>(adam.stateDict());
        moments.put("exp_avg", Tensors.ones(8));
        moments.put("step", Tensors.tensor(3));
        assertThatThrownBy(() -> adam.loadStateDict(moments)).hasMessage(
                "loadStateDict: step holds ints here and floats in the state: kinds must agree. Hint: ids(...) makes ints.");
        assertThat(adam.stateDict().get("exp_avg").toArray()).as("exp_avg comes before step").containsOnly(0);
    }

    @Test void errors() {
        assertThatThrownBy(() -> new MultiHeadAttention(10, 4, new Random(1))).hasMessage("MultiHeadAttention: dModel 10 does not divide into 4 heads: "
                + "each head gets dModel/numHeads columns. Hint: choose a dModel that is a multiple of numHeads.");
        assertThatThrownBy(() -> new MultiHeadAttention(8, 2, new Random(1)).forward(Tensors.ones(5, 8))).hasMessage(
                "MultiHeadAttention: the input has 2 axes, and it is (B, T, 8). Hint: unsqueeze(0) makes a batch of one.");
        assertThatThrownBy(() -> new Dropout(1, 0)).hasMessage("Dropout: p = 1.0 is not in 0 ≤ p < 1. Hint: p is the share that is dropped, often 0.1.");
        assertThatThrownBy(() -> new Linear(8, 2, new Random(1)).forward(Tensors.ones(3, 4))).hasMessage(
                "linear: (3, 4) with weight (2, 8): the weight is (out, in), and in must be the last size of the input. Hint: check the layer's sizes.");
    }
}
