package org.unrolled.quiz.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/** The comparisons behind {@link org.unrolled.quiz.Expect}. */
public final class Comparison {

    private Comparison() {}

    public static void shape(@Nullable Tensor yours, int... expected) {
        Tensor t = notNull(yours);
        if (!Arrays.equals(t.shape(), expected)) {
            throw new AssertionError("the shape was " + Data.shape(t.shape()) + ", expected " + Data.shape(expected));
        }
    }

    public static void close(@Nullable Object yours, @Nullable Object expected, double tolerance) {
        double[] worst = new double[2];
        close(Data.of(yours), Data.of(expected), tolerance, "", worst);
        Notes.say("largest difference " + Text.number(worst[0]) + ", allowed " + Text.number(worst[1]));
    }

    private static void close(Data yours, Data expected, double tolerance, String name, double[] worst) {
        String prefix = name.isEmpty() ? "" : name + ": ";
        switch (expected) {
            case Data.Numbers e -> {
                if (!(yours instanceof Data.Numbers y) || !y.sameShape(e)) {
                    throw new AssertionError(prefix + "it was " + yours.form() + ", expected " + expected.form());
                }
                double allowed = Double.isNaN(tolerance) ? Data.tolerance(e) : tolerance;
                double largest = 0;
                for (int i = 0; i < e.values().length; i++) {
                    if (!Data.close(y.values()[i], e.values()[i], allowed)) {
                        double d = Math.abs(y.values()[i] - e.values()[i]);
                        largest = Double.isNaN(d) ? Double.NaN : Math.max(largest, d);
                        if (Double.isNaN(d)) {
                            break;
                        }
                    } else if (e.values()[i] != y.values()[i] && !Double.isNaN(e.values()[i])) {
                        worst[0] = Math.max(worst[0], Math.abs(y.values()[i] - e.values()[i]));
                    }
                }
                worst[1] = Math.max(worst[1], allowed);
                if (largest != 0) {
                    throw new AssertionError(prefix + (Double.isNaN(largest) ? "an element is not a number"
                            : "largest difference " + Text.number(largest) + ", allowed " + Text.number(allowed)));
                }
            }
            case Data.Parts e -> {
                if (!(yours instanceof Data.Parts y) || y.parts().size() != e.parts().size()) {
                    throw new AssertionError(prefix + "it was " + yours.form() + ", expected " + expected.form());
                }
                for (int i = 0; i < e.parts().size(); i++) {
                    close(y.parts().get(i), e.parts().get(i), tolerance, e.names().get(i), worst);
                }
            }
            default -> {
                if (!yours.close(expected)) {
                    throw new AssertionError(prefix + "it was " + Card.literal(yours) + ", expected " + Card.literal(expected));
                }
            }
        }
    }

    public static void finite(@Nullable Tensor yours) {
        for (float v : notNull(yours).toArray()) {
            if (!Float.isFinite(v)) {
                throw new AssertionError("an element is " + Text.number(v));
            }
        }
    }

    public static void sumsToOne(@Nullable Tensor yours, int dim) {
        for (float v : notNull(yours).sum(dim).toArray()) {
            if (!(Math.abs(v - 1) < 1e-4)) {
                throw new AssertionError("a sum is " + Text.number(v));
            }
        }
    }

    private static Tensor notNull(@Nullable Tensor t) {
        if (t == null) {
            throw new AssertionError("it was null");
        }
        return t;
    }
}
