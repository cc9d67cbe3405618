package org.unrolled.quiz;

/** What a lesson's cells call; one static import brings it and everything that draws and computes. */
public class Lesson {

    protected Lesson() {}

    /** What a stub throws. An answer that throws it is "not attempted", never wrong. */
    public static final class Todo extends RuntimeException {
        public Todo(String whatToDo) {
            super(whatToDo, null, false, true);
        }
    }
}
