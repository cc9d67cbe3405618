package org.unrolled.quizzes.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unrolled.nn.Embedding;
import org.unrolled.nn.data.Alice;
import org.unrolled.nn.data.Characters;
import org.unrolled.nn.data.Vocabulary;
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

    @Test
    void theTrainedDescriberIsTheFileThatItsNoteDescribes() throws Exception {
        String note;
        byte[] file;
        try (InputStream text = Transformer.class.getResourceAsStream("shapes-describer.txt"); InputStream in = Transformer.class.getResourceAsStream("shapes-describer.safetensors")) {
            note = new String(text.readAllBytes(), StandardCharsets.UTF_8);
            file = in.readAllBytes();
        }
        assertThat(note).contains("sha256 " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)));
        Vocabulary vocabulary = Vocabulary.of(Captions.pictures().train());
        ShapesDescriber describer = new ShapesDescriber(vocabulary.size(), new Random(2));
        Map<String, String> made = Transformer.loadShapesDescriber(describer);
        Captions.Score score = describer.score(vocabulary);
        assertThat(score.words()).isCloseTo(Double.parseDouble(made.get("words right")), within(5e-3));
        assertThat(score.whole()).isCloseTo(Double.parseDouble(made.get("whole captions right")), within(0.02));
        assertThat(note).contains(made.get("steps") + " steps").contains(made.get("words right")).contains(made.get("whole captions right"));
    }

    @Test
    void theDescriberStartsFromItsSeedAsItsNoteSays() throws Exception {
        String note;
        try (InputStream text = Transformer.class.getResourceAsStream("shapes-describer.txt")) {
            note = new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
        Matcher recorded = Pattern.compile("Loss of the first step: (\\d\\.\\d+), mean of the steps 21 to 40: (\\d\\.\\d+)").matcher(note);
        assertThat(recorded.find()).isTrue();
        Vocabulary vocabulary = Vocabulary.of(Captions.pictures().train());
        List<Double> losses = new ArrayList<>();
        new ShapesDescriber(vocabulary.size(), new Random(1)).train(vocabulary, ShapesDescriber.STEPS, 40, step -> losses.add(step.loss()));
        assertThat(losses.getFirst()).isCloseTo(Double.parseDouble(recorded.group(1)), within(1e-3));
        assertThat(losses.subList(20, 40).stream().mapToDouble(l -> l).average().orElseThrow()).as("rounding grows from step to step")
                .isCloseTo(Double.parseDouble(recorded.group(2)), within(0.03));
    }

    @Test
    void captionsAreComparedByTheSixWordsThatTell() {
        String truth = "a striped red circle left of a small blue square .", other = "a striped red cross above a small blue square .";
        Captions.Score score = Captions.score(List.of(truth, other, "a ."), List.of(truth, truth, truth));
        assertThat(score.kinds()).usingComparatorWithPrecision(1e-9).containsExactly(2 / 3.0, 2 / 3.0, 1 / 3.0, 1 / 3.0, 2 / 3.0, 2 / 3.0);
        assertThat(score.words()).isCloseTo(5 / 9.0, within(1e-9));
        assertThat(score.whole()).isCloseTo(1 / 3.0, within(1e-9));
        assertThatIllegalArgumentException().isThrownBy(() -> Captions.score(List.of(), List.of(truth)))
                .withMessage("Captions: 0 captions for 1 pictures: each picture has one, and there is at least one.");
    }

    @Test
    void wrongWordsAreMarkedWithTheRightOnesBehindThem() {
        String truth = "a striped red circle left of a small blue square .";
        assertThat(Captions.marked(truth, truth)).isEqualTo(truth);
        assertThat(Captions.marked("a striped red cross above a small blue square .", truth)).isEqualTo("a striped red ✗cross (circle) ✗above (left) a small blue square .");
        assertThat(Captions.marked("a striped .", truth)).isEqualTo("a striped . ✗ (red circle left blue square)");
    }

    @Test
    void theUsualCaptionHasTheMostFrequentWordOfEachKind() {
        assertThat(Captions.usual(List.of("a plain red cross above a small blue square .", "a plain green cross left of a small red square .", "a dotted red circle left of a small blue square .")))
                .isEqualTo("a plain red cross left of a small blue square .");
    }

    @Test
    void aCaptionEndsWithItsDot() {
        Vocabulary vocabulary = Vocabulary.of(Captions.pictures().train());
        Tensor said = vocabulary.encode(List.of("a red . red .", "a red circle"));
        assertThat(Captions.read(vocabulary, said)).containsExactly("a red .", "a red circle");
        int dot = vocabulary.id("."), circle = vocabulary.id("circle");
        // says "circle" twice, then the dot
        List<String> written = Captions.write(vocabulary, 2, before -> Tensors.oneHot(
                Tensors.ids(IntStream.generate(() -> before.size(1) < 3 ? circle : dot).limit(2L * before.size(1)).toArray(), 2, before.size(1)), vocabulary.size()));
        assertThat(written).containsExactly("circle circle .", "circle circle .");
    }

    @Test
    void aPictureIsLitWhereItIsLookedAt() {
        Tensor lit = Captions.lit(Tensors.ones(3, 4, 4), Tensors.tensor(0, 0.5, 0.25, 0), 2);
        assertThat(lit.shape()).containsExactly(2, 3, 4, 4);
        assertThat(lit.get(0, 1, 3, 3)).isEqualTo(1);
        assertThat(lit.get(1, 2, 1, 2)).as("most").isCloseTo(1, within(1e-6f));
        assertThat(lit.get(1, 0, 2, 1)).as("half as much").isCloseTo(0.56f, within(1e-6f));
        assertThat(lit.get(1, 0, 3, 3)).as("nothing").isCloseTo(0.12f, within(1e-6f));
    }
}
