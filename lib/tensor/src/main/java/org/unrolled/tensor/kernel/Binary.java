package org.unrolled.tensor.kernel;

/** A function of two numbers. {@link #apply} is the specification. */
public enum Binary {
    /** a + b. */
    ADD { @Override public float apply(float a, float b) { return a + b; } },
    /** a - b. */
    SUB { @Override public float apply(float a, float b) { return a - b; } },
    /** a · b. */
    MUL { @Override public float apply(float a, float b) { return a * b; } },
    /** a / b. Division by zero follows IEEE 754: ±∞, and 0/0 is NaN. */
    DIV { @Override public float apply(float a, float b) { return a / b; } },
    /** The larger of a and b; NaN if either is NaN. */
    MAXIMUM { @Override public float apply(float a, float b) { return Math.max(a, b); } },
    /** 1 if a &gt; b, ½ if a = b, else 0: the derivative of {@link #MAXIMUM} with respect to a. NaN compares as 0. */
    STEP { @Override public float apply(float a, float b) { return a > b ? 1 : a == b ? 0.5f : 0; } };

    /** f(a, b). */
    public abstract float apply(float a, float b);
}
