package org.unrolled.cli;

import java.io.PrintWriter;

/** One updating line on a terminal (the launcher says how wide it is), nothing elsewhere: --json stays clean. */
final class Progress {
    private final PrintWriter err;
    private final int columns = Integer.getInteger("unrolled.columns", 0);

    Progress(PrintWriter err) {
        this.err = err;
    }

    void say(String line) {
        if (columns == 0) return;
        err.print("\r\u001b[K" + (line.length() < columns ? line : line.substring(0, columns - 1)));
        err.flush();
    }

    void clear() {
        say("");
    }
}
