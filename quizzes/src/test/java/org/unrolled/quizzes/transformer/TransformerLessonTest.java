package org.unrolled.quizzes.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unrolled.nn.Embedding;
import org.unrolled.nn.data.Alice;
import org.unrolled.nn.data.Characters;
import org.unrolled.quizzes.attention.Dates;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** What the cells of lesson 08 measure with. */
class TransformerLessonTest {

    @Test
    void pairsAreCountedByWordAndTheMostFrequentIsFirst() {
        List<Bpe.Pair> pairs = Bpe.pairs(Map.of(List.of("a", "b", "a", "b"), 3, List.of("b", "c"), 6));
        assertThat(pairs).containsExactly(new Bpe.Pair("a", "b", 6), new Bpe.Pair("b", "c", 6), new Bpe.Pair("b", "a", 3));
    }

    @Test
    void learnsMergesAndNeverLosesACharacter() {
        Bpe bpe = Bpe.learn("the hat that the cat hates", 8);
        assertThat(bpe.merges().getFirst().count()).isEqualTo(4);
        assertThat(Bpe.learn("aaa", 9).merges()).as("no pair is left").hasSize(2);
        for (String text : List.of("", "that", "a new word, unseen!", "the  end\n")) assertThat(String.join("", bpe.tokens(text))).isEqualTo(text);
        assertThat(bpe.first(0).tokens("hat")).containsExactly("h", "a", "t");
    }

    @Test
    void aLibraryMergesAlike() {
        String text = Alice.text().substring(0, 20_000);
        Bpe bpe = Bpe.learn(text, 120);
        assertThat(bpe.libraryTokens(text)).isEqualTo(bpe.tokens(text));
        assertThat(String.join("", Bpe.gpt2Tokens(text))).isEqualTo(text);
    }

    @Test
    void samplesAsOftenAsTheProbabilitiesSay() {
        Tensor logits = Tensors.tensor(0, 1, 2);
        Random random = new Random(1);
        int[] counts = new int[3];
        for (int i = 0; i < 3000; i++) counts[Transformer.sample(logits, 2, random.nextDouble())]++;
        float[] p = Tensors.softmax(Tensors.tensor(0, 0.5, 1)).toArray();
        for (int id = 0; id < 3; id++) assertThat(counts[id] / 3000.0).isCloseTo(p[id], within(0.03));
        assertThat(Transformer.sample(logits, 1, 0)).isZero();
        assertThat(Transformer.sample(logits, 1, 1)).as("rounding may leave a little beyond the last").isEqualTo(2);
    }

    @Test
    void equalRowsHaveCosineOne() {
        assertThat(Transformer.meanCosine(Tensors.tensor(new double[][] {{1, 2}, {2, 4}, {3, 6}}))).isCloseTo(1, within(1e-6));
        assertThat(Transformer.meanCosine(Tensors.eye(4))).isCloseTo(0, within(1e-6));
    }

    @Test
    void lossOfEvenLogitsIsThatOfGuessing() {
        Tensor text = Tensors.ids(IntStream.range(0, 5000).map(i -> i % 7).toArray());
        assertThat(Transformer.loss(x -> Tensors.zeros(x.size(0), x.size(1), 7), text, 64, 8)).isCloseTo(Math.log(7), within(1e-5));
        // knows what follows: the next of seven
        Tensor table = new Embedding(7, 7, new Random(1)).weight().assign(Tensors.oneHot(Tensors.ids(1, 2, 3, 4, 5, 6, 0), 7).mul(50));
        assertThat(Transformer.loss(x -> Tensors.embedding(table, x), text, 32, 32)).isLessThan(1e-3);
    }

    @Test
    void meansLeavePaddingOut() {
        Tensor x = Tensors.tensor(new float[] {1, 2, 3, 4, 100, 100}, 1, 3, 2), padding = Tensors.paddingMask(new int[] {2}, 3);
        assertThat(Transformer.meanOfWords(x, padding).toArray()).containsExactly(2, 3);
        assertThat(Transformer.attentionMask(padding, 1).toArray()).containsExactly(0, 0, 0, 1);
        assertThat(Transformer.withFirst(Tensors.ids(new int[] {5, 6}, 1, 2), 9).toIntArray()).containsExactly(9, 5, 6);
    }

    @Test
    void theDecoderReadsOneCharacterLessThanItWrites() {
        Dates.Batch dates = Dates.train(new Random(1), 3);
        Tensor shifted = Transformer.shifted(dates);
        assertThat(shifted.slice(1, 1, 10).toIntArray()).isEqualTo(dates.target().slice(1, 0, 9).toIntArray());
        assertThat(shifted.slice(1, 0, 1).toIntArray()).as("begin").containsExactly(11, 11, 11);
    }

    @Test
    void symbolsAreAllEquallyLikely() {
        int[] drawn = Transformer.symbols(new Random(1), 50, 40, 4).toIntArray();
        for (int kind = 0; kind < 4; kind++) {
            int wanted = kind;
            assertThat(IntStream.of(drawn).filter(s -> s == wanted).count()).isBetween(430L, 570L);
        }
    }

    @Test
    void theTrainedGptIsTheFileThatItsNoteDescribes() throws Exception {
        String note;
        byte[] file;
        try (InputStream text = Transformer.class.getResourceAsStream("alice-gpt.txt"); InputStream in = Transformer.class.getResourceAsStream("alice-gpt.safetensors")) {
            note = new String(text.readAllBytes(), StandardCharsets.UTF_8);
            file = in.readAllBytes();
        }
        assertThat(note).contains("sha256 " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)));
        Characters alice = Alice.characters();
        AliceGpt gpt = new AliceGpt(alice.vocabulary().size(), new Random(2));
        Map<String, String> made = Transformer.loadAliceGpt(gpt);
        assertThat(Transformer.loss(gpt::logits, alice.validation(), 64, 64)).isCloseTo(Double.parseDouble(made.get("validation loss")), within(2e-3));
        assertThat(note).contains(made.get("steps") + " steps").contains(made.get("validation loss"));
    }
}
