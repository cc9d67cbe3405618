package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The roofline of a machine (Williams, Waterman and Patterson 2009): how many operations a second a kernel reaches, over how many it does for
 * each byte that crosses the memory, both axes logarithmic. A roof rises with the bandwidth of the memory and is flat where arithmetic is the
 * limit. A point belongs to a roof, has its colour and its marker, and cannot lie above it. Where there is no room for all names beside their points,
 * these are numbered, and the names stand beside the picture.
 */
public final class Roofline extends Picture<Roofline> {
    private static final double LEFT = 56;
    private static final double TOP = 14;
    private static final double SIZE = 11.5;
    /** A numbered picture's line of names. */
    private static final double LINE = 14;

    private static final String RIM = "font-size=\"" + SIZE + "\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"";

    private record Roof(String name, double gigaflops, double gigabytes, Colors color) {
        double at(double intensity) {
            return Math.min(gigaflops, gigabytes * intensity);
        }
    }

    private record Point(String name, double intensity, double gigaflops, int roof) {}

    /** A rectangle that is taken. */
    private record Box(double x, double y, double width, double height) {
        boolean meets(Box other) {
            return x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height;
        }
    }

    private List<Roof> roofs = List.of();
    private List<Point> points = List.of();

    Roofline() {}

    /**
     * One more roof, in the colour of its place.
     *
     * @param gigaflops billions of operations a second
     * @param gigabytes billions of bytes a second
     */
    public Roofline roof(String name, double gigaflops, double gigabytes) {
        if (!(gigaflops > 0 && gigabytes > 0)) {
            throw new IllegalArgumentException("roofline: the roof '" + name + "' has " + Numbers.brief(gigaflops) + " GFLOP/s and " + Numbers.brief(gigabytes)
                    + " GB/s: both are above zero.");
        }
        List<Roof> more = new ArrayList<>(roofs);
        more.add(new Roof(name, gigaflops, gigabytes, Colors.series(roofs.size())));
        return with(p -> p.roofs = List.copyOf(more));
    }

    /**
     * A kernel under the last roof.
     *
     * @param intensity operations for each byte that crosses the memory
     * @param gigaflops billions of operations a second that it reached
     */
    public Roofline point(String name, double intensity, double gigaflops) {
        return point(name, intensity, gigaflops, roofs.isEmpty() ? "" : roofs.getLast().name);
    }

    /** A kernel under the roof of this name. */
    public Roofline point(String name, double intensity, double gigaflops, String under) {
        int roof = roofs.stream().map(Roof::name).toList().indexOf(under);
        if (roof < 0) {
            throw new IllegalArgumentException("roofline: '" + name + "' is put under the roof '" + under + "', and the roofs are "
                    + roofs.stream().map(Roof::name).toList() + ".");
        }
        if (!(intensity > 0 && gigaflops > 0)) {
            throw new IllegalArgumentException("roofline: '" + name + "' does " + Numbers.brief(intensity) + " operations for each byte at " + Numbers.brief(gigaflops)
                    + " GFLOP/s: both are above zero on a logarithmic axis.");
        }
        List<Point> more = new ArrayList<>(points);
        more.add(new Point(name, intensity, gigaflops, roof));
        return with(p -> p.points = List.copyOf(more));
    }

    /** What the axes span, as powers of two (x) and of ten (y), and how large they are drawn. */
    private record Span(double lowX, double highX, double lowY, double highY, double width, double height) {
        double x(double intensity) {
            return LEFT + (Math.log(intensity) - Math.log(lowX)) / (Math.log(highX) - Math.log(lowX)) * width;
        }

        double y(double gigaflops) {
            return TOP + height - (Math.log(gigaflops) - Math.log(lowY)) / (Math.log(highY) - Math.log(lowY)) * height;
        }

        double right() {
            return LEFT + width;
        }

        double bottom() {
            return TOP + height;
        }
    }

    private Span span(double width, double height) {
        double lowX = 0.125;
        double highX = 64;
        double lowY = Double.MAX_VALUE;
        double highY = 0;
        for (Roof r : roofs) {
            highX = Math.max(highX, 4 * r.gigaflops / r.gigabytes);
            highY = Math.max(highY, r.gigaflops);
            lowY = Math.min(lowY, r.gigabytes * lowX);
        }
        for (Point p : points) {
            lowX = Math.min(lowX, p.intensity / 1.3);
            highX = Math.max(highX, p.intensity * 6);
            lowY = Math.min(lowY, p.gigaflops / 1.3);
            highY = Math.max(highY, p.gigaflops);
        }
        if (highY == 0) {
            lowY = 1;
            highY = 10;
        }
        return new Span(Math.pow(2, Math.floor(Math.log(lowX) / Math.log(2))), Math.pow(2, Math.ceil(Math.log(highX) / Math.log(2))), lowY / 1.3, highY * 1.9, width, height);
    }

    @Override public Image render() {
        Image named = render(span(520, 300), false);
        return named != null ? named : Objects.requireNonNull(render(span(640, Math.max(400, points.size() * LINE)), true));
    }

    /** Null if the points are to be named and there is no room for a name. */
    private @Nullable Image render(Span span, boolean numbered) {
        Svg svg = new Svg();
        drawAxes(svg, span);
        List<Box> taken = new ArrayList<>();
        for (Point p : points) {
            taken.add(new Box(span.x(p.intensity) - 5, span.y(p.gigaflops) - 5, 10, 10));
        }
        drawRoofs(svg, span, taken);
        for (Point p : points) {
            Colors color = roofs.get(p.roof).color;
            svg.path(Svg.marker(color.marker(), span.x(p.intensity), span.y(p.gigaflops), 4.2), "fill=\"" + color.hex() + "\" stroke=\"#fff\" stroke-width=\"1\"");
        }
        double right = span.right() + 14;
        for (int i = 0; i < points.size(); i++) {
            Point p = points.get(i);
            String number = Integer.toString(i + 1);
            if (!numbered) {
                if (!drawName(svg, p.name, p, span, taken)) {
                    return null;
                }
                continue;
            }
            drawNumber(svg, number, p, span, taken);
            double x = span.right() + 40;
            double y = TOP + 11 + i * LINE;
            svg.text(x - 8, y, number, "font-size=\"" + SIZE + "\" text-anchor=\"end\" fill=\"" + roofs.get(p.roof).color.hex() + "\"");
            svg.text(x, y, p.name, "font-size=\"" + SIZE + "\"");
            right = Math.max(right, x + Svg.textWidth(p.name, SIZE) + 8);
        }
        return svg.image(right, span.bottom() + 48);
    }

    private void drawRoofs(Svg svg, Span span, List<Box> taken) {
        String clip = svg.id();
        svg.raw("<clipPath id=\"" + clip + "\"><rect x=\"" + Svg.number(LEFT) + "\" y=\"" + Svg.number(TOP) + "\" width=\"" + Svg.number(span.width) + "\" height=\""
                + Svg.number(span.height) + "\"/></clipPath>");
        for (Roof r : roofs) {
            double ridge = r.gigaflops / r.gigabytes;
            String path = "M" + Svg.number(span.x(span.lowX)) + " " + Svg.number(span.y(r.at(span.lowX))) + "L" + Svg.number(span.x(ridge)) + " "
                    + Svg.number(span.y(r.gigaflops)) + "L" + Svg.number(span.right()) + " " + Svg.number(span.y(r.gigaflops));
            svg.path(path, "fill=\"none\" stroke=\"" + r.color.hex() + "\" stroke-width=\"2\"" + dashes(r.color) + " clip-path=\"url(#" + clip + ")\"");
        }
        // a name may lie over a slope where nothing else is free, and gets a white rim there
        for (Roof r : roofs) {
            double ridge = span.x(r.gigaflops / r.gigabytes);
            taken.add(new Box(ridge, span.y(r.gigaflops) - 1, span.right() - ridge, 2));
        }
        // roofs of nearly one height would write over each other: each next label moves below its line, and into the room that is left
        for (Roof r : roofs.reversed()) {
            String text = (r.color.marker().glyph() + " " + r.name + ": " + brief(r.gigaflops) + " GFLOP/s, " + brief(r.gigabytes) + " GB/s").strip();
            double width = Svg.textWidth(text, SIZE);
            double x = span.right() - width - 4;
            double y = span.y(r.gigaflops) - 6;
            for (int tries = 0; tries < 12 && meets(taken, new Box(x, y - 10, width, 13)); tries++) {
                y += 14;
            }
            taken.add(new Box(x, y - 10, width, 13));
            svg.text(x, y, text, "font-size=\"" + SIZE + "\" fill=\"" + r.color.hex() + "\"");
        }
    }

    /** Beside its point where there is room: right, left, then further up and down with a thin line to the point. False: nowhere. */
    private static boolean drawName(Svg svg, String name, Point p, Span span, List<Box> taken) {
        double width = Svg.textWidth(name, SIZE);
        double px = span.x(p.intensity);
        double py = span.y(p.gigaflops);
        for (int away = 0; away <= 8; away++) {
            for (int side : new int[] {1, -1}) {
                for (int up : away == 0 ? new int[] {0} : new int[] {1, -1}) {
                    double gap = away == 0 ? 8 : 20;
                    double x = side > 0 ? px + gap : px - gap - width;
                    double y = py + 4 - up * away * 12;
                    if (fits(x, y, width, span, taken)) {
                        if (away > 0) {
                            line(svg, px + side * 5, py, px + side * (gap - 3), y - 4);
                        }
                        svg.text(x, y, name, RIM);
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Close to its point, wherever there is room around it; a thin line leads to it from further away. */
    private static void drawNumber(Svg svg, String number, Point p, Span span, List<Box> taken) {
        double width = Svg.textWidth(number, SIZE);
        double px = span.x(p.intensity);
        double py = span.y(p.gigaflops);
        for (double away = 12; away < 120; away += 6) {
            for (int turn = 0; turn < 16; turn++) {
                double angle = 2 * Math.PI * turn / 16;
                double cx = px + away * Math.cos(angle);
                double cy = py - away * Math.sin(angle);
                if (fits(cx - width / 2, cy + 4, width, span, taken)) {
                    if (away > 12) {
                        line(svg, px + 5 * Math.cos(angle), py - 5 * Math.sin(angle), px + (away - 7) * Math.cos(angle), py - (away - 7) * Math.sin(angle));
                    }
                    svg.text(cx - width / 2, cy + 4, number, RIM);
                    return;
                }
            }
        }
        svg.text(px + 8, py + 4, number, RIM);
    }

    /** Takes the place of a text if it is inside and free. */
    private static boolean fits(double x, double y, double width, Span span, List<Box> taken) {
        Box box = new Box(x - 2, y - 10, width + 4, 13);
        boolean inside = x > LEFT + 2 && x + width < span.right() && y - 10 > TOP && y + 4 < span.bottom();
        if (!inside || meets(taken, box)) {
            return false;
        }
        taken.add(box);
        return true;
    }

    private static void line(Svg svg, double x0, double y0, double x1, double y1) {
        svg.path("M" + Svg.number(x0) + " " + Svg.number(y0) + "L" + Svg.number(x1) + " " + Svg.number(y1), "stroke=\"#8a8f98\" stroke-width=\"0.8\"");
    }

    private static boolean meets(List<Box> taken, Box box) {
        return taken.stream().anyMatch(box::meets);
    }

    private static String dashes(Colors color) {
        float[] pattern = color.dash().pattern();
        if (pattern.length == 0) {
            return "";
        }
        StringBuilder out = new StringBuilder(" stroke-dasharray=\"");
        for (int i = 0; i < pattern.length; i++) {
            out.append(i == 0 ? "" : " ").append(Svg.number(pattern[i]));
        }
        return out.append('"').toString();
    }

    private static void drawAxes(Svg svg, Span span) {
        StringBuilder grid = new StringBuilder();
        svg.raw("<g font-size=\"11\" fill=\"" + Svg.QUIET + "\">");
        for (int power = (int) Math.round(Math.log(span.lowX) / Math.log(2)); Math.pow(2, power) <= span.highX * 1.001; power++) {
            double x = span.x(Math.pow(2, power));
            grid.append('M').append(Svg.number(x)).append(' ').append(Svg.number(TOP)).append('v').append(Svg.number(span.height));
            svg.text(x, span.bottom() + 16, power >= 0 ? Long.toString(1L << power) : "1/" + (1L << -power), "text-anchor=\"middle\"");
        }
        for (int power = (int) Math.floor(Math.log10(span.lowY)); power <= Math.log10(span.highY); power++) {
            for (int times : new int[] {1, 2, 5}) {
                double value = times * Math.pow(10, power);
                if (value < span.lowY || value > span.highY) {
                    continue;
                }
                double y = span.y(value);
                grid.append('M').append(Svg.number(LEFT)).append(' ').append(Svg.number(y)).append('h').append(Svg.number(span.width));
                svg.text(LEFT - 7, y + 4, Numbers.brief(value), "text-anchor=\"end\"");
            }
        }
        svg.text(LEFT + span.width / 2, span.bottom() + 36, "operations for each byte that crosses the memory", "text-anchor=\"middle\"");
        svg.text(0, 0, "GFLOP/s", "text-anchor=\"middle\" transform=\"translate(12 " + Svg.number(TOP + span.height / 2) + ")rotate(-90)\"");
        svg.raw("</g>");
        svg.path(grid.toString(), "stroke=\"#e4e6ea\" stroke-width=\"1\"");
        svg.raw("<rect x=\"" + Svg.number(LEFT) + "\" y=\"" + Svg.number(TOP) + "\" width=\"" + Svg.number(span.width) + "\" height=\"" + Svg.number(span.height)
                + "\" fill=\"none\" stroke=\"#8a8f98\"/>");
    }

    private static String brief(double value) {
        return Numbers.brief(value, 3);
    }

    @Override String describe() {
        StringBuilder out = new StringBuilder("Roofline, GFLOP/s over operations for each byte, both axes logarithmic");
        for (Roof r : roofs) {
            out.append("; roof of ").append(r.name).append(": ").append(brief(r.gigabytes)).append(" GB/s up to ").append(brief(r.gigaflops)).append(" GFLOP/s");
        }
        for (Point p : points) {
            out.append("; ").append(p.name).append(" reaches ").append(brief(p.gigaflops)).append(" at ").append(brief(p.intensity)).append(" operations a byte, ")
                    .append(share(p)).append(" of the roof of ").append(roofs.get(p.roof).name);
        }
        return out.append('.').toString();
    }

    private String share(Point p) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * p.gigaflops / roofs.get(p.roof).at(p.intensity));
    }

    @Override public String text() {
        List<List<String>> rows = new ArrayList<>();
        for (Roof r : roofs) {
            rows.add(List.of("roof of " + r.name, "", brief(r.gigaflops), brief(r.gigabytes) + " GB/s"));
        }
        for (Point p : points) {
            rows.add(List.of(p.name, brief(p.intensity), brief(p.gigaflops), share(p) + " of " + roofs.get(p.roof).name));
        }
        return (title == null ? "" : title + "\n") + TextTable.of(List.of("", "operations a byte", "GFLOP/s", ""), rows);
    }
}
