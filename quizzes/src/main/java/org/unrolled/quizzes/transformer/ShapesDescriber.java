package org.unrolled.quizzes.transformer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.unrolled.nn.Activation;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.BatchNorm2d;
import org.unrolled.nn.Conv2d;
import org.unrolled.nn.Embedding;
import org.unrolled.nn.Layer;
import org.unrolled.nn.LearnedPositions;
import org.unrolled.nn.Linear;
import org.unrolled.nn.MaxPool2d;
import org.unrolled.nn.Module;
import org.unrolled.nn.Safetensors;
import org.unrolled.nn.Schedule;
import org.unrolled.nn.Sequential;
import org.unrolled.nn.Training;
import org.unrolled.nn.TrainingListener;
import org.unrolled.nn.TransformerConfig;
import org.unrolled.nn.TransformerDecoderBlock;
import org.unrolled.nn.data.Examples;
import org.unrolled.nn.data.Shapes32;
import org.unrolled.nn.data.Vocabulary;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Trains the describer of lesson 08, section 10, for longer than a learner waits, and writes {@code shapes-describer.safetensors}: the same model, pictures and seeds as
 * in the lesson's cells, only more steps. What lies beside the file, {@code shapes-describer.txt}, says how and with which result it was made.
 */
final class ShapesDescriber extends Module {
    static final int STEPS = 6000;
    static final int BATCH = 32;
    static final double RATE = 0.003;

    private final Layer see;
    private final LearnedPositions places;
    private final LearnedPositions order;
    private final Embedding word;
    private final TransformerDecoderBlock decoder;
    private final Linear out;

    ShapesDescriber(int words, Random r) {
        see = module("see", new Sequential(
                new Conv2d(3, 16, 5, 2, 2, r), new BatchNorm2d(16), new Activation(Tensor::relu),
                new Conv2d(16, 48, 3, 1, 1, r), new BatchNorm2d(48), new Activation(Tensor::relu), new MaxPool2d(2),
                new Conv2d(48, 48, 3, 1, 1, r), new BatchNorm2d(48), new Activation(Tensor::relu)));
        places = module("places", new LearnedPositions(64, 48, r));
        order = module("order", new LearnedPositions(12, 48, r));
        word = module("word", new Embedding(words + 1, 48, r));
        decoder = module("decoder", new TransformerDecoderBlock(TransformerConfig.of(48, 4), r));
        out = module("out", new Linear(48, words, r));
    }

    Tensor memory(Tensor pictures) {
        return places.forward(see.forward(pictures).reshape(-1, 48, 64).transpose(1, 2));
    }

    Tensor logits(Tensor memory, Tensor before) {
        Tensor x = decoder.forward(order.forward(word.forward(before)), memory);
        return out.forward(x.layerNorm(Tensors.ones(48), Tensors.zeros(48), 1e-5));
    }

    /** One step's loss: 32 pictures that are drawn for this step and never again. */
    Tensor loss(Vocabulary vocabulary, int step) {
        Examples drawn = Shapes32.examples(BATCH, 1000 + step);
        Tensor y = vocabulary.encode(drawn.texts());
        Tensor before = Transformer.withFirst(y.slice(1, 0, y.size(1) - 1), vocabulary.size());
        return Tensors.crossEntropy(logits(memory(drawn.x()), before).reshape(-1, vocabulary.size()), y.reshape(-1), Vocabulary.PADDING);
    }

    /** Trains as the lesson does; the rate falls from 0.003 to 0 over all steps. */
    void train(Vocabulary vocabulary, int steps, int stopAfter, TrainingListener listener) {
        AdamW adam = new AdamW(this, RATE);
        Schedule rate = Schedule.warmUpCosine(RATE, 50, steps, 0);
        Training.run(stopAfter, listener, adam, 1, step -> {
            adam.lr(rate.lr(step));
            return loss(vocabulary, step);
        });
    }

    /** Captions of pictures (B, 3, 32, 32), always with the likeliest word. */
    List<String> describe(Vocabulary vocabulary, Tensor pictures) {
        eval();
        return Tensors.noGrad(() -> {
            Tensor memory = memory(pictures);
            return Captions.write(vocabulary, pictures.size(0), b -> logits(memory, b));
        });
    }

    /** The file to write. */
    public static void main(String[] args) {
        Vocabulary vocabulary = Vocabulary.of(Captions.pictures().train());
        ShapesDescriber describer = new ShapesDescriber(vocabulary.size(), new Random(1));
        describer.train(vocabulary, STEPS, STEPS, step -> {
            if (step.step() % 100 == 0) System.out.printf("%d steps, loss %.3f, %.0f s%n", step.step(), step.loss(), step.seconds());
        });
        Captions.Score score = describer.score(vocabulary);
        Map<String, String> made = new TreeMap<>(Map.of("steps", String.valueOf(STEPS), "seed", "1", "words right", "%.3f".formatted(score.words()),
                "whole captions right", "%.3f".formatted(score.whole())));
        Safetensors.write(Path.of(args[0]), describer.stateDict(), made);
        System.out.println(made);
    }

    /** On the pictures of the test, which no step has drawn. */
    Captions.Score score(Vocabulary vocabulary) {
        var test = Captions.pictures().test();
        return Captions.score(describe(vocabulary, test.x()), test.texts());
    }
}
