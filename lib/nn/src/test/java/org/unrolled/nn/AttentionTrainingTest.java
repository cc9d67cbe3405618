package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** A task whose right attention is known: each sequence ends with a key, and the answer is the value beside that key. */
class AttentionTrainingTest {
    private static final int KEYS = 4, VALUES = 4, PAIRS = 4, BATCH = 32, D_MODEL = 32;

    private static final class Retriever extends Module {
        private final Embedding keys, values, question;
        private final MultiHeadAttention attention;
        private final Linear out;

        Retriever(Random random) {
            keys = module("keys", new Embedding(KEYS, D_MODEL, random));
            values = module("values", new Embedding(VALUES, D_MODEL, random));
            question = module("question", new Embedding(KEYS, D_MODEL, random));
            attention = module("attention", new MultiHeadAttention(D_MODEL, 1, random));
            out = module("out", new Linear(D_MODEL, VALUES, random));
        }

        MultiHeadAttention.Attended attend(Batch batch) {
            return attention.attend(question.forward(batch.asked), keys.forward(batch.keys), values.forward(batch.values), null);
        }

        Tensor logits(Batch batch) {
            return out.forward(attend(batch).output()).squeeze(1);
        }
    }

    private record Batch(Tensor keys, Tensor values, Tensor asked, Tensor labels, int[] place) {
        static Batch draw(Random random) {
            int[] keys = new int[BATCH * PAIRS], values = new int[BATCH * PAIRS], asked = new int[BATCH], labels = new int[BATCH], place = new int[BATCH];
            for (int b = 0; b < BATCH; b++) {
                for (int p = 0; p < PAIRS; p++) {
                    int other = random.nextInt(p + 1);   // each key once, shuffled
                    keys[b * PAIRS + p] = keys[b * PAIRS + other];
                    keys[b * PAIRS + other] = p;
                    values[b * PAIRS + p] = random.nextInt(VALUES);
                }
                place[b] = random.nextInt(PAIRS);
                asked[b] = keys[b * PAIRS + place[b]];
                labels[b] = values[b * PAIRS + place[b]];
            }
            return new Batch(Tensors.ids(keys, BATCH, PAIRS), Tensors.ids(values, BATCH, PAIRS), Tensors.ids(asked, BATCH, 1), Tensors.ids(labels), place);
        }
    }

    @Test void learnsToLookWhereTheKeyIs() {
        Retriever retriever = new Retriever(new Random(5));
        Random random = new Random(6);
        double loss = Training.run(120, TrainingListener.NONE, new AdamW(retriever, 0.01), 1, _ -> {
            Batch batch = Batch.draw(random);
            return retriever.logits(batch).crossEntropy(batch.labels);
        });
        Batch batch = Batch.draw(new Random(7));
        Tensor weights = retriever.attend(batch).weights().reshape(BATCH, PAIRS);
        assertThat(loss).isLessThan(0.1);
        assertThat(weights.argmax(1).toIntArray()).isEqualTo(batch.place);
        assertThat(retriever.logits(batch).argmax(1).toIntArray()).isEqualTo(batch.labels.toIntArray());
    }
}
