package org.unrolled.nn.data;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * Standardises inputs: (x - mean) / deviation, with mean and deviation estimated on a training part and on nothing else.
 * The deviation is that of the population (divided by n, as scikit-learn's StandardScaler does); where it is 0, a constant feature, x - mean is left
 * as it is. Inputs that are not finite are an error, since one of them would make every mean NaN. The padding of sequences counts for
 * nothing; it is scaled with the rest, so what it holds is no longer 0 and has to stay hidden by lengths or a mask.
 */
public final class Scaler {
    private final float[] mean;
    private final float[] deviation;
    private final int[] shape;

    private Scaler(double[] mean, double[] deviation, int[] shape) {
        this.mean = floats(mean);
        this.deviation = floats(deviation);
        this.shape = shape;
    }

    /** One mean and one deviation for all numbers: grey images, a series. */
    public static Scaler standard(TrainingPart train) {
        return fit(train, 0, new int[] {1});
    }

    /** One for each place in an example: the columns of a table. */
    public static Scaler perFeature(TrainingPart train) {
        int[] row = train.examples.inputs().shape();
        return fit(train, 1, row.length == 0 ? new int[] {1} : row);
    }

    /** One for each channel of images (N, C, H, W). */
    public static Scaler perChannel(TrainingPart train) {
        int[] row = train.examples.inputs().shape();
        if (row.length != 3) {
            throw new IllegalArgumentException("perChannel: an example has the shape " + Shapes.text(row)
                    + ", and an image has (C, H, W). Hint: standard fits one scale, perFeature one for each number.");
        }
        return fit(train, 2, new int[] {row[0], 1, 1});
    }

    private static Scaler fit(TrainingPart train, int kind, int[] shape) {
        Tensor x = train.x();
        if (x.isInt()) {
            throw new IllegalArgumentException("Scaler: the inputs are ints, ids of tokens or classes, and ids have no scale. Hint: an Embedding gives them vectors.");
        }
        if (x.numel() == 0) {
            throw new IllegalArgumentException("Scaler: the training part is empty, so there is no mean. Hint: give it a share when you split.");
        }
        float[] values = x.toArray();
        int groups = Shapes.count(shape);
        int width = values.length / x.size(0);
        int inner = kind == 2 ? width / groups : 1;
        double[] sum = new double[groups];
        double[] squares = new double[groups];
        int[] counts = new int[groups];
        for (int i = 0; i < values.length; i++) {
            if (padding(train, i, width)) continue;
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("Scaler: example " + train.indices[i / width] + " holds " + values[i]
                        + ", which would make every mean NaN. Hint: drop the example or fill the gap before you split.");
            }
            int g = kind == 0 ? 0 : i % width / inner;
            sum[g] += values[i];
            counts[g]++;
        }
        // a place that is padding in each sequence has a mean of 0
        for (int g = 0; g < groups; g++) sum[g] /= Math.max(1, counts[g]);
        for (int i = 0; i < values.length; i++) {
            if (padding(train, i, width)) continue;
            int g = kind == 0 ? 0 : i % width / inner;
            squares[g] += (values[i] - sum[g]) * (values[i] - sum[g]);
        }
        for (int g = 0; g < groups; g++) {
            double deviation = Math.sqrt(squares[g] / Math.max(1, counts[g]));
            // rounding leaves a constant feature a deviation of some 1e-9 of its size
            squares[g] = deviation <= 1e-7 * Math.abs(sum[g]) ? 1 : deviation;
        }
        return new Scaler(sum, squares, shape);
    }

    /** Whether element i of the inputs, {@code width} to an example, lies past the end of its sequence. */
    private static boolean padding(TrainingPart train, int i, int width) {
        int @Nullable [] lengths = train.examples.lengths;
        if (lengths == null) return false;
        int T = train.examples.inputs().shape()[0];
        return i % width / (width / T) >= lengths[train.indices[i / width]];
    }

    private static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) out[i] = (float) values[i];
        return out;
    }

    /** (x - mean) / deviation, for one example or a batch. */
    public Tensor apply(Tensor x) {
        return x.sub(mean()).div(deviation());
    }

    /** x · deviation + mean: back to the units of the data. */
    public Tensor invert(Tensor x) {
        return x.mul(deviation()).add(mean());
    }

    /** The means, in a shape that broadcasts over a batch. */
    public Tensor mean() {
        return Tensors.tensor(mean, shape);
    }

    /** The deviations; 1 for a constant feature. */
    public Tensor deviation() {
        return Tensors.tensor(deviation, shape);
    }

    @Override public String toString() {
        return mean.length == 1 ? "Scaler: mean " + mean[0] + ", deviation " + deviation[0] : "Scaler of " + Shapes.text(shape) + ": mean " + brief(mean) + ", deviation " + brief(deviation);
    }

    private static String brief(float[] values) {
        return values.length <= 4 ? Arrays.toString(values) : values.length + " numbers";
    }
}
