package org.unrolled.tensor.kernel;

import java.util.Arrays;

/** How long something takes, measured so that the number means something. */
public final class Timing {
    private static final double WARM_UP = 0.15;
    private static final double MEASURED = 0.25;
    private static final int FEWEST = 3;
    private static final int MOST = 2_000;

    private Timing() { }

    /**
     * Seconds that {@code body} takes once it is warm: it runs first until Java's compiler has had its time (0.15 s, at least three runs),
     * then for a quarter of a second (at least three runs), and the answer is the median of these, so that a run in which the system did
     * something else does not count.
     */
    public static double seconds(Runnable body) {
        long start = System.nanoTime();
        for (int run = 0; run < FEWEST || run < MOST && since(start) < WARM_UP; run++) body.run();
        double[] seconds = new double[MOST];
        int runs = 0;
        start = System.nanoTime();
        while (runs < FEWEST || runs < MOST && since(start) < MEASURED) {
            long from = System.nanoTime();
            body.run();
            seconds[runs++] = since(from);
        }
        return median(Arrays.copyOf(seconds, runs));
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
