package org.unrolled.quiz.internal.remote;

import org.jspecify.annotations.Nullable;

/** Something went wrong in the other JVM: the answer threw, ended its JVM, or said what cannot be understood. */
public final class RemoteFailure extends RuntimeException {

    private final String told;

    private RemoteFailure(String told) {
        super(told, null, false, false);
        this.told = told;
    }

    /** The answer threw an exception. */
    static RemoteFailure thrown(String type, @Nullable String message, String where) {
        return new RemoteFailure(type + (message == null || message.isEmpty() ? "" : ": " + message) + (where.isEmpty() ? "" : "\n  " + where));
    }

    /** The conversation is over, for {@code reason}. */
    static RemoteFailure ended(String reason) {
        return new RemoteFailure("an error in its own process: " + reason);
    }

    /** What the card says behind "attend threw". */
    public String told() {
        return told;
    }
}
