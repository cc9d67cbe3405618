package org.unrolled.notebook;

import java.util.Arrays;
import java.util.Base64;

/**
 * One place of a convolution's window: the input with the window marked, what the window sees times the kernel, their sum, and the
 * output as far as it is computed, row by row. A scrubber over places makes the window slide.
 *
 * <p>The input is grey (0 black, 1 white); outputs, kernel and products run blue, white, orange around zero. Padding is hatched.
 */
public final class SlidingWindow extends Picture<SlidingWindow> {
    private static final double GAP = 10;
    private static final double MOST_WIDE = 300;
    private static final double MOST_HIGH = 230;
    /** Pixels as large as this have their value written in. */
    private static final double NUMBERS = 18;
    private static final String MARK = Colors.KEY.hex();
    private static final int[] GREY = new int[256];

    static {
        Arrays.setAll(GREY, level -> level * 0x010101);
    }

    private final Matrix input;
    private final Matrix kernel;
    private final int row;
    private final int column;
    private int stride = 1;
    private int padding;
    private int dilation = 1;
    private String inputName = "input X";
    private String kernelName = "kernel K";
    private String outputName = "output Y";

    /** @param row and column of the output */
    SlidingWindow(Matrix input, Matrix kernel, int row, int column) {
        this.input = input;
        this.kernel = kernel;
        this.row = row;
        this.column = column;
    }

    /** How far the window steps. */
    public SlidingWindow stride(int stride) {
        return with(p -> p.stride = positive("stride", stride));
    }

    /** How many zeros surround the input on each side. */
    public SlidingWindow padding(int padding) {
        if (padding < 0) {
            throw new IllegalArgumentException("slidingWindow: padding " + padding + " is negative; it is 0 or more");
        }
        return with(p -> p.padding = padding);
    }

    /** How far the kernel's elements lie apart on the input. */
    public SlidingWindow dilation(int dilation) {
        return with(p -> p.dilation = positive("dilation", dilation));
    }

    /** Other names than X, K and Y: on the way back the gradient of the output is the input. */
    public SlidingWindow names(String input, String kernel, String output) {
        return with(p -> {
            p.inputName = input;
            p.kernelName = kernel;
            p.outputName = output;
        });
    }

    private static int positive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("slidingWindow: " + what + " " + value + " is below 1; the smallest is 1");
        }
        return value;
    }

    private int span(int size) {
        return dilation * (size - 1) + 1;
    }

    private int places(int size, int kernelSize) {
        return size + 2 * padding < span(kernelSize) ? 0 : (size + 2 * padding - span(kernelSize)) / stride + 1;
    }

    private int outRows() {
        return places(input.rows(), kernel.rows());
    }

    private int outColumns() {
        return places(input.columns(), kernel.columns());
    }

    /** The input under the window, element by element. */
    private Matrix seen(int i, int j) {
        float[] values = new float[kernel.values().length];
        for (int u = 0; u < kernel.rows(); u++) {
            for (int v = 0; v < kernel.columns(); v++) {
                int r = i * stride - padding + u * dilation;
                int c = j * stride - padding + v * dilation;
                boolean inside = r >= 0 && r < input.rows() && c >= 0 && c < input.columns();
                values[u * kernel.columns() + v] = inside ? input.get(r, c) : 0;
            }
        }
        return new Matrix(values, kernel.rows(), kernel.columns());
    }

    private Matrix product(int i, int j) {
        float[] values = seen(i, j).values();
        for (int n = 0; n < values.length; n++) {
            values[n] *= kernel.values()[n];
        }
        return new Matrix(values, kernel.rows(), kernel.columns());
    }

    private float output(int i, int j) {
        double sum = 0;
        for (float p : product(i, j).values()) {
            sum += p;
        }
        return (float) sum;
    }

    private void requirePlace() {
        if (row < 0 || row >= outRows() || column < 0 || column >= outColumns()) {
            throw new IllegalArgumentException("slidingWindow: the output of " + input.rows() + " by " + input.columns() + " pixels under a kernel of "
                    + kernel.rows() + " by " + kernel.columns() + " is " + outRows() + " by " + outColumns() + ", so it has no place (" + row + ", " + column
                    + "). Hint: places count from 0, and a larger stride leaves fewer.");
        }
    }

    @Override public Image render() {
        requirePlace();
        Svg svg = new Svg();
        double pixel = pixel();
        double top = GAP + 18;
        String hatch = svg.id();
        svg.raw("<pattern id=\"" + hatch + "\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                + "<path d=\"M0 0h5v5h-5z\" fill=\"#f1f1f1\"/><path d=\"M0 0v5\" stroke=\"#c4c4c4\" stroke-width=\"1.5\"/></pattern>");
        double wide = drawInput(svg, GAP, top, pixel, hatch);
        double left = GAP + wide + 2.5 * GAP;
        double right = left + drawOutput(svg, left, top, pixel, hatch);
        double bottom = top + (input.rows() + 2 * padding) * pixel + 2 * GAP;
        double[] used = equation(svg, GAP, bottom);
        return svg.image(Math.max(right, GAP + used[0]) + GAP, bottom + used[1] + GAP);
    }

    private double pixel() {
        double room = Math.min(MOST_WIDE / (input.columns() + 2 * padding), MOST_HIGH / (input.rows() + 2 * padding));
        return Math.min(room, room < NUMBERS ? 24 : Math.max(24, widestNumber()));
    }

    /** What the longest number of input and output takes: with a pixel of that size all are written, and else none, not some. */
    private double widestNumber() {
        return Math.max(widest(input.values()), widest(outputs())) + 1;
    }

    private static double widest(float[] values) {
        int decimals = Numbers.decimals(values);
        double widest = 0;
        for (int n = 0; decimals >= 0 && n < values.length; n++) {
            widest = Math.max(widest, Svg.textWidth(Numbers.typeset(Numbers.fixed(values[n], decimals)), 10));
        }
        return widest;
    }

    private float[] outputs() {
        float[] all = new float[outRows() * outColumns()];
        for (int n = 0; n < all.length; n++) {
            all[n] = output(n / outColumns(), n % outColumns());
        }
        return all;
    }

    /** The input with its padding and the window; returns the width. */
    private double drawInput(Svg svg, double x, double y, double pixel, String hatch) {
        String title = inputName + " " + size(input.rows(), input.columns()) + (padding > 0 ? ", its padding hatched" : "");
        heading(svg, x, y - 18, title);
        double width = (input.columns() + 2 * padding) * pixel;
        rect(svg, x, y, width, (input.rows() + 2 * padding) * pixel, "fill=\"url(#" + hatch + ")\" stroke=\"#c8ccd2\"");
        double inset = padding * pixel;
        byte[] levels = greys(input);
        picture(svg, x + inset, y + inset, pixel, input.rows(), input.columns(), levels, GREY);
        if (pixel >= NUMBERS && pixel >= widestNumber()) {
            int decimals = Numbers.decimals(input.values());
            for (int r = 0; r < input.rows() && decimals >= 0; r++) {
                for (int c = 0; c < input.columns(); c++) {
                    number(svg, x + inset + c * pixel, y + inset + r * pixel, pixel, input.get(r, c), decimals,
                            ColorMap.ink(GREY[levels[r * input.columns() + c] & 0xff]));
                }
            }
        }
        double wx = x + column * stride * pixel;
        double wy = y + row * stride * pixel;
        mark(svg, wx, wy, span(kernel.columns()) * pixel, span(kernel.rows()) * pixel);
        for (int tap = 0; dilation > 1 && tap < kernel.values().length; tap++) {
            mark(svg, wx + tap % kernel.columns() * dilation * pixel, wy + tap / kernel.columns() * dilation * pixel, pixel, pixel);
        }
        return Math.max(width, Svg.textWidth(title, 12));
    }

    /** The output as far as it is computed, on the input's scale; returns the width. */
    private double drawOutput(Svg svg, double x, double y, double pixel, String hatch) {
        String title = outputName + " " + size(outRows(), outColumns()) + " so far";
        heading(svg, x, y - 18, title);
        double width = outColumns() * pixel;
        rect(svg, x, y, width, outRows() * pixel, "fill=\"url(#" + hatch + ")\" stroke=\"#c8ccd2\"");
        float[] all = outputs();
        Range range = Range.of(all);
        ColorMap colors = range == null ? new ColorMap(0, 0, false) : ColorMap.of(range.low(), range.high());
        int[] palette = new int[ColorMap.STEPS];
        Arrays.setAll(palette, colors::rgb);
        byte[] steps = new byte[all.length];
        for (int n = 0; n < all.length; n++) {
            steps[n] = (byte) colors.step(all[n]);
        }
        int whole = row * outColumns();
        if (row > 0) {
            picture(svg, x, y, pixel, row, outColumns(), Arrays.copyOf(steps, whole), palette);
        }
        picture(svg, x, y + row * pixel, pixel, 1, column + 1, Arrays.copyOfRange(steps, whole, whole + column + 1), palette);
        int decimals = Numbers.decimals(all);
        boolean numbers = pixel >= NUMBERS && pixel >= widestNumber();
        for (int n = 0; numbers && decimals >= 0 && n <= whole + column; n++) {
            number(svg, x + n % outColumns() * pixel, y + n / outColumns() * pixel, pixel, all[n], decimals, ColorMap.ink(palette[steps[n]]));
        }
        // a small pixel is framed from outside, so that its colour stays visible
        double edge = pixel < 8 ? 3 : 0;
        mark(svg, x + column * pixel - edge, y + row * pixel - edge, pixel + 2 * edge, pixel + 2 * edge);
        return Math.max(width, Svg.textWidth(title, 12));
    }

    /** What the window sees times the kernel, and the sum; returns width and height. */
    private double[] equation(Svg svg, double x, double y) {
        HeatMap[] maps = {new HeatMap(kernel), new HeatMap(product(row, column))};
        String[] names = {"what the window sees", kernelName, "product"};
        String[] signs = {"⊙", "=", "→"};
        double height = 0;
        double at = x;
        for (int n = 0; n < names.length; n++) {
            heading(svg, at, y, names[n]);
            double[] size = n == 0 ? drawSeen(svg, at, y + 18) : maps[n - 1].scale(false).cells(38, 130).values(true).draw(svg, at, y + 18);
            height = Math.max(height, size[1] + 18);
            at += Math.max(size[0], Svg.textWidth(names[n], 12)) + 8;
            svg.text(at, y + 18 + size[1] / 2 + 6, signs[n], "font-size=\"18\"");
            at += 26;
        }
        String sum = "sum " + Numbers.typeset(written(output(row, column)));
        svg.text(at, y + 18 + (height - 18) / 2 - 3, "at [" + row + ", " + column + "]", "fill=\"" + Svg.QUIET + "\"");
        svg.text(at, y + 18 + (height - 18) / 2 + 14, sum, "font-size=\"14\" font-weight=\"bold\" fill=\"" + MARK + "\"");
        return new double[] {at - x + Svg.textWidth(sum, 15), height};
    }

    /** A sum: whole where everything is, else with two decimals. */
    private static String written(float value) {
        return value == Math.rint(value) ? Numbers.brief(value) : Numbers.fixed(value, 2);
    }

    /** The window's part of the input in the input's greys, as large as the kernel beside it; returns width and height. */
    private double[] drawSeen(Svg svg, double x, double y) {
        Matrix seen = seen(row, column);
        double width = Math.min(38, 130.0 / seen.columns());
        double height = width < 26 ? width : Math.clamp(width * 0.65, 20, 30);
        byte[] levels = greys(seen);
        int decimals = Numbers.decimals(seen.values());
        for (int n = 0; n < levels.length; n++) {
            int grey = GREY[levels[n] & 0xff];
            double left = x + n % seen.columns() * width;
            double top = y + n / seen.columns() * height;
            rect(svg, left, top, width, height, "fill=\"" + ColorMap.hex(grey) + "\" stroke=\"#c8ccd2\"");
            String text = decimals < 0 ? Numbers.brief(seen.values()[n], 2) : Numbers.fixed(seen.values()[n], decimals);
            if (Svg.textWidth(text, 11) <= width - 2) {
                svg.text(left + width / 2, top + height / 2 + 4, Numbers.typeset(text), "font-size=\"11\" text-anchor=\"middle\" fill=\"" + ColorMap.ink(grey) + "\"");
            }
        }
        return new double[] {seen.columns() * width, seen.rows() * height};
    }

    private static String size(int rows, int columns) {
        return "(" + rows + ", " + columns + ")";
    }

    private static void heading(Svg svg, double x, double y, String text) {
        svg.text(x, y + 11, text, "fill=\"" + Svg.QUIET + "\"");
    }

    private static void rect(Svg svg, double x, double y, double width, double height, String style) {
        svg.raw("<rect x=\"" + Svg.number(x) + "\" y=\"" + Svg.number(y) + "\" width=\"" + Svg.number(width) + "\" height=\"" + Svg.number(height) + "\" " + style + "/>");
    }

    /** Light around dark: one of them stands out on any picture. */
    private static void mark(Svg svg, double x, double y, double width, double height) {
        rect(svg, x, y, width, height, "fill=\"none\" stroke=\"#fff\" stroke-width=\"4\"");
        rect(svg, x, y, width, height, "fill=\"none\" stroke=\"" + MARK + "\" stroke-width=\"2\"");
    }

    private static void number(Svg svg, double x, double y, double pixel, float value, int decimals, String ink) {
        svg.text(x + pixel / 2, y + pixel / 2 + 3.5, Numbers.typeset(Numbers.fixed(value, decimals)),
                "font-size=\"10\" text-anchor=\"middle\" fill=\"" + ink + "\"");
    }

    private static void picture(Svg svg, double x, double y, double pixel, int rows, int columns, byte[] indices, int[] palette) {
        svg.raw("<image x=\"" + Svg.number(x) + "\" y=\"" + Svg.number(y) + "\" width=\"" + Svg.number(columns * pixel) + "\" height=\"" + Svg.number(rows * pixel)
                + "\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(Png.palette(columns, rows, indices, palette)) + "\"/>");
    }

    /** Each value as a level of grey: 0 black and 1 white, or the input's smallest and largest where it goes beyond. */
    private byte[] greys(Matrix m) {
        Range r = Range.of(input.values());
        boolean unit = r == null || r.low() >= 0 && r.high() <= 1 || r.low() == r.high();
        double low = unit ? 0 : r.low();
        double high = unit ? 1 : r.high();
        byte[] levels = new byte[m.values().length];
        for (int n = 0; n < levels.length; n++) {
            levels[n] = (byte) Math.clamp(Math.round((m.values()[n] - low) / (high - low) * 255), 0, 255);
        }
        return levels;
    }

    @Override String describe() {
        requirePlace();
        return "A window of " + span(kernel.rows()) + " by " + span(kernel.columns()) + " pixels on an input of " + input.rows() + " by " + input.columns()
                + ", its first element at row " + (row * stride - padding) + ", column " + (column * stride - padding) + "; times the kernel and summed it gives "
                + written(output(row, column)) + " at [" + row + ", " + column + "] of the output; " + (row * outColumns() + column + 1) + " of "
                + outRows() * outColumns() + " outputs are computed.";
    }

    @Override public String text() {
        requirePlace();
        return (title == null ? "" : title + "\n") + "what the window sees\n" + new HeatMap(seen(row, column)).text() + "\n" + kernelName + "\n" + new HeatMap(kernel).text()
                + "\nsum at [" + row + ", " + column + "]: " + written(output(row, column));
    }
}
