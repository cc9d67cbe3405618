package org.unrolled.tensor.kernel;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How long something takes, measured so that the number means something. */
public final class Timing {
    private static final double WARM_UP = 0.15;
    private static final double LONGEST_WARM_UP = 2;
    private static final double MEASURED = 0.15;
    private static final int FEWEST = 3;
    private static final int MOST = 2_000;
    /** Milliseconds of compiling within a measurement that throw doubt on it. */
    private static final long COMPILED_MEANWHILE = 5;

    private Timing() { }

    /**
     * Seconds that {@code body} takes once it is warm. It runs first until Java's compiler has been quiet for 0.15 s (at least once,
     * two seconds at most), then for 0.15 s (at least three times); the answer is the median of these, so that a run in which the system
     * did something else does not count. If the compiler was at work again meanwhile, the measurement is repeated, twice at most.
     */
    public static double seconds(Runnable body) {
        warmUp(body);
        for (int attempt = 1; ; attempt++) {
            long compiled = compiling();
            double median = measure(body);
            if (attempt == 3 || compiling() - compiled < COMPILED_MEANWHILE) return median;
        }
    }

    /**
     * Runs until the compiler has nothing to do any more. Its quiet is counted in the time that this thread was given, not in that of the clock:
     * on a busy machine the compiler is given as little.
     */
    static void warmUp(Runnable body) {
        long start = System.nanoTime(), quiet = worked(), compiled = compiling();
        int runs = 0;
        while (runs < 1 || (worked() - quiet) * 1e-9 < WARM_UP && since(start) < LONGEST_WARM_UP) {
            body.run();
            runs++;
            long now = compiling();
            if (now > compiled) quiet = worked();
            compiled = now;
        }
    }

    /** Nanoseconds that a processor has worked for this thread. */
    private static long worked() {
        return THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static double measure(Runnable body) {
        double[] seconds = new double[MOST];
        int runs = 0;
        long start = System.nanoTime();
        while (runs < FEWEST || runs < MOST && since(start) < MEASURED) {
            long from = System.nanoTime();
            body.run();
            seconds[runs++] = since(from);
        }
        return median(Arrays.copyOf(seconds, runs));
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final @Nullable CompilationMXBean COMPILER = compiler();

    private static @Nullable CompilationMXBean compiler() {
        CompilationMXBean bean = ManagementFactory.getCompilationMXBean();
        return bean != null && bean.isCompilationTimeMonitoringSupported() ? bean : null;
    }

    /** Milliseconds that Java's compiler has worked so far; 0 in a JVM that does not tell. */
    private static long compiling() {
        return COMPILER == null ? 0 : COMPILER.getTotalCompilationTime();
    }

    static double since(long nanoTime) {
        return (System.nanoTime() - nanoTime) * 1e-9;
    }

    /** The middle one; of an even number the mean of the middle two. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
