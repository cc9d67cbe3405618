package org.unrolled.bench;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.transforms.custom.LayerNorm;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J 1.0.0-M2.1 with its native backend (OpenBLAS, and oneDNN where its build has it), called as its users call it. */
public final class Nd4jEntrant extends InJvm {
    /** For ServiceLoader. */
    public Nd4jEntrant() { }

    @Override public String name() {
        return "nd4j";
    }

    @Override public String title() {
        return "ND4J 1.0.0-M2.1, " + Nd4j.getBackend().getClass().getSimpleName() + ", OMP_NUM_THREADS " + System.getenv("OMP_NUM_THREADS");
    }

    private static INDArray floats(int array, float scale, int... shape) {
        int n = 1;
        for (int size : shape) n *= size;
        return Nd4j.create(Inputs.floats(n, array, scale), shape, 'c');
    }

    private static Task task(Supplier<INDArray> body) {
        return new Task() {
            private @Nullable INDArray y;

            @Override public void call() {
                y = body.get();
            }

            @Override public List<float[]> results() {
                return y == null ? List.of() : List.of(y.dup('c').data().asFloat());
            }
        };
    }

    @Override @Nullable Task task(Case c) {
        return switch (c.op()) {
            case "matmul" -> {
                INDArray a = floats(1, 1, c.size("M"), c.size("K")), b = floats(2, 1, c.size("K"), c.size("N")), y = Nd4j.create(new int[] {c.size("M"), c.size("N")}, 'f');
                yield task(() -> a.mmul(b, y));
            }
            case "conv2d" -> {
                if (c.is("backward") || c.size("groups") > 1) yield null;
                int k = c.size("k");
                INDArray x = floats(1, 1, c.size("B"), c.size("C"), c.size("size"), c.size("size")), weight = floats(2, 0.125f, c.size("out"), c.size("C"), k, k).permute(2, 3, 1, 0).dup();
                Conv2DConfig config = Conv2DConfig.builder().kH(k).kW(k).pH(k / 2).pW(k / 2).build();
                yield task(() -> Nd4j.cnn().conv2d(x, weight, config));
            }
            case "softmax" -> {
                INDArray x = floats(1, 8, c.size("N"), c.size("C"));
                yield task(() -> Nd4j.nn().softmax(x, 1));
            }
            case "gelu" -> null;       // its gelu is the approximation by tanh: another function, and no honest comparison
            case "layer-norm" -> {
                INDArray x = floats(1, 1, c.size("N"), c.size("C")), gamma = floats(2, 1, c.size("C")), beta = floats(3, 1, c.size("C"));
                INDArray y = Nd4j.create(new int[] {c.size("N"), c.size("C")}, 'c');
                yield task(() -> {
                    Nd4j.exec(new LayerNorm(x, gamma, beta, y, false, 1));
                    return y;
                });
            }
            default -> null;
        };
    }
}
