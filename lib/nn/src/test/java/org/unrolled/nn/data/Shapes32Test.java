package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unrolled.nn.Activation;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Conv2d;
import org.unrolled.nn.Flatten;
import org.unrolled.nn.Linear;
import org.unrolled.nn.MaxPool2d;
import org.unrolled.nn.Metrics;
import org.unrolled.nn.Module;
import org.unrolled.nn.Sequential;
import org.unrolled.nn.Trainer;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class Shapes32Test {
    @Test void theSameSeedDrawsTheSamePicturesEverywhere() {
        Tensor x = Shapes32.examples(20, 7).x();
        CRC32 crc = new CRC32();
        for (float v : x.toArray()) {
            int bits = Float.floatToRawIntBits(v);
            for (int k = 0; k < 32; k += 8) crc.update(bits >>> k);
        }
        assertThat(crc.getValue()).as("recorded on x86-64; StrictMath and IEEE arithmetic give the same bits elsewhere").isEqualTo(2882292556L);
        assertThat(Shapes32.examples(20, 7).texts().getFirst()).isEqualTo("a striped red circle right of a small purple circle .");
    }

    @Test void aPictureDoesNotDependOnHowManyThereAre() {
        assertThat(Shapes32.examples(3, 7).x().toArray()).isEqualTo(Shapes32.examples(50, 7).x().slice(0, 0, 3).toArray());
        assertThat(Shapes32.examples(3, 8).x().toArray()).isNotEqualTo(Shapes32.examples(3, 7).x().toArray());
    }

    @Test void labelsAndCaptionsTellTheScene() {
        Examples all = Shapes32.examples(200, 3);
        for (int i = 0; i < 200; i++) {
            Shapes32.Scene scene = Shapes32.scene(3, i);
            assertThat((int) all.y().get(i)).isEqualTo(scene.label());
            String[] words = all.texts().get(i).split(" ");
            assertThat(all.classes().get(scene.label())).isEqualTo(words[1] + " " + words[3]);
            assertThat(all.texts().get(i)).isEqualTo(scene.caption()).endsWith(" .");
            assertThat(scene.color()).isNotEqualTo(scene.smallColor());
        }
        var scene = new Shapes32.Scene(Shapes32.Texture.STRIPED, Shapes32.Color.RED, Shapes32.Shape.CIRCLE, Shapes32.Place.LEFT_OF, Shapes32.Color.BLUE, Shapes32.Shape.SQUARE);
        assertThat(scene.caption()).isEqualTo("a striped red circle left of a small blue square .");
        // the large circle is red and left, the small square blue and right: compare the colours' centres
        int right = 0;
        for (int seed = 0; seed < 20; seed++) {
            Tensor x = Shapes32.draw(scene, seed);
            right += centre(x, 2, 0) > centre(x, 0, 2) ? 1 : 0;
        }
        assertThat(right).as("in nearly every picture, whatever the clutter").isGreaterThanOrEqualTo(17);
    }

    /** The mean column, weighted by how much stronger one channel is than another. */
    private static double centre(Tensor x, int strong, int weak) {
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < 32; i++) {
            for (int j = 0; j < 32; j++) {
                double w = Math.max(0, x.get(strong, i, j) - x.get(weak, i, j) - 0.25);
                sum += w * j;
                weights += w;
            }
        }
        return sum / weights;
    }

    @Test void classesAreBalancedAndPicturesDiffer() {
        Split split = Shapes32.split(1200, 300, 300, 5);
        assertThat(split.classes()).hasSize(12).contains("dotted cross", "plain circle");
        for (int count : split.train().counts()) assertThat(count).isBetween(65, 140);
        assertThat(split.train().x().shape()).containsExactly(1200, 3, 32, 32);
        assertThat(split.test().size()).isEqualTo(300);
        Set<Integer> seen = new HashSet<>();
        float[] x = Shapes32.examples(1800, 5).x().toArray();
        for (int i = 0; i < 1800; i++) seen.add(Arrays.hashCode(Arrays.copyOfRange(x, i * 3072, i * 3072 + 3072)));
        assertThat(seen).as("no picture twice").hasSize(1800);
        for (float v : x) assertThat(v >= 0 && v <= 1).isTrue();
    }

    @Test void colourSaysNothingAboutTheClass() {
        int[][] counts = new int[6][12];
        for (int i = 0; i < 7200; i++) {
            Shapes32.Scene scene = Shapes32.scene(1, i);
            counts[scene.color().ordinal()][scene.label()]++;
        }
        for (int[] row : counts) for (int count : row) assertThat(count).isBetween(55, 150);
    }

    /** Hard enough to leave room above LeNet-5, and no lottery for it: 12 classes, so guessing reads 8 %. */
    @Tag("slow") @Test void leNet5ReadsThreeOfFour() {
        Random random = new Random(1);
        Split split = Shapes32.split(7).mapped(x -> x.sub(0.5).mul(4));
        Sequential net = new Sequential(new Conv2d(3, 6, 5, random), new Activation(Tensor::relu), new MaxPool2d(2), new Conv2d(6, 16, 5, random), new Activation(Tensor::relu),
                new MaxPool2d(2), new Flatten(), new Linear(400, 120, random), new Activation(Tensor::relu), new Linear(120, 84, random), new Activation(Tensor::relu),
                new Linear(84, 12, random));
        new Trainer<Batch>(net, new AdamW(net, 0.002), b -> net.forward(b.x()).crossEntropy(b.y())).fit(16, epoch -> split.train().batches(64, 7, epoch));
        double accuracy = Module.evaluating(() -> Tensors.noGrad(() -> Metrics.accuracy(net.forward(split.test().x()), split.test().y())));
        assertThat(accuracy).isBetween(0.7, 0.8);
    }

    @Test void captionsBecomeIds() {
        Split split = Shapes32.split(40, 0, 10, 5);
        Vocabulary words = Vocabulary.of(split.train());
        Batch batch = split.train().batches(8).get(0);
        Tensor ids = words.encode(batch.texts());
        assertThat(ids.size(0)).isEqualTo(8);
        assertThat(words.decode(ids.select(0, 2))).isEqualTo(batch.texts().get(2));
        assertThat(split.scaled(Scaler::perChannel).train().texts()).isEqualTo(split.train().texts());
        assertThatIllegalStateException().isThrownBy(() -> split.encoded(words, 9))
                .withMessage("encoded: the inputs of these examples are numbers already. Hint: vocabulary.encode(batch.texts()) turns captions into ids.");
    }

    @Test void errorsAreSentences() {
        assertThatIllegalArgumentException().isThrownBy(() -> Shapes32.split(0, 1, 1, 1)).withMessage("Shapes32: 0, 1 and 1 pictures: training needs at least 1, and the others 0 or more.");
        assertThat(Shapes32.examples(0, 1).x().shape()).containsExactly(0, 3, 32, 32);
        assertThat(Tensors.allClose(Shapes32.draw(Shapes32.scene(1, 1), 4), Shapes32.draw(Shapes32.scene(1, 1), 4))).isTrue();
    }
}
