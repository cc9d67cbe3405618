package org.unrolled.quiz.internal;

import org.unrolled.notebook.cell.CellErrors;
import org.unrolled.quiz.internal.remote.RemoteFailure;

/** A learner's exception in one sentence, and the lines of their own cells on the way to it. */
final class Errors {

    private Errors() {}

    static String brief(Throwable t) {
        if (t instanceof RemoteFailure far) {
            return far.told().replaceFirst("\\n.*", "");
        }
        String message = t.getMessage();
        return t.getClass().getSimpleName() + (message == null || message.isBlank() ? "" : ": " + message);
    }

    static String describe(Throwable t) {
        String told = t instanceof RemoteFailure far ? far.told() : CellErrors.describe(t);
        return told.contains("\n") || told.endsWith(".") ? told : told + ".";
    }
}
