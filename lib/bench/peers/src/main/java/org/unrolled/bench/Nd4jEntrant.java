package org.unrolled.bench;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
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
            case "lstm" -> lstm(c);
            case "gelu" -> null;       // its gelu is the approximation by tanh: another function, and no honest comparison
            case "layer-norm" -> {
                INDArray x = floats(1, 1, c.size("N"), c.size("C")), gamma = floats(2, 1, c.size("C")), beta = floats(3, 1, c.size("C"));
                INDArray y = Nd4j.create(new int[] {c.size("N"), c.size("C")}, 'c');
                yield task(() -> {
                    Nd4j.exec(new LayerNorm(x, gamma, beta, y, false, 1));
                    return y;
                });
            }
            // its gru resets the state before the product, and not what comes of it: another function
            default -> null;
        };
    }

    /** lstmLayer, and lstmLayer_bp after it. Parameters by the arrays that their names, in order, have: bias_hh, bias_ih, weight_hh, weight_ih. */
    private static Task lstm(Case c) {
        int B = c.size("B"), T = c.size("T"), I = c.size("I"), H = c.size("H");
        INDArray x = floats(1, 1, B, T, I), wX = floats(13, 0.125f, 4 * H, I).transpose().dup('c'), wH = floats(12, 0.125f, 4 * H, H).transpose().dup('c');
        INDArray bias = floats(10, 0.125f, 4 * H).add(floats(11, 0.125f, 4 * H)), y = Nd4j.create(new int[] {B, T, H}, 'c');
        CustomOp forward = lstm("lstmLayer", List.of(x, wX, wH, bias), List.of(y));
        if (!c.is("backward")) {
            return task(() -> {
                Nd4j.exec(forward);
                return y;
            });
        }
        INDArray dx = Nd4j.create(new int[] {B, T, I}, 'c'), dwX = Nd4j.create(new int[] {I, 4 * H}, 'c'), dwH = Nd4j.create(new int[] {H, 4 * H}, 'c'), dbias = Nd4j.create(new int[] {4 * H}, 'c');
        CustomOp backward = lstm("lstmLayer_bp", List.of(x, wX, wH, bias, floats(2, 1, B, T, H)), List.of(dx, dwX, dwH, dbias));
        return new Task() {
            @Override public void call() {
                Nd4j.exec(forward);
                Nd4j.exec(backward);
            }

            @Override public List<float[]> results() {
                return Stream.of(y, dx, dbias, dbias, dwH.transpose(), dwX.transpose()).map(result -> result.dup('c').data().asFloat()).toList();
            }
        };
    }

    /** Batch first, one direction, sigmoid for the gates and tanh for the rest, a bias and no first states; its output is, or its gradient comes from, h of every step. */
    private static CustomOp lstm(String name, List<INDArray> inputs, List<INDArray> outputs) {
        return DynamicCustomOp.builder(name).addInputs(inputs.toArray(INDArray[]::new)).addOutputs(outputs.toArray(INDArray[]::new)).addIntegerArguments(1, 0, 2, 0, 0)
            .addFloatingPointArguments(0.0).addBooleanArguments(true, false, false, false, false, true, false, false).build();
    }
}
