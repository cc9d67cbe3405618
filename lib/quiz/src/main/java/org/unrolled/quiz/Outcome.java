package org.unrolled.quiz;

/** What became of an answer. */
public enum Outcome {
    CORRECT("correct"),
    PARTIAL("partial"),
    INCORRECT("incorrect"),
    /** The stub throws {@code Todo}, or the answer is empty. */
    NOT_ATTEMPTED("notAttempted"),
    DOES_NOT_COMPILE("doesNotCompile"),
    TIMED_OUT("timedOut"),
    /** The answer threw an exception in every check, or its JVM ended. */
    CRASHED("crashed"),
    /** In class: the submission is kept apart. */
    QUARANTINED("quarantined"),
    /** A text that a teacher has to mark. */
    AWAITING_TEACHER("awaitingTeacher"),
    /** In class: the grader failed, not the student. */
    GRADER_ERROR("graderError");

    private final String json;

    Outcome(String json) {
        this.json = json;
    }

    /** The name in JSON: {@code notAttempted}. */
    public String json() {
        return json;
    }
}
