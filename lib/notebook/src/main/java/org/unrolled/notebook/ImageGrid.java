package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One picture of pixels, or a grid of several of one size: photographs, digits, feature maps, filters.
 *
 * <p>0 is black and 1 is white (or the full colour). If a value lies outside 0 to 1, all pictures are stretched together so that the
 * smallest value is black and the largest white, and a line below says which values these are. A pixel that is not finite is magenta.
 * Small pictures are enlarged with sharp pixels.
 */
public final class ImageGrid extends Picture<ImageGrid> {
    private static final int MOST = 100;
    private static final double WIDTH = 640;
    private static final double GAP = 8;
    private static final int ODD = 0xff00ff;
    private static final String INK = " .:-=+*#%@";

    /** A frame around part of a picture. */
    private record Box(int row, int column, int height, int width) {}

    private final float[] pixels;
    private final int count;
    private final int channels;
    private final int h;
    private final int w;
    private List<String> captions = List.of();
    private List<Box> boxes = List.of();
    private int columns;
    private double size;
    private @Nullable Range range;

    private ImageGrid(float[] pixels, int count, int channels, int h, int w) {
        this.pixels = pixels;
        this.count = count;
        this.channels = channels;
        this.h = h;
        this.w = w;
    }

    static ImageGrid of(float[] pixels, int count, int channels, int h, int w) {
        return new ImageGrid(pixels, count, channels, h, w);
    }

    /** A caption under each picture. */
    public ImageGrid captions(List<String> captions) {
        if (captions.size() != count) {
            throw new IllegalArgumentException(captions.size() + (captions.size() == 1 ? " caption for " : " captions for ") + count
                    + (count == 1 ? " picture" : " pictures") + ": each picture needs one");
        }
        return with(p -> p.captions = List.copyOf(captions));
    }

    /** A caption under each picture. */
    public ImageGrid captions(String... captions) {
        return captions(List.of(captions));
    }

    /** How many pictures stand in a row. */
    public ImageGrid columns(int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("columns(" + columns + "): a row needs at least one picture");
        }
        return with(p -> p.columns = columns);
    }

    /** How wide each picture is drawn, in pixels of the screen. */
    public ImageGrid width(double width) {
        if (!(width >= 1)) {
            throw new IllegalArgumentException("width(" + Numbers.brief(width) + "): a picture is at least 1 pixel wide");
        }
        return with(p -> p.size = width);
    }

    /** The values that are black and white; values beyond them are cut off. */
    public ImageGrid range(double black, double white) {
        if (!(black < white)) {
            throw new IllegalArgumentException("range: black at " + Numbers.brief(black) + " and white at " + Numbers.brief(white)
                    + " leave nothing between them: black must be the smaller");
        }
        return with(p -> p.range = new Range(black, white));
    }

    /** Frames a part of every picture, such as the window that a convolution looks at; it may reach into the padding around the picture. */
    public ImageGrid box(int row, int column, int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("box: " + height + " by " + width + " pixels: a box is at least 1 by 1");
        }
        List<Box> all = new ArrayList<>(boxes);
        all.add(new Box(row, column, height, width));
        return with(p -> p.boxes = List.copyOf(all));
    }

    @Override @Nullable Range range() {
        return range != null ? null : Range.of(pixels);
    }

    @Override ImageGrid within(Range shared) {
        return range != null ? this : with(p -> p.range = stretched(shared));
    }

    private static Range stretched(@Nullable Range values) {
        return values == null || values.low() >= 0 && values.high() <= 1 ? new Range(0, 1)
                : values.low() < values.high() ? values : new Range(values.low() - 0.5, values.high() + 0.5);
    }

    private Range scale() {
        return range != null ? range : stretched(Range.of(pixels));
    }

    /** What black and white stand for, where they are not 0 and 1. */
    private String key() {
        Range r = scale();
        return r.low() == 0 && r.high() == 1 ? "" : "black is " + Numbers.brief(r.low(), 3) + ", white is " + Numbers.brief(r.high(), 3);
    }

    private byte[] png(int picture) {
        Range r = scale();
        int n = h * w;
        int start = picture * channels * n;
        if (channels == 1) {
            boolean allFinite = true;
            byte[] levels = new byte[n];
            for (int i = 0; i < n; i++) {
                allFinite &= Float.isFinite(pixels[start + i]);
                levels[i] = (byte) level(pixels[start + i], r, 255);
            }
            if (allFinite) {
                return Png.grey(w, h, levels);
            }
        }
        byte[] rgb = new byte[3 * n];
        for (int i = 0; i < n; i++) {
            boolean finite = true;
            for (int c = 0; c < 3; c++) {
                float v = pixels[start + c % channels * n + i];
                finite &= Float.isFinite(v);
                rgb[3 * i + c] = (byte) level(v, r, 255);
            }
            if (!finite) {
                rgb[3 * i] = (byte) 255;
                rgb[3 * i + 1] = 0;
                rgb[3 * i + 2] = (byte) 255;
            }
        }
        return Png.rgb(w, h, rgb);
    }

    private static int level(float v, Range r, int most) {
        return (int) Math.clamp(Math.round((v - r.low()) / (r.high() - r.low()) * most), 0, most);
    }

    private int shown() {
        return Math.min(count, MOST);
    }

    private int across() {
        int n = Math.max(1, shown());
        return columns > 0 ? Math.min(columns, n) : Math.min(n, n <= 6 ? n : w > 100 ? 4 : n <= 24 ? 8 : 10);
    }

    /** The size of a pixel on the screen: a whole number where pixels are enlarged, so that all are equally large. */
    private double pixel() {
        double wide = size > 0 ? size : Math.min((WIDTH - GAP) / across() - GAP, count == 1 ? w < 48 ? 224 : 512 : w < 48 ? 112 : 256);
        double scale = wide / w;
        return size > 0 || scale < 1 ? scale : Math.floor(Math.min(scale, 28));
    }

    private boolean plain() {
        return count == 1 && captions.isEmpty() && boxes.isEmpty() && key().isEmpty() && h * w > 0;
    }

    @Override String img() {
        Image image = render();
        return Html.img(image, alt(), image.mime().equals("image/png") && pixel() > 1 ? Html.CARD + ";image-rendering:pixelated" : Html.CARD);
    }

    @Override public Image render() {
        if (plain()) {
            return new Image("image/png", png(0), (int) Math.round(w * pixel()), (int) Math.round(h * pixel()));
        }
        Svg svg = new Svg();
        if (count == 0 || h * w == 0) {
            svg.text(GAP, 16, "no pixels", "fill=\"" + Svg.QUIET + "\"");
            return svg.image(90, 24);
        }
        double pixel = pixel();
        double width = w * pixel;
        double height = h * pixel;
        int across = across();
        double gap = GAP + overhang() * pixel;
        double cell = width;
        for (String caption : captions.subList(0, captions.isEmpty() ? 0 : shown())) {
            cell = Math.max(cell, Math.min(Svg.textWidth(caption, 11), Math.max(width, 110)));
        }
        int lines = 0;
        List<List<String>> wrapped = new ArrayList<>();
        for (int i = 0; i < shown() && !captions.isEmpty(); i++) {
            wrapped.add(wrap(captions.get(i), cell));
            lines = Math.max(lines, wrapped.getLast().size());
        }
        double step = height + gap + lines * 14 + (lines > 0 ? 4 : 0);
        for (int i = 0; i < shown(); i++) {
            double x = gap + i % across * (cell + gap);
            double y = gap + i / across * step;
            String frame = "x=\"" + Svg.number(x) + "\" y=\"" + Svg.number(y) + "\" width=\"" + Svg.number(width) + "\" height=\"" + Svg.number(height) + "\"";
            svg.raw("<image " + frame + " preserveAspectRatio=\"none\"" + (pixel > 1 ? " style=\"image-rendering:pixelated\"" : "")
                    + " href=\"data:image/png;base64," + Base64.getEncoder().encodeToString(png(i)) + "\"/>");
            // white pictures need an edge on the white card
            svg.raw("<rect " + frame + " fill=\"none\" stroke=\"#c8ccd2\" stroke-width=\"0.5\"/>");
            for (Box box : boxes) {
                String at = "x=\"" + Svg.number(x + box.column * pixel) + "\" y=\"" + Svg.number(y + box.row * pixel)
                        + "\" width=\"" + Svg.number(box.width * pixel) + "\" height=\"" + Svg.number(box.height * pixel) + "\" fill=\"none\"";
                // light around dark: one of them stands out on any picture
                svg.raw("<rect " + at + " stroke=\"#fff\" stroke-width=\"4\"/><rect " + at + " stroke=\"" + Colors.KEY.hex() + "\" stroke-width=\"2\"/>");
            }
            for (int k = 0; k < (captions.isEmpty() ? 0 : wrapped.get(i).size()); k++) {
                svg.text(x, y + height + 13 + k * 14, wrapped.get(i).get(k), "font-size=\"11\"");
            }
        }
        double right = gap + Math.min(across, shown()) * (cell + gap);
        double bottom = gap + (shown() + across - 1) / across * step;
        String below = key() + (count > shown() ? (key().isEmpty() ? "" : "; ") + "and " + (count - shown()) + " more" : "");
        if (!below.isEmpty()) {
            svg.text(GAP, bottom + 8, below, "font-size=\"11\" fill=\"" + Svg.QUIET + "\"");
            right = Math.max(right, 2 * GAP + Svg.textWidth(below, 11));
            bottom += 14;
        }
        return svg.image(right, bottom);
    }

    /** How many pixels the boxes reach beyond the picture. */
    private int overhang() {
        int most = 0;
        for (Box box : boxes) {
            most = Math.max(Math.max(most, Math.max(-box.row, -box.column)), Math.max(box.row + box.height - h, box.column + box.width - w));
        }
        return most;
    }

    private static List<String> wrap(String text, double width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && Svg.textWidth(line + " " + word, 11) > width + 2) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    @Override String describe() {
        StringBuilder out = new StringBuilder(count == 1 ? "Picture" : count + " pictures").append(channels == 1 ? " in grey" : " in colour")
                .append(count == 1 ? ", " : ", each ").append(h).append(" by ").append(w).append(" pixels");
        if (count == 1 && h * w > 0) {
            out.append("; ").append(layout());
        }
        String key = key();
        if (!key.isEmpty()) {
            out.append("; ").append(key);
        }
        int odd = 0;
        for (float v : pixels) {
            odd += Float.isFinite(v) ? 0 : 1;
        }
        if (odd > 0) {
            out.append("; ").append(odd).append(odd == 1 ? " value is" : " values are").append(" not finite");
        }
        for (Box box : boxes) {
            out.append("; a box of ").append(box.height).append(" by ").append(box.width).append(" pixels at row ").append(box.row).append(", column ").append(box.column);
        }
        if (!captions.isEmpty()) {
            int most = Math.min(count, 12);
            out.append(". ").append(count == 1 ? "Caption: " : "Captions: ").append(String.join("; ", captions.subList(0, most))).append(most < count ? "; …" : "");
        }
        return out.append('.').toString();
    }

    /** The mean and where it is brightest, in thirds: the least that tells one picture from another. */
    private String layout() {
        double[] sums = new double[9];
        int[] counts = new int[9];
        double all = 0;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int third = 3 * y / h * 3 + 3 * x / w;
                float v = value(0, y, x);
                if (Float.isFinite(v)) {
                    sums[third] += v;
                    counts[third]++;
                    all += v;
                }
            }
        }
        int brightest = 0;
        int n = 0;
        for (int i = 0; i < 9; i++) {
            n += counts[i];
            if (counts[i] > 0 && (counts[brightest] == 0 || sums[i] / counts[i] > sums[brightest] / counts[brightest])) {
                brightest = i;
            }
        }
        if (n == 0) {
            return "nothing in it is finite";
        }
        String[] rows = {"top", "middle", "bottom"};
        String[] columns = {"left", "centre", "right"};
        return "mean " + Numbers.brief(all / n, 2) + ", brightest at the " + (brightest == 4 ? "centre" : rows[brightest / 3] + " " + columns[brightest % 3]);
    }

    /** The mean over the channels. */
    private float value(int picture, int y, int x) {
        float sum = 0;
        for (int c = 0; c < channels; c++) {
            sum += pixels[((picture * channels + c) * h + y) * w + x];
        }
        return sum / channels;
    }

    /** Up to two pictures in letters, the darker the emptier. */
    @Override public String text() {
        StringBuilder out = new StringBuilder(title == null ? "" : title + "\n");
        Range r = scale();
        // a letter is twice as high as wide: few pixels are written twice, of many rows each second is left out
        int columns = w <= 20 ? 2 * w : Math.min(w, 40);
        int rows = w == 0 ? 0 : Math.clamp(Math.round((double) h * columns / w / 2), Math.min(h, 1), 24);
        for (int i = 0; i < Math.min(2, count); i++) {
            if (!captions.isEmpty()) {
                out.append(captions.get(i)).append('\n');
            }
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    float v = value(i, y * h / rows, x * w / columns);
                    out.append(Float.isFinite(v) ? INK.charAt(level(v, r, INK.length() - 1)) : '?');
                }
                out.append('\n');
            }
        }
        if (count > 2) {
            out.append("and ").append(count - 2).append(" more\n");
        }
        return out.append(count == 1 ? "picture, " : count + " pictures, each ").append(h).append(" by ").append(w).append(" pixels").append(channels == 3 ? ", in colour" : "")
                .append(key().isEmpty() ? "" : "; " + key()).toString();
    }
}
