package org.unrolled.nn.data;

import java.util.Arrays;
import java.util.List;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * 5,620 handwritten digits of 8×8 pixels, in 17 levels of grey scaled to 0 … 1 (1 is ink): Optical Recognition of Handwritten Digits, UCI Machine
 * Learning Repository, by E. Alpaydin and C. Kaynak (1998), CC BY 4.0. Each pixel counts the ink in a 4×4 block of a 32×32 bitmap.
 *
 * <p>30 people wrote the 3,823 images for training and validation, 13 others the 1,797 images of the test part: the test asks whether a network
 * reads hands it has never seen. Training and validation share their writers, so the validation part is the easier one.
 */
public final class Digits {
    /** The images of the 30 writers come first. */
    private static final int TRAINING = 3823;
    private static final int COUNT = 5620;
    private static final int SIZE = 8;

    /** The classes. */
    public static final List<String> CLASSES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private Digits() { }

    /** All images, (5620, 1, 8, 8), and labels; the last 1,797 are the test part. */
    public static Examples examples() {
        float[] x = new float[COUNT * SIZE * SIZE];
        int[] y = new int[COUNT];
        byte[] csv = Resources.bytes("digits.csv.gz");
        int value = 0;
        int column = 0;
        int row = 0;
        for (byte b : csv) {
            if (b >= '0' && b <= '9') {
                value = 10 * value + b - '0';
            } else if (column < SIZE * SIZE) {
                x[row * SIZE * SIZE + column++] = value / 16f;
                value = 0;
            } else {
                y[row++] = value;
                value = 0;
                column = 0;
            }
        }
        return Examples.of(Tensors.tensor(x, COUNT, 1, SIZE, SIZE), Tensors.ids(y), CLASSES);
    }

    /** 3,060 images (1, 8, 8) for training and 763 for validation, which the seed draws class by class, and 1,797 by other writers for the test. */
    public static Split split(long seed) {
        Examples all = examples();
        // the fifth that is dealt first is for validation
        List<int[]> parts = Split.byClass(all, TRAINING, 0.2, 0.8, seed);
        return Split.byIndex(all, parts.get(1), parts.get(0), Arrays.copyOfRange(all.all(), TRAINING, COUNT));
    }

    /** The same with images enlarged to (1, size, size) by {@link Images#resize}: smoother, with no more to see than 8×8 pixels hold. */
    public static Split split(long seed, int size) {
        return split(seed).mapped(x -> Images.resize(x, size, size));
    }
}
