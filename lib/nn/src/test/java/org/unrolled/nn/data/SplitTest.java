package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class SplitTest {
    private static Examples examples(int n, int classes, long seed) {
        Random random = new Random(seed);
        int[] y = new int[n];
        // the last class is rare
        for (int i = 0; i < n; i++) y[i] = random.nextInt(20) == 0 ? classes - 1 : random.nextInt(classes - 1);
        List<String> names = IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
        return Examples.of(Tensors.randn(random, n, 3), Tensors.ids(y), names);
    }

    private static void assertDisjointAndComplete(Split split, int n) {
        Set<Integer> seen = new HashSet<>();
        for (Part part : List.of(split.train(), split.validation(), split.test())) {
            for (int i : part.indices()) assertThat(seen.add(i)).as("example %d is in one part", i).isTrue();
        }
        assertThat(seen).hasSize(n);
    }

    @ParameterizedTest @ValueSource(longs = {1, 2, 3, 4, 5})
    void partsAreDisjointAndComplete(long seed) {
        int n = 1 + new Random(seed).nextInt(200);
        Examples all = examples(n, 4, seed);
        assertDisjointAndComplete(Split.stratified(all, 0.7, 0.15, seed), n);
        assertDisjointAndComplete(Split.random(all, 0.7, 0.15, seed), n);
        assertDisjointAndComplete(Split.byTime(all, 0.7, 0.15), n);
        int[] groups = new Random(seed).ints(n, 0, 9).toArray();
        Split split = Split.byGroup(all, groups, 0.5, 0.25, seed);
        assertDisjointAndComplete(split, n);
        Set<Integer> trained = new HashSet<>();
        for (int i : split.train().indices()) trained.add(groups[i]);
        for (int i : split.test().indices()) assertThat(trained).doesNotContain(groups[i]);
        for (int i : split.validation().indices()) assertThat(trained).doesNotContain(groups[i]);
    }

    @Test void stratifiedKeepsEveryClassInEveryPart() {
        Examples all = examples(2000, 4, 1);
        Split split = all.split(0.7, 0.15, 1);
        int[] train = split.train().counts();
        int[] test = split.test().counts();
        for (int c = 0; c < 4; c++) {
            assertThat(train[c] / (double) split.train().size()).isCloseTo(test[c] / (double) split.test().size(), within(0.003));
        }
    }

    @Test void laterIsNeverLearnedFrom() {
        Split split = Split.byTime(examples(100, 3, 1), 0.6, 0.2);
        assertThat(Arrays.stream(split.train().indices()).max().orElseThrow()).isLessThan(Arrays.stream(split.validation().indices()).min().orElseThrow());
        assertThat(split.test().indices()[0]).isEqualTo(80);
        assertThat(split.validation().indices()).hasSize(20);
    }

    @Test void inputsAndLabelsStayTogether() {
        int n = 50;
        Examples all = Examples.of(Tensors.arange(n).reshape(n, 1), Tensors.ids(IntStream.range(0, n).toArray()));
        Split split = all.split(0.5, 0.2, 3);
        for (Batch batch : split.train().batches(7, new Random(1))) {
            assertThat(batch.x().reshape(-1).toArray()).isEqualTo(batch.y().toArray());
            assertThat(batch.y().toIntArray()).isEqualTo(batch.indices());
        }
    }

    @Test void onlyATrainingPartFits() {
        // by types: whatever makes a Scaler or a Vocabulary takes a TrainingPart, and whatever makes a TrainingPart is Split.train
        for (Class<?> fitted : List.of(Scaler.class, Vocabulary.class)) {
            for (Constructor<?> c : fitted.getDeclaredConstructors()) assertThat(Modifier.isPrivate(c.getModifiers())).as("%s", c).isTrue();
            List<Method> makers = new ArrayList<>();
            for (Method m : fitted.getDeclaredMethods()) {
                if (m.getReturnType() == fitted && Modifier.isStatic(m.getModifiers()) && Modifier.isPublic(m.getModifiers())) makers.add(m);
            }
            assertThat(makers).isNotEmpty().allSatisfy(m -> assertThat(m.getParameterTypes()[0]).isEqualTo(TrainingPart.class));
            assertThat(fitted).isFinal();
        }
        assertThat(TrainingPart.class).isFinal();
        for (Executable c : TrainingPart.class.getDeclaredConstructors()) assertThat(Modifier.isPublic(c.getModifiers())).isFalse();
        assertThat(Part.class.isSealed()).isTrue();
        List<String> givers = new ArrayList<>();
        for (Class<?> c : List.of(Split.class, Examples.class, Part.class, HeldOutPart.class, TrainingPart.class, Series.class, Characters.class, Batches.class, Digits.class)) {
            for (Method m : c.getDeclaredMethods()) {
                if (m.getReturnType() == TrainingPart.class && !m.isSynthetic()) givers.add(c.getSimpleName() + "." + m.getName());
            }
        }
        assertThat(givers).containsExactly("Split.train");
        // and nothing of a split gives all examples back
        for (Method m : Split.class.getMethods()) assertThat(m.getReturnType()).as("%s", m).isNotEqualTo(Examples.class);
    }

    @Test void aScalerKnowsTheTrainingPartOnly() {
        int n = 100;
        float[] x = new float[2 * n];
        for (int i = 0; i < n; i++) {
            x[2 * i] = i < 60 ? i % 2 : 1000; // what is held out is far away
            x[2 * i + 1] = 5;
        }
        Split split = Split.byTime(Examples.of(Tensors.tensor(x, n, 2), Tensors.zeros(n)), 0.6, 0.2);
        Scaler scaler = Scaler.perFeature(split.train());
        assertThat(scaler.mean().toArray()).containsExactly(0.5f, 5);
        assertThat(scaler.deviation().toArray()).as("0.5 for zeros and ones; 1 for a constant").containsExactly(0.5f, 1);
        Split scaled = split.scaled(Scaler::perFeature);
        assertThat(scaled.train().x().mean(0).toArray()).containsExactly(0, 0);
        assertThat(scaled.test().x().get(0, 0)).isEqualTo((1000 - 0.5f) / 0.5f);
        assertThat(scaler.invert(scaler.apply(split.test().x())).toArray()).isEqualTo(split.test().x().toArray());
        assertThat(scaled.train().indices()).isEqualTo(split.train().indices());
    }

    @Test void channelsHaveScalesOfTheirOwn() {
        Random random = new Random(1);
        Tensor x = Tensors.randn(random, 40, 3, 4, 5).mul(Tensors.tensor(1, 10, 100).reshape(3, 1, 1)).add(Tensors.tensor(0, 5, -50).reshape(3, 1, 1));
        Split split = Split.random(Examples.of(x, Tensors.zeros(40)), 0.8, 0, 1);
        Tensor scaled = split.scaled(Scaler::perChannel).train().x();
        for (int c = 0; c < 3; c++) {
            Tensor channel = scaled.slice(1, c, c + 1);
            assertThat(channel.mean().item()).isCloseTo(0, within(1e-5f));
            assertThat(channel.pow(2).mean().item()).isCloseTo(1, within(1e-4f));
        }
        Scaler one = Scaler.standard(split.train());
        assertThat(one.mean().shape()).containsExactly(1);
        assertThatIllegalArgumentException().isThrownBy(() -> Scaler.perChannel(examples(9, 2, 1).split(0.5, 0.2, 1).train()))
                .withMessage("perChannel: an example has the shape (3), and an image has (C, H, W). Hint: standard fits one scale, perFeature one for each number.");
    }

    /** Sequences of 1, 3 and 2 steps of two numbers, padded with what must not matter. */
    private static Examples padded(Tensor y) {
        float pad = Float.NaN;
        float[] x = {1, 10, pad, pad, pad, pad, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, pad, pad};
        return Examples.ofSequences(Tensors.tensor(x, 3, 3, 2), new int[] {1, 3, 2}, y, List.of());
    }

    @Test void paddingIsNotScaledBy() {
        Split split = Split.byIndex(padded(Tensors.zeros(3)), new int[] {2, 0}, new int[] {}, new int[] {1});
        assertThat(Scaler.standard(split.train()).mean().item()).as("of 1, 10, 5, 50, 6, 60").isCloseTo(132 / 6f, within(1e-5f));
        Scaler places = Scaler.perFeature(split.train());
        assertThat(places.mean().toArray()).as("a step that no sequence of the part has: 0").containsExactly(3, 30, 6, 60, 0, 0);
        assertThat(places.deviation().toArray()).containsExactly(2, 20, 1, 1, 1, 1);
    }

    @Test void aBatchOfSequencesIsCutToItsLongest() {
        Tensor tags = Tensors.ids(new int[] {1, 0, 0, 2, 3, 4, 5, 6, 0}, 3, 3);
        Split split = Split.byIndex(padded(tags), new int[] {0, 2}, new int[] {}, new int[] {1});
        Batch batch = split.train().batches(2).get(0);
        assertThat(batch.x().shape()).containsExactly(2, 2, 2);
        assertThat(batch.y().toArray2d()).as("a target for each step is cut with x").isEqualTo(new float[][] {{1, 0}, {5, 6}});
        assertThat(batch.mask().shape()).containsExactly(2, 2);
        assertThat(split.test().batches(1).get(0).y().toIntArray()).containsExactly(2, 3, 4);
        assertThat(split.mapped(x -> x.mul(2)).train().batches(2).get(0).y().shape()).containsExactly(2, 2);
        // other targets stay whole
        Split forecasts = Split.byIndex(padded(Tensors.zeros(3, 2)), new int[] {0}, new int[] {}, new int[] {1, 2});
        assertThat(forecasts.train().batches(1).get(0).y().shape()).containsExactly(1, 2);
        Split three = Split.byIndex(padded(Tensors.zeros(3, 1, 3)), new int[] {0}, new int[] {}, new int[] {1, 2});
        assertThat(three.train().batches(1).get(0).y().shape()).containsExactly(1, 1, 3);
    }

    @Test void notANumberIsAnError() {
        Tensor x = Tensors.tensor(new float[] {1, 2, Float.NaN, 4}, 4, 1);
        Split split = Split.byIndex(Examples.of(x, Tensors.zeros(4)), new int[] {3, 2, 0}, new int[] {}, new int[] {1});
        assertThatIllegalArgumentException().isThrownBy(() -> Scaler.standard(split.train()))
                .withMessage("Scaler: example 2 holds NaN, which would make every mean NaN. Hint: drop the example or fill the gap before you split.");
    }

    @Test void batchesCoverThePartOnce() {
        Split split = examples(103, 3, 1).split(0.7, 0.15, 1);
        int n = split.train().size();
        List<Integer> seen = new ArrayList<>();
        Batches batches = split.train().batches(16, new Random(5));
        int last = 0;
        for (Batch batch : batches) {
            for (int i : batch.indices()) seen.add(i);
            assertThat(batch.x().shape()).containsExactly(batch.size(), 3);
            last = batch.size();
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(Arrays.stream(split.train().indices()).boxed().toList());
        assertThat(batches.count()).isEqualTo((n + 15) / 16);
        assertThat(last).isEqualTo(n % 16);
        assertThat(batches.dropLast().count()).isEqualTo(n / 16);
        for (Batch batch : batches.dropLast()) assertThat(batch.size()).isEqualTo(16);
        assertThat(split.test().batches(1000).count()).isEqualTo(1);
        assertThat(split.test().batches(5).get(0).indices()).isEqualTo(Arrays.copyOf(split.test().indices(), 5));
    }

    @Test void theOrderIsSeeded() {
        TrainingPart part = examples(100, 3, 1).split(0.7, 0.15, 1).train();
        int[] order = part.batches(70, 9, 0).get(0).indices();
        assertThat(order).isEqualTo(part.batches(70, 9, 0).get(0).indices());
        assertThat(order).isNotEqualTo(part.batches(70, 9, 1).get(0).indices()).isNotEqualTo(part.batches(70, 10, 0).get(0).indices()).isNotEqualTo(part.indices());
        Random random = new Random(2);
        assertThat(part.batches(70, random).get(0).indices()).as("the next pass has another order").isNotEqualTo(part.batches(70, random).get(0).indices());
        assertThat(Arrays.copyOf(order, 4)).as("recorded").containsExactly(73, 68, 37, 93);
    }

    @Test void errorsAreSentences() {
        Examples all = examples(30, 3, 1);
        Split split = Split.random(all, 1, 0, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> split.test().batches(8))
                .withMessage("batches: the test part is empty, so there are no batches. Hint: give it a share when you split.");
        assertThatIllegalArgumentException().isThrownBy(() -> split.train().batches(0)).withMessage("batches(0): a batch has at least one example.");
        assertThatIllegalArgumentException().isThrownBy(() -> split.train().batches(64).dropLast())
                .withMessage("dropLast: the training part has 30 examples, so no batch of 64 is full and nothing would be left. Hint: make batches smaller.");
        assertThatIllegalArgumentException().isThrownBy(() -> Split.byIndex(all, new int[] {1, 2}, new int[] {}, new int[] {2}))
                .withMessage("byIndex: example 2 is in the training part and in the test part: what was learned from cannot also judge. Hint: leave it in one.");
        assertThatIllegalArgumentException().isThrownBy(() -> Split.byIndex(all, new int[] {1, 1}, new int[] {}, new int[] {}))
                .withMessageContaining("example 1 is in the training part and in the training part");
        assertThatIllegalArgumentException().isThrownBy(() -> Split.byIndex(all, new int[] {30}, new int[] {}, new int[] {}))
                .withMessage("byIndex: the training part names example 30, and the examples are 0 to 29.");
        assertThatIllegalArgumentException().isThrownBy(() -> Split.random(all, 0.8, 0.4, 1))
                .withMessage("A split into 0.8 for training and 0.4 for validation: shares are 0 or more (training more than 0) and together at most 1; the rest is the test part.");
        assertThatIllegalArgumentException().isThrownBy(() -> Split.random(all, Double.NaN, 0.1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Examples.of(Tensors.zeros(3, 2), Tensors.ids(0, 1)))
                .withMessage("Examples: 3 inputs and 2 labels: each example needs one. Hint: the first axis of x and y counts the examples.");
        assertThatIllegalArgumentException().isThrownBy(() -> Examples.of(Tensors.zeros(2, 2), Tensors.ids(0, 2), List.of("no", "yes")))
                .withMessage("Examples: example 1 has the label 2, and the classes are 0 to 1: no, yes.");
        assertThatIllegalArgumentException().isThrownBy(() -> all.split(0.5, 0.2, 1).mapped(x -> x.reshape(1, -1)))
                .withMessage("mapped: 30 examples became (1, 90), whose first axis no longer counts them. Hint: keep the first axis, as in x.reshape(-1, 64).");
        assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.of(split.train()))
                .withMessageStartingWith("Vocabulary: the training part holds no texts.");
        assertThatIllegalStateException().isThrownBy(() -> split.train().batches(3).get(0).mask()).withMessage("mask: this batch holds no sequences, so nothing in it is padding.");
        assertThat(split).hasToString("30 examples of (3), 3 classes: 30 training, 0 validation, 0 test (random, seed 1)");
    }

    @Test void noExamplesAtAll() {
        Split split = Split.random(Examples.of(Tensors.zeros(0, 4), Tensors.zeros(0, 1)), 0.7, 0.1, 1);
        assertThat(split.train().size()).isZero();
        assertThat(split.train().x().shape()).containsExactly(0, 4);
        assertThatIllegalArgumentException().isThrownBy(() -> split.train().batches(4)).withMessageContaining("training part is empty");
        assertThatIllegalArgumentException().isThrownBy(() -> Scaler.standard(split.train())).withMessageContaining("training part is empty");
    }

    @Test void textsBecomeIds() {
        List<String> texts = List.of("Not bad, not bad!", "good", "", "a very very long sentence it is", "zebra");
        Examples all = Examples.ofTexts(texts, Tensors.ids(1, 1, 0, 0, 1), List.of("negative", "positive"));
        assertThatIllegalStateException().isThrownBy(all::x)
                .withMessage("These examples are texts, and a network reads numbers. Hint: split.encoded(Vocabulary.of(split.train()), maxLength) turns words into ids.");
        Split split = Split.byIndex(all, new int[] {0, 1, 2, 3}, new int[] {}, new int[] {4});
        Vocabulary vocabulary = Vocabulary.of(split.train());
        assertThat(vocabulary.tokens().subList(0, 5)).containsExactly("<pad>", "<unk>", "bad", "not", "very");
        assertThat(vocabulary.id("zebra")).as("only the test part has it").isEqualTo(Vocabulary.UNKNOWN);
        Split ids = split.encoded(vocabulary, 6);
        assertThat(ids.train().x().shape()).containsExactly(4, 6);
        Batch batch = ids.train().batches(3).get(0);
        assertThat(batch.lengths()).containsExactly(6, 1, 1);
        assertThat(batch.x().shape()).containsExactly(3, 6);
        assertThat(vocabulary.decode(batch.x().select(0, 0))).isEqualTo("not bad , not bad !");
        assertThat(batch.x().select(0, 1).toIntArray()).containsExactly(vocabulary.id("good"), 0, 0, 0, 0, 0);
        assertThat(batch.x().get(2, 0)).as("no words: one unknown token").isEqualTo(Vocabulary.UNKNOWN);
        assertThat(batch.mask().select(0, 1).toArray()).containsExactly(0, 1, 1, 1, 1, 1);
        assertThat(ids.train().batches(1).get(1).x().shape()).as("cut to the longest of the batch").containsExactly(1, 1);
        assertThat(ids.train().texts().get(1)).isEqualTo("good");
        assertThat(Vocabulary.of(split.train(), 2).size()).isEqualTo(2 + 3);
        assertThat(Vocabulary.words("It's 20-odd; OK?")).containsExactly("it's", "20-odd", ";", "ok", "?");
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.token(99)).withMessageStartingWith("Vocabulary: there is no id 99: ids are 0 to ");
        assertThatIllegalArgumentException().isThrownBy(() -> split.encoded(vocabulary, 0)).withMessage("encoded: texts cut after 0 tokens: at least 1 must remain.");
    }
}
