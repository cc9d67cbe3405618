package org.unrolled.nn.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** One number for each moment, equally spaced. */
public final class Series {
    private final String name;
    private final List<String> times;
    private final float[] values;

    private Series(String name, List<String> times, float[] values) {
        this.name = name;
        this.times = times;
        this.values = values;
    }

    /**
     * A series of one's own.
     *
     * @param times what to call each moment: "1700", "1749-01"
     */
    public static Series of(String name, List<String> times, float... values) {
        if (times.size() != values.length) {
            throw new IllegalArgumentException("Series: " + times.size() + " times for " + values.length + " values: each value needs one.");
        }
        return new Series(name, List.copyOf(times), values.clone());
    }

    /** What is measured. */
    public String name() {
        return name;
    }

    /** When. */
    public List<String> times() {
        return times;
    }

    /** The values, (T). */
    public Tensor values() {
        return Tensors.tensor(values, values.length);
    }

    /** How many moments. */
    public int size() {
        return values.length;
    }

    /**
     * Windows to learn forecasting from: x (N, window, 1), and y (N, horizon) the values that follow. The series is cut at two moments, and a window
     * belongs to the part in which all its targets lie; a held-out window may look back at values before the cut, which are past by then. A window with
     * targets on both sides of a cut is in no part. So nothing after the first cut is ever trained on, and no target is in two parts.
     */
    public Split split(int window, int horizon, double trainShare, double validationShare) {
        if (window < 1 || horizon < 1) {
            throw new IllegalArgumentException("split: a window of " + window + " and a horizon of " + horizon + " values: both are at least 1.");
        }
        if (!(trainShare > 0) || !(validationShare >= 0) || !(trainShare + validationShare < 1)) {
            throw new IllegalArgumentException("split: " + trainShare + " of the series for training and " + validationShare
                    + " for validation: training needs more than 0, validation 0 or more, and together they leave something for the test.");
        }
        int cut = (int) Math.round(size() * trainShare);
        int next = (int) Math.round(size() * (trainShare + validationShare));
        int n = size() - window - horizon + 1;
        if (cut < window + horizon || size() - next < horizon) {
            throw new IllegalArgumentException("split: " + size() + " values, " + cut + " of them for training and " + (size() - next)
                    + " for the test: a window of " + window + " with " + horizon + " to predict does not fit. Hint: a smaller window or horizon.");
        }
        float[] x = new float[n * window];
        float[] y = new float[n * horizon];
        for (int i = 0; i < n; i++) {
            System.arraycopy(values, i, x, i * window, window);
            System.arraycopy(values, i + window, y, i * horizon, horizon);
        }
        Examples all = Examples.of(Tensors.tensor(x, n, window, 1), Tensors.tensor(y, n, horizon));
        return Split.of(all, "by time, cut before " + times.get(cut) + " and " + times.get(next),
                between(n, window, horizon, 0, cut), between(n, window, horizon, cut, next), between(n, window, horizon, next, size()));
    }

    /** The windows whose targets all lie in the moments from {@code from} up to {@code to}. */
    private static int[] between(int n, int window, int horizon, int from, int to) {
        return IntStream.range(0, n).filter(i -> i + window >= from && i + window + horizon <= to).toArray();
    }

    @Override public String toString() {
        return name + ", " + size() + " values from " + (times.isEmpty() ? "nowhere" : times.getFirst() + " to " + times.getLast())
                + (values.length > 0 && values.length <= 8 ? ": " + Arrays.toString(values) : "");
    }
}
