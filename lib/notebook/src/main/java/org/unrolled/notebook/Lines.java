package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/**
 * Lines over a common x axis. Each line carries its name at its right end, a colour by meaning or order, and a dash pattern as a second cue.
 * Values that are not finite leave a gap.
 */
public final class Lines extends Picture<Lines> {
    record Series(String name, double[] x, double[] y, Colors color) {}

    private List<Series> series = List.of();
    String xLabel = "";
    String yLabel = "";
    boolean logX;
    boolean logY;
    boolean points;
    @Nullable Range yRange;
    @Nullable Range xRange;
    int width = 560;
    int height = 260;

    Lines() {}

    /** One more line over x = 0, 1, 2, … */
    public Lines line(String name, double... y) {
        return line(name, count(y.length), y);
    }

    /** A line over 0, 1, 2, … */
    public Lines line(String name, float... y) {
        return line(name, doubles(y));
    }

    /** One more line over 0, 1, 2, …; a tensor with one axis. */
    public Lines line(String name, Tensor y) {
        return line(name, y.toArray());
    }

    /** A line through the points (xᵢ, yᵢ) of two vectors of one length. */
    public Lines line(String name, Tensor x, Tensor y) {
        return line(name, doubles(x.toArray()), doubles(y.toArray()));
    }

    /** A line over 0, 1, 2, … */
    public Lines line(String name, List<? extends Number> y) {
        return line(name, doubles(y));
    }

    /** A line through the points (xᵢ, yᵢ). */
    public Lines line(String name, List<? extends Number> x, List<? extends Number> y) {
        return line(name, doubles(x), doubles(y));
    }

    /** A line through the points (xᵢ, yᵢ). */
    public Lines line(String name, double[] x, double[] y) {
        return line(name, x, y, Colors.named(name).orElseGet(() -> Colors.series(series.size())));
    }

    /** A line in the colour of its meaning. */
    public Lines line(String name, double[] x, double[] y, Colors color) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("line '" + name + "' has " + x.length + " x values and " + y.length + " y values: each point needs both");
        }
        List<Series> more = new ArrayList<>(series);
        more.add(new Series(name, x.clone(), y.clone(), color));
        return with(p -> p.series = List.copyOf(more));
    }

    List<Series> series() {
        return series;
    }

    /** What the x axis counts. */
    public Lines x(String label) {
        return with(p -> p.xLabel = label);
    }

    /** What the y axis measures. */
    public Lines y(String label) {
        return with(p -> p.yLabel = label);
    }

    /** Both axes' labels. */
    public Lines axes(String x, String y) {
        return x(x).y(y);
    }

    /** A logarithmic x axis; values must be positive. */
    public Lines logX() {
        return with(p -> p.logX = true);
    }

    /** A logarithmic y axis; values must be positive. */
    public Lines logY() {
        return with(p -> p.logY = true);
    }

    /** Marks each point. */
    public Lines points() {
        return with(p -> p.points = true);
    }

    /** The limits of the y axis. */
    public Lines range(double low, double high) {
        return with(p -> p.yRange = new Range(low, high));
    }

    Lines xRange(double low, double high) {
        return with(p -> p.xRange = new Range(low, high));
    }

    /** Width and height in pixels. */
    public Lines size(int width, int height) {
        return with(p -> {
            p.width = width;
            p.height = height;
        });
    }

    @Override @Nullable Range range() {
        Range all = null;
        if (yRange == null) {
            for (Series s : series()) {
                float[] y = new float[s.y.length];
                for (int i = 0; i < y.length; i++) {
                    y[i] = (float) s.y[i];
                }
                all = Range.union(all, Range.of(y));
            }
        }
        return all;
    }

    /** The values that a logarithmic axis can show. */
    @Nullable Range positive() {
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (Series s : series) {
            for (double y : s.y) {
                if (y > 0 && Double.isFinite(y)) {
                    low = Math.min(low, y);
                    high = Math.max(high, y);
                }
            }
        }
        return high > 0 ? new Range(low, high) : null;
    }

    @Override Lines within(Range shared) {
        return yRange != null ? this : with(p -> p.yRange = shared);
    }

    @Override public Image render() {
        return XCharts.render(this);
    }

    @Override String describe() {
        StringBuilder out = new StringBuilder("Line chart");
        if (!yLabel.isEmpty()) {
            out.append(" of ").append(yLabel);
        }
        if (!xLabel.isEmpty()) {
            out.append(" by ").append(xLabel);
        }
        String separator = ": ";
        for (Series s : series()) {
            out.append(separator).append(s.name.isEmpty() ? "the line" : s.name);
            if (s.y.length > 0) {
                out.append(" from ").append(Numbers.brief(s.y[0], 3)).append(" to ").append(Numbers.brief(s.y[s.y.length - 1], 3));
            }
            separator = "; ";
        }
        return out.append('.').toString();
    }

    @Override public String text() {
        List<List<String>> rows = new ArrayList<>();
        for (Series s : series()) {
            List<String> row = new ArrayList<>(List.of(s.name));
            int n = s.y.length;
            for (int k = 0; k < Math.min(n, 8); k++) {
                row.add(Numbers.brief(s.y[n <= 8 ? k : (int) Math.round(k * (n - 1) / 7.0)], 3));
            }
            rows.add(row);
        }
        return (title == null ? "" : title + "\n") + TextTable.of(List.of(), rows);
    }

    static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    static double[] doubles(List<? extends Number> values) {
        return values.stream().mapToDouble(Number::doubleValue).toArray();
    }

    static double[] count(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = i;
        }
        return x;
    }
}
