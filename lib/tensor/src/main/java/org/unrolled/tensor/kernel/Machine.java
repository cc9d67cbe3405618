package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import jdk.incubator.vector.FloatVector;

/**
 * What this machine can do at best: the two ceilings of the roofline model (Williams, Waterman and Patterson, "Roofline: an insightful visual
 * performance model for multicore architectures", 2009), measured, not read from a data sheet.
 *
 * <ul>
 * <li>Arithmetic: multiply-adds on whole vectors that stay in registers, in so many independent chains that none waits for another.
 * <li>Memory: the triad a[i] = b[i] + s·c[i] (McCalpin, STREAM) on arrays that no cache holds. Twelve bytes count for each element, as STREAM
 *     counts; a processor that fetches a line of a before it writes it moves more than that.
 * </ul>
 * Each is the median of a few hundred pieces of about a ten-thousandth of a second.
 *
 * @param processor  its name, as far as the system tells
 * @param threads    how many may run at once
 * @param lanes      floats in one vector register
 * @param cacheBytes the largest cache, 0 where the system does not tell
 * @param arrayBytes the size of each of the three arrays of the triad
 * @param one        what one thread reaches
 * @param all        what all threads reach together
 */
public record Machine(String processor, int threads, int lanes, long cacheBytes, long arrayBytes, Ceiling one, Ceiling all) {

    /**
     * A roof: what a kernel cannot exceed.
     *
     * @param gigaflops billions of floating point operations a second; a multiply-add is two
     * @param gigabytes billions of bytes a second between processor and memory
     */
    public record Ceiling(double gigaflops, double gigabytes) {
        /** Billions of operations a second within reach of a kernel that does so many for each byte that crosses the memory: min(P, B·I). */
        public double attainable(double flopsPerByte) {
            return Math.min(gigaflops, gigabytes * flopsPerByte);
        }

        /** Operations for each byte from which on arithmetic is the limit: P / B. */
        public double ridge() {
            return gigaflops / gigabytes;
        }
    }

    private static final double SECONDS = 0.3;
    private static final int CHAINS = 12;
    private static final int FMA_ROUNDS = 1_000;
    /** Calls that are timed together: some 0.2 ms of work. */
    private static final int FMA_CALLS = 50;
    /** Elements of the triad that are timed together: some 0.1 ms of work. */
    private static final int PIECE = 1 << 17;
    private static final long MIB = 1 << 20;

    /** So that no compiler can leave the work away. */
    private static volatile float kept;

    /** Measures; about two seconds. */
    public static Machine measure() {
        int threads = Workers.THREADS;
        long cache = largestCache();
        // each as large as the cache, which is a third of what goes through it; 64 MiB at most, so that three of them fit a lesson's heap
        int elements = (int) (Math.clamp(cache, 24 * MIB, 64 * MIB) / 4);
        float[] a = new float[elements], b = new float[elements], c = new float[elements];
        Arrays.fill(b, 1f);
        Arrays.fill(c, 2f);
        // short rounds, so that the compiler sees many calls
        Timing.warmUp(() -> multiplyAdds(FMA_ROUNDS));
        Timing.warmUp(() -> triad(a, b, c, 0, FMA_ROUNDS));
        Ceiling one = ceiling(1, a, b, c);
        return new Machine(processorName(), threads, LANES, cache, 4L * elements, one, threads == 1 ? one : ceiling(threads, a, b, c));
    }

    private static Ceiling ceiling(int threads, float[] a, float[] b, float[] c) {
        int share = a.length / threads, piece = Math.min(PIECE, share);
        double arithmetic = perSecond(threads, (thread, round) -> {
            for (int call = 0; call < FMA_CALLS; call++) multiplyAdds(FMA_ROUNDS);
        });
        // each thread goes through its own share again and again: by the time it comes back, no cache holds its beginning any more
        double memory = perSecond(threads, (thread, round) -> {
            int from = thread * share + (int) ((long) round * piece % (share - piece + 1));
            triad(a, b, c, from, from + piece);
        });
        return new Ceiling(arithmetic * 2e-9 * FMA_CALLS * FMA_ROUNDS * CHAINS * LANES, memory * 12e-9 * piece);
    }

    /** One piece of work: the round-th of a thread. */
    private interface Piece {
        void run(int thread, int round);
    }

    /**
     * How many pieces a second all threads do together: the sum of what each does, by the median of its pieces, while the others work too. A piece
     * is short, so that one during which the system did something else is one of many.
     */
    private static double perSecond(int threads, Piece piece) {
        double[] each = new double[threads];
        CyclicBarrier together = new CyclicBarrier(threads);
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int me = t;
            running.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    together.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                    throw new IllegalStateException(e);
                }
                double[] seconds = new double[100_000];
                int round = 0;
                long start = System.nanoTime();
                do {
                    long from = System.nanoTime();
                    piece.run(me, round);
                    seconds[round++] = Timing.since(from);
                } while (round < seconds.length && (round < 5 || Timing.since(start) < SECONDS));
                each[me] = 1 / Timing.median(Arrays.copyOf(seconds, round));
            }));
        }
        for (Thread thread : running) join(thread);
        return Arrays.stream(each).sum();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The measurement was interrupted.", e);
        }
    }

    /** {@value #CHAINS} chains x = x·m + d, each as long as there are rounds. They settle at d/(1 − m), so that no number becomes odd. */
    private static void multiplyAdds(int rounds) {
        FloatVector m = FloatVector.broadcast(FLOATS, 0.5f), d = FloatVector.broadcast(FLOATS, 1f);
        FloatVector x0 = d, x1 = d.add(1f), x2 = d.add(2f), x3 = d.add(3f), x4 = d.add(4f), x5 = d.add(5f);
        FloatVector x6 = d.add(6f), x7 = d.add(7f), x8 = d.add(8f), x9 = d.add(9f), x10 = d.add(10f), x11 = d.add(11f);
        for (int i = 0; i < rounds; i++) {
            x0 = x0.fma(m, d);
            x1 = x1.fma(m, d);
            x2 = x2.fma(m, d);
            x3 = x3.fma(m, d);
            x4 = x4.fma(m, d);
            x5 = x5.fma(m, d);
            x6 = x6.fma(m, d);
            x7 = x7.fma(m, d);
            x8 = x8.fma(m, d);
            x9 = x9.fma(m, d);
            x10 = x10.fma(m, d);
            x11 = x11.fma(m, d);
        }
        kept = x0.add(x1).add(x2).add(x3).add(x4).add(x5).add(x6).add(x7).add(x8).add(x9).add(x10).add(x11).lane(0);
    }

    private static void triad(float[] a, float[] b, float[] c, int from, int to) {
        int i = from;
        for (; i <= to - LANES; i += LANES) {
            FloatVector.fromArray(FLOATS, c, i).fma(FloatVector.broadcast(FLOATS, 3f), FloatVector.fromArray(FLOATS, b, i)).intoArray(a, i);
        }
        for (; i < to; i++) a[i] = Math.fma(c[i], 3f, b[i]);
    }

    /** From Linux's description of the caches of the first processor; 0 elsewhere. */
    private static long largestCache() {
        long largest = 0;
        for (int index = 0; index < 6; index++) {
            try {
                String size = Files.readString(Path.of("/sys/devices/system/cpu/cpu0/cache/index" + index + "/size")).strip();
                long unit = size.endsWith("K") ? 1 << 10 : size.endsWith("M") ? MIB : 1;
                largest = Math.max(largest, unit * Long.parseLong(size.replaceAll("\\D", "")));
            } catch (IOException | NumberFormatException e) {
                break;
            }
        }
        return largest;
    }

    /** Its name in words, or the architecture where the system keeps it to itself. */
    public static String processorName() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) return line.substring(line.indexOf(':') + 1).strip();
            }
        } catch (IOException e) {
            // not Linux
        }
        String told = System.getenv("PROCESSOR_IDENTIFIER");
        return told != null ? told : System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    }

    /** {@code AMD EPYC, 2 threads, 16 floats in a vector: 212 GFLOP/s, 21.3 GB/s (one thread 106 and 12.1)}. */
    @Override public String toString() {
        return String.format(Locale.ROOT, "%s, %d %s, %d floats in a vector: %.3g GFLOP/s, %.3g GB/s (one thread: %.3g and %.3g)", processor, threads,
                threads == 1 ? "thread" : "threads", lanes, all.gigaflops, all.gigabytes, one.gigaflops, one.gigabytes);
    }
}
