package org.unrolled.notebook;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import org.unrolled.notebook.cell.CellErrors;
import org.unrolled.notebook.cell.TimeLimit;

/**
 * Runs a kernel as plain Java before a device does. A device checks no index: what is written beside an array there destroys
 * something else, on a CPU device the JVM's own memory.
 */
final class DeviceTrial {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private DeviceTrial() {}

    /**
     * On copies of the arrays, and not to its end if that takes longer than a second.
     *
     * @throws IllegalArgumentException if it fails: how, and on which line
     */
    static void inJava(Method kernel, Object... arguments) {
        Object[] copies = Arrays.stream(arguments).map(DeviceTrial::copy).toArray();
        try {
            TimeLimit.call(() -> kernel.invoke(null, copies), LIMIT);
        } catch (InvocationTargetException e) {
            Throwable failure = e.getCause();
            if (failure instanceof StackOverflowError) return;  // a recursion: why a device knows none is said where the code is looked at
            throw new IllegalArgumentException(kernel.getName() + " fails as plain Java, and a device would not notice but compute something. "
                    + failure.getClass().getSimpleName() + ": " + failure.getMessage() + CellErrors.where(failure).map(where -> ", at " + where).orElse("."), failure);
        } catch (IllegalArgumentException _) {
            // arguments that do not fit: told with the parameters' names where the kernel is looked at
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object copy(Object argument) {
        return switch (argument) {
            case float[] floats -> floats.clone();
            case int[] ints -> ints.clone();
            case null, default -> argument;
        };
    }
}
