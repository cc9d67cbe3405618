package org.unrolled.tensor.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The threads that all CPU kernels share: one less than there are processors, since the caller works too. They are daemons
 * and sleep when there is nothing to do. Which thread runs which part changes nothing in the result: a part writes its own
 * elements and nothing else.
 */
final class Workers {
    /** The caller included. */
    static final int THREADS = Runtime.getRuntime().availableProcessors();
    /** Nanoseconds of work for each thread that are worth waking it, which takes some 30 to 50 µs. */
    private static final long WORTH_A_THREAD = 60_000;

    private static final ScopedValue<Boolean> INSIDE = ScopedValue.newInstance();
    private static final ThreadPoolExecutor POOL = pool();

    private Workers() { }

    /** One part of the work: indices from (inclusive) to (exclusive). */
    interface Range { void run(int from, int to); }

    /** How many threads so much work would be shared among: one if this thread is itself at work on a part of something. */
    static int threads(long nanos) {
        return INSIDE.isBound() ? 1 : (int) Math.clamp(nanos / WORTH_A_THREAD, 1, THREADS);
    }

    /**
     * Runs {@code body} over 0..n-1 in ranges whose bounds are multiples of {@code grain} (the last one ends at n), on
     * several threads if the work is worth it. A body that calls this again runs its inner ranges itself.
     *
     * @param nanos about how long all of it would take one thread
     */
    static void forRanges(int n, int grain, long nanos, Range body) {
        int grains = (int) (((long) n + grain - 1) / grain);
        int useful = Math.min(grains, threads(nanos));
        if (useful <= 1) {
            if (n > 0) body.run(0, n);
            return;
        }
        // two parts for each thread, so that one that is held up by the system holds up the others less
        int parts = Math.min(grains, 2 * useful);
        AtomicInteger next = new AtomicInteger();
        CountDownLatch finished = new CountDownLatch(parts);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable takeParts = () -> {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                int from = (int) ((long) grains * part / parts * grain);
                int to = (int) Math.min(n, (long) grains * (part + 1) / parts * grain);
                try {
                    ScopedValue.where(INSIDE, true).run(() -> body.run(from, to));
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                } finally {
                    finished.countDown();
                }
            }
        };
        for (int helper = 1; helper < useful; helper++) POOL.execute(takeParts);
        takeParts.run();
        awaitAll(finished);
        switch (failure.get()) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
    }

    /** Waits even if interrupted: the parts write into the caller's buffers. The interrupt is kept for whoever looks next. */
    private static void awaitAll(CountDownLatch finished) {
        boolean interrupted = false;
        while (true) {
            try {
                finished.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private static ThreadPoolExecutor pool() {
        int threads = Math.max(1, THREADS - 1);
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name("unrolled-worker").unstarted(task));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
