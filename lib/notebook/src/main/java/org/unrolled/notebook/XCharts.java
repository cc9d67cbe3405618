package org.unrolled.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines and bars by XChart, written as SVG; a learner's own chart as a raster of two pixels per CSS pixel. With {@link SvgGraphics}
 * the only class that touches XChart and java.awt: nothing else refers to it before a chart is drawn, so that a lesson's first cell does not wait for them.
 */
final class XCharts {
    private static final int SCALE = 2;
    /** Where the labels of a logarithmic y axis end. */
    private static final int LABELS_END = 44;
    private static final Color GRID = new Color(0xe4e7eb);
    private static final Color TEXT = new Color(0x595959);
    private static final String QUIET = "font-size=\"11\" fill=\"" + Svg.QUIET + "\"";
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

    static {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private XCharts() {}

    static Picture.Image render(Lines lines) {
        boolean named = lines.series().stream().anyMatch(s -> !s.name().isEmpty());
        int label = 0;
        if (named) {
            for (Lines.Series s : lines.series()) {
                label = Math.max(label, (int) Svg.textWidth(s.name(), 12) + 14);
            }
        }
        int width = lines.width - label;
        XYChart chart = new XYChart(width, lines.height);
        style(chart.getStyler());
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setXAxisLogarithmic(lines.logX).setYAxisLogarithmic(lines.logY);
        chart.getStyler().setXAxisTicksVisible(false);
        List<Double> ticks = logTicks(lines);
        if (ticks.isEmpty()) {
            chart.setCustomYAxisTickLabelsFormatter(v -> Numbers.typeset(Numbers.brief(v, 4)));
        } else {
            chart.getStyler().setPlotGridHorizontalLinesVisible(false);
            chart.getStyler().setAxisTickMarksColor(Color.WHITE).setYAxisLeftWidthHint(LABELS_END);
            chart.setCustomYAxisTickLabelsFormatter(_ -> " ");
        }
        if (lines.yRange != null && lines.yRange.high() > lines.yRange.low()) {
            chart.getStyler().setYAxisMin(lines.yRange.low()).setYAxisMax(lines.yRange.high());
        }
        if (lines.xRange != null && lines.xRange.high() > lines.xRange.low()) {
            chart.getStyler().setXAxisMin(lines.xRange.low()).setXAxisMax(lines.xRange.high());
        }
        boolean any = false;
        for (int i = 0; i < lines.series().size(); i++) {
            Lines.Series s = lines.series().get(i);
            double[] y = s.y().clone();
            boolean finite = false;
            for (int k = 0; k < y.length; k++) {
                // XChart draws a gap for NaN; an infinite value, or one without a logarithm, would stretch its axis for ever
                if (!Double.isFinite(y[k]) || lines.logY && y[k] <= 0) {
                    y[k] = Double.NaN;
                }
                finite |= !Double.isNaN(y[k]);
            }
            if (!finite) {
                continue;
            }
            any = true;
            XYSeries drawn = chart.addSeries(i + " " + s.name(), s.x(), y);
            drawn.setLineColor(Color.decode(s.color().hex()));
            drawn.setLineStyle(stroke(s.color(), 2f));
            drawn.setMarker(lines.points || y.length == 1 ? marker(s.color()) : SeriesMarkers.NONE);
            drawn.setMarkerColor(Color.decode(s.color().hex()));
        }
        int top = lines.yLabel.isEmpty() ? 0 : 18;
        int foot = lines.xLabel.isEmpty() ? 16 : 34;
        Svg svg = new Svg();
        if (!lines.yLabel.isEmpty()) {
            svg.text(10, 14, lines.yLabel, QUIET);
        }
        if (!lines.xLabel.isEmpty()) {
            svg.text(width / 2.0, lines.height + top + foot - 8, lines.xLabel, QUIET + " text-anchor=\"middle\"");
        }
        if (any) {
            SvgGraphics g = new SvgGraphics(svg);
            g.translate(0, top);
            chart.paint(g, width, lines.height);
            g.dispose();
            xTicks(svg, chart, lines, top);
            drawLogTicks(svg, chart, ticks, top, width);
            if (named) {
                directLabels(svg, chart, lines, width, top);
            }
        } else {
            svg.text(20, lines.height / 2.0, "no values yet", QUIET);
        }
        return svg.image(lines.width, lines.height + top + foot);
    }

    /** The places of few points themselves, else round numbers: XChart would write every n-th x value. */
    private static void xTicks(Svg svg, XYChart chart, Lines lines, int top) {
        TreeSet<Double> places = new TreeSet<>();   // as many as can be labelled, and one more
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Lines.Series s : lines.series()) {
            for (double x : s.x()) {
                low = Math.min(low, x);
                high = Math.max(high, x);
                if (places.size() <= 8) {
                    places.add(x);
                }
            }
        }
        if (lines.xRange != null) {
            low = lines.xRange.low();
            high = lines.xRange.high();
        }
        List<Double> ticks = new ArrayList<>();
        if (places.size() <= 8) {
            ticks.addAll(places);
        } else if (lines.logX) {
            int first = (int) Math.ceil(Math.log10(low) - 1e-9);
            int last = (int) Math.floor(Math.log10(high) + 1e-9);
            int every = 1 + (last - first) / 8;   // chosen here, or labels would be dropped below one by one, at uneven distances
            for (int power = first; power <= last; power++) {
                if (Math.floorMod(power, every) == 0) {
                    ticks.add(Math.pow(10, power));
                }
            }
        } else {
            double rough = (high - low) / 6;
            double ten = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = ten * (rough / ten < 1.5 ? 1 : rough / ten < 3.5 ? 2 : rough / ten < 7.5 ? 5 : 10);
            for (long k = (long) Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
                ticks.add(k * step);
            }
        }
        double end = Double.NEGATIVE_INFINITY;
        svg.raw("<g " + QUIET + " text-anchor=\"middle\">");
        for (double t : ticks) {
            String text = Numbers.typeset(Numbers.brief(t, 4));
            double x = chart.getScreenXFromChart(t);
            double half = Svg.textWidth(text, 11) / 2;
            if (x - half > end + 5) {
                svg.text(x, lines.height + top + 8, text, "");
                end = x + half;
            }
        }
        svg.raw("</g>");
    }

    /**
     * What gets a line and a label on a logarithmic axis: the powers of ten, about six of them, or on less than two decades 1, 2 and 5 times
     * those; none if that would be a single one. XChart would draw all powers, and nine lines in each: forty decades become a grey block,
     * and of one decade and a half only the 10 has a label.
     */
    private static List<Double> logTicks(Lines lines) {
        List<Double> ticks = new ArrayList<>();
        Picture.Range range = lines.yRange != null ? lines.yRange : lines.positive();
        if (!lines.logY || range == null || !(range.low() > 0)) {
            return ticks;
        }
        if (range.high() / range.low() < 99) {
            for (int d = (int) Math.floor(Math.log10(range.low())); d <= Math.log10(range.high()); d++) {
                for (int n : new int[] {1, 2, 5}) {
                    double value = n * Math.pow(10, d);
                    if (value >= range.low() * (1 - 1e-9) && value <= range.high() * (1 + 1e-9)) {
                        ticks.add(value);
                    }
                }
            }
            return ticks.size() < 2 ? new ArrayList<>() : ticks;
        }
        int first = (int) Math.ceil(Math.log10(range.low()) - 1e-9);
        int last = (int) Math.floor(Math.log10(range.high()) + 1e-9);
        int least = Math.ceilDiv(last - first + 1, 7);
        int every = List.of(1, 2, 3, 5, 10, 20, 50).stream().filter(n -> n >= least).findFirst().orElse(100);
        for (int d = Math.ceilDiv(first, every) * every; d <= last; d += every) {
            ticks.add(Math.pow(10, d));
        }
        return ticks;
    }

    /** 0.01, 20, 100 or 10⁻¹². */
    private static String logLabel(double value) {
        int exponent = (int) Math.rint(Math.log10(value));
        if (Math.abs(exponent) <= 3 || Math.abs(value / Math.pow(10, exponent) - 1) > 1e-6) {
            return Numbers.brief(value, 4);
        }
        StringBuilder text = new StringBuilder("10").append(exponent < 0 ? "⁻" : "");
        String.valueOf(Math.abs(exponent)).chars().forEach(c -> text.append("⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0')));
        return text.toString();
    }

    private static void drawLogTicks(Svg svg, XYChart chart, List<Double> ticks, int top, int width) {
        for (double d : ticks) {
            double y = top + chart.getScreenYFromChart(d);
            svg.path("M" + Svg.number(LABELS_END + 4) + " " + Svg.number(y) + "H" + Svg.number(width - 12), "stroke=\"#d5d9de\" stroke-width=\"1\" stroke-opacity=\"0.7\" fill=\"none\"");
            svg.text(LABELS_END, y + 4, logLabel(d), QUIET + " text-anchor=\"end\"");
        }
    }

    /** The last point of a line that can be drawn; of a line that leaves the chart, the last one before it does. -1 if there is none. */
    private static int lastShown(Lines lines, Lines.Series s) {
        int last = -1;
        for (int k = 0; k < s.y().length; k++) {
            double y = s.y()[k];
            if (Double.isFinite(y) && !(lines.logY && y <= 0)) {
                boolean inside = lines.yRange == null || y >= lines.yRange.low() && y <= lines.yRange.high();
                last = inside || last < 0 ? k : last;
            }
        }
        return last;
    }

    /** Each line's name at its end, or where it leaves the chart; moved apart where two are close. */
    private static void directLabels(Svg svg, XYChart chart, Lines lines, int width, int top) {
        record Label(String name, String color, double x, double y) {}
        List<Label> labels = new ArrayList<>();
        for (Lines.Series s : lines.series()) {
            int k = lastShown(lines, s);
            if (k >= 0) {
                double y = Math.clamp(chart.getScreenYFromChart(s.y()[k]), 10, lines.height - 30);
                labels.add(new Label(s.name(), s.color().hex(), Math.min(width - 4, chart.getScreenXFromChart(s.x()[k]) + 6), y));
            }
        }
        labels.sort(Comparator.comparingDouble(Label::y));
        double[] at = labels.stream().mapToDouble(Label::y).toArray();
        double line = 14;
        for (int round = 0; round < 50; round++) {
            if (at.length > 0) {
                at[0] = Math.max(at[0], 10 - top);   // the first one stays inside the picture
            }
            for (int i = 0; i + 1 < at.length; i++) {
                double overlap = line - (at[i + 1] - at[i]);
                if (overlap > 0) {
                    at[i] -= overlap / 2;
                    at[i + 1] += overlap / 2;
                }
            }
        }
        for (int i = 0; i < at.length; i++) {
            svg.text(labels.get(i).x(), top + at[i] + 4, labels.get(i).name(), "fill=\"" + labels.get(i).color() + "\"");
        }
    }

    static Picture.Image render(Bars bars) {
        int rows = bars.rows().size();
        int n = bars.rows().getFirst().length;
        int across = bars.beside() ? rows : 1;
        int panelWidth = bars.width() / across;
        int panelHeight = bars.beside() || rows == 1 ? 190 : 120;
        int title = bars.labels().isEmpty() ? 4 : 20;
        int footer = bars.x().isEmpty() ? 0 : 18;
        int height = (bars.beside() ? 1 : rows) * (panelHeight + title) + footer;
        Svg svg = new Svg();
        Picture.Range axis = bars.axis();
        int decimals = 0;
        for (float[] row : bars.rows()) {
            int d = Numbers.decimals(row);
            decimals = d < 0 || decimals < 0 ? -1 : Math.max(decimals, d);
        }
        List<String> columns = bars.columns();
        if (columns.isEmpty()) {
            columns = new ArrayList<>();
            for (int j = 0; j < n; j++) {
                columns.add(Integer.toString(j));
            }
        }
        for (int i = 0; i < rows; i++) {
            int x = bars.beside() ? i * panelWidth : 0;
            int y = bars.beside() ? 0 : i * (panelHeight + title);
            Colors color = bars.labels().isEmpty() ? Colors.series(i) : colorOf(bars.labels().get(i), i);
            if (!bars.labels().isEmpty()) {
                String label = bars.labels().get(i);
                svg.text(x + 12, y + 15, color.marker() == Colors.Marker.NONE ? label : color.marker().glyph() + " " + label, "fill=\"" + color.hex() + "\"");
            }
            if (n > 0) {
                panel(svg, x, y + title, bars.rows().get(i), columns, axis, decimals, color, panelWidth, panelHeight);
            }
        }
        if (!bars.x().isEmpty()) {
            svg.text(bars.width() / 2.0, height - 6, bars.x(), QUIET + " text-anchor=\"middle\"");
        }
        return svg.image(bars.width(), height);
    }

    /** A chart of XChart's own or an image, as a learner made it; null if it is neither. */
    static Picture.@Nullable Image render(Object drawn) {
        if (drawn instanceof Chart<?, ?> chart) {
            BufferedImage sheet = new BufferedImage(chart.getWidth() * SCALE, chart.getHeight() * SCALE, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = sheet.createGraphics();
            g.scale(SCALE, SCALE);
            chart.paint(g, chart.getWidth(), chart.getHeight());
            g.dispose();
            return png(sheet, SCALE);
        }
        if (drawn instanceof BufferedImage image) {
            return png(image, 1);
        }
        return null;
    }

    private static Picture.Image png(BufferedImage image, int scale) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Picture.Image("image/png", out.toByteArray(), image.getWidth() / scale, image.getHeight() / scale);
    }

    static String describe(Object drawn) {
        return drawn instanceof Chart<?, ?> chart && chart.getTitle() != null && !chart.getTitle().isEmpty() ? "Chart: " + chart.getTitle()
                : drawn instanceof BufferedImage image ? "Image, " + image.getWidth() + " by " + image.getHeight() + " pixels" : "Chart";
    }

    private static Colors colorOf(String label, int i) {
        return Colors.named(label).orElseGet(() -> Colors.series(i));
    }

    private static void panel(Svg svg, int left, int top, float[] values, List<String> columns, Picture.Range axis, int decimals, Colors color, int width, int height) {
        CategoryChart chart = new CategoryChart(width, height);
        style(chart.getStyler());
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setPlotGridVerticalLinesVisible(false).setAxisTicksMarksVisible(false);
        chart.getStyler().setYAxisMin(axis.low()).setYAxisMax(axis.high() > axis.low() ? axis.high() + 0.12 * (axis.high() - axis.low()) : axis.low() + 1);
        chart.getStyler().setAvailableSpaceFill(0.72);
        chart.getStyler().setYAxisTickMarkSpacingHint(38);
        chart.setCustomYAxisTickLabelsFormatter(v -> Numbers.typeset(Numbers.brief(v, 3)));
        // XChart takes categories by equality, and tokens may repeat: number them, and write their names below
        int foot = 18;
        List<Integer> places = new ArrayList<>();
        List<Double> heights = new ArrayList<>();
        for (int j = 0; j < values.length; j++) {
            places.add(j);
            heights.add(Float.isFinite(values[j]) ? (double) values[j] : 0);
        }
        chart.getStyler().setXAxisTicksVisible(false);
        CategorySeries series = chart.addSeries("values", places, heights);
        series.setFillColor(Color.decode(color.hex()));
        SvgGraphics g = new SvgGraphics(svg);
        g.translate(left, top);
        chart.paint(g, width, height - foot);
        g.dispose();
        // the axis maps the first and the last number to its ends; the bars divide the space between them
        int n = values.length;
        double from = n > 1 ? chart.getScreenXFromChart(0) : chart.getYAxisLeftWidth() + 6;
        double to = n > 1 ? chart.getScreenXFromChart(n - 1) : width - 6;
        double step = (to - from) / n;
        double widest = columns.stream().mapToDouble(c -> Svg.textWidth(c, 11)).max().orElse(0);
        int every = Math.max(1, (int) Math.ceil((widest + 4) / step));
        svg.raw("<g font-size=\"11\" text-anchor=\"middle\">");
        for (int j = 0; j < n; j++) {
            double x = left + from + (j + 0.5) * step;
            if (j % every == 0) {
                svg.text(x, top + height - foot + 8, columns.get(j), "fill=\"" + Svg.QUIET + "\"");
            }
            String text = Numbers.typeset(!Float.isFinite(values[j]) || decimals < 0 ? Numbers.brief(values[j], 2) : Numbers.fixed(values[j], decimals));
            if (Svg.textWidth(text, 11) + 2 <= step || n == 1) {
                svg.text(x, top + chart.getScreenYFromChart(Math.max(0, heights.get(j))) - 4, text, "");
            }
        }
        svg.raw("</g>");
    }

    private static void style(AxesChartStyler s) {
        s.setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE).setPlotBorderVisible(false)
                .setLegendVisible(false).setChartTitleVisible(false).setChartPadding(6).setPlotContentSize(0.95);
        s.setAxisTickLabelsFont(SMALL).setAxisTickLabelsColor(TEXT).setAxisTitleFont(SMALL);
        s.setXAxisTitleColor(TEXT).setYAxisTitleColor(TEXT);
        s.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1f)).setPlotGridVerticalLinesVisible(false);
        s.setAxisTickMarksColor(GRID).setAxisTicksLineVisible(false).setPlotTicksMarksVisible(false).setAxisTickMarkLength(3);
        s.setXAxisTickMarkSpacingHint(64).setYAxisTickMarkSpacingHint(44);
        s.setAntiAlias(true).setTextAntiAlias(true);
    }

    private static BasicStroke stroke(Colors color, float width) {
        float[] dash = color.dash().pattern();
        return dash.length == 0 ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, dash, 0f);
    }

    private static Marker marker(Colors color) {
        return switch (color.marker()) {
            case NONE, CIRCLE -> SeriesMarkers.CIRCLE;
            case SQUARE -> SeriesMarkers.SQUARE;
            case TRIANGLE -> SeriesMarkers.TRIANGLE_UP;
            case DIAMOND -> SeriesMarkers.DIAMOND;
        };
    }
}
