package org.unrolled.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * Lines and bars by XChart, at two pixels per CSS pixel. The only class that touches XChart and java.awt:
 * nothing else refers to it before a chart is drawn, so that a lesson's first cell does not wait for them.
 */
final class XCharts {
    private static final int SCALE = 2;
    private static final Color GRID = new Color(0xe4e7eb);
    private static final Color TEXT = new Color(0x595959);
    private static final Color INK = new Color(0x333333);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    static {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private XCharts() {}

    static Picture.Image render(Lines lines) {
        boolean named = lines.series().stream().anyMatch(s -> !s.name().isEmpty());
        FontMetrics metrics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics().getFontMetrics(PLAIN);
        int label = 0;
        if (named) {
            for (Lines.Series s : lines.series()) {
                label = Math.max(label, metrics.stringWidth(s.name()) + 14);
            }
        }
        int width = lines.width - label;
        XYChart chart = new XYChart(width, lines.height);
        style(chart.getStyler());
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setXAxisLogarithmic(lines.logX).setYAxisLogarithmic(lines.logY);
        chart.getStyler().setXAxisDecimalPattern("0.####");
        chart.setCustomYAxisTickLabelsFormatter(v -> Numbers.typeset(Numbers.brief(v, 4)));
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
        Canvas canvas = new Canvas(lines.width, lines.height + top + (lines.xLabel.isEmpty() ? 0 : 16));
        Graphics2D g = canvas.graphics;
        if (!lines.yLabel.isEmpty()) {
            g.setFont(SMALL);
            g.setColor(TEXT);
            g.drawString(lines.yLabel, 10, 14);
        }
        if (!lines.xLabel.isEmpty()) {
            g.setFont(SMALL);
            g.setColor(TEXT);
            g.drawString(lines.xLabel, (width - g.getFontMetrics().stringWidth(lines.xLabel)) / 2 + 10, canvas.height - 7);
        }
        if (!any) {
            g.setFont(PLAIN);
            g.setColor(TEXT);
            g.drawString("no values yet", 20, lines.height / 2);
            return canvas.image();
        }
        g.translate(0, top);
        chart.paint(g, width, lines.height);
        if (named) {
            directLabels(g, chart, lines, width);
        }
        return canvas.image();
    }

    /** Each line's name at its end, moved apart where two ends are close. */
    private static void directLabels(Graphics2D g, XYChart chart, Lines lines, int width) {
        record Label(String name, Color color, double y) {}
        List<Label> labels = new ArrayList<>();
        for (Lines.Series s : lines.series()) {
            for (int k = s.y().length - 1; k >= 0; k--) {
                if (Double.isFinite(s.y()[k]) && !(lines.logY && s.y()[k] <= 0)) {
                    double y = Math.clamp(chart.getScreenYFromChart(s.y()[k]), 10, lines.height - 30);
                    labels.add(new Label(s.name(), Color.decode(s.color().hex()), y));
                    break;
                }
            }
        }
        labels.sort(Comparator.comparingDouble(Label::y));
        double[] at = labels.stream().mapToDouble(Label::y).toArray();
        double line = 14;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i + 1 < at.length; i++) {
                double overlap = line - (at[i + 1] - at[i]);
                if (overlap > 0) {
                    at[i] -= overlap / 2;
                    at[i + 1] += overlap / 2;
                }
            }
        }
        g.setFont(PLAIN);
        for (int i = 0; i < at.length; i++) {
            g.setColor(labels.get(i).color());
            g.drawString(labels.get(i).name(), width - 4, (float) at[i] + 4);
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
        Canvas canvas = new Canvas(bars.width(), (bars.beside() ? 1 : rows) * (panelHeight + title) + footer);
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
            Graphics2D g = (Graphics2D) canvas.graphics.create();
            g.translate(bars.beside() ? i * panelWidth : 0, bars.beside() ? 0 : i * (panelHeight + title));
            Colors color = bars.labels().isEmpty() ? Colors.series(i) : colorOf(bars.labels().get(i), i);
            if (!bars.labels().isEmpty()) {
                g.setFont(PLAIN);
                g.setColor(Color.decode(color.hex()));
                g.drawString(color.marker() == Colors.Marker.NONE ? bars.labels().get(i) : color.marker().glyph() + " " + bars.labels().get(i), 12, 15);
            }
            g.translate(0, title);
            if (n > 0) {
                panel(g, bars.rows().get(i), columns, axis, decimals, color, panelWidth, panelHeight);
            }
            g.dispose();
        }
        if (!bars.x().isEmpty()) {
            Graphics2D g = canvas.graphics;
            g.setFont(SMALL);
            g.setColor(TEXT);
            g.drawString(bars.x(), (bars.width() - g.getFontMetrics().stringWidth(bars.x())) / 2, canvas.height - 6);
        }
        return canvas.image();
    }

    /** A chart of XChart's own or an image, as a learner made it; null if it is neither. */
    static Picture.@Nullable Image render(Object drawn) {
        if (drawn instanceof Chart<?, ?> chart) {
            Canvas canvas = new Canvas(chart.getWidth(), chart.getHeight());
            chart.paint(canvas.graphics, chart.getWidth(), chart.getHeight());
            return canvas.image();
        }
        if (drawn instanceof BufferedImage image) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                ImageIO.write(image, "png", out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Picture.Image("image/png", out.toByteArray(), image.getWidth(), image.getHeight());
        }
        return null;
    }

    static String describe(Object drawn) {
        return drawn instanceof Chart<?, ?> chart && chart.getTitle() != null && !chart.getTitle().isEmpty() ? "Chart: " + chart.getTitle()
                : drawn instanceof BufferedImage image ? "Image, " + image.getWidth() + " by " + image.getHeight() + " pixels" : "Chart";
    }

    private static Colors colorOf(String label, int i) {
        return Colors.named(label).orElseGet(() -> Colors.series(i));
    }

    private static void panel(Graphics2D g, float[] values, List<String> columns, Picture.Range axis, int decimals, Colors color, int width, int height) {
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
        chart.paint(g, width, height - foot);
        // the axis maps the first and the last number to its ends; the bars divide the space between them
        int n = values.length;
        double from = n > 1 ? chart.getScreenXFromChart(0) : chart.getYAxisLeftWidth() + 6;
        double to = n > 1 ? chart.getScreenXFromChart(n - 1) : width - 6;
        double step = (to - from) / n;
        FontMetrics metrics = g.getFontMetrics(SMALL);
        int widest = columns.stream().mapToInt(metrics::stringWidth).max().orElse(0);
        int every = Math.max(1, (int) Math.ceil((widest + 4) / step));
        g.setFont(SMALL);
        for (int j = 0; j < n; j++) {
            double x = from + (j + 0.5) * step;
            if (j % every == 0) {
                g.setColor(TEXT);
                g.drawString(columns.get(j), (float) (x - metrics.stringWidth(columns.get(j)) / 2.0), height - foot + 8);
            }
            String text = Numbers.typeset(!Float.isFinite(values[j]) || decimals < 0 ? Numbers.brief(values[j], 2) : Numbers.fixed(values[j], decimals));
            int w = metrics.stringWidth(text);
            if (w + 2 <= step || n == 1) {
                g.setColor(INK);
                g.drawString(text, (float) (x - w / 2.0), (float) chart.getScreenYFromChart(Math.max(0, heights.get(j))) - 3);
            }
        }
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

    /** A white sheet at twice the resolution, written as a PNG with a palette. */
    private static final class Canvas {
        final int width;
        final int height;
        final Graphics2D graphics;
        private final BufferedImage image;

        Canvas(int width, int height) {
            this.width = width;
            this.height = height;
            image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
            graphics = image.createGraphics();
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            graphics.scale(SCALE, SCALE);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        }

        Picture.Image image() {
            graphics.dispose();
            int w = image.getWidth();
            int h = image.getHeight();
            int[] rgb = image.getRGB(0, 0, w, h, null, 0, w);
            // a chart is a few hues blended with white: sixteen levels a channel are as good to the eye and fit a palette
            for (int levels : new int[] {64, 32, 16, 8, 6}) {
                Map<Integer, Integer> palette = new HashMap<>();
                byte[] indices = new byte[rgb.length];
                int last = ~rgb[0];
                int lastIndex = 0;
                for (int i = 0; i < rgb.length && palette.size() <= 256; i++) {
                    if (rgb[i] != last) {
                        last = rgb[i];
                        lastIndex = palette.computeIfAbsent(quantized(last, levels), _ -> palette.size());
                    }
                    indices[i] = (byte) lastIndex;
                }
                if (palette.size() <= 256) {
                    int[] colors = new int[palette.size()];
                    palette.forEach((color, index) -> colors[index] = color);
                    return new Picture.Image("image/png", Png.palette(w, h, indices, colors), width, height);
                }
            }
            throw new AssertionError("six levels a channel are 216 colours");
        }

        private static int quantized(int rgb, int levels) {
            int out = 0;
            for (int shift = 16; shift >= 0; shift -= 8) {
                int level = ((rgb >> shift & 255) * (levels - 1) + 127) / 255;
                out = out << 8 | level * 255 / (levels - 1);
            }
            return out;
        }
    }
}
