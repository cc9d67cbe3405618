package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class AugmentationTest {
    static List<BiFunction<Tensor, Random, Tensor>> all() {
        return List.of((x, r) -> Augmentation.crop(x, 2, r), Augmentation::flip, (x, r) -> Augmentation.rotate(x, 20, r), (x, r) -> Augmentation.jitter(x, 0.3, r),
                (x, r) -> Augmentation.mixup(x, Tensors.ids(new int[x.size(0)]), 3, 0.4, r).x(), (x, r) -> Augmentation.cutmix(x, Tensors.ids(new int[x.size(0)]), 3, 1, r).x());
    }

    @ParameterizedTest @MethodSource("all")
    void shapeRangeAndSeed(BiFunction<Tensor, Random, Tensor> change) {
        for (int[] shape : new int[][] {{5, 3, 7, 9}, {1, 1, 1, 1}, {0, 3, 4, 4}, {2, 1, 4, 1}}) {
            Tensor x = Tensors.rand(new Random(1), shape);
            float[] before = x.toArray().clone();
            Tensor y = change.apply(x, new Random(3));
            assertThat(y.shape()).isEqualTo(shape);
            assertThat(y.toArray()).isEqualTo(change.apply(x, new Random(3)).toArray());
            for (float v : y.toArray()) assertThat(v).isBetween(0f, 1.0001f);
            assertThat(x.toArray()).as("the images themselves stay").isEqualTo(before);
        }
        Tensor x = Tensors.rand(new Random(1), 8, 3, 9, 9);
        assertThat(change.apply(x, new Random(1)).toArray()).isNotEqualTo(change.apply(x, new Random(2)).toArray());
    }

    @Test void cropShiftsEvenly() {
        Tensor x = Tensors.zeros(2000, 1, 9, 9);
        float[] data = x.toArray().clone();
        for (int n = 0; n < 2000; n++) data[n * 81 + 40] = 1;
        Tensor y = Augmentation.crop(Tensors.tensor(data, 2000, 1, 9, 9), 2, new Random(1));
        float[] where = y.sum(0).reshape(-1).toArray();
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 9; j++) {
                boolean reached = Math.abs(i - 4) <= 2 && Math.abs(j - 4) <= 2;
                assertThat(where[9 * i + j]).as("place %d, %d", i, j).isBetween(reached ? 50f : 0f, reached ? 115f : 0f);
            }
        }
        assertThat(Augmentation.crop(y, 0, new Random(1)).toArray()).isEqualTo(y.toArray());
    }

    @Test void flipMirrorsHalfOfTheImages() {
        Tensor x = Tensors.rand(new Random(1), 1000, 2, 3, 4);
        float[] a = x.toArray();
        float[] b = Augmentation.flip(x, new Random(2)).toArray();
        int flipped = 0;
        for (int n = 0; n < 1000; n++) {
            boolean mirrored = b[24 * n] == a[24 * n + 3] && b[24 * n + 23] == a[24 * n + 20] && b[24 * n + 12] == a[24 * n + 15];
            boolean same = b[24 * n] == a[24 * n] && b[24 * n + 23] == a[24 * n + 23];
            assertThat(mirrored ^ same).isTrue();
            flipped += mirrored ? 1 : 0;
        }
        assertThat(flipped).isBetween(440, 560);
    }

    @Test void rotateKeepsTheMiddleAndTurnsByNoMoreThanAsked() {
        Tensor x = Tensors.rand(new Random(1), 4, 1, 5, 5);
        Tensor y = Augmentation.rotate(x, 30, new Random(2));
        for (int n = 0; n < 4; n++) assertThat(y.get(n, 0, 2, 2)).isCloseTo(x.get(n, 0, 2, 2), within(1e-5f));
        assertThat(Tensors.maxAbsDiff(Augmentation.rotate(x, 0, new Random(2)), x)).isLessThan(1e-6);
        // a dot to the right of the middle: its angle afterwards
        float[] dot = new float[500 * 441];
        for (int n = 0; n < 500; n++) dot[n * 441 + 10 * 21 + 18] = 1;
        Tensor turned = Augmentation.rotate(Tensors.tensor(dot, 500, 1, 21, 21), 30, new Random(3));
        double widest = 0;
        double mean = 0;
        for (int n = 0; n < 500; n++) {
            double u = 0;
            double v = 0;
            for (int i = 0; i < 21; i++) {
                for (int j = 0; j < 21; j++) {
                    u += turned.get(n, 0, i, j) * (j - 10);
                    v += turned.get(n, 0, i, j) * (i - 10);
                }
            }
            double angle = Math.toDegrees(Math.atan2(v, u));
            widest = Math.max(widest, Math.abs(angle));
            mean += angle / 500;
        }
        assertThat(widest).isBetween(27.0, 31.0);
        assertThat(mean).isCloseTo(0, within(2.5));
    }

    @Test void jitterIsAroundTheImage() {
        Tensor x = Tensors.full(0.5, 3000, 1, 2, 2);
        Tensor y = Augmentation.jitter(x, 0.4, new Random(1));
        assertThat(y.mean().item()).isCloseTo(0.5f, within(0.01f));
        assertThat(y.max().item()).isBetween(0.69f, 0.7001f);
        assertThat(Augmentation.jitter(x, 0, new Random(1)).toArray()).isEqualTo(x.toArray());
    }

    @Test void mixupMixesImagesAndLabelsInOneShare() {
        int n = 400;
        // image i holds its label as its brightness, so that the targets can be read off the pixels
        int[] labels = new Random(1).ints(n, 0, 2).toArray();
        float[] x = new float[n * 4];
        for (int i = 0; i < x.length; i++) x[i] = labels[i / 4];
        Augmentation.Mixed mixed = Augmentation.mixup(Tensors.tensor(x, n, 1, 2, 2), Tensors.ids(labels), 2, 1, new Random(2));
        assertThat(mixed.targets().sum(1).toArray()).containsExactly(Tensors.ones(n).toArray(), within(1e-6f));
        double mean = 0;
        for (int i = 0; i < n; i++) {
            assertThat(mixed.targets().get(i, 1)).isCloseTo(mixed.x().get(i, 0, 0, 0), within(1e-6f));
            mean += mixed.targets().get(i, labels[i]) / n;
        }
        assertThat(mean).as("half of the time the partner has the same label, else λ is 1/2 in the mean").isCloseTo(0.75, within(0.04));
    }

    @Test void cutmixCountsWhatItCovers() {
        int n = 300;
        int[] labels = new Random(1).ints(n, 0, 2).toArray();
        float[] x = new float[n * 64];
        for (int i = 0; i < x.length; i++) x[i] = labels[i / 64];
        Augmentation.Mixed mixed = Augmentation.cutmix(Tensors.tensor(x, n, 1, 8, 8), Tensors.ids(labels), 2, 1, new Random(2));
        for (int i = 0; i < n; i++) {
            assertThat(mixed.targets().get(i, 1)).isCloseTo(mixed.x().select(0, i).mean().item(), within(1e-5f));
        }
        assertThat(mixed.targets().sum(1).toArray()).containsExactly(Tensors.ones(n).toArray(), within(1e-6f));
    }

    @Test void errorsAreSentences() {
        Tensor x = Tensors.zeros(2, 1, 4, 4);
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.flip(Tensors.zeros(1, 4, 4), new Random(1)))
                .withMessage("flip: (1, 4, 4) is no batch of images, (N, C, H, W) floats. Hint: unsqueeze(0) makes one image a batch.");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.crop(x, -1, new Random(1))).withMessage("crop: a padding of -1 pixels: 0 or more.");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.mixup(x, Tensors.ids(0), 2, 1, new Random(1)))
                .withMessage("mixup: (1) ints are no labels for 2 images: one int for each. Hint: batch.y() has them.");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.cutmix(x, Tensors.ids(0, 5), 2, 1, new Random(1)))
                .withMessage("cutmix: the label 5 is not in 0 to 1, the 2 classes.");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.mixup(x, Tensors.ids(0, 1), 2, 0, new Random(1)))
                .withMessage("alpha is 0.0, and Beta(alpha, alpha) needs a finite number above 0. Hint: 0.2 to 1.");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.mixup(x, Tensors.ids(0, 1), 2, Double.POSITIVE_INFINITY, new Random(1)))
                .withMessageStartingWith("alpha is Infinity");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.rotate(x, Double.POSITIVE_INFINITY, new Random(1)))
                .withMessage("rotate: up to Infinity degrees: from 0 to 180, either way.");
        assertThatIllegalArgumentException().isThrownBy(() -> Augmentation.jitter(x, 2, new Random(1))).withMessage("jitter: a strength of 2.0: from 0 (nothing) to 1.");
    }
}
