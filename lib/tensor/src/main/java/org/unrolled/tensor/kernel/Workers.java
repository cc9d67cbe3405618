package org.unrolled.tensor.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that all CPU kernels share: one less than there are processors, since the caller works too. They are daemons
 * and sleep when there is nothing to do, after a last look for some {@value #LOOK} ns: a training step is a row of kernels of
 * 50 to 500 µs, one right after the other, and to wake a thread takes 30 to 50 µs. Which thread runs which part changes nothing in the result: a part writes
 * its own elements and nothing else.
 */
final class Workers {
    /** The caller included. */
    static final int THREADS = Runtime.getRuntime().availableProcessors();
    /**
     * Nanoseconds of work for each thread that are worth waking it; and that are worth it if it is still awake. The first one is awoken as if it were: the
     * caller does not wait for it, and it is there when the next kernel begins.
     */
    private static final long WORTH_WAKING = 60_000, WORTH_SHARING = 20_000;
    /** Nanoseconds for which a thread that ran out of work looks for more, and a caller for the end of what others still do. */
    private static final long LOOK = 20_000;
    /** Nanoseconds of work in a part at least, and how many parts there are for a thread at most. */
    private static final long PART = 20_000;
    private static final int PARTS_EACH = 16;
    /** Nanoseconds of a part that takes no longer than to fall asleep and be awoken. */
    private static final long SHORT = 60_000;

    private static final ScopedValue<Boolean> INSIDE = ScopedValue.newInstance();
    /** How many threads are looking for work. */
    private static final AtomicInteger AWAKE = new AtomicInteger();
    private static final ThreadPoolExecutor POOL = pool();

    private Workers() { }

    /** One part of the work: indices from (inclusive) to (exclusive). */
    interface Range { void run(int from, int to); }

    /** One part of the work, by its number. */
    interface Part { void run(int part); }

    /** How many threads so much work would be shared among: one if this thread is itself at work on a part of something. */
    static int threads(long nanos) {
        if (INSIDE.isBound()) return 1;
        return (int) Math.max(Math.clamp(nanos / WORTH_WAKING, 1, THREADS), Math.min(nanos / WORTH_SHARING, Math.clamp(1 + AWAKE.get(), Math.min(2, THREADS), THREADS)));
    }

    /**
     * Runs {@code body} over 0..n-1 in ranges whose bounds are multiples of {@code grain} (the last one ends at n), on
     * several threads if the work is worth it. A body that calls this again runs its inner ranges itself.
     *
     * @param nanos about how long all of it would take one thread
     */
    static void forRanges(int n, int grain, long nanos, Range body) {
        int grains = (int) (((long) n + grain - 1) / grain), threads = Math.min(grains, threads(nanos));
        if (threads <= 1) {
            if (n > 0) body.run(0, n);
            return;
        }
        int parts = Math.min(grains, parts(threads, nanos));
        share(parts, threads, nanos, part -> {
            int from = (int) ((long) grains * part / parts * grain), to = (int) Math.min(n, (long) grains * (part + 1) / parts * grain);
            body.run(from, to);
        });
    }

    /**
     * Runs {@code body} for each of the parts 0..n-1, on several threads if the work is worth it: part after part from the first on by the caller, from the
     * last on by the others. Neighbours mostly meet the same thread, which may keep what they share.
     *
     * @param nanos about how long all of it would take one thread
     */
    static void forParts(int n, long nanos, Part body) {
        int threads = Math.min(n, threads(nanos));
        if (threads > 1) share(n, threads, nanos, body);
        else for (int part = 0; part < n; part++) body.run(part);
    }

    /** In how many parts to cut so much work for so many threads: so small that nobody waits long for the last, so large that taking one costs nothing. */
    static int parts(int threads, long nanos) {
        return (int) Math.clamp(nanos / PART, 2 * threads, PARTS_EACH * threads);
    }

    private static void share(int n, int threads, long nanos, Part body) {
        Parts parts = new Parts(n, nanos / n <= SHORT);
        CountDownLatch finished = new CountDownLatch(n);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int helper = 1; helper < threads; helper++) POOL.execute(() -> work(parts::last, body, finished, failure));
        work(parts::first, body, finished, failure);
        awaitAll(finished);
        switch (failure.get()) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
    }

    private static void work(IntSupplier parts, Part body, CountDownLatch finished, AtomicReference<Throwable> failure) {
        ScopedValue.where(INSIDE, true).run(() -> {
            for (int part = parts.getAsInt(); part >= 0; part = parts.getAsInt()) {
                try {
                    body.run(part);
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                } finally {
                    finished.countDown();
                }
            }
        });
    }

    /** The parts that nobody has taken yet; -1 when there is none (left). */
    private static final class Parts {
        private final int kept;
        private int from, to;

        /** @param keep whether the last one is the caller's: it would fall asleep while another thread is at work on it, which takes longer than to do it */
        Parts(int n, boolean keep) {
            to = n;
            kept = keep ? 1 : 0;
        }

        synchronized int first() { return from < to ? from++ : -1; }

        synchronized int last() { return to - from > kept ? --to : -1; }
    }

    /** Waits even if interrupted: the parts write into the caller's buffers. The interrupt is kept for whoever looks next. */
    private static void awaitAll(CountDownLatch finished) {
        boolean interrupted = false;
        long end = System.nanoTime() + LOOK;
        while (finished.getCount() > 0 && System.nanoTime() < end) Thread.onSpinWait();
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

    /** What the threads take their work from. */
    private static final class Tasks extends LinkedBlockingQueue<Runnable> {
        /** Called by a thread that has nothing to do. */
        @Override public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
            AWAKE.incrementAndGet();
            try {
                for (long end = System.nanoTime() + LOOK; System.nanoTime() < end; Thread.onSpinWait()) {
                    Runnable task = poll();
                    if (task != null) return task;
                }
            } finally {
                AWAKE.decrementAndGet();
            }
            return super.poll(timeout, unit);
        }
    }

    private static ThreadPoolExecutor pool() {
        int threads = Math.max(1, THREADS - 1);
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new Tasks(),
                task -> Thread.ofPlatform().daemon().name("unrolled-worker").unstarted(task));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
