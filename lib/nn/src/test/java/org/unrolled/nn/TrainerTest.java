package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class TrainerTest {
    private record Pair(Tensor x, Tensor y) { }

    @TempDir Path folder;

    private static List<Pair> batches(int seed, int count) {
        Random random = new Random(seed);
        return IntStream.range(0, count).mapToObj(_ -> {
            Tensor x = Tensors.randn(random, 16, 5);
            float[] sums = x.sum(1).toArray();
            int[] labels = new int[16];
            for (int i = 0; i < 16; i++) labels[i] = Math.abs(sums[i]) > 1.5 ? 1 : 0;
            return new Pair(x, Tensors.ids(labels));
        }).toList();
    }

    private static Sequential net() {
        Random random = new Random(3);
        return new Sequential(new Linear(5, 12, random), new BatchNorm1d(12), new Activation(Tensor::relu), new Dropout(0.3, random), new Linear(12, 2, random));
    }

    private static Trainer<Pair> trainer(Sequential net, Optimizer optimizer) {
        return new Trainer<>(net, optimizer, b -> net.forward(b.x).crossEntropy(b.y));
    }

    static Stream<Function<Module, Optimizer>> optimizers() {
        return Stream.of(m -> new Sgd(m, 0.1, 0.9), m -> new Adam(m, 0.01), m -> new AdamW(m, 0.01));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void twoEpochsTwiceAreFourEpochsToTheBit(Function<Module, Optimizer> make) {
        Sequential whole = net();
        Trainer<Pair> once = trainer(whole, make.apply(whole)).schedule(Schedule.warmUpCosine(0.05, 3, 24, 0)).clipNorm(1).validation(batches(99, 2));
        List<TrainingEpoch> expected = once.fit(4, epoch -> batches(epoch, 6));
        List<TrainingEpoch> got = List.of();
        Sequential net = net();
        for (int until : new int[] {2, 4}) {
            // everything is made anew, as in another process
            net = net();
            got = trainer(net, make.apply(net)).schedule(Schedule.warmUpCosine(0.05, 3, 24, 0)).clipNorm(1).validation(batches(99, 2))
                .checkpoints(folder).resume().fit(until, epoch -> batches(epoch, 6));
        }
        assertThat(got).hasSize(4);
        for (int e = 0; e < 4; e++) {
            assertThat(got.get(e).loss()).isEqualTo(expected.get(e).loss());
            assertThat(got.get(e).metrics()).isEqualTo(expected.get(e).metrics());
            assertThat(got.get(e).lr()).isEqualTo(expected.get(e).lr());
            assertThat(got.get(e).step()).isEqualTo(6 * (e + 1));
        }
        for (Map.Entry<String, Tensor> part : whole.stateDict().entrySet()) {
            assertThat(net.stateDict().get(part.getKey()).toArray()).as(part.getKey()).isEqualTo(part.getValue().toArray());
        }
    }

    @Test void dropoutGoesOnWhereItWas() {
        Dropout dropout = new Dropout(0.5, 1);
        Sequential net = new Sequential(dropout, new Linear(5, 2, new Random(1)));
        new Trainer<Pair>(net, new Sgd(net, 0.1), b -> net.forward(b.x).crossEntropy(b.y)).checkpoints(folder).fit(1, batches(1, 3));
        Dropout later = new Dropout(0.5, 1);
        Sequential again = new Sequential(later, new Linear(5, 2, new Random(1)));
        new Trainer<Pair>(again, new Sgd(again, 0.1), b -> again.forward(b.x).crossEntropy(b.y)).checkpoints(folder).resume();
        assertThat(later.step().toIntArray()).containsExactly(3).isEqualTo(dropout.step().toIntArray());
    }

    @Test void plateauIsTakenUpAgain() {
        Plateau plateau = new Plateau(0.1, 0.5, 0);
        Sequential net = net();
        trainer(net, new Sgd(net, 0.1)).plateau(plateau).metric("it", () -> 1).monitor("it", false).checkpoints(folder).fit(3, batches(1, 2));
        assertThat(plateau.lr()).isEqualTo(0.025);
        Plateau again = new Plateau(0.1, 0.5, 0);
        Sequential other = net();
        Sgd sgd = new Sgd(other, 0.1);
        trainer(other, sgd).plateau(again).metric("it", () -> 1).monitor("it", false).checkpoints(folder).resume().fit(4, batches(1, 2));
        assertThat(again.lr()).isEqualTo(0.0125).isEqualTo(sgd.lr());
    }

    @Test void aPlateauOfWhatShallRiseLeavesARisingOneAlone() {
        Plateau plateau = new Plateau(0.1, 0.5, 0);
        Sequential net = net();
        double[] accuracies = {0.5, 0.6, 0.7, 0.7, 0.6, 0.8};
        int[] call = {0};
        List<TrainingEpoch> epochs = trainer(net, new Sgd(net, 0.1)).plateau(plateau).metric("accuracy", () -> accuracies[call[0]++]).monitor("accuracy", true)
            .fit(6, batches(1, 2));
        assertThat(epochs).extracting(TrainingEpoch::lr).containsExactly(0.1, 0.1, 0.1, 0.1, 0.05, 0.025);
        assertThat(plateau.lr()).isEqualTo(0.025);
    }

    @Test void aPlateauThatTheSavedTrainingDidNotHaveBeginsWithItsOwnRate() {
        Sequential net = net();
        trainer(net, new Sgd(net, 0.1)).checkpoints(folder).fit(1, batches(1, 2));
        Sequential other = net();
        Sgd sgd = new Sgd(other, 0.1);
        trainer(other, sgd).plateau(new Plateau(0.1, 0.5, 3)).checkpoints(folder).resume().fit(2, batches(1, 2));
        assertThat(sgd.lr()).isEqualTo(0.1);
    }

    @Test void anotherNumberOfDropoutsIsNamedAndNothingIsOverwritten() {
        Sequential net = new Sequential(new Linear(5, 2, new Random(1)));
        trainer(net, new Sgd(net, 0.1)).checkpoints(folder).fit(1, batches(1, 2));
        Sequential other = new Sequential(new Linear(5, 2, new Random(2)), new Dropout(0.5, 1));
        float[] before = other.parameters().getFirst().toArray();
        assertThatThrownBy(() -> trainer(other, new Sgd(other, 0.1)).checkpoints(folder).resume()).hasMessage("resume: " + folder.resolve("last.safetensors")
            + " has the counters [], and the module [1.step]: they go on where they were, so they must be the same. "
            + "Hint: build the module as it was saved, its dropout layers too.");
        assertThat(other.parameters().getFirst().toArray()).isEqualTo(before);
    }

    @Test void stopsWhenNothingGetsBetterAndGoesBackToTheBest() {
        Sequential net = net();
        double[] values = {0.5, 0.8, 0.7, 0.8, 0.9};
        List<TrainingStep> seen = new ArrayList<>();
        int[] call = {0};
        List<float[]> weights = new ArrayList<>();
        Trainer<Pair> trainer = trainer(net, new Sgd(net, 0.1)).listener(seen::add).patience(2).checkpoints(folder).monitor("validation accuracy", true)
            .metric("validation accuracy", () -> {
                assertThat(net.training()).isFalse();
                weights.add(net.parameters().getFirst().toArray());
                return values[call[0]++];
            });
        List<TrainingEpoch> epochs = trainer.fit(10, batches(1, 3));
        assertThat(epochs).hasSize(4);
        assertThat(trainer.bestEpoch()).isEqualTo(2);
        assertThat(trainer.bestValue()).isEqualTo(0.8);
        assertThat(seen).hasSize(12);
        assertThat(seen.get(2).metrics()).containsEntry("validation accuracy", 0.5);
        assertThat(seen.get(0).steps()).isEqualTo(30);
        assertThat(seen.getLast().steps()).as("whoever draws it sees the end").isEqualTo(12);
        assertThat(net.training()).isTrue();
        assertThat(net.parameters().getFirst().toArray()).isNotEqualTo(weights.get(1));
        trainer.loadBest();
        assertThat(net.parameters().getFirst().toArray()).isEqualTo(weights.get(1));
        Sequential other = net();
        Safetensors.load(folder.resolve("best.safetensors"), other);
        assertThat(other.parameters().getFirst().toArray()).isEqualTo(weights.get(1));
    }

    @Test void itLearnsAndTheListenerSeesIt() {
        Sequential net = net();
        List<TrainingStep> seen = new ArrayList<>();
        List<TrainingEpoch> epochs = trainer(net, new AdamW(net, 0.02)).validation(batches(50, 4)).clipNorm(5).listener(seen::add).fit(15, epoch -> batches(epoch, 10));
        assertThat(epochs.getLast().metrics().get("validation loss")).isLessThan(0.6 * epochs.getFirst().metrics().get("validation loss"));
        assertThat(seen).hasSize(150).allSatisfy(s -> assertThat(s.metrics()).containsKey("gradNorm"));
        assertThat(seen.get(9).metrics()).containsKey("validation loss");
        assertThat(seen.get(8).metrics()).doesNotContainKey("validation loss");
        assertThat(epochs.getLast().seconds()).isEqualTo(seen.getLast().seconds());
    }

    @Test void errors() throws Exception {
        Sequential net = net();
        Trainer<Pair> trainer = trainer(net, new Sgd(net, 0.1));
        assertThatThrownBy(trainer::loadBest).hasMessage("loadBest: no epoch is done yet. Hint: fit first.");
        assertThatThrownBy(trainer::resume).hasMessage("resume: there is no folder to resume from. Hint: checkpoints(folder) first.");
        assertThatThrownBy(() -> trainer.fit(1, List.of())).hasMessage(
            "fit: epoch 1 has no batches, and there is nothing to learn from. Hint: is the training part empty?");
        assertThatThrownBy(() -> trainer.clipNorm(0)).hasMessage(
            "clipNorm: 0.0 is not above 0, and nothing would be left of the gradient. Hint: 1 is usual; without clipNorm nothing is clipped.");
        assertThatThrownBy(() -> trainer.clipValue(Double.NaN)).hasMessageStartingWith("clipValue: NaN is not above 0");
        assertThatThrownBy(() -> trainer(net(), new Sgd(net(), 0.1)).schedule(Schedule.constant(0.1)).plateau(new Plateau(0.1, 0.5, 1)).fit(1, batches(1, 1))).hasMessage(
            "fit: a schedule and a plateau both set the learning rate, and at each step the schedule would overwrite what the plateau lowered. Hint: keep one of them.");
        Sequential fresh = net();
        int[] count = {2};
        Iterable<Pair> fewer = () -> batches(1, count[0]--).iterator(), more = () -> batches(1, count[0]++).iterator();
        assertThatThrownBy(() -> trainer(fresh, new Sgd(fresh, 0.1)).fit(1, fewer)).hasMessage(
            "fit: epoch 1 has 2 batches when they are counted and fewer when they are trained on: they are gone through twice. Hint: collect them in a list.");
        count[0] = 1;
        assertThatThrownBy(() -> trainer(fresh, new Sgd(fresh, 0.1)).fit(1, more)).hasMessageStartingWith("fit: epoch 1 has 1 batches when they are counted and more");
        Pair bad = new Pair(Tensors.full(Double.NaN, 4, 5), Tensors.ids(0, 1, 0, 1));
        assertThatThrownBy(() -> trainer.fit(1, List.of(batches(1, 1).getFirst(), bad))).hasMessage(
            "fit: the loss of step 2 in epoch 1 is NaN, and every parameter with it. Hint: lower the learning rate, clip the gradient, or look for NaN in the data.");
        Sequential other = net();
        assertThatThrownBy(() -> trainer(other, new Sgd(other, 0.1)).monitor("f1", true).fit(1, batches(1, 1))).hasMessage(
            "monitor: there is no metric \"f1\" among []. Hint: metric(name, value) measures one.");
        Safetensors.save(folder.resolve("last.safetensors"), other);
        assertThatThrownBy(() -> trainer(other, new Sgd(other, 0.1)).checkpoints(folder).resume()).hasMessage("resume: " + folder.resolve("last.safetensors")
            + " was not written by a Trainer, so it does not say how far it was. Hint: Safetensors.load reads weights.");
        Files.write(folder.resolve("last.safetensors"), new byte[20]);
        assertThatThrownBy(() -> trainer(other, new Sgd(other, 0.1)).checkpoints(folder).resume()).hasMessageContaining("is no whole safetensors file");
    }
}
