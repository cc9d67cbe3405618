package org.unrolled.quiz;

import org.unrolled.notebook.Notebook;
import org.unrolled.quiz.internal.Session;

/** What a lesson's cells call; one static import brings it and everything that draws and computes. */
public class Lesson extends Notebook {

    protected Lesson() {}

    /** What a stub throws. An answer that throws it is "not attempted", never wrong. */
    public static final class Todo extends RuntimeException {
        public Todo(String whatToDo) {
            super(whatToDo, null, false, true);
        }
    }

    /**
     * Judges the learner's answer and shows a card.
     *
     * @param question the question's class
     * @param name of the learner's method or variable, as last run: {@code check(ScaledDotProduct.class, "attend")}
     */
    public static void check(Class<?> question, String name) {
        Session.current().check(question, name);
    }

    /** The same where the kernel's cells cannot be looked into: {@code check(ScaledDotProduct.class, (q, k, v) -> attend(q, k, v))}. */
    public static <A> void check(Class<? extends Exercise<A>> question, A answer) {
        Session.current().check(question, answer);
    }

    /** Opens one more hint. */
    public static void hint(Class<?> question) {
        Session.current().hint(question);
    }

    /** Shows a solution once there was an honest attempt. */
    public static void solution(Class<?> question) {
        Session.current().solution(question, "");
    }

    /** Shows a solution to someone who says {@code "show me"}. */
    public static void solution(Class<?> question, String please) {
        Session.current().solution(question, please);
    }

    /** Draws where the learner stands. */
    public static void progress() {
        Session.current().progress();
    }
}
