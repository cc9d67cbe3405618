package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.tensor.Tensor;

class SequencesTest {
    @ParameterizedTest @ValueSource(ints = {1, 2, 10})
    void copyRepeatsItsSymbols(int delay) {
        int K = 3;
        Examples all = Sequences.copy(20, K, delay, 1);
        int T = delay + 2 * K;
        assertThat(all.x().shape()).containsExactly(20, T);
        for (int i = 0; i < 20; i++) {
            int[] x = all.x().select(0, i).toIntArray();
            int[] y = all.y().select(0, i).toIntArray();
            assertThat(Arrays.copyOf(x, K)).isEqualTo(Arrays.copyOfRange(y, T - K, T));
            assertThat(Arrays.stream(x).limit(K)).allMatch(v -> v >= 1 && v <= 8);
            assertThat(Arrays.copyOf(y, T - K)).containsOnly(0);
            assertThat(x[K + delay - 1]).as("the signal comes one step before the answer").isEqualTo(9);
            assertThat(Arrays.stream(x).filter(v -> v == 9).count()).isEqualTo(1);
        }
    }

    @ParameterizedTest @ValueSource(ints = {2, 3, 50})
    void addingSumsTheMarkedNumbers(int T) {
        Examples all = Sequences.adding(2000, T, 3);
        Tensor values = all.x().select(2, 0);
        Tensor marks = all.x().select(2, 1);
        assertThat(marks.sum(1).toArray()).containsOnly(2);
        assertThat(marks.slice(1, 0, T / 2).sum(1).toArray()).as("one in each half").containsOnly(1);
        assertThat(values.mul(marks).sum(1).toArray()).containsExactly(all.y().reshape(-1).toArray(), within(1e-6f));
        assertThat(all.y().sub(1).pow(2).mean().item()).as("answering 1").isCloseTo(1 / 6f, within(0.012f));
    }

    @Test void recallAsksForAValueOfTheSequence() {
        Examples all = Sequences.recall(500, 4, 6, 5, 2);
        assertThat(all.x().shape()).containsExactly(500, 9);
        for (int i = 0; i < 500; i++) {
            int[] x = all.x().select(0, i).toIntArray();
            Set<Integer> keys = new HashSet<>(List.of(x[0], x[2], x[4], x[6]));
            assertThat(keys).hasSize(4).allMatch(k -> k >= 0 && k < 6).contains(x[8]);
            int at = List.of(x[0], x[2], x[4], x[6]).indexOf(x[8]);
            assertThat(x[2 * at + 1] - 6).isEqualTo((int) all.y().get(i)).isBetween(0, 4);
        }
        for (int count : all.split(1, 0, 1).train().counts()) assertThat(count).isBetween(70, 130);
    }

    @Test void theSeedDecides() {
        assertThat(Sequences.copy(5, 3, 4, 1).x().toIntArray()).isEqualTo(Sequences.copy(5, 3, 4, 1).x().toIntArray()).isNotEqualTo(Sequences.copy(5, 3, 4, 2).x().toIntArray());
        assertThat(Sequences.adding(5, 9, 1).x().toArray()).isEqualTo(Sequences.adding(5, 9, 1).x().toArray()).isNotEqualTo(Sequences.adding(5, 9, 2).x().toArray());
        assertThat(Sequences.recall(5, 3, 4, 4, 1).x().toIntArray()).isEqualTo(Sequences.recall(5, 3, 4, 4, 1).x().toIntArray());
        assertThat(Sequences.copy(1, 3, 2, 1).x().toIntArray()).as("recorded").containsExactly(6, 1, 4, 0, 9, 0, 0, 0);
    }

    @Test void impossibleSequencesAreErrors() {
        assertThatIllegalArgumentException().isThrownBy(() -> Sequences.adding(5, 1, 1)).withMessage("adding: T is 1, and must be at least 2.");
        assertThatIllegalArgumentException().isThrownBy(() -> Sequences.copy(5, 0, 3, 1)).withMessage("copy: symbols is 0, and must be at least 1.");
        assertThatIllegalArgumentException().isThrownBy(() -> Sequences.recall(5, 4, 3, 2, 1))
                .withMessage("recall: 4 pairs with 3 keys: each pair of a sequence needs a key of its own. Hint: keys is at least pairs.");
        assertThat(Sequences.adding(0, 5, 1).size()).isZero();
    }

    @ParameterizedTest @ValueSource(ints = {1, 2, 7})
    void windowsOfASeriesDoNotLeak(int horizon) {
        int n = 100;
        float[] values = new float[n];
        String[] times = new String[n];
        for (int i = 0; i < n; i++) {
            values[i] = i;
            times[i] = "t" + i;
        }
        int window = 10;
        Split split = Series.of("count", List.of(times), values).split(window, horizon, 0.6, 0.2);
        assertThat(split.train().x().shape()).containsExactly(split.train().size(), window, 1);
        assertThat(split.train().x().max().item()).as("nothing after the cut is an input of the training").isLessThan(60);
        assertThat(split.train().y().max().item()).isEqualTo(59);
        for (float v : split.validation().y().toArray()) assertThat(v).isBetween(60f, 79f);
        for (float v : split.test().y().toArray()) assertThat(v).isBetween(80f, 99f);
        assertThat(split.test().size()).isEqualTo(20 - horizon + 1);
        // a target follows its window
        Batch batch = split.test().batches(1).get(0);
        assertThat(batch.y().get(0, 0)).isEqualTo(batch.x().get(0, window - 1, 0) + 1).isEqualTo(80);
        Split scaled = split.scaledWithTargets(Scaler::standard);
        Scaler scaler = Scaler.standard(split.train());
        assertThat(scaler.invert(scaled.test().y()).toArray()).containsExactly(split.test().y().toArray(), within(1e-4f));
        assertThat(scaler.mean().item()).as("of training values only").isLessThan(60);
    }

    @Test void aSeriesTooShortIsAnError() {
        Series series = Series.of("short", List.of("a", "b", "c"), 1, 2, 3);
        assertThatIllegalArgumentException().isThrownBy(() -> series.split(5, 1, 0.6, 0.2))
                .withMessage("split: 3 values, 2 of them for training and 1 for the test: a window of 5 with 1 to predict does not fit. Hint: a smaller window or horizon.");
        assertThatIllegalArgumentException().isThrownBy(() -> series.split(1, 1, 0.8, 0.2)).withMessageContaining("leave something for the test");
        assertThatIllegalArgumentException().isThrownBy(() -> series.split(0, 1, 0.8, 0.1)).withMessageContaining("both are at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> Series.of("x", List.of("a"), 1, 2)).withMessage("Series: 1 times for 2 values: each value needs one.");
    }

    @Test void charactersAreCutByPosition() {
        Characters text = Characters.of("abcabcabcabcabcabcabZZZZ", 0.75, 0.125);
        assertThat(text.vocabulary().tokens()).as("Z comes after the cut").containsExactly("<pad>", "<unk>", "a", "b", "c");
        assertThat(text.vocabulary().decode(text.train())).isEqualTo("abcabcabcabcabcabc");
        assertThat(text.test().toIntArray()).containsOnly(Vocabulary.UNKNOWN);
        Split split = text.split(4);
        assertThat(split.train().size()).isEqualTo(4);
        for (Batch batch : split.train().batches(1)) {
            assertThat(batch.y().select(0, 0).slice(0, 0, 3).toIntArray()).isEqualTo(batch.x().select(0, 0).slice(0, 1, 4).toIntArray());
        }
        assertThat(split.validation().size()).as("3 characters hold no piece of 4 and its next").isZero();
    }

    @Test void streamsGoOnWhereTheyStopped() {
        Characters alice = Alice.characters();
        List<Batch> streams = alice.streams(8, 50);
        assertThat(streams).hasSize((alice.train().numel() - 1) / 8 / 50);
        for (int k = 1; k < 4; k++) {
            for (int b = 0; b < 8; b++) {
                assertThat(streams.get(k).x().get(b, 0)).isEqualTo(streams.get(k - 1).y().get(b, 49));
            }
        }
        assertThat(alice.vocabulary().decode(streams.getFirst().x().select(0, 0))).startsWith("CHAPTER I\n\nDown the Rabbit-Hole");
    }

    @Test void aStreamIsLongerThanItsPieces() {
        assertThatIllegalArgumentException().isThrownBy(() -> Characters.of("abcabcabcabc", 1, 0).streams(3, 4))
                .withMessage("Characters: pieces of 4 characters from a stream of 4: a piece has at least 1 character, and one more must follow it.");
        assertThat(Characters.of("abcabcabcabc", 1, 0).streams(3, 3)).hasSize(1);
    }

    @Test void samplesComeFromTheTrainingPart() {
        Characters alice = Alice.characters();
        assertThat(alice.train().numel() + alice.validation().numel() + alice.test().numel()).isEqualTo(Alice.text().length());
        Batch batch = alice.sample(64, 100, new Random(1));
        assertThat(batch.x().shape()).containsExactly(64, 100);
        assertThat(Arrays.stream(batch.indices()).max().orElseThrow()).isLessThan(alice.train().numel() - 100);
        assertThat(batch.x().toIntArray()).isEqualTo(alice.sample(64, 100, new Random(1)).x().toIntArray());
        assertThat(alice.train().toIntArray()).as("every character of the training part is known").doesNotContain(Vocabulary.UNKNOWN, Vocabulary.PADDING);
        assertThatIllegalArgumentException().isThrownBy(() -> Characters.of("abc", 1, 0).sample(2, 3, new Random(1)))
                .withMessage("Characters: pieces of 3 characters from a training part of 3: a piece has at least 1 character, and one more must follow it.");
    }
}
