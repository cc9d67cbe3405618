package org.unrolled.notebook.cell;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where evaluated code leaves an object for the library. Public only because cell code must reach it. */
public final class Handover {
    private static volatile @Nullable Object left;

    private Handover() {}

    /** Leaves {@code object}; returns something, because JJava does not take null for a result. */
    public static String put(Object object) {
        left = object;
        return "taken";
    }

    /** Code to evaluate that leaves {@code expression} of {@code type} here. */
    static String code(Class<?> type, String expression) {
        return Handover.class.getName() + ".put((" + type.getCanonicalName() + ") " + expression + ");";
    }

    /** Whether it was us who had this evaluated. */
    static boolean evaluated(String source) {
        return source.startsWith(Handover.class.getName());
    }

    static Object take() {
        Object object = Objects.requireNonNull(left, "nothing was handed over");
        left = null;
        return object;
    }
}
