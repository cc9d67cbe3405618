package org.unrolled.notebook;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something drawn: a heat map, lines, bars, a diagram. Pictures are values: each method returns a changed copy.
 * In a notebook a picture is an image with an alt text; elsewhere it is {@link #text()}.
 *
 * @param <P> the kind of picture, so that methods chain
 */
public abstract class Picture<P extends Picture<P>> implements Cloneable {
    /** A drawn picture. The size is in CSS pixels; a raster image may hold twice as many. */
    public record Image(String mime, byte[] bytes, int width, int height) {}

    @Nullable String title;
    @Nullable String caption;
    private @Nullable String alt;

    Picture() {}

    /** A line above the picture. */
    public P title(String title) {
        return with(p -> p.title = title);
    }

    /** A sentence below the picture that says what to see. */
    public P caption(String caption) {
        return with(p -> p.caption = caption);
    }

    /** What a reader who cannot see the picture is told. Without it the picture describes itself. */
    public P alt(String alt) {
        return with(p -> ((Picture<?>) p).alt = alt);
    }

    /** What a reader who cannot see the picture is told. */
    public final String alt() {
        return alt != null ? alt : (title == null ? "" : title + ". ") + describe();
    }

    /** The picture as an image. The same picture gives the same bytes. */
    public abstract Image render();

    /** What the picture shows, in words: its kind, its size and what stands out. */
    abstract String describe();

    /** The picture where nothing can be drawn: its numbers. */
    public abstract String text();

    /** The range of the values drawn, so that frames and neighbours can share a scale; null if it has none or one was set. */
    @Nullable Range range() {
        return null;
    }

    P within(Range range) {
        return with(_ -> { });
    }

    /** The picture as HTML: a figure with title, image and caption. */
    public String html() {
        StringBuilder out = new StringBuilder("<figure style=\"margin:.5em 0\">");
        if (title != null) {
            out.append("<div style=\"margin-bottom:.2em\">").append(Html.escape(title)).append("</div>");
        }
        out.append(img());
        if (caption != null) {
            out.append("<figcaption style=\"").append(Html.QUIET).append("\">").append(Html.escape(caption)).append("</figcaption>");
        }
        return out.append("</figure>").toString();
    }

    /** The image alone. */
    String img() {
        return Html.img(render(), alt());
    }

    /** The numbers, so that a picture printed to a console says something. */
    @Override public final String toString() {
        return text();
    }

    @SuppressWarnings("unchecked") // a copy has the kind of its original
    final P with(Consumer<P> change) {
        try {
            P copy = (P) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** The values from low to high. */
    record Range(double low, double high) {
        static @Nullable Range of(float[] values) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (float v : values) {
                if (Float.isFinite(v)) {
                    low = Math.min(low, v);
                    high = Math.max(high, v);
                }
            }
            return low > high ? null : new Range(low, high);
        }

        static @Nullable Range union(@Nullable Range a, @Nullable Range b) {
            return a == null ? b : b == null ? a : new Range(Math.min(a.low, b.low), Math.max(a.high, b.high));
        }
    }
}
