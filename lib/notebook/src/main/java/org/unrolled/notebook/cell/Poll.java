package org.unrolled.notebook.cell;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinWorkerThread;

/**
 * What the loops of cell code call, once {@link LoopPolls} went over it: the place where a loop that must end, ends.
 * Java has no way to stop a thread any more, so a loop has to ask.
 *
 * <p>Public only because cell code, which lives in another package and class loader, must reach it.
 */
public final class Poll {
    /**
     * Ends a cell's code. Not an {@link Exception}, so that {@code catch (Exception e)} does not hold it; and catch
     * blocks of cells that would hold it throw it on (see {@link #caught}).
     */
    public static final class Stopped extends Error {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("stopped");
        }
    }

    /** Cell threads of the kernels; an interrupt of one can only come from Jupyter or from us. */
    private static final Set<String> KERNEL_THREADS = Set.of("jjava-exec-", "IJava-executor-");

    private static final Set<Thread> ENDING = ConcurrentHashMap.newKeySet();

    private Poll() {}

    /**
     * Called before each jump back. Throws while the thread is interrupted and meant to end; the interrupt stays set,
     * so that a loop inside a {@code finally} that swallows the error ends at its next round too.
     *
     * @throws Stopped when this thread is to end
     */
    public static void poll() {
        if (Thread.currentThread().isInterrupted() && mustEnd()) throw new Stopped();
    }

    /**
     * Called first in each catch block of a cell: lets a {@link Stopped} through whatever the block would do with it,
     * and keeps an interrupt that {@code catch (InterruptedException e) {}} would lose.
     *
     * @throws Stopped when {@code t} is one
     */
    public static void caught(Throwable t) {
        if (t instanceof Stopped stopped) throw stopped;
        if (t instanceof InterruptedException && mustEnd()) Thread.currentThread().interrupt();
    }

    /**
     * Called where a cell says {@code System.exit(status)}: programs end like that, notebooks do not.
     *
     * @throws UnsupportedOperationException always
     */
    public static void exit(int status) {
        throw new UnsupportedOperationException("System.exit(" + status + ") would end the kernel, and with it every variable of this notebook."
                + " return leaves a method; Kernel > Restart Kernel starts afresh.");
    }

    /** The same for {@code Runtime.getRuntime().exit(status)}. */
    public static void exit(Runtime runtime, int status) {
        exit(status);
    }

    /** A learner may start threads and interrupt them on their own terms; those are left alone. */
    private static boolean mustEnd() {
        Thread thread = Thread.currentThread();
        return ENDING.contains(thread) || KERNEL_THREADS.stream().anyMatch(thread.getName()::startsWith);
    }

    /** Ends cell code on {@code thread}. */
    static void end(Thread thread) {
        ENDING.add(thread);
        thread.interrupt();
    }

    /** The thread's cell code has ended: it may go on with other work. */
    static void forget(Thread thread) {
        ENDING.remove(thread);
        if (thread == Thread.currentThread()) Thread.interrupted();
    }

    /**
     * Ends cell code on ForkJoin pool threads, and returns when there is none any more, or after half a second.
     * Interrupting the thread that waits for a parallel stream does not reach the threads that work for it, and when one
     * of them ends, the subtasks it left behind start on another.
     */
    public static void endPoolThreads() {
        long deadline = System.nanoTime() + 500_000_000;
        try {
            while (endPoolThreadsOnce() && System.nanoTime() < deadline) Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether there was any */
    private static boolean endPoolThreadsOnce() {
        boolean any = false;
        for (var entry : Thread.getAllStackTraces().entrySet()) {
            if (!(entry.getKey() instanceof ForkJoinWorkerThread worker)) continue;
            if (Arrays.stream(entry.getValue()).noneMatch(frame -> CellCode.isCell(frame.getClassName()))) continue;
            ENDING.add(worker);
            worker.interrupt();
            any = true;
        }
        return any;
    }

    /**
     * Before a cell or a limited call starts: pool threads live on and may carry an interrupt from the last one.
     * Threads that ended are forgotten too.
     */
    static void begin() {
        ENDING.removeIf(thread -> thread instanceof ForkJoinWorkerThread || !thread.isAlive());
    }
}
