package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SentencesTest {
    static List<Sentences> both() {
        return List.of(Sentences.sentiment(), Sentences.tickets());
    }

    @ParameterizedTest @MethodSource("both")
    void wordsOfTheTestAreNeverTrainedOn(Sentences sentences) {
        // what only the test may use is in no sentence of the other parts, whole word by whole word
        String name = sentences.classes().size() == 2 ? "sentiment.grammar" : "tickets.grammar";
        Set<String> heldOut = new HashSet<>();
        Set<String> known = new HashSet<>();
        new Grammar(name, sentences.grammar()).lexicons().values().forEach(lexicon -> {
            assertThat(lexicon.test()).isNotEmpty().doesNotContainAnyElementsOf(lexicon.known());
            lexicon.test().forEach(w -> heldOut.addAll(Vocabulary.words(w)));
            lexicon.known().forEach(w -> known.addAll(Vocabulary.words(w)));
        });
        Split split = sentences.split(4000, 3);
        Set<String> trained = new HashSet<>();
        split.train().texts().forEach(t -> trained.addAll(Vocabulary.words(t)));
        split.validation().texts().forEach(t -> trained.addAll(Vocabulary.words(t)));
        // multi-word entries share small words ("turned up", "nine days") with the rest: only the words that are new count
        Set<String> fresh = new HashSet<>(heldOut);
        fresh.removeAll(known);
        fresh.removeAll(Set.of(",", ".", "a", "up", "days", "please"));
        assertThat(fresh).hasSizeGreaterThan(30);
        assertThat(trained).doesNotContainAnyElementsOf(fresh);
        Set<String> tested = new HashSet<>();
        split.test().texts().forEach(t -> tested.addAll(Vocabulary.words(t)));
        assertThat(tested).containsAnyElementsOf(fresh);
        Split familiar = sentences.unseenWords(0).split(1000, 3);
        Set<String> easy = new HashSet<>();
        familiar.test().texts().forEach(t -> easy.addAll(Vocabulary.words(t)));
        assertThat(easy).doesNotContainAnyElementsOf(fresh);
    }

    @ParameterizedTest @MethodSource("both")
    void noSentenceIsInTwoParts(Sentences sentences) {
        Split split = sentences.typos(0.05).split(4000, 5);
        List<String> all = new ArrayList<>(split.train().texts());
        all.addAll(split.validation().texts());
        all.addAll(split.test().texts());
        assertThat(all).hasSize(4000).doesNotHaveDuplicates();
        assertThat(split.train().size()).isEqualTo(2800);
        assertThat(split.validation().size()).isEqualTo(600);
    }

    @Test void negationAndButDecide() {
        // what a sentence says, worked out again by rules of another kind: count the turns of the clause that decides
        Split split = Sentences.sentiment().unseenWords(0).split(2000, 1);
        Set<String> bad = Set.of("bad", "poor", "terrible", "awful", "horrible", "boring", "stale", "cold", "bland", "dreadful", "dislike", "hate", "regret", "mind", "rude", "unfriendly", "slow", "grumpy", "careless",
                "complaint", "objection", "criticism");
        Set<String> turns = Set.of("not", "never", "nobody", "no", "nothing");
        List<String> texts = split.train().texts();
        int[] labels = split.train().y().toIntArray();
        for (int i = 0; i < labels.length; i++) {
            String deciding = texts.get(i).startsWith("although") ? texts.get(i).substring(texts.get(i).indexOf(',') + 1)
                    : texts.get(i).contains(", but ") ? texts.get(i).substring(texts.get(i).indexOf(", but ") + 6)
                    : texts.get(i).contains(", although ") ? texts.get(i).substring(0, texts.get(i).indexOf(", although "))
                    : texts.get(i).replaceFirst(", and .*", "");
            int sign = 0;
            for (String word : Vocabulary.words(deciding)) sign ^= bad.contains(word) || turns.contains(word) ? 1 : 0;
            assertThat(1 - sign).as(texts.get(i)).isEqualTo(labels[i]);
        }
        long negated = texts.stream().filter(t -> t.contains(" not ")).count();
        assertThat(negated / (double) texts.size()).isBetween(0.1, 0.5);
    }

    @Test void classesHaveTheirShares() {
        Split tickets = Sentences.tickets().split(4000, 2);
        double[] shares = {0.4, 0.25, 0.2, 0.1, 0.05};
        for (Part part : List.of(tickets.train(), tickets.validation(), tickets.test())) {
            for (int c = 0; c < 5; c++) assertThat(part.counts()[c] / (double) part.size()).isCloseTo(shares[c], within(0.05));
        }
        assertThat(tickets.classes()).containsExactly("delivery", "billing", "technical", "account", "cancellation");
        int[] rare = Sentences.sentiment().balance(9, 1).split(2000, 2).train().counts();
        assertThat(rare[1] / 1400.0).isCloseTo(0.1, within(0.02));
        assertThat(Sentences.sentiment().balance(1, 0).split(50, 2).train().counts()).containsExactly(35, 0);
    }

    @Test void noiseIsAsMuchAsAskedFor() {
        Split clean = Sentences.sentiment().split(2000, 4);
        Split noisy = Sentences.sentiment().labelNoise(0.2).split(2000, 4);
        // the generator draws the same sentences, so the labels can be compared
        assertThat(noisy.train().texts()).isEqualTo(clean.train().texts());
        int[] a = clean.train().y().toIntArray();
        int[] b = noisy.train().y().toIntArray();
        int flipped = 0;
        for (int i = 0; i < a.length; i++) flipped += a[i] != b[i] ? 1 : 0;
        assertThat(flipped / (double) a.length).isCloseTo(0.2, within(0.04));
        assertThat(noisy.test().y().toIntArray()).as("the test keeps its labels").isEqualTo(clean.test().y().toIntArray());

        Vocabulary known = Vocabulary.of(clean.train());
        Split typos = Sentences.sentiment().unseenWords(0).typos(0.1).split(2000, 4);
        long unknown = 0;
        long all = 0;
        for (String text : typos.test().texts()) {
            for (int id : known.encode(text)) {
                unknown += id == Vocabulary.UNKNOWN ? 1 : 0;
                all++;
            }
        }
        assertThat(unknown / (double) all).isBetween(0.02, 0.1);
    }

    @Test void theSeedDecides() {
        Split split = Sentences.sentiment().split(100, 7);
        assertThat(split.train().texts()).isEqualTo(Sentences.sentiment().split(100, 7).train().texts()).isNotEqualTo(Sentences.sentiment().split(100, 8).train().texts());
        assertThat(split.train().texts().getFirst()).as("recorded").isEqualTo("the bread is quite horrible , but the menu is wonderful .");
        assertThat(split).hasToString("100 examples, texts, 2 classes: 70 training, 15 validation, 15 test (synthetic sentiment, seed 7)");
    }

    @Test void errorsAreSentences() {
        assertThatIllegalArgumentException().isThrownBy(() -> Sentences.sentiment().typos(1.5)).withMessage("typos(1.5): a share is from 0 to 1.");
        assertThatIllegalArgumentException().isThrownBy(() -> Sentences.sentiment().split(0, 1)).withMessage("split(0): at least 1 sentence.");
        assertThatIllegalArgumentException().isThrownBy(() -> Sentences.sentiment().balance(1))
                .withMessage("balance: 1 shares that sum to 1.0 for the classes negative, positive: each class needs one, and one must be more than 0.");
        Grammar two = new Grammar("two", "only -> yes | no");
        assertThatIllegalArgumentException().isThrownBy(() -> new Sentences("two", two, new double[] {1}, 0, 0, 0).split(3, 1))
                .withMessage("split(3): the grammar has no more different sentences for 'only' after 2. Hint: ask for fewer.");
    }

    @Test void aBrokenGrammarSaysWhere() {
        org.assertj.core.api.Assertions.assertThatIllegalStateException().isThrownBy(() -> new Grammar("g", "a -> <b> c")).withMessage("g: nothing defines <b>");
        org.assertj.core.api.Assertions.assertThatIllegalStateException().isThrownBy(() -> new Grammar("g", "hello")).withMessage("g: neither a rule (->) nor a lexicon (=): hello");
    }
}
