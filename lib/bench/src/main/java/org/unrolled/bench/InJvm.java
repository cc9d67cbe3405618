package org.unrolled.bench;

import java.lang.management.ManagementFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.ScratchPool;

/** An entrant whose kernels run in this JVM, timed by JMH. */
abstract class InJvm implements Entrant {
    private @Nullable Task task;

    /** The case, or null if this library has nothing of the kind. */
    abstract @Nullable Task task(Case what);

    @Override public final boolean prepare(Case what) {
        if (task != null) task.close();
        task = task(what);
        return task != null;
    }

    @Override public final List<float[]> results() {
        prepared().call();
        return prepared().results();
    }

    @Override public final double round(double seconds) {
        return TaskBenchmark.round(prepared(), seconds);
    }

    @Override public final Heap heap() {
        if (!(ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads) || !threads.isThreadAllocatedMemorySupported()) return new Heap(0, 0);
        ScratchPool.startOver();
        long least = Long.MAX_VALUE;
        // the least of a few: the JVM's own threads, compilers and collectors of figures, allocate now and then
        for (int call = 0; call < 5; call++) {
            long before = threads.getTotalThreadAllocatedBytes();
            prepared().call();
            least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
        }
        return new Heap(least, ScratchPool.usage().highWater());
    }

    private Task prepared() {
        if (task == null) throw new IllegalStateException(name() + " has no case prepared.");
        return task;
    }

    @Override public void close() {
        if (task != null) task.close();
    }
}
