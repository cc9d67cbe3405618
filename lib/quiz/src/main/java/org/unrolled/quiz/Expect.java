package org.unrolled.quiz;

import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.internal.Comparison;
import org.unrolled.tensor.Tensor;

/** What checks say about results. Each method throws an {@link AssertionError} whose message is half a sentence for the card. */
public final class Expect {

    private Expect() {}

    /** The result has this shape. */
    public static void shape(@Nullable Tensor yours, int... expected) {
        Comparison.shape(yours, expected);
    }

    /**
     * Two results are equal up to float32 arithmetic in another order: {@code |yours - expected| <= 2e-5 max|expected| + 1e-6};
     * whole numbers exactly. For numbers, arrays, Tensors, and records and lists of them.
     */
    public static void close(@Nullable Object yours, @Nullable Object expected) {
        Comparison.close(yours, expected, Double.NaN);
    }

    /** The same, and where they differ the sentence begins with {@code what}: one check can look at several intermediates. */
    public static void close(String what, @Nullable Object yours, @Nullable Object expected) {
        try {
            close(yours, expected);
        } catch (AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
    }

    /** Two results are equal up to {@code tolerance} in every element. */
    public static void close(@Nullable Object yours, @Nullable Object expected, double tolerance) {
        Comparison.close(yours, expected, tolerance);
    }

    /** No element is NaN or infinite. */
    public static void finite(@Nullable Tensor yours) {
        Comparison.finite(yours);
    }

    /** Along {@code dim} the elements sum to one. */
    public static void sumsToOne(@Nullable Tensor yours, int dim) {
        Comparison.sumsToOne(yours, dim);
    }

    /** @param otherwise what the card says where the condition does not hold, with {@link String#format}'s places for {@code values} */
    public static void that(boolean condition, String otherwise, @Nullable Object... values) {
        if (!condition) {
            throw new AssertionError(values.length == 0 ? otherwise : String.format(java.util.Locale.ROOT, otherwise, values));
        }
    }
}
