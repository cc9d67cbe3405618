package org.unrolled.notebook;

import org.jspecify.annotations.Nullable;

/**
 * A bar that fills, with what is done, what was noted and how long it will still take.
 * It is drawn at most five times a second, and always at the end.
 */
public final class ProgressBar implements AutoCloseable {
    private final String name;
    private final int total;
    private final long start = System.nanoTime();
    private final Display.Handle handle;
    private int done;
    private String note = "";
    private boolean closed;

    ProgressBar(String name, int total) {
        if (total < 0) {
            throw new IllegalArgumentException("a progress bar over " + total + " steps: the number of steps cannot be negative");
        }
        this.name = name;
        this.total = total;
        handle = Display.updatable(html(), text());
    }

    /** One more step is done. */
    public void step() {
        step(note);
    }

    /** One more step is done, and this is worth saying about it. */
    public void step(String note) {
        update(done + 1, note);
    }

    /** So many steps are done. */
    public void update(int done, String note) {
        this.done = Math.min(done, total);
        this.note = note;
        if (this.done == total) {
            close();
        } else {
            handle.throttled(this::html, this::text);
        }
    }

    /** Draws the last state; a bar that ends early stays where it is. */
    @Override public void close() {
        if (!closed) {
            closed = true;
            handle.update(html(), text());
        }
    }

    String html() {
        return "<div>" + Html.escape(text()) + "</div>" + element(done, total);
    }

    static String element(int done, int total) {
        int percent = total == 0 ? 100 : (int) (100L * done / total);
        return "<progress max=\"100\" value=\"" + percent + "\" style=\"width:100%;max-width:560px\">" + percent + " %</progress>";
    }

    String text() {
        double seconds = (System.nanoTime() - start) / 1e9;
        return name + " " + done + " of " + total + (note.isEmpty() ? "" : " · " + note) + " · " + remaining(done, total, seconds, closed);
    }

    /** What is left, from the mean time of a step so far; at the end the time it took. */
    static String remaining(int done, int total, double seconds, boolean ended) {
        if (ended || done >= total) {
            return Numbers.seconds(seconds);
        }
        return done == 0 ? "…" : Numbers.seconds(seconds / done * (total - done)) + " left";
    }

    /** Steps as a loop variable: {@code for (int epoch : track("epoch", 10))}. */
    static Iterable<Integer> iterable(String name, int total) {
        return () -> new java.util.Iterator<>() {
            private @Nullable ProgressBar bar;
            private int next;

            @Override public boolean hasNext() {
                if (bar == null) {
                    bar = new ProgressBar(name, total);
                } else if (next > bar.done) {
                    bar.step();
                }
                return next < total;
            }

            @Override public Integer next() {
                if (next >= total) {
                    throw new java.util.NoSuchElementException();
                }
                return next++;
            }
        };
    }
}
