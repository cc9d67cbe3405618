package org.unrolled.nn;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * How often each class was taken for which: row = the label, column = the prediction, as in scikit-learn. Immutable;
 * {@link #plus} adds up batches.
 *
 * <p>Where a ratio would be 0/0 it is 0: the precision of a class that is never predicted, the recall of one that does not occur. The
 * accuracy of nothing is NaN.
 */
public final class ConfusionMatrix {
    private final int[][] counts;

    private ConfusionMatrix(int[][] counts) {
        this.counts = counts;
    }

    /** Of labels and predicted classes, both ints of one shape in 0..classes-1. */
    public static ConfusionMatrix of(int classes, Tensor labels, Tensor predictions) {
        if (!Arrays.equals(labels.shape(), predictions.shape())) {
            throw new IllegalArgumentException("ConfusionMatrix: labels " + Shapes.text(labels.shape()) + " and predictions " + Shapes.text(predictions.shape())
                    + ": each label has one prediction, so the shapes are equal. Hint: logits.argmax(-1)");
        }
        int[] truth = labels.toIntArray(), guess = predictions.toIntArray();
        int[][] counts = new int[classes][classes];
        for (int i = 0; i < truth.length; i++) {
            for (int c : new int[] {truth[i], guess[i]}) {
                if (c < 0 || c >= classes) {
                    throw new IllegalArgumentException("ConfusionMatrix: " + c + " at position " + i + " is outside 0.." + (classes - 1) + ". Hint: give the number of classes.");
                }
            }
            counts[truth[i]][guess[i]]++;
        }
        return new ConfusionMatrix(counts);
    }

    /** Of logits (…, C) and labels (…). */
    public static ConfusionMatrix of(Tensor logits, Tensor labels) {
        return of(logits.size(-1), labels, logits.argmax(-1));
    }

    /** The sum of two, of as many classes. */
    public ConfusionMatrix plus(ConfusionMatrix other) {
        if (classes() != other.classes()) {
            throw new IllegalArgumentException("ConfusionMatrix: " + classes() + " classes plus " + other.classes() + ": both have the same classes. Hint: of(classes, labels, predictions)");
        }
        int[][] sum = new int[classes()][classes()];
        for (int r = 0; r < sum.length; r++) {
            for (int c = 0; c < sum.length; c++) sum[r][c] = counts[r][c] + other.counts[r][c];
        }
        return new ConfusionMatrix(sum);
    }

    /** C. */
    public int classes() {
        return counts.length;
    }

    /** How often this label was taken for that class. */
    public int count(int label, int prediction) {
        return counts[label][prediction];
    }

    /** How many there were. */
    public int total() {
        return Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
    }

    /** The share that is right. */
    public double accuracy() {
        int right = 0;
        for (int c = 0; c < counts.length; c++) right += counts[c][c];
        return (double) right / total();
    }

    /** Of those predicted as this class, the share that is. */
    public double precision(int c) {
        int predicted = 0;
        for (int[] row : counts) predicted += row[c];
        return ratio(counts[c][c], predicted);
    }

    /** Of those that are of this class, the share that was found. */
    public double recall(int c) {
        return ratio(counts[c][c], Arrays.stream(counts[c]).sum());
    }

    /** The harmonic mean of precision and recall: 2·tp/(2·tp + fp + fn). */
    public double f1(int c) {
        int labelled = Arrays.stream(counts[c]).sum(), predicted = 0;
        for (int[] row : counts) predicted += row[c];
        return ratio(2 * counts[c][c], labelled + predicted);
    }

    /** The mean precision of all classes, each counting alike. */
    public double macroPrecision() {
        return macro(this::precision);
    }

    /** The mean recall of all classes. */
    public double macroRecall() {
        return macro(this::recall);
    }

    /** The mean F1 of all classes: a rare class counts as much as a frequent one. */
    public double macroF1() {
        return macro(this::f1);
    }

    private double macro(IntToDoubleFunction of) {
        double sum = 0;
        for (int c = 0; c < counts.length; c++) sum += of.applyAsDouble(c);
        return sum / counts.length;
    }

    private static double ratio(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /** The counts, (C, C), for a heat map. */
    public Tensor toTensor() {
        float[] all = new float[counts.length * counts.length];
        for (int i = 0; i < all.length; i++) all[i] = counts[i / counts.length][i % counts.length];
        return Tensors.tensor(all, counts.length, counts.length);
    }

    @Override public String toString() {
        return "ConfusionMatrix" + Arrays.deepToString(counts);
    }
}
