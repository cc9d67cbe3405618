package org.unrolled.notebook;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes SVG that is small, deterministic and needs no fonts of this machine: the reader's browser sets the text. */
final class Svg {
    /** Families with the same widths on the three systems, so that the estimate of {@link #textWidth} holds. */
    static final String FONT = "Arial,'Liberation Sans',Helvetica,sans-serif";
    static final String INK = "#222";
    static final String QUIET = "#595959";

    private final StringBuilder body = new StringBuilder();
    private int ids;

    /** A name that nothing else in this picture has. */
    String id() {
        return "i" + ids++;
    }

    static String number(double value) {
        return Numbers.stripZeros(String.format(Locale.ROOT, "%.1f", value));
    }

    Svg raw(String svg) {
        body.append(svg);
        return this;
    }

    Svg path(String d, String attributes) {
        return raw("<path d=\"" + d + "\" " + attributes + "/>");
    }

    Svg text(double x, double y, String text, String attributes) {
        return raw("<text x=\"" + number(x) + "\" y=\"" + number(y) + "\"" + (attributes.isEmpty() ? "" : " " + attributes) + ">" + Html.escape(text) + "</text>");
    }

    Picture.Image image(double width, double height) {
        int w = (int) Math.ceil(width);
        int h = (int) Math.ceil(height);
        String svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " + h
                + "\" font-family=\"" + FONT + "\" font-size=\"12\" fill=\"" + INK + "\">" + body + "</svg>";
        return new Picture.Image("image/svg+xml", svg.getBytes(StandardCharsets.UTF_8), w, h);
    }

    /** The path of a marker of about the radius r around a point. */
    static String marker(Colors.Marker marker, double x, double y, double r) {
        String start = "M";
        return switch (marker) {
            case SQUARE -> start + number(x - r) + " " + number(y - r) + "h" + number(2 * r) + "v" + number(2 * r) + "h" + number(-2 * r) + "z";
            case TRIANGLE -> start + number(x) + " " + number(y - 1.2 * r) + "l" + number(1.2 * r) + " " + number(2.1 * r) + "h" + number(-2.4 * r) + "z";
            case DIAMOND -> start + number(x) + " " + number(y - 1.3 * r) + "l" + number(1.3 * r) + " " + number(1.3 * r) + "l" + number(-1.3 * r)
                    + " " + number(1.3 * r) + "l" + number(-1.3 * r) + " " + number(-1.3 * r) + "z";
            default -> start + number(x - r) + " " + number(y) + "a" + number(r) + " " + number(r) + " 0 1 0 " + number(2 * r) + " 0a"
                    + number(r) + " " + number(r) + " 0 1 0 " + number(-2 * r) + " 0z";
        };
    }

    /** Width in pixels of a text in Arial: classes of letters rather than a table of glyphs, and a little too wide rather than too narrow. */
    static double textWidth(String text, double size) {
        double em = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            em += "iljtfI.,:;'|!()[] ".indexOf(c) >= 0 ? 0.3
                    : "mwMW—".indexOf(c) >= 0 ? 0.88
                    : c >= 'A' && c <= 'Z' ? 0.7
                    : c >= 0x2e80 ? 1.0
                    : 0.57;
        }
        return em * size;
    }
}
