package org.unrolled.nn;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.unrolled.tensor.Tensor;

/** activation(x W₁ᵀ + b₁) W₂ᵀ + b₂, the same at each position; a block registers the parts under PyTorch's names. */
final class FeedForward {
    final Linear linear1;
    final Linear linear2;
    final Dropout dropout;
    private final UnaryOperator<Tensor> activation;

    FeedForward(TransformerConfig config, Random random) {
        linear1 = new Linear(config.dModel(), config.dFF(), random);
        linear2 = new Linear(config.dFF(), config.dModel(), random);
        dropout = new Dropout(config.dropout(), random);
        activation = config.activation();
    }

    Tensor apply(Tensor x) {
        return Module.run(linear2, Module.run(dropout, activation.apply(Module.run(linear1, x))));
    }
}
