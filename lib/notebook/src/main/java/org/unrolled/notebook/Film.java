package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/**
 * Pictures taken while something runs. The newest is on the page meanwhile (at most five a second are drawn); at the end a
 * slider over all of them takes its place, at the last one.
 *
 * <pre>{@code
 * try (Film film = film("step")) {
 *     for (int step = 0; step <= 300; step++) {
 *         if (step % 20 == 0) film.add(step, heatMap(weights));
 *         …
 *     }
 * }
 * }</pre>
 */
public final class Film implements AutoCloseable {
    private final String name;
    private final List<Object> labels = new ArrayList<>();
    private final List<Object> frames = new ArrayList<>();
    private Display.@Nullable Handle handle;
    private boolean closed;

    Film(String name) {
        this.name = name;
    }

    /** One more picture: anything that {@code show} takes; a tensor as it is now, whatever becomes of it. */
    public void add(Object label, Object frame) {
        if (closed) {
            throw new IllegalStateException("film '" + name + "' has ended: make another with film(…).");
        }
        labels.add(label);
        // the slider draws all frames at the end, when parameters have moved on
        frames.add(frame instanceof Tensor tensor ? tensor.copy() : frame);
        if (handle == null) {
            handle = Display.updatable(html(), text());
        } else {
            handle.throttled(this::html, this::text);
        }
    }

    /** Ends it: the slider takes the picture's place. A film without pictures shows nothing. */
    @Override public void close() {
        if (!closed && handle != null) {
            Scrubber scrubber = Scrubber.of(name, labels, frames);
            handle.update(scrubber.html(frames.size() - 1), scrubber.text());
        }
        closed = true;
    }

    private String line() {
        return name + " " + Rows.text(labels.getLast());
    }

    String html() {
        return "<div>" + Html.escape(line()) + "</div>" + Outputs.of(null, frames.getLast()).html();
    }

    String text() {
        return line() + " · " + Outputs.of(null, frames.getLast()).text().replace("\n", " · ");
    }
}
