package org.unrolled.recorded;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.unrolled.nn.Optimizer;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;

/** What the recorded steps have in common. */
final class Steps {
    private Steps() { }

    /** The names of the providers that work here. */
    static Stream<String> providers() {
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name);
    }

    /** One training step with clipping, which leaves its loss in {@code loss}. */
    static void step(Optimizer optimizer, Tensor loss, Supplier<Tensor> forward) {
        optimizer.zeroGrad();
        Tensor value = forward.get();
        value.backward();
        optimizer.clipGradNorm(0.5);
        optimizer.step();
        loss.assign(value.detach());
    }

    /** All numbers of these tensors and of the loss. */
    static float[] numbers(Stream<Tensor> tensors, Tensor loss) {
        return Tensors.cat(0, Stream.concat(tensors, Stream.of(loss)).map(t -> t.detach().toFloat().reshape(-1)).toArray(Tensor[]::new)).toArray();
    }
}
