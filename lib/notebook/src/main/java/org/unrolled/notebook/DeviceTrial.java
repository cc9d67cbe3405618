package org.unrolled.notebook;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unrolled.notebook.cell.CellErrors;
import org.unrolled.notebook.cell.TimeLimit;

/**
 * Runs a kernel as plain Java before a device does. A device checks no index: what is written beside an array there destroys
 * something else, on a CPU device the JVM's own memory.
 */
final class DeviceTrial {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    /** Of floats, relative to the largest of an array: sums of thousands round so. */
    private static final double TOLERANCE = 1e-4;

    private DeviceTrial() {}

    /**
     * On copies of the arrays, and not to its end if that takes longer than a second.
     *
     * @return the arguments as Java leaves them; empty where it did not come to its end
     * @throws IllegalArgumentException if it fails: how, and on which line
     */
    static Optional<Object[]> inJava(Method kernel, Object... arguments) {
        Object[] copies = Arrays.stream(arguments).map(DeviceTrial::copy).toArray();
        try {
            return TimeLimit.call(() -> kernel.invoke(null, copies), LIMIT) instanceof TimeLimit.Value<?> ? Optional.of(copies) : Optional.empty();
        } catch (InvocationTargetException e) {
            Throwable failure = e.getCause();
            if (failure instanceof StackOverflowError) return Optional.empty();  // a recursion: why a device knows none is said where the code is looked at
            throw new IllegalArgumentException(kernel.getName() + " fails as plain Java, and a device would not notice but compute something. "
                    + failure.getClass().getSimpleName() + ": " + failure.getMessage() + CellErrors.where(failure).map(where -> ", at " + where).orElse("."), failure);
        } catch (IllegalArgumentException _) {
            return Optional.empty();  // arguments that do not fit: told with the parameters' names where the kernel is looked at
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Whether a device left other numbers than Java, beyond what rounding explains: rounds that use what other rounds write do so,
     * and nobody else would notice.
     *
     * @return a sentence for the learner; empty if they are the same
     */
    static Optional<String> difference(String kernel, Object[] java, Object[] device) {
        List<String> found = new ArrayList<>();
        for (int a = 0; a < java.length; a++) {
            if (!java[a].getClass().isArray()) continue;
            int n = Array.getLength(java[a]), differing = 0, first = -1;
            double largest = 0;
            for (int i = 0; i < n; i++) {
                double value = Math.abs(Array.getDouble(java[a], i));
                if (value < Double.POSITIVE_INFINITY) largest = Math.max(largest, value);
            }
            double tolerance = java[a] instanceof int[] ? 0 : TOLERANCE * largest;
            for (int i = 0; i < n; i++) {
                double wanted = Array.getDouble(java[a], i), got = Array.getDouble(device[a], i);
                boolean same = Double.compare(wanted, got) == 0 || Math.abs(wanted - got) <= tolerance;
                if (!same && differing++ == 0) first = i;
            }
            if (differing > 0) {
                found.add("In argument %d, %,d of %,d elements differ; the first is [%d], %s on the device and %s in Java.".formatted(a + 1, differing, n, first, Array.get(device[a], first), Array.get(java[a], first)));
            }
        }
        return found.isEmpty() ? Optional.empty() : Optional.of("The device's numbers are not those of " + kernel + " as plain Java. " + String.join(" ", found)
                + " Does a round of a @Parallel loop read or change an element that another round writes, or does code outside of it write one? If not, see what Parallel says of devices: they round otherwise, now and then.");
    }

    private static Object copy(Object argument) {
        return switch (argument) {
            case float[] floats -> floats.clone();
            case int[] ints -> ints.clone();
            case null, default -> argument;
        };
    }
}
