package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.nn.Activation;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Sequential;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class CostsTest {
    @Test void aSummaryIsATable() {
        Sequential model = new Sequential(new Linear(1000, 2000, new Random(1)), new Activation(Tensor::relu));
        Outputs output = Outputs.of("MLP", Notebook.summary(model, 8, 1000));
        assertThat(output.text().lines().map(l -> l.replaceAll("[\\s\u2003]+", " ").trim())).containsExactly("MLP: input (8, 1000), forward pass",
            "layer output parameters operations memory", "Sequential (8, 2000)", "0 · Linear (8, 2000) 2,002,000 32.0 MFLOP 62.5 KiB",
            "1 · Activation (8, 2000) 16.0 kFLOP 62.5 KiB", "total 2,002,000 32.0 MFLOP 125 KiB");
        assertThat(output.html()).contains("<th scope=\"col\"").contains("2,002,000");
    }

    @Test void aProfileIsATable() {
        Tensor a = Tensors.randn(new Random(1), 64, 64);
        Outputs output = Outputs.of(null, Notebook.profile(() -> a.matmul(a).relu()));
        assertThat(output.text()).contains("kernel", "calls", "matmul", "unary", "524 kFLOP");
    }
}
