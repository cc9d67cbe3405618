package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unrolled.nn.Module;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Points of some classes in the plane and, behind them, what a function says everywhere: blue below zero, orange above, a
 * black line where it is zero. Each class has a colour and a marker. Where there are two classes, the function should be
 * below zero on the first and above on the second, and a point on the wrong side has a black edge.
 */
public final class Plane extends Picture<Plane> {
    /** Rows and columns of the grid on which the function is asked; the browser smooths between them. */
    private static final int GRID = 96;
    private static final double SIDE = 330;
    private static final double TICKS = 34;
    /** The share of white in the function's colours, so that the points in front stand out. */
    private static final double PALE = 0.45;

    private final float[] points;
    private final int[] classes;
    private final List<String> classValues;
    private List<String> names;
    private double left;
    private double bottom;
    private double extent;
    private String xLabel = "x₁";
    private String yLabel = "x₂";
    private @Nullable Matrix field;
    private boolean[] wrong = {};
    private @Nullable Range range;

    Plane(Tensor points, Tensor labels) {
        if (points.dim() != 2 || points.size(1) != 2) {
            throw new IllegalArgumentException("plane: the points are " + TensorView.of(null, points).shapeText()
                    + ", and points in the plane are (N, 2). Hint: slice(1, 0, 2) takes the first two columns.");
        }
        if (labels.numel() != points.size(0)) {
            throw new IllegalArgumentException("plane: " + labels.numel() + (labels.numel() == 1 ? " class for " : " classes for ") + points.size(0) + " points: each point needs one.");
        }
        this.points = points.toArray();
        float[] given = (labels.isInt() ? labels.toFloat() : labels).toArray();
        float[] distinct = distinct(given);
        if (distinct.length > Colors.Marker.values().length - 1) {
            throw new IllegalArgumentException("plane: " + distinct.length + " different classes, and there are markers for "
                    + (Colors.Marker.values().length - 1) + ". Hint: draw some of them.");
        }
        classes = new int[given.length];
        for (int i = 0; i < given.length; i++) {
            classes[i] = Arrays.binarySearch(distinct, given[i]);
        }
        classValues = new ArrayList<>();
        for (float value : distinct) {
            classValues.add(Numbers.typeset(Numbers.brief(value)));
        }
        names = classValues;
        fit();
    }

    private static float[] distinct(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[n++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, n);
    }

    /** A square around all points with some room. */
    private void fit() {
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < points.length; i++) {
            if (Float.isFinite(points[i])) {
                low[i % 2] = Math.min(low[i % 2], points[i]);
                high[i % 2] = Math.max(high[i % 2], points[i]);
            }
        }
        boolean any = low[0] <= high[0] && low[1] <= high[1];
        double size = any ? Math.max(high[0] - low[0], high[1] - low[1]) : 0;
        extent = size > 0 ? 1.2 * size : 2;
        left = (any ? (low[0] + high[0]) / 2 : 0) - extent / 2;
        bottom = (any ? (low[1] + high[1]) / 2 : 0) - extent / 2;
    }

    /** The part of the plane that is drawn, the same on both axes; call it before {@link #field}. */
    public Plane extent(double low, double high) {
        if (!(low < high)) {
            throw new IllegalArgumentException("plane: an extent from " + Numbers.brief(low) + " to " + Numbers.brief(high)
                    + " is empty: the first must be smaller.");
        }
        if (field != null) {
            throw new IllegalStateException("plane: the function was drawn already, on another part of the plane. Hint: extent(…) first, then field(…).");
        }
        return with(p -> {
            p.left = low;
            p.bottom = low;
            p.extent = high - low;
        });
    }

    /** What the classes are called, the lowest first. */
    public Plane names(String... names) {
        if (names.length != classValues.size()) {
            throw new IllegalArgumentException("plane: " + names.length + " names for " + classValues.size() + " classes " + classValues + ": each needs one.");
        }
        return with(p -> p.names = List.of(names));
    }

    /** Both axes' labels. */
    public Plane axes(String x, String y) {
        return with(p -> {
            p.xLabel = x;
            p.yLabel = y;
        });
    }

    /**
     * Draws a function behind the points. It is asked here and now, without gradients and in evaluation, so that a network is
     * drawn as it would answer, and can be trained on afterwards as if nobody had looked.
     *
     * @param f from points (M, 2) to M numbers
     */
    public Plane field(UnaryOperator<Tensor> f) {
        float[] grid = new float[GRID * GRID * 2];
        for (int row = 0; row < GRID; row++) {
            for (int column = 0; column < GRID; column++) {
                int at = 2 * (row * GRID + column);
                grid[at] = (float) (left + (column + 0.5) / GRID * extent);
                grid[at + 1] = (float) (bottom + (GRID - row - 0.5) / GRID * extent);
            }
        }
        float[] values = ask(f, grid);
        float[] atPoints = points.length == 0 ? new float[0] : ask(f, points);
        boolean[] wrong = new boolean[classes.length];
        if (classValues.size() == 2) {
            for (int i = 0; i < wrong.length; i++) {
                wrong[i] = classes[i] == 0 ? !(atPoints[i] < 0) : !(atPoints[i] > 0);
            }
        }
        return with(p -> {
            p.field = new Matrix(values, GRID, GRID);
            p.wrong = wrong;
        });
    }

    private static float[] ask(UnaryOperator<Tensor> f, float[] points) {
        Tensor asked = Tensors.tensor(points, points.length / 2, 2);
        Tensor values = Module.evaluating(() -> Tensors.noGrad(() -> f.apply(asked)));
        if (values.numel() != points.length / 2) {
            throw new IllegalArgumentException("plane: the function made " + TensorView.of(null, values).shapeText() + " of points "
                    + TensorView.of(null, asked).shapeText() + ", and each point needs one number. Hint: select(1, c) takes one column.");
        }
        return values.toArray();
    }

    /** The values that get the palest and the darkest colour; those beyond get the same. */
    public Plane range(double low, double high) {
        if (!(low < high)) {
            throw new IllegalArgumentException("plane: a colour range from " + Numbers.brief(low) + " to " + Numbers.brief(high)
                    + " is empty: the first must be smaller.");
        }
        return with(p -> p.range = new Range(low, high));
    }

    @Override @Nullable Range range() {
        return range != null || field == null ? null : Range.of(field.values());
    }

    @Override Plane within(Range shared) {
        return range != null ? this : with(p -> p.range = shared);
    }

    private ColorMap colors(Matrix field) {
        Range r = range != null ? range : Range.of(field.values());
        return r == null ? new ColorMap(0, 0, false) : ColorMap.of(r.low(), r.high());
    }

    @Override public Image render() {
        Svg svg = new Svg();
        double x0 = TICKS + 14;
        double y0 = 8;
        String clip = svg.id();
        svg.raw("<clipPath id=\"" + clip + "\"><rect x=\"" + Svg.number(x0) + "\" y=\"" + Svg.number(y0) + "\" width=\"" + Svg.number(SIDE)
                + "\" height=\"" + Svg.number(SIDE) + "\"/></clipPath>");
        double right = x0 + SIDE + 14;
        if (field != null) {
            ColorMap colors = colors(field);
            drawField(svg, field, colors, x0, y0);
            right = drawScale(svg, colors, right, y0);
        }
        svg.raw("<g clip-path=\"url(#" + clip + ")\">");
        for (int c = 0; c < classValues.size(); c++) {
            drawPoints(svg, c, false, x0, y0);
            drawPoints(svg, c, true, x0, y0);
        }
        svg.raw("</g>");
        svg.raw("<rect x=\"" + Svg.number(x0) + "\" y=\"" + Svg.number(y0) + "\" width=\"" + Svg.number(SIDE) + "\" height=\"" + Svg.number(SIDE)
                + "\" fill=\"none\" stroke=\"#8a8f98\"/>");
        drawTicks(svg, x0, y0);
        double bottom = y0 + SIDE + 40;
        double at = x0;
        for (int c = 0; c < names.size(); c++) {
            Colors color = Colors.series(c);
            svg.path(Svg.marker(color.marker(), at + 5, bottom + 6, 4.5), "fill=\"" + color.hex() + "\"");
            svg.text(at + 15, bottom + 10, names.get(c), "");
            at += 15 + Svg.textWidth(names.get(c), 12) + 18;
        }
        return svg.image(Math.max(right, at) + 6, bottom + 20);
    }

    private void drawField(Svg svg, Matrix field, ColorMap colors, double x0, double y0) {
        byte[] indices = new byte[field.values().length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (byte) (Float.isFinite(field.values()[i]) ? colors.step(field.values()[i]) : ColorMap.STEPS);
        }
        int[] palette = new int[ColorMap.STEPS + 1];
        for (int i = 0; i < ColorMap.STEPS; i++) {
            palette[i] = pale(colors.rgb(i));
        }
        palette[ColorMap.STEPS] = 0xc8c8c8;
        svg.raw("<image x=\"" + Svg.number(x0) + "\" y=\"" + Svg.number(y0) + "\" width=\"" + Svg.number(SIDE) + "\" height=\"" + Svg.number(SIDE)
                + "\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(Png.palette(GRID, GRID, indices, palette)) + "\"/>");
        svg.path(zeroLine(field, x0, y0), "fill=\"none\" stroke=\"#111\" stroke-width=\"1.6\" stroke-linecap=\"round\"");
    }

    private static int pale(int rgb) {
        int out = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int channel = rgb >> shift & 255;
            out |= (int) Math.round(channel + (255 - channel) * PALE) << shift;
        }
        return out;
    }

    /** Marching squares: in each square of four neighbouring values, a line through the places where the sides pass zero. */
    private static String zeroLine(Matrix f, double x0, double y0) {
        StringBuilder d = new StringBuilder();
        double step = SIDE / GRID;
        for (int i = 0; i + 1 < GRID; i++) {
            for (int j = 0; j + 1 < GRID; j++) {
                double[] corner = {f.get(i, j), f.get(i, j + 1), f.get(i + 1, j + 1), f.get(i + 1, j)};
                List<double[]> crossings = new ArrayList<>();
                for (int side = 0; side < 4; side++) {
                    double a = corner[side];
                    double b = corner[(side + 1) % 4];
                    if (a < 0 != b < 0 && Double.isFinite(a) && Double.isFinite(b)) {
                        double t = a / (a - b);
                        double x = j + (side == 0 ? t : side == 1 ? 1 : side == 2 ? 1 - t : 0);
                        double y = i + (side == 0 ? 0 : side == 1 ? t : side == 2 ? 1 : 1 - t);
                        crossings.add(new double[] {x0 + (x + 0.5) * step, y0 + (y + 0.5) * step});
                    }
                }
                for (int k = 0; k + 1 < crossings.size(); k += 2) {
                    d.append('M').append(Svg.number(crossings.get(k)[0])).append(' ').append(Svg.number(crossings.get(k)[1]))
                            .append('L').append(Svg.number(crossings.get(k + 1)[0])).append(' ').append(Svg.number(crossings.get(k + 1)[1]));
                }
            }
        }
        return d.toString();
    }

    private void drawPoints(Svg svg, int ofClass, boolean onTheWrongSide, double x0, double y0) {
        Colors color = Colors.series(ofClass);
        StringBuilder d = new StringBuilder();
        for (int i = 0; i < classes.length; i++) {
            double x = points[2 * i];
            double y = points[2 * i + 1];
            boolean marked = i < wrong.length && wrong[i];
            if (classes[i] == ofClass && marked == onTheWrongSide && Double.isFinite(x) && Double.isFinite(y)) {
                d.append(Svg.marker(color.marker(), x0 + (x - left) / extent * SIDE, y0 + SIDE - (y - bottom) / extent * SIDE, onTheWrongSide ? 3.8 : 3.3));
            }
        }
        if (!d.isEmpty()) {
            svg.path(d.toString(), "fill=\"" + color.hex() + "\" stroke=\"" + (onTheWrongSide ? "#000" : "#fff") + "\" stroke-width=\""
                    + (onTheWrongSide ? "1.6" : "0.8") + "\"");
        }
    }

    private void drawTicks(Svg svg, double x0, double y0) {
        double step = tickStep(extent);
        svg.raw("<g font-size=\"11\" fill=\"" + Svg.QUIET + "\">");
        for (double v = Math.ceil(left / step) * step; v <= left + extent + 1e-9; v += step) {
            double x = x0 + (v - left) / extent * SIDE;
            svg.path("M" + Svg.number(x) + " " + Svg.number(y0 + SIDE) + "v4", "stroke=\"#8a8f98\"");
            svg.text(x, y0 + SIDE + 16, tick(v, step), "text-anchor=\"middle\"");
        }
        for (double v = Math.ceil(bottom / step) * step; v <= bottom + extent + 1e-9; v += step) {
            double y = y0 + SIDE - (v - bottom) / extent * SIDE;
            svg.path("M" + Svg.number(x0) + " " + Svg.number(y) + "h-4", "stroke=\"#8a8f98\"");
            svg.text(x0 - 7, y + 4, tick(v, step), "text-anchor=\"end\"");
        }
        svg.text(x0 + SIDE / 2, y0 + SIDE + 32, xLabel, "text-anchor=\"middle\"");
        svg.text(0, 0, yLabel, "text-anchor=\"middle\" transform=\"translate(12 " + Svg.number(y0 + SIDE / 2) + ")rotate(-90)\"");
        svg.raw("</g>");
    }

    private static String tick(double value, double step) {
        return Numbers.typeset(Numbers.brief(Math.rint(value / step) * step, 3));
    }

    /** 1, 2 or 5 times a power of ten, for three to seven ticks. */
    private static double tickStep(double extent) {
        double power = Math.pow(10, Math.floor(Math.log10(extent / 3)));
        double over = extent / 3 / power;
        return power * (over >= 5 ? 5 : over >= 2 ? 2 : 1);
    }

    private static double drawScale(Svg svg, ColorMap colors, double x, double top) {
        double height = 130;
        int steps = 26;
        for (int i = 0; i < steps; i++) {
            int step = (int) Math.round((steps - 1 - i) * (ColorMap.STEPS - 1.0) / (steps - 1));
            svg.path("M" + Svg.number(x) + " " + Svg.number(top + i * height / steps) + "h10v" + Svg.number(height / steps + (i < steps - 1 ? 0.5 : 0)) + "h-10z",
                    "fill=\"" + ColorMap.hex(pale(colors.rgb(step))) + "\"");
        }
        svg.raw("<rect x=\"" + Svg.number(x) + "\" y=\"" + Svg.number(top) + "\" width=\"10\" height=\"" + Svg.number(height) + "\" fill=\"none\" stroke=\"#8a8f98\"/>");
        String high = Numbers.typeset(Numbers.brief(colors.high(), 2));
        String low = Numbers.typeset(Numbers.brief(colors.low(), 2));
        svg.raw("<g font-size=\"10\" fill=\"" + Svg.QUIET + "\">");
        svg.text(x + 14, top + 8, high, "");
        if (colors.signed()) {
            svg.path("M" + Svg.number(x) + " " + Svg.number(top + height / 2) + "h10", "stroke=\"#111\" stroke-width=\"1.6\"");
            svg.text(x + 14, top + height / 2 + 3.5, "0", "");
        }
        svg.text(x + 14, top + height, low, "");
        svg.raw("</g>");
        return x + 16 + Math.max(Svg.textWidth(high, 10), Svg.textWidth(low, 10));
    }

    @Override String describe() {
        return "Plane with " + text().replace("\n", "; ") + ".";
    }

    @Override public String text() {
        StringBuilder out = new StringBuilder().append(classes.length).append(classes.length == 1 ? " point" : " points");
        for (int c = 0; c < names.size(); c++) {
            int ofClass = c;
            out.append(c == 0 ? ": " : ", ").append(Arrays.stream(classes).filter(k -> k == ofClass).count()).append(" of ").append(names.get(c));
        }
        if (field != null) {
            Range values = Range.of(field.values());
            out.append("\nthe function runs ").append(values == null ? "nowhere" : "from " + Numbers.brief(values.low(), 3) + " to " + Numbers.brief(values.high(), 3));
            if (classValues.size() == 2) {
                int n = 0;
                for (boolean w : wrong) {
                    n += w ? 1 : 0;
                }
                out.append("\n").append(n).append(n == 1 ? " point lies" : " points lie").append(" on the wrong side of zero");
            }
        }
        return out.toString();
    }
}
