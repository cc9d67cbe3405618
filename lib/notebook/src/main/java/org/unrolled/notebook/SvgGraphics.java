package org.unrolled.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Composite;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.GraphicsConfiguration;
import java.awt.Image;
import java.awt.Paint;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.font.FontRenderContext;
import java.awt.font.GlyphVector;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.BufferedImageOp;
import java.awt.image.ImageObserver;
import java.awt.image.RenderedImage;
import java.awt.image.renderable.RenderableImage;
import java.text.AttributedCharacterIterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What XChart draws, as SVG: a chart of a few kilobytes that is sharp at every size, where a raster of a noisy curve takes ten times as much
 * and as long. Only what XChart's lines and bars use is here (shapes filled and drawn, a rectangle as clip); anything else throws.
 */
final class SvgGraphics extends Graphics2D {
    private final Svg svg;
    private final Map<String, String> clips;
    private AffineTransform transform = new AffineTransform();
    private Color color = Color.BLACK;
    private Color background = Color.WHITE;
    private Stroke stroke = new BasicStroke(1);
    private Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private RenderingHints hints = new RenderingHints(Map.of());
    private @Nullable Shape clip;
    private final StringBuilder curve = new StringBuilder();
    private String curveStyle = "";
    private long curveX;
    private long curveY;
    // metrics come from a raster context: the same as in any headless JVM
    private final Graphics2D measure = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();

    SvgGraphics(Svg svg) {
        this(svg, new LinkedHashMap<>());
    }

    private SvgGraphics(Svg svg, Map<String, String> clips) {
        this.svg = svg;
        this.clips = clips;
        measure.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        measure.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    }

    @Override public void draw(Shape shape) {
        BasicStroke s = (BasicStroke) stroke;
        StringBuilder out = new StringBuilder("fill=\"none\" stroke=\"").append(hex()).append("\" stroke-width=\"").append(Svg.number(s.getLineWidth())).append('"');
        if (s.getDashArray() != null) {
            out.append(" stroke-dasharray=\"");
            for (int i = 0; i < s.getDashArray().length; i++) {
                out.append(i == 0 ? "" : " ").append(Svg.number(s.getDashArray()[i]));
            }
            out.append('"');
        }
        if (s.getLineJoin() == BasicStroke.JOIN_ROUND) {
            out.append(" stroke-linejoin=\"round\"");
        }
        if (s.getEndCap() == BasicStroke.CAP_ROUND) {
            out.append(" stroke-linecap=\"round\"");
        }
        if (shape instanceof Line2D line) {
            segment(line, out.toString());
        } else {
            element(shape, out.toString());
        }
    }

    /** XChart draws a curve one segment at a time: joined again, so that dashes run through and a curve is one element. */
    private void segment(Line2D line, String attributes) {
        double[] p = {line.getX1(), line.getY1(), line.getX2(), line.getY2()};
        transform.transform(p, 0, p, 0, 2);
        long x = Math.round(p[0] * 10);
        long y = Math.round(p[1] * 10);
        String style = attributes + opacity() + clipAttribute();
        if (!style.equals(curveStyle) || x != curveX || y != curveY) {
            flush();
            curveStyle = style;
            curve.append('M');
            tenths(curve, x, true);
            tenths(curve, y, false);
            curve.append('l');
        }
        curveX = Math.round(p[2] * 10);
        curveY = Math.round(p[3] * 10);
        tenths(curve, curveX - x, curve.charAt(curve.length() - 1) == 'l');
        tenths(curve, curveY - y, false);
    }

    private void flush() {
        if (!curve.isEmpty()) {
            svg.path(curve.toString(), curveStyle);
            curve.setLength(0);
            curveStyle = "";
        }
    }

    private String opacity() {
        return color.getAlpha() < 255 ? " opacity=\"" + Numbers.fixed(color.getAlpha() / 255.0, 2) + "\"" : "";
    }

    @Override public void fill(Shape shape) {
        element(shape, "fill=\"" + hex() + "\"");
    }

    private void element(Shape shape, String attributes) {
        String d = path(shape, transform);
        if (color.getAlpha() == 0 || d.isEmpty()) {
            return;
        }
        String style = attributes + opacity() + clipAttribute();
        flush();
        svg.path(d, style);
    }

    private String clipAttribute() {
        if (clip == null) {
            return "";
        }
        String d = path(clip, null);
        String id = clips.get(d);
        if (id == null) {
            id = svg.id();
            clips.put(d, id);
            svg.raw("<clipPath id=\"" + id + "\"><path d=\"" + d + "\"/></clipPath>");
        }
        return " clip-path=\"url(#" + id + ")\"";
    }

    private String hex() {
        return String.format("#%06x", color.getRGB() & 0xffffff);
    }

    /** Path data in tenths of a pixel, each point relative to the rounded one before it, so that roundings do not add up. */
    static String path(Shape shape, @Nullable AffineTransform transform) {
        StringBuilder out = new StringBuilder();
        double[] p = new double[6];
        long x = 0;
        long y = 0;
        long startX = 0;
        long startY = 0;
        char last = ' ';
        for (PathIterator it = shape.getPathIterator(transform); !it.isDone(); it.next()) {
            int type = it.currentSegment(p);
            if (type == PathIterator.SEG_CLOSE) {
                out.append('z');
                x = startX;
                y = startY;
                last = 'z';
                continue;
            }
            int n = type == PathIterator.SEG_CUBICTO ? 6 : type == PathIterator.SEG_QUADTO ? 4 : 2;
            if (type == PathIterator.SEG_MOVETO) {
                x = Math.round(p[0] * 10);
                y = Math.round(p[1] * 10);
                startX = x;
                startY = y;
                out.append('M');
                tenths(out, x, true);
                tenths(out, y, false);
                last = 'M';
                continue;
            }
            char command = n == 6 ? 'c' : n == 4 ? 'q' : 'l';
            boolean repeated = command == last;
            if (!repeated) {
                out.append(command);
            }
            long nextX = x;
            long nextY = y;
            for (int i = 0; i < n; i += 2) {
                nextX = Math.round(p[i] * 10);
                nextY = Math.round(p[i + 1] * 10);
                tenths(out, nextX - x, i == 0 && !repeated);
                tenths(out, nextY - y, false);
            }
            x = nextX;
            y = nextY;
            last = command;
        }
        return out.toString();
    }

    private static void tenths(StringBuilder out, long value, boolean first) {
        if (!first && value >= 0) {
            out.append(' ');
        }
        if (value < 0) {
            out.append('-');
        }
        long size = Math.abs(value);
        if (size % 10 == 0) {
            out.append(size / 10);
        } else {
            if (size >= 10) {
                out.append(size / 10);
            }
            out.append('.').append(size % 10);
        }
    }

    @Override public void drawLine(int x1, int y1, int x2, int y2) { draw(new Line2D.Double(x1, y1, x2, y2)); }
    @Override public void fillRect(int x, int y, int w, int h) { fill(new Rectangle(x, y, w, h)); }
    @Override public void drawOval(int x, int y, int w, int h) { draw(new Ellipse2D.Double(x, y, w, h)); }
    @Override public void fillOval(int x, int y, int w, int h) { fill(new Ellipse2D.Double(x, y, w, h)); }
    @Override public void drawPolygon(int[] x, int[] y, int n) { draw(new java.awt.Polygon(x, y, n)); }
    @Override public void fillPolygon(int[] x, int[] y, int n) { fill(new java.awt.Polygon(x, y, n)); }
    @Override public void drawGlyphVector(GlyphVector g, float x, float y) { fill(g.getOutline(x, y)); }
    @Override public void drawString(String s, int x, int y) { drawString(s, (float) x, y); }
    @Override public void drawString(String s, float x, float y) { drawGlyphVector(font.createGlyphVector(getFontRenderContext(), s), x, y); }

    @Override public Graphics create() {
        SvgGraphics copy = new SvgGraphics(svg, clips);
        copy.transform = new AffineTransform(transform);
        copy.color = color;
        copy.stroke = stroke;
        copy.font = font;
        copy.clip = clip;
        return copy;
    }

    @Override public void dispose() {
        flush();
        measure.dispose();
    }

    @Override public Color getColor() { return color; }
    @Override public void setColor(@Nullable Color c) { color = c == null ? color : c; }
    @Override public void setPaint(Paint paint) { setColor((Color) paint); }
    @Override public Paint getPaint() { return color; }
    @Override public Font getFont() { return font; }
    @Override public void setFont(Font f) { font = f; }
    @Override public FontMetrics getFontMetrics(Font f) { return measure.getFontMetrics(f); }
    @Override public FontRenderContext getFontRenderContext() { return measure.getFontRenderContext(); }
    @Override public Stroke getStroke() { return stroke; }
    @Override public void setStroke(Stroke s) { stroke = s; }
    @Override public Color getBackground() { return background; }
    @Override public void setBackground(Color c) { background = c; }
    @Override public void translate(int x, int y) { transform.translate(x, y); }
    @Override public void translate(double x, double y) { transform.translate(x, y); }
    @Override public void rotate(double theta) { transform.rotate(theta); }
    @Override public void rotate(double theta, double x, double y) { transform.rotate(theta, x, y); }
    @Override public void scale(double x, double y) { transform.scale(x, y); }
    @Override public void shear(double x, double y) { transform.shear(x, y); }
    @Override public void transform(AffineTransform t) { transform.concatenate(t); }
    @Override public void setTransform(AffineTransform t) { transform = new AffineTransform(t); }
    @Override public AffineTransform getTransform() { return new AffineTransform(transform); }
    @Override public @Nullable Object getRenderingHint(RenderingHints.Key key) { return hints.get(key); }
    @Override public void setRenderingHint(RenderingHints.Key key, @Nullable Object value) { if (value != null) hints.put(key, value); }
    @Override public void setRenderingHints(Map<?, ?> h) { hints = new RenderingHints(Map.of()); hints.putAll(h); }
    @Override public void addRenderingHints(Map<?, ?> h) { hints.putAll(h); }
    @Override public RenderingHints getRenderingHints() { return hints; }

    @Override public @Nullable Shape getClip() {
        try {
            return clip == null ? null : transform.createInverse().createTransformedShape(clip);
        } catch (java.awt.geom.NoninvertibleTransformException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override public @Nullable Rectangle getClipBounds() {
        Shape c = getClip();
        return c == null ? null : c.getBounds();
    }

    @Override public void setClip(@Nullable Shape c) { clip = c == null ? null : transform.createTransformedShape(c); }
    @Override public void setClip(int x, int y, int w, int h) { setClip(new Rectangle(x, y, w, h)); }
    @Override public void clipRect(int x, int y, int w, int h) { clip(new Rectangle(x, y, w, h)); }

    @Override public void clip(Shape s) {
        Shape placed = transform.createTransformedShape(s);
        if (clip == null) {
            clip = placed;
        } else {
            Area both = new Area(clip);
            both.intersect(new Area(placed));
            clip = both;
        }
    }

    @Override public boolean hit(Rectangle rect, Shape s, boolean onStroke) { return s.intersects(new Rectangle2D.Double(rect.x, rect.y, rect.width, rect.height)); }

    private static UnsupportedOperationException none(String what) {
        return new UnsupportedOperationException("charts are drawn without " + what + "; a BufferedImage can be shown as it is");
    }

    @Override public GraphicsConfiguration getDeviceConfiguration() { return measure.getDeviceConfiguration(); }
    @Override public Composite getComposite() { return measure.getComposite(); }
    @Override public void setComposite(Composite c) { measure.setComposite(c); }
    @Override public void setPaintMode() { }
    @Override public void setXORMode(Color c) { throw none("exclusive-or"); }
    @Override public void copyArea(int x, int y, int w, int h, int dx, int dy) { throw none("copied areas"); }
    @Override public void clearRect(int x, int y, int w, int h) { throw none("cleared areas"); }
    @Override public void drawRoundRect(int x, int y, int w, int h, int a, int b) { draw(new java.awt.geom.RoundRectangle2D.Double(x, y, w, h, a, b)); }
    @Override public void fillRoundRect(int x, int y, int w, int h, int a, int b) { fill(new java.awt.geom.RoundRectangle2D.Double(x, y, w, h, a, b)); }
    @Override public void drawArc(int x, int y, int w, int h, int a, int b) { throw none("arcs"); }
    @Override public void fillArc(int x, int y, int w, int h, int a, int b) { throw none("arcs"); }
    @Override public void drawPolyline(int[] x, int[] y, int n) { throw none("integer polylines"); }
    @Override public void drawString(AttributedCharacterIterator i, int x, int y) { throw none("attributed text"); }
    @Override public void drawString(AttributedCharacterIterator i, float x, float y) { throw none("attributed text"); }
    @Override public boolean drawImage(Image i, int x, int y, @Nullable ImageObserver o) { throw none("images"); }
    @Override public boolean drawImage(Image i, int x, int y, int w, int h, @Nullable ImageObserver o) { throw none("images"); }
    @Override public boolean drawImage(Image i, int x, int y, Color b, @Nullable ImageObserver o) { throw none("images"); }
    @Override public boolean drawImage(Image i, int x, int y, int w, int h, Color b, @Nullable ImageObserver o) { throw none("images"); }
    @Override public boolean drawImage(Image i, int a, int b, int c, int d, int e, int f, int g, int h, @Nullable ImageObserver o) { throw none("images"); }
    @Override public boolean drawImage(Image i, int a, int b, int c, int d, int e, int f, int g, int h, Color k, @Nullable ImageObserver o) { throw none("images"); }
    @Override public boolean drawImage(Image i, AffineTransform t, @Nullable ImageObserver o) { throw none("images"); }
    @Override public void drawImage(BufferedImage i, BufferedImageOp op, int x, int y) { throw none("images"); }
    @Override public void drawRenderedImage(RenderedImage i, AffineTransform t) { throw none("images"); }
    @Override public void drawRenderableImage(RenderableImage i, AffineTransform t) { throw none("images"); }
}
