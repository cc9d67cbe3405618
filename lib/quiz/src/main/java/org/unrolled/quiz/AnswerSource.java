package org.unrolled.quiz;

/**
 * The answer as the learner wrote it, for a check about something that calling it does not show, such as a mark on a loop. A check that takes one
 * is told what it says: {@code @Check("...") void marked(Kernel yours, AnswerSource source)}.
 *
 * @param name of the method or variable
 * @param text of the cell that defines it; empty where the answer was given as a lambda: such a check then has nothing to find fault with
 */
public record AnswerSource(String name, String text) {
    /** Nothing is known of the source. */
    public static final AnswerSource UNKNOWN = new AnswerSource("", "");

    /** Whether there is a text to look at. */
    public boolean known() {
        return !text.isBlank();
    }
}
