package org.unrolled.quizzes.transformer;

import static org.unrolled.quizzes.attention.Attention.attend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.unrolled.nn.ConfusionMatrix;
import org.unrolled.nn.Init;
import org.unrolled.nn.Module;
import org.unrolled.nn.Safetensors;
import org.unrolled.nn.data.Batch;
import org.unrolled.nn.data.HeldOutPart;
import org.unrolled.notebook.Diagram;
import org.unrolled.notebook.Notebook;
import org.unrolled.quizzes.attention.Dates;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.ProfilingKernels;

/** What lesson 08 measures, draws and trains on; no cell of the lesson depends on what the learner wrote. */
public final class Transformer {

    private Transformer() {}

    /** A matrix that keeps the variance of what it multiplies, on average: standard normal / √rows. */
    public static Tensor weight(Random random, int in, int out) {
        return Tensors.randn(random, in, out).div(Math.sqrt(in));
    }

    /** One head of self-attention with new random weights: x (T, d) gives (T, d). */
    public static Tensor mix(Tensor x, Random random) {
        int d = x.size(1);
        Tensor q = x.matmul(weight(random, d, d)), k = x.matmul(weight(random, d, d)), v = x.matmul(weight(random, d, d));
        return attend(q, k, v).matmul(weight(random, d, d));
    }

    /** The cosine of each row with each other: x (T, d) gives (T, T). */
    public static Tensor cosines(Tensor x) {
        Tensor unit = x.div(x.pow(2).sum(-1, true).sqrt());
        return unit.matmul(unit.transpose());
    }

    /** The mean cosine of different rows. */
    public static double meanCosine(Tensor x) {
        int T = x.size(0);
        return (cosines(x).sum().item() - T) / (T * (T - 1.0));
    }

    /** Xavier's weights for every matrix inside the blocks and biases of 0, as Xiong et al. (2020) measured with. */
    public static <M extends Module> M xavier(M model, Random random) {
        for (Map.Entry<String, Tensor> p : model.namedParameters().entrySet()) {
            if (!p.getKey().startsWith("blocks.")) continue;
            if (p.getValue().dim() == 2) Init.xavierUniform(p.getValue(), 1, random);
            else if (p.getKey().endsWith("bias")) p.getValue().assign(Tensors.zeros(p.getValue().numel()));
        }
        return model;
    }

    /** The norm of the gradient of each block's W₂, from the first block to the last. */
    public static List<Double> gradientNorms(Module model) {
        List<Double> norms = new ArrayList<>();
        model.namedParameters().forEach((name, p) -> {
            if (name.endsWith("linear2.weight")) norms.add(Math.sqrt(p.grad().pow(2).sum().item()));
        });
        return norms;
    }

    /** B sequences of T symbols 0 to kinds - 1, all equally likely. */
    public static Tensor symbols(Random random, int B, int T, int kinds) {
        return Tensors.ids(random.ints((long) B * T, 0, kinds).toArray(), B, T);
    }

    /** Pre-LN or post-LN as boxes and arrows, the stream in the first row. */
    public static Diagram block(boolean preNorm) {
        Diagram d = Notebook.diagram();
        if (preNorm) {
            return d.box(0, 0, "x", "(T, d)").op(1, 1, "norm", "").op(2, 1, "attention", "").op(3, 0, "+", "").op(4, 1, "norm ", "").op(5, 1, "FFN", "").op(6, 0, "+ ", "")
                    .arrow("x", "+").arrow("x", "norm").arrow("norm", "attention").arrow("attention", "+").arrow("+", "+ ").arrow("+", "norm ")
                    .arrow("norm ", "FFN").arrow("FFN", "+ ");
        }
        return d.box(0, 0, "x", "(T, d)").op(1, 1, "attention", "").op(2, 0, "+", "").op(3, 0, "norm", "").op(4, 1, "FFN", "").op(5, 0, "+ ", "").op(6, 0, "norm ", "")
                .arrow("x", "+").arrow("x", "attention").arrow("attention", "+").arrow("+", "norm").arrow("norm", "+ ").arrow("norm", "FFN")
                .arrow("FFN", "+ ").arrow("+ ", "norm ");
    }

    /** What a decoder reads while it learns to write a date: 11 (begin), then all characters but the last; (B, 10). */
    public static Tensor shifted(Dates.Batch dates) {
        int[] target = dates.target().toIntArray(), shifted = new int[target.length];
        for (int i = 0; i < target.length; i++) shifted[i] = i % Dates.LENGTH == 0 ? Dates.WRITE.length() : target[i - 1];
        return Tensors.ids(shifted, dates.target().shape());
    }

    /** Sequences (B, T) of ids with one more id in front of each: (B, T + 1). */
    public static Tensor withFirst(Tensor ids, int id) {
        int[] first = new int[ids.size(0)];
        Arrays.fill(first, id);
        return Tensors.cat(1, Tensors.ids(first, ids.size(0), 1), ids);
    }

    /** A padding mask (B, T) for attention, (B, 1, 1, T), with {@code more} positions in front that are no padding. */
    public static Tensor attentionMask(Tensor padding, int more) {
        int B = padding.size(0), T = padding.size(1);
        return Tensors.cat(1, Tensors.zeros(B, more), padding.toFloat()).reshape(B, 1, 1, T + more);
    }

    /** The mean of the rows that are no padding: x (B, T, d), padding (B, T) with 1 where there is nothing, gives (B, d). */
    public static Tensor meanOfWords(Tensor x, Tensor padding) {
        Tensor kept = padding.toFloat().neg().add(1).unsqueeze(-1);
        return x.mul(kept).sum(1).div(kept.sum(1));
    }

    /** The share of examples whose largest logit is the label's, 100 at a time and without gradients. */
    public static double accuracy(Function<Batch, Tensor> logits, HeldOutPart part) {
        return Tensors.noGrad(() -> {
            ConfusionMatrix all = ConfusionMatrix.of(part.classes().size(), Tensors.ids(), Tensors.ids());
            for (Batch b : part.batches(100)) all = all.plus(ConfusionMatrix.of(logits.apply(b), b.y()));
            return all.accuracy();
        });
    }

    /**
     * Cross-entropy of the last {@code scored} characters of pieces of T, which follow each other in {@code text}; about 4,000 characters in all, without
     * gradients.
     */
    public static double loss(Function<Tensor, Tensor> logits, Tensor text, int T, int scored) {
        int n = 4096 / T;
        Tensor x = text.slice(0, 0, n * T).reshape(n, T), y = text.slice(0, 1, n * T + 1).reshape(n, T);
        return Tensors.noGrad(() -> {
            Tensor l = logits.apply(x).slice(1, T - scored, T);
            return (double) l.reshape(n * scored, l.size(-1)).crossEntropy(y.slice(1, T - scored, T).reshape(n * scored)).item();
        });
    }

    /** The id in whose stretch of softmax(logits / temperature), laid from 0 to 1, the point u lies. */
    public static int sample(Tensor logits, double temperature, double u) {
        return SampleToken.sample(logits, temperature, u);
    }

    /** Floating point operations of everything that body computes, in millions, as the kernels count them. */
    public static double megaFlops(Runnable body) {
        return Notebook.profile(body).rows().stream().mapToLong(ProfilingKernels.Row::flops).sum() / 1e6;
    }

    /** Loads what {@link AliceGpt} trained into a GPT of the same sizes; returns what the file says about how it was made. */
    public static Map<String, String> loadAliceGpt(Module gpt) {
        return load("alice-gpt.safetensors", gpt);
    }

    /** Loads what {@link ShapesDescriber} trained into a describer of the same sizes; returns what the file says about how it was made. */
    public static Map<String, String> loadShapesDescriber(Module describer) {
        return load("shapes-describer.safetensors", describer);
    }

    private static Map<String, String> load(String name, Module model) {
        try (InputStream in = Objects.requireNonNull(Transformer.class.getResourceAsStream(name))) {
            Path copy = Files.createTempFile("unrolled", ".safetensors");
            try {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
                Safetensors.File file = Safetensors.read(copy);
                model.loadStateDict(file.tensors());
                return file.metadata();
            } finally {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
