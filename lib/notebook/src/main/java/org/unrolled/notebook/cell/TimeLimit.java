package org.unrolled.notebook.cell;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls a learner's code and comes back in time, whatever it does. */
public final class TimeLimit {
    /** What became of a call. */
    public sealed interface Result<T> {}

    /** It returned. */
    public record Value<T>(T value) implements Result<T> {}

    /**
     * It did not.
     *
     * @param where the learner's line that was running, empty if none could be found
     * @param ended whether the code ended; if not (a stock kernel, or a loop inside library code) it goes on using the
     *     processor until the kernel is restarted
     */
    public record TimedOut<T>(Duration limit, Optional<String> where, boolean ended) implements Result<T> {}

    /** Time that code which was told to end gets for it. A cell's loop ends within microseconds. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private TimeLimit() {}

    /**
     * Runs {@code task} on a thread of its own for at most {@code limit}. When the time is over, or when this thread is
     * interrupted, loops in cell code end at their next poll, on that thread and on the pool threads it spread to.
     *
     * @throws Exception what the task threw; errors too
     */
    public static <T> Result<T> call(Callable<T> task, Duration limit) throws Exception {
        Poll.begin();
        FutureTask<T> future = new FutureTask<>(task);
        // JJava tells by the thread's name that an evaluation happens within another
        Thread thread = Thread.ofPlatform().daemon().name(Thread.currentThread().getName() + "-limited").unstarted(future);
        thread.start();
        try {
            return new Value<>(future.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        } catch (TimeoutException e) {
            Throwable running = new Throwable();
            running.setStackTrace(thread.getStackTrace());
            return new TimedOut<>(limit, CellErrors.where(running), end(thread));
        } catch (InterruptedException e) {
            end(thread);
            Thread.currentThread().interrupt();
            throw new Poll.Stopped();
        }
    }

    private static boolean end(Thread thread) {
        long deadline = System.nanoTime() + GRACE.toNanos();
        boolean interrupted = false;
        // again and again: library code that a cell calls may swallow an interrupt
        while (thread.isAlive() && System.nanoTime() < deadline) {
            Poll.end(thread);
            try {
                Poll.endPoolThreads();
                thread.join(5);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Poll.endPoolThreads();
        if (interrupted) Thread.currentThread().interrupt();
        return !thread.isAlive();
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> RuntimeException unchecked(Throwable t) throws X {
        throw (X) t;
    }
}
