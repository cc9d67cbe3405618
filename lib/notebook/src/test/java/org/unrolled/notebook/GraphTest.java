package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.nn.Activation;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Sequential;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class GraphTest {
    private static Graph small() {
        Tensor w = Tensors.tensor(2).requiresGrad(true), x = Tensors.tensor(3), b = Tensors.tensor(1).requiresGrad(true);
        Tensor z = w.mul(x).add(b);
        return Notebook.graph(z.mul(z)).name("w", w).name("b", b).name("z", z);
    }

    @Test void aSmallGraphInWords() {
        assertThat(small().text()).isEqualTo("mul#1 = mul(w (1), data (1)) → (1)\nz = add(mul#1, b (1)) → (1)\nmul#2 = mul(z, z) → (1)");
        assertThat(small().alt()).startsWith("Computation graph of 3 operations on 3 inputs: mul#1 = mul(w (1)");
    }

    @Test void aNetworkWithItsNames() {
        Random random = new Random(1);
        Sequential net = new Sequential(new Linear(4, 8, random), new Activation(Tensor::relu), new Linear(8, 3, random));
        Tensor loss = net.forward(Tensors.randn(random, 5, 4)).crossEntropy(Tensors.ids(0, 1, 2, 0, 1));
        Graph graph = Notebook.graph(loss).names(net);
        assertThat(graph.text()).contains("linear#1 = linear(data (5, 4), 0.weight (8, 4), 0.bias (8)) → (5, 8)", "crossEntropy(linear#2) → scalar");
        String svg = new String(graph.render().bytes(), StandardCharsets.UTF_8);
        assertThat(svg).contains(">0.weight<", ">(8, 4)<", ">crossEntropy<", ">scalar<", "stroke-dasharray").contains("marker-end");
        assertThat(svg.split("<rect", -1)).hasSize(1 + 4 + 5);
        assertThat(graph.render().bytes()).as("the same picture every time").isEqualTo(graph.render().bytes());
    }

    @Test void errors() {
        assertThatThrownBy(() -> Notebook.graph(Tensors.ones(2, 3))).hasMessage("graph: nothing is remembered of how this (2, 3) was computed. "
                + "Hint: some input needs requiresGrad(true), and the computation stays outside noGrad.");
        Tensor x = Tensors.ones(2).requiresGrad(true);
        Tensor y = x;
        for (int i = 0; i < 300; i++) y = y.add(x);
        Tensor deep = y;
        assertThatThrownBy(() -> Notebook.graph(deep)).hasMessage(
                "graph: more than 250 operations and inputs are too many to be read. Hint: draw a smaller network, or fewer steps of a sequence.");
    }
}
