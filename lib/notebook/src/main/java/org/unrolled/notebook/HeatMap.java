package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A matrix as coloured cells: row labels at the left, column labels above, as a matrix is written.
 * Darker is larger; a map with negative values runs blue, white, orange around zero.
 * Values are written into the cells where they fit: all of a small map, the larger ones of a bigger one.
 * Cells that are not a number or infinite are hatched.
 */
public final class HeatMap extends Picture<HeatMap> {
    /** Beyond this many pixels a side, cells are averaged over blocks. */
    private static final int MOST_CELLS = 256;
    /** Beyond this many cells the map is a raster of one pixel per cell, scaled up by the browser. */
    private static final int MOST_PATHS = 700;
    /** Small cells have no gaps between them, so a raster looks the same sooner. */
    private static final int FEW_PATHS = 256;
    private static final double GAP = 8;

    private final Matrix matrix;
    private List<String> rows = List.of();
    private List<String> columns = List.of();
    private String rowAxis = "";
    private String columnAxis = "";
    private @Nullable Range range;
    private @Nullable Double valuesAbove;
    private boolean scale = true;
    private double maxWidth = 620;
    private double cellLimit = 46;

    HeatMap(Matrix matrix) {
        this.matrix = matrix;
    }

    /** Labels of the rows, top to bottom: tokens, time steps, names. */
    public HeatMap rows(List<String> labels) {
        return with(p -> p.rows = checked("row", labels, matrix.rows()));
    }

    /** Labels of the rows, top to bottom. */
    public HeatMap rows(String... labels) {
        return rows(List.of(labels));
    }

    /** Labels of the columns, left to right. */
    public HeatMap columns(List<String> labels) {
        return with(p -> p.columns = checked("column", labels, matrix.columns()));
    }

    /** Labels of the columns, left to right. */
    public HeatMap columns(String... labels) {
        return columns(List.of(labels));
    }

    /** What rows and columns are: {@code axes("query", "key")}. */
    public HeatMap axes(String rowAxis, String columnAxis) {
        return with(p -> {
            p.rowAxis = rowAxis;
            p.columnAxis = columnAxis;
        });
    }

    /** The values that get the lightest and the darkest colour. */
    public HeatMap range(double low, double high) {
        if (!(low < high)) {
            throw new IllegalArgumentException("a colour range from " + Numbers.brief(low) + " to " + Numbers.brief(high)
                    + " is empty: the first must be smaller");
        }
        return with(p -> p.range = new Range(low, high));
    }

    /** Writes the values into all cells (if they fit), or into none. */
    public HeatMap values(boolean written) {
        return with(p -> p.valuesAbove = written ? Double.valueOf(-1) : Double.valueOf(Double.POSITIVE_INFINITY));
    }

    /** Writes the values whose size is above the threshold. */
    public HeatMap valuesAbove(double threshold) {
        return with(p -> p.valuesAbove = threshold);
    }

    HeatMap scale(boolean shown) {
        return with(p -> p.scale = shown);
    }

    HeatMap cells(double limit, double width) {
        return with(p -> {
            p.cellLimit = limit;
            p.maxWidth = width;
        });
    }

    private static List<String> checked(String what, List<String> labels, int expected) {
        if (labels.size() != expected) {
            throw new IllegalArgumentException(labels.size() + " " + what + " labels for " + expected + " " + what + "s: each " + what + " needs one");
        }
        return List.copyOf(labels);
    }

    @Override @Nullable Range range() {
        return range != null ? null : Range.of(matrix.values());
    }

    @Override HeatMap within(Range shared) {
        return range != null ? this : with(p -> p.range = shared);
    }

    ColorMap colors() {
        Range r = range != null ? range : Range.of(matrix.values());
        return r == null ? new ColorMap(0, 0, false)
                : range != null && r.low() >= 0 ? new ColorMap(Math.min(r.low(), ColorMap.of(r.low(), r.high()).low()), r.high(), false)
                : ColorMap.of(r.low(), r.high());
    }

    @Override String describe() {
        StringBuilder out = new StringBuilder("Heat map, ").append(matrix.rows()).append(matrix.rows() == 1 ? " row by " : " rows by ")
                .append(matrix.columns()).append(matrix.columns() == 1 ? " column" : " columns");
        int largest = -1;
        int odd = 0;
        for (int i = 0; i < matrix.values().length; i++) {
            float v = matrix.values()[i];
            if (!Float.isFinite(v)) {
                odd++;
            } else if (largest < 0 || v > matrix.values()[largest]) {
                largest = i;
            }
        }
        Range values = Range.of(matrix.values());
        if (largest >= 0 && values != null) {
            out.append("; values from ").append(Numbers.brief(values.low(), 3)).append(" to ").append(Numbers.brief(values.high(), 3))
                    .append("; the largest at row ").append(name(rows, largest / matrix.columns()))
                    .append(", column ").append(name(columns, largest % matrix.columns()));
        }
        if (odd > 0) {
            out.append("; ").append(odd).append(odd == 1 ? " cell is" : " cells are").append(" not finite");
        }
        return out.append('.').toString();
    }

    private static String name(List<String> labels, int i) {
        return labels.isEmpty() ? Integer.toString(i) : "'" + labels.get(i) + "'";
    }

    @Override public String text() {
        int most = 12;
        int h = Math.min(matrix.rows(), most);
        int w = Math.min(matrix.columns(), most);
        List<String> header = new ArrayList<>();
        List<List<String>> lines = new ArrayList<>();
        if (!rows.isEmpty()) {
            header.add("");
        }
        for (int j = 0; j < w; j++) {
            header.add(columns.isEmpty() ? "" : columns.get(j));
        }
        int decimals = Numbers.decimals(matrix.values());
        for (int i = 0; i < h; i++) {
            List<String> line = new ArrayList<>();
            if (!rows.isEmpty()) {
                line.add(rows.get(i));
            }
            for (int j = 0; j < w; j++) {
                line.add(written(matrix.get(i, j), decimals));
            }
            if (w < matrix.columns()) {
                line.add("…");
            }
            lines.add(line);
        }
        if (w < matrix.columns()) {
            header.add("");
        }
        if (h < matrix.rows()) {
            lines.add(List.of("…"));
        }
        String table = TextTable.of(columns.isEmpty() ? List.of() : header, lines);
        return (title == null ? "" : title + "\n") + table;
    }

    private static String written(float value, int decimals) {
        return !Float.isFinite(value) || decimals < 0 ? Numbers.brief(value, 3) : Numbers.fixed(value, decimals);
    }

    @Override public Image render() {
        Svg svg = new Svg();
        double[] size = draw(svg, GAP, GAP);
        return svg.image(size[0] + 2 * GAP, size[1] + 2 * GAP);
    }

    /** Draws the map with its labels at a place; returns the width and height it took. */
    double[] draw(Svg svg, double x, double y) {
        int pooled = matrix.block(MOST_CELLS);
        Matrix m = matrix.pooled(MOST_CELLS);
        if (m.values().length == 0) {
            svg.text(x, y + 12, "no elements", "fill=\"" + Svg.QUIET + "\"");
            return new double[] {90, 16};
        }
        ColorMap colors = colors();
        List<String> rowLabels = pooled > 1 ? List.of() : rows;
        List<String> columnLabels = pooled > 1 ? List.of() : columns;

        // cells: flat ones for a labelled map with values, squares for an image
        int decimals = Numbers.decimals(m.values());
        double widest = 0;
        for (float v : m.values()) {
            widest = Math.max(widest, Svg.textWidth(written(v, decimals), 11));
        }
        double labelWidth = 0;
        for (String label : rowLabels) {
            labelWidth = Math.max(labelWidth, Svg.textWidth(label, 12));
        }
        double left = x + (rowAxis.isEmpty() ? 0 : 18) + (rowLabels.isEmpty() ? 0 : labelWidth + 7);
        double room = maxWidth - (left - x) - (scale ? 56 : 0);
        double cellWidth = Math.min(cellLimit, Math.floor(10 * room / m.columns()) / 10);
        boolean square = cellWidth < 26 || m.rows() > 20;
        double cellHeight = square ? Math.min(cellWidth, Math.max(1, 560.0 / m.rows())) : Math.min(30, Math.max(cellWidth * 0.65, 20));
        if (square) {
            cellWidth = cellHeight;
        }
        boolean fits = decimals >= 0 && cellWidth >= widest + 6 && cellHeight >= 14;

        double widestColumn = 0;
        for (String label : columnLabels) {
            widestColumn = Math.max(widestColumn, Svg.textWidth(label, 12));
        }
        boolean slanted = widestColumn > cellWidth - 4;
        double top = y + (columnAxis.isEmpty() ? 0 : 18)
                + (columnLabels.isEmpty() ? 0 : slanted ? Math.min(widestColumn, 110) * 0.72 + 10 : 18);
        double width = m.columns() * cellWidth;
        double height = m.rows() * cellHeight;
        double overhang = slanted && !columnLabels.isEmpty() ? Math.max(0, Svg.textWidth(columnLabels.getLast(), 12) * 0.72 - cellWidth / 2 + 4) : 0;

        if (!columnAxis.isEmpty()) {
            svg.text(left, y + 11, columnAxis + " →", "fill=\"" + Svg.QUIET + "\" font-size=\"11\"");
        }
        if (!rowAxis.isEmpty()) {
            double ay = top + height / 2;
            svg.text(0, 0, "← " + rowAxis, "fill=\"" + Svg.QUIET + "\" font-size=\"11\" text-anchor=\"middle\" transform=\"translate("
                    + Svg.number(x + 10) + " " + Svg.number(ay) + ")rotate(-90)\"");
        }
        for (int j = 0; j < columnLabels.size(); j++) {
            double cx = left + (j + 0.5) * cellWidth;
            if (slanted) {
                if (cellWidth >= 9 || j % (int) Math.ceil(9 / cellWidth) == 0) {
                    svg.text(0, 0, columnLabels.get(j), "transform=\"translate(" + Svg.number(cx + 3) + " " + Svg.number(top - 5) + ")rotate(-45)\"");
                }
            } else {
                svg.text(cx, top - 6, columnLabels.get(j), "text-anchor=\"middle\"");
            }
        }
        int every = Math.max(1, (int) Math.ceil(12 / cellHeight));
        for (int i = 0; i < rowLabels.size(); i += every) {
            svg.text(left - 7, top + (i + 0.5) * cellHeight + 4, rowLabels.get(i), "text-anchor=\"end\"");
        }
        cells(svg, m, colors, left, top, cellWidth, cellHeight);
        if (fits) {
            writeValues(svg, m, colors, decimals, left, top, cellWidth, cellHeight);
        }
        double right = left + width + overhang;
        double bottom = top + height;
        if (scale && colors.high() > colors.low()) {
            right = Math.max(right, drawScale(svg, colors, left + width + 14, top, Math.clamp(height, 46, 150)));
            bottom = Math.max(bottom, top + Math.clamp(height, 46, 150) + 2);
        }
        if (pooled > 1) {
            svg.text(left, bottom + 15, "each square is the mean of " + pooled + "×" + pooled + " values", "fill=\"" + Svg.QUIET + "\" font-size=\"11\"");
            bottom += 18;
        }
        return new double[] {right - x, bottom - y};
    }

    private static void cells(Svg svg, Matrix m, ColorMap colors, double left, double top, double cellWidth, double cellHeight) {
        boolean finite = true;
        for (float v : m.values()) {
            finite &= Float.isFinite(v);
        }
        if (finite && m.values().length > (cellWidth < 12 ? FEW_PATHS : MOST_PATHS)) {
            byte[] indices = new byte[m.values().length];
            int[] palette = new int[ColorMap.STEPS];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = (byte) colors.step(m.values()[i]);
            }
            for (int i = 0; i < palette.length; i++) {
                palette[i] = colors.rgb(i);
            }
            svg.raw("<image x=\"" + Svg.number(left) + "\" y=\"" + Svg.number(top) + "\" width=\"" + Svg.number(m.columns() * cellWidth)
                    + "\" height=\"" + Svg.number(m.rows() * cellHeight) + "\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,"
                    + Base64.getEncoder().encodeToString(Png.palette(m.columns(), m.rows(), indices, palette)) + "\"/>");
            return;
        }
        double gap = cellWidth >= 12 ? 1 : 0;
        // a light ground with a fine line, so that the palest cells still have an edge
        svg.raw("<rect x=\"" + Svg.number(left - 0.5) + "\" y=\"" + Svg.number(top - 0.5) + "\" width=\"" + Svg.number(m.columns() * cellWidth - gap + 1)
                + "\" height=\"" + Svg.number(m.rows() * cellHeight - gap + 1) + "\" fill=\"#fff\" stroke=\"#c8ccd2\"/>");
        TreeMap<Integer, StringBuilder> paths = new TreeMap<>();
        String size = "h" + Svg.number(cellWidth - gap) + "v" + Svg.number(cellHeight - gap) + "h" + Svg.number(gap - cellWidth) + "z";
        for (int i = 0; i < m.rows(); i++) {
            for (int j = 0; j < m.columns(); j++) {
                float v = m.get(i, j);
                int key = Float.isFinite(v) ? colors.rgb(colors.step(v)) : -1;
                paths.computeIfAbsent(key, _ -> new StringBuilder()).append('M').append(Svg.number(left + j * cellWidth)).append(' ')
                        .append(Svg.number(top + i * cellHeight)).append(size);
            }
        }
        paths.forEach((rgb, d) -> {
            if (rgb < 0) {
                String id = svg.id();
                svg.raw("<pattern id=\"" + id + "\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                        + "<path d=\"M0 0h5v5h-5z\" fill=\"#f1f1f1\"/><path d=\"M0 0v5\" stroke=\"#a8a8a8\" stroke-width=\"2\"/></pattern>");
                svg.path(d.toString(), "fill=\"url(#" + id + ")\"");
            } else {
                svg.path(d.toString(), "fill=\"" + ColorMap.hex(rgb) + "\"" + (gap == 0 ? " shape-rendering=\"crispEdges\"" : ""));
            }
        });
    }

    private void writeValues(Svg svg, Matrix m, ColorMap colors, int decimals, double left, double top, double cellWidth, double cellHeight) {
        double above = threshold(m, colors);
        svg.raw("<g font-size=\"11\" text-anchor=\"middle\">");
        for (String ink : List.of("#000", "#fff")) {
            svg.raw("<g fill=\"" + ink + "\">");
            for (int i = 0; i < m.rows(); i++) {
                for (int j = 0; j < m.columns(); j++) {
                    float v = m.get(i, j);
                    if (Float.isFinite(v) && Math.abs(v) > above && ColorMap.ink(colors.rgb(colors.step(v))).equals(ink)) {
                        svg.text(left + (j + 0.5) * cellWidth, top + (i + 0.5) * cellHeight + 4, Numbers.typeset(Numbers.fixed(v, decimals)), "");
                    }
                }
            }
            svg.raw("</g>");
        }
        svg.raw("</g>");
    }

    private double threshold(Matrix m, ColorMap colors) {
        if (valuesAbove != null) {
            return valuesAbove;
        }
        return m.values().length <= 100 ? -1 : 0.4 * Math.max(Math.abs(colors.low()), Math.abs(colors.high()));
    }

    static double drawScale(Svg svg, ColorMap colors, double x, double top, double height) {
        int steps = 16;
        StringBuilder stops = new StringBuilder();
        for (int i = 0; i < steps; i++) {
            double h = height / steps;
            int step = (int) Math.round((steps - 1 - i) * (ColorMap.STEPS - 1.0) / (steps - 1));
            stops.append("<path d=\"M").append(Svg.number(x)).append(' ').append(Svg.number(top + i * h)).append("h9v")
                    .append(Svg.number(h + (i < steps - 1 ? 0.5 : 0))).append("h-9z\" fill=\"").append(ColorMap.hex(colors.rgb(step))).append("\"/>");
        }
        svg.raw(stops.toString());
        svg.raw("<rect x=\"" + Svg.number(x) + "\" y=\"" + Svg.number(top) + "\" width=\"9\" height=\"" + Svg.number(height) + "\" fill=\"none\" stroke=\"#c8ccd2\"/>");
        String high = Numbers.typeset(Numbers.brief(colors.high(), 3));
        String low = Numbers.typeset(Numbers.brief(colors.low(), 3));
        svg.raw("<g font-size=\"10\" fill=\"" + Svg.QUIET + "\">");
        svg.text(x + 13, top + 8, high, "");
        if (colors.signed() && height > 40) {
            svg.text(x + 13, top + height / 2 + 3.5, "0", "");
        }
        svg.text(x + 13, top + height, low, "");
        svg.raw("</g>");
        return x + 15 + Math.max(Svg.textWidth(high, 10), Svg.textWidth(low, 10));
    }
}
