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

    static Object take() {
        Object object = Objects.requireNonNull(left, "nothing was handed over");
        left = null;
        return object;
    }
}
