package org.unrolled.quiz.internal;

/** A learner's exception in one sentence, with the line of their own cell. */
final class Errors {

    private Errors() {}

    static String brief(Throwable t) {
        String message = t.getMessage();
        return t.getClass().getSimpleName() + (message == null || message.isBlank() ? "" : ": " + message);
    }

    static String describe(Throwable t) {
        return brief(t) + ".";
    }
}
