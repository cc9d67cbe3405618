package org.unrolled.quizzes.transformer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Alibi;
import org.unrolled.nn.Embedding;
import org.unrolled.nn.LayerNorm;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Module;
import org.unrolled.nn.Safetensors;
import org.unrolled.nn.Schedule;
import org.unrolled.nn.Training;
import org.unrolled.nn.TransformerBlock;
import org.unrolled.nn.TransformerConfig;
import org.unrolled.nn.data.Alice;
import org.unrolled.nn.data.Batch;
import org.unrolled.nn.data.Characters;
import org.unrolled.tensor.Tensor;

/**
 * Trains the GPT of lesson 08, section 8, for longer than a learner waits, and writes {@code alice-gpt.safetensors}: the same model and seeds as in the lesson's cells,
 * only more steps. What lies beside the file, {@code alice-gpt.txt}, says how and with which result it was made.
 */
final class AliceGpt extends Module {
    private static final int STEPS = 2500;

    private final Embedding token;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear out;

    AliceGpt(int vocabulary, Random random) {
        TransformerConfig config = TransformerConfig.of(64, 4).asCausal().positions(new Alibi());
        token = module("token", new Embedding(vocabulary, 64, random));
        for (int i = 0; i < 3; i++) blocks.add(module("blocks." + i, new TransformerBlock(config, random)));
        norm = module("norm", new LayerNorm(64));
        out = module("out", new Linear(64, vocabulary, random));
    }

    Tensor logits(Tensor ids) {
        Tensor x = token.forward(ids);
        for (TransformerBlock block : blocks) x = block.forward(x);
        return out.forward(norm.forward(x));
    }

    /** The file to write. */
    public static void main(String[] args) {
        Characters alice = Alice.characters();
        int vocabulary = alice.vocabulary().size();
        AliceGpt gpt = new AliceGpt(vocabulary, new Random(1));
        AdamW adam = new AdamW(gpt, 0.005);
        Schedule rate = Schedule.warmUpCosine(0.005, 20, STEPS, 0);
        Random pieces = new Random(1);
        Training.run(STEPS, step -> {
            if (step.step() % 100 == 0) System.out.printf("%d steps, loss %.3f, %.0f s%n", step.step(), step.loss(), step.seconds());
        }, adam, 1, step -> {
            adam.lr(rate.lr(step));
            Batch b = alice.sample(16, 64, pieces);
            return gpt.logits(b.x()).reshape(-1, vocabulary).crossEntropy(b.y().reshape(-1));
        });
        double validation = Transformer.loss(gpt::logits, alice.validation(), 64, 64);
        Map<String, String> made = new TreeMap<>(Map.of("steps", String.valueOf(STEPS), "seed", "1", "validation loss", "%.3f".formatted(validation)));
        Safetensors.write(Path.of(args[0]), gpt.stateDict(), made);
        System.out.println(made);
    }
}
