package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of bars with common axes, one below the other (or side by side): two distributions over the same things.
 * Each row has a label and its own colour; values are written above the bars where they fit.
 */
public final class Bars extends Picture<Bars> {
    private final List<float[]> rows;
    private List<String> labels = List.of();
    private List<String> columns = List.of();
    private String xLabel = "";
    private @Nullable Range range;
    private boolean beside;
    private int width = 560;

    Bars(List<float[]> rows) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("bars need at least one row of values");
        }
        int n = rows.getFirst().length;
        for (float[] row : rows) {
            if (row.length != n) {
                throw new IllegalArgumentException("rows of bars have " + n + " and " + row.length + " values: rows with common axes are equally long");
            }
        }
        this.rows = rows;
    }

    /** What each row shows, top to bottom. */
    public Bars rows(String... labels) {
        if (labels.length != rows.size()) {
            throw new IllegalArgumentException(labels.length + " labels for " + rows.size() + " rows of bars: each row needs one");
        }
        return with(p -> p.labels = List.of(labels));
    }

    /** What each bar stands for. */
    public Bars columns(List<String> columns) {
        int n = rows.getFirst().length;
        if (columns.size() != n) {
            throw new IllegalArgumentException(columns.size() + " labels for " + n + " bars: each bar needs one");
        }
        return with(p -> p.columns = List.copyOf(columns));
    }

    /** What each bar stands for. */
    public Bars columns(String... columns) {
        return columns(List.of(columns));
    }

    /** What the bars are counted by. */
    public Bars x(String label) {
        return with(p -> p.xLabel = label);
    }

    /** The limits of the value axis; else it runs from zero to the largest value of all rows. */
    public Bars range(double low, double high) {
        return with(p -> p.range = new Range(low, high));
    }

    /** Rows beside each other instead of below each other. */
    public Bars sideBySide() {
        return with(p -> p.beside = true);
    }

    /** The width of the picture in CSS pixels; 560 unless told. */
    public Bars width(int pixels) {
        return with(p -> p.width = pixels);
    }

    List<float[]> rows() {
        return rows;
    }

    List<String> labels() {
        return labels;
    }

    List<String> columns() {
        return columns;
    }

    String x() {
        return xLabel;
    }

    boolean beside() {
        return beside;
    }

    int width() {
        return width;
    }

    /** The axis: zero is always on it, because a bar's length is its value. */
    Range axis() {
        if (range != null) {
            return range;
        }
        Range values = all();
        return values == null ? new Range(0, 1) : new Range(Math.min(0, values.low()), Math.max(values.high(), values.low() < 0 ? 0 : 1e-30));
    }

    private @Nullable Range all() {
        Range all = null;
        for (float[] row : rows) {
            all = Range.union(all, Range.of(row));
        }
        return all;
    }

    @Override @Nullable Range range() {
        return range != null ? null : axis();
    }

    @Override Bars within(Range shared) {
        return range != null ? this : with(p -> p.range = shared);
    }

    @Override public Image render() {
        return XCharts.render(this);
    }

    @Override String describe() {
        StringBuilder out = new StringBuilder("Bar chart, ").append(rows.getFirst().length).append(rows.getFirst().length == 1 ? " bar" : " bars");
        String separator = rows.size() == 1 ? "; " : " in each of " + rows.size() + " rows; ";
        for (int i = 0; i < rows.size(); i++) {
            float[] row = rows.get(i);
            if (row.length == 0) {
                continue;
            }
            int largest = 0;
            for (int j = 1; j < row.length; j++) {
                if (row[j] > row[largest]) {
                    largest = j;
                }
            }
            out.append(separator).append(labels.isEmpty() ? rows.size() == 1 ? "" : "row " + i + ": " : labels.get(i) + ": ")
                    .append("the largest is ").append(Numbers.brief(row[largest], 3)).append(" at ")
                    .append(columns.isEmpty() ? Integer.toString(largest) : "'" + columns.get(largest) + "'");
            separator = "; ";
        }
        return out.append('.').toString();
    }

    @Override public String text() {
        List<String> header = new ArrayList<>();
        List<List<String>> lines = new ArrayList<>();
        if (!labels.isEmpty()) {
            header.add("");
        }
        header.addAll(columns);
        for (int i = 0; i < rows.size(); i++) {
            List<String> line = new ArrayList<>();
            if (!labels.isEmpty()) {
                line.add(labels.get(i));
            }
            for (float v : rows.get(i)) {
                line.add(Numbers.brief(v, 3));
            }
            lines.add(line);
        }
        return (title == null ? "" : title + "\n") + TextTable.of(columns.isEmpty() ? List.of() : header, lines);
    }
}
