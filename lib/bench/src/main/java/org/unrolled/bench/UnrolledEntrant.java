package org.unrolled.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unrolled.nn.Activation;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Alibi;
import org.unrolled.nn.Embedding;
import org.unrolled.nn.Flatten;
import org.unrolled.nn.Gru;
import org.unrolled.nn.Layer;
import org.unrolled.nn.LayerNorm;
import org.unrolled.nn.LearnedPositions;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Lstm;
import org.unrolled.nn.MaxPool2d;
import org.unrolled.nn.Module;
import org.unrolled.nn.Rnn;
import org.unrolled.nn.Sequential;
import org.unrolled.nn.TransformerBlock;
import org.unrolled.nn.TransformerConfig;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Conv2d;

/** This kit, called as a lesson's cell calls it: with its autograd, its allocations and its optimisers. */
final class UnrolledEntrant extends InJvm {
    /** Where PyTorch's own initialisation would put most weights. */
    private static final float WEIGHT = 0.125f;

    @Override public String name() {
        return "unrolled";
    }

    @Override public String title() {
        return "Unrolled, kernels " + Kernels.current().getClass().getSimpleName() + ", JDK " + Runtime.version();
    }

    @Override @Nullable Task task(Case c) {
        return switch (c.op()) {
            case "matmul" -> {
                Tensor a = floats(1, 1, c.size("M"), c.size("K")), b = floats(2, 1, c.size("K"), c.size("N"));
                yield forward(() -> a.matmul(b));
            }
            case "conv2d" -> conv2d(c);
            case "lstm" -> {
                Lstm lstm = new Lstm(c.size("I"), c.size("H"), new Random(1));
                yield recurrent(c, lstm, x -> lstm.forward(x).output());
            }
            case "gru" -> {
                Gru gru = new Gru(c.size("I"), c.size("H"), new Random(1));
                yield recurrent(c, gru, x -> gru.forward(x).output());
            }
            case "attention" -> attention(c);
            case "layer-norm" -> {
                Tensor x = floats(1, 1, c.size("N"), c.size("C")), gamma = floats(2, 1, c.size("C")), beta = floats(3, 1, c.size("C"));
                yield forward(() -> x.layerNorm(gamma, beta, 1e-5));
            }
            case "softmax" -> {
                Tensor x = floats(1, 8, c.size("N"), c.size("C"));
                yield forward(() -> x.softmax(-1));
            }
            case "gelu" -> {
                Tensor x = floats(1, 4, c.size("N"), c.size("C"));
                yield forward(x::gelu);
            }
            case "cross-entropy" -> {
                Tensor x = floats(1, 8, c.size("N"), c.size("C")), labels = ids(2, c.size("C"), c.size("N"));
                yield forward(() -> x.crossEntropy(labels));
            }
            case "adamw" -> adamW(c);
            case "step-lenet" -> {
                Tensor x = floats(1, 1, c.size("B"), 1, 28, 28), y = ids(2, 10, c.size("B"));
                Sequential net = new Sequential(new org.unrolled.nn.Conv2d(1, 6, 5, 1, 2, new Random(1)), new Activation(Tensor::relu), new MaxPool2d(2),
                    new org.unrolled.nn.Conv2d(6, 16, 5, new Random(1)), new Activation(Tensor::relu), new MaxPool2d(2), new Flatten(), new Linear(400, 120, new Random(1)),
                    new Activation(Tensor::relu), new Linear(120, 84, new Random(1)), new Activation(Tensor::relu), new Linear(84, 10, new Random(1)));
                yield step(net, () -> net.forward(x).crossEntropy(y));
            }
            case "step-rnn" -> {
                int V = c.size("V");
                Tensor x = ids(1, V, c.size("B"), c.size("T")), y = ids(2, V, c.size("B") * c.size("T"));
                Writer writer = new Writer(V);
                yield step(writer, () -> writer.out.forward(writer.rnn.forward(writer.table.forward(x)).output()).reshape(-1, V).crossEntropy(y));
            }
            case "step-lstm" -> {
                Tensor x = floats(1, 1, c.size("B"), c.size("T"), 2), y = floats(2, 1, c.size("B"), 1);
                Adder adder = new Adder();
                yield step(adder, () -> adder.out.forward(adder.lstm.forward(x).output().select(1, c.size("T") - 1)).sub(y).pow(2).mean());
            }
            case "step-gpt" -> {
                int V = c.size("V");
                Tensor x = ids(1, V, c.size("B"), c.size("T")), y = ids(2, V, c.size("B") * c.size("T"));
                Gpt gpt = new Gpt(V);
                yield step(gpt, () -> gpt.logits(x).reshape(-1, V).crossEntropy(y));
            }
            case "step-vit" -> {
                Tensor x = floats(1, 1, c.size("B"), 64, 48), y = ids(2, 10, c.size("B"));
                Vit vit = new Vit();
                yield step(vit, () -> vit.logits(x).crossEntropy(y));
            }
            default -> throw new IllegalArgumentException("Unrolled has no " + c.op() + ".");
        };
    }

    private static Tensor floats(int array, float scale, int... shape) {
        int n = 1;
        for (int size : shape) n *= size;
        return Tensors.tensor(Inputs.floats(n, array, scale), shape);
    }

    private static Tensor ids(int array, int bound, int... shape) {
        int n = 1;
        for (int size : shape) n *= size;
        return Tensors.ids(Inputs.ids(n, array, bound), shape);
    }

    /** Without a tape. */
    private static Task forward(Supplier<Tensor> body) {
        return new Task() {
            private @Nullable Tensor y;

            @Override public void call() {
                y = Tensors.noGrad(body);
            }

            @Override public List<float[]> results() {
                return y == null ? List.of() : List.of(y.toArray());
            }
        };
    }

    /** Forward, then backward from the gradient {@code dout}; the results are y and the gradients. */
    private static Task backward(Supplier<Tensor> body, Tensor dout, List<Tensor> wanted) {
        return new Task() {
            private @Nullable Tensor y;

            @Override public void call() {
                for (Tensor x : wanted) x.zeroGrad();
                y = body.get();
                y.backward(dout);
            }

            @Override public List<float[]> results() {
                List<float[]> results = new ArrayList<>();
                if (y != null) results.add(y.toArray());
                for (Tensor x : wanted) results.add(x.grad().toArray());
                return results;
            }
        };
    }

    private static Task conv2d(Case c) {
        int k = c.size("k"), groups = c.size("groups"), size = c.size("size");
        Tensor x = floats(1, 1, c.size("B"), c.size("C"), size, size), weight = floats(2, WEIGHT, c.size("out"), c.size("C") / groups, k, k);
        int[] one = {1, 1}, padding = {k / 2, k / 2};
        Supplier<Tensor> body = () -> Conv2d.apply(x, weight, null, one, padding, one, groups);
        if (!c.is("backward")) return forward(body);
        x.requiresGrad(true);
        weight.requiresGrad(true);
        return backward(body, floats(3, 1, c.size("B"), c.size("out"), size, size), List.of(x, weight));
    }

    private static Task recurrent(Case c, Module layer, Function<Tensor, Tensor> output) {
        fill(layer);
        Tensor x = floats(1, 1, c.size("B"), c.size("T"), c.size("I"));
        if (!c.is("backward")) return forward(() -> output.apply(x));
        List<Tensor> wanted = new ArrayList<>(List.of(x.requiresGrad(true)));
        wanted.addAll(new TreeMap<>(layer.namedParameters()).values());
        return backward(() -> output.apply(x), floats(2, 1, c.size("B"), c.size("T"), c.size("H")), wanted);
    }

    private static Task attention(Case c) {
        int[] shape = {c.size("B"), c.size("H"), c.size("T"), c.size("D")};
        Tensor q = floats(1, 1, shape), k = floats(2, 1, shape), v = floats(3, 1, shape);
        Supplier<Tensor> body = () -> Tensors.scaledDotProductAttention(q, k, v, null, c.is("causal"));
        if (!c.is("backward")) return forward(body);
        List<Tensor> wanted = List.of(q.requiresGrad(true), k.requiresGrad(true), v.requiresGrad(true));
        return backward(body, floats(4, 1, shape), wanted);
    }

    private static Task adamW(Case c) {
        int n = c.size("n");
        Tensor p = floats(1, 1, n).requiresGrad(true);
        AdamW adam = new AdamW(List.of(p), 1e-3);
        p.mul(floats(2, 1, n)).sum().backward();        // its gradient: array 2, from now on
        return new Task() {
            @Override public void call() {
                adam.step();
            }

            @Override public List<float[]> results() {
                return List.of(p.toArray());
            }
        };
    }

    /** A training step as lessons have it: loss, backward, clipping at norm 1, AdamW. Its results are the loss, and the norm of each parameter's gradient after clipping, by name. */
    private static Task step(Module model, Supplier<Tensor> loss) {
        fill(model);
        AdamW adam = new AdamW(model, 1e-3);
        return new Task() {
            private float last;

            @Override public void call() {
                adam.zeroGrad();
                Tensor value = loss.get();
                value.backward();
                adam.clipGradNorm(1);
                adam.step();
                last = value.item();
            }

            @Override public List<float[]> results() {
                List<Tensor> parameters = List.copyOf(new TreeMap<>(model.namedParameters()).values());
                float[] norms = new float[parameters.size()];
                for (int i = 0; i < norms.length; i++) {
                    double squares = 0;
                    for (float g : parameters.get(i).grad().toArray()) squares += (double) g * g;
                    norms[i] = (float) Math.sqrt(squares);
                }
                return List.of(new float[] {last}, norms);
            }
        };
    }

    /** The s-th parameter by name is array 10 + s; the weights of a normalisation lie around 1. */
    private static void fill(Module model) {
        int s = 10;
        for (Map.Entry<String, Tensor> parameter : new TreeMap<>(model.namedParameters()).entrySet()) {
            float[] values = Inputs.floats(parameter.getValue().numel(), s++, WEIGHT);
            if (parameter.getKey().contains("norm") && parameter.getKey().endsWith("weight")) for (int i = 0; i < values.length; i++) values[i] += 1;
            parameter.getValue().assign(values);
        }
    }

    /** Lesson 05's. */
    private static final class Writer extends Module {
        final Embedding table;
        final Rnn rnn = module("rnn", new Rnn(32, 192, new Random(1)));
        final Linear out;

        Writer(int V) {
            table = module("table", new Embedding(V, 32, new Random(1)));
            out = module("out", new Linear(192, V, new Random(1)));
        }
    }

    /** Lesson 06's, of the adding problem. */
    private static final class Adder extends Module {
        final Lstm lstm = module("lstm", new Lstm(2, 32, new Random(1)));
        final Linear out = module("out", new Linear(32, 1, new Random(1)));
    }

    /** Lesson 08's: three blocks of width 64, four heads, ALiBi. */
    private static final class Gpt extends Module {
        final Embedding token;
        final List<TransformerBlock> blocks = new ArrayList<>();
        final LayerNorm norm = module("norm", new LayerNorm(64));
        final Linear out;

        Gpt(int V) {
            token = module("token", new Embedding(V, 64, new Random(1)));
            for (int i = 0; i < 3; i++) blocks.add(module("blocks." + i, new TransformerBlock(TransformerConfig.of(64, 4).asCausal().positions(new Alibi()), new Random(1))));
            out = module("out", new Linear(64, V, new Random(1)));
        }

        Tensor logits(Tensor ids) {
            Tensor x = token.forward(ids);
            for (TransformerBlock block : blocks) x = block.forward(x);
            return out.forward(norm.forward(x));
        }
    }

    /** 64 patches of 4 x 4 pixels of three colours, two blocks of width 64. */
    private static final class Vit extends Module {
        final Linear patch = module("patch", new Linear(48, 64, new Random(1)));
        final Layer places = module("places", new LearnedPositions(64, 64, new Random(1)));
        final List<TransformerBlock> blocks = new ArrayList<>();
        final LayerNorm norm = module("norm", new LayerNorm(64));
        final Linear out = module("out", new Linear(64, 10, new Random(1)));

        Vit() {
            for (int i = 0; i < 2; i++) blocks.add(module("blocks." + i, new TransformerBlock(TransformerConfig.of(64, 4), new Random(1))));
        }

        Tensor logits(Tensor patches) {
            Tensor x = places.forward(patch.forward(patches));
            for (TransformerBlock block : blocks) x = block.forward(x);
            return out.forward(norm.forward(x).mean(1));
        }
    }
}
