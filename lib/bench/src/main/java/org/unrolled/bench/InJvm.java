package org.unrolled.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

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

    private Task prepared() {
        if (task == null) throw new IllegalStateException(name() + " has no case prepared.");
        return task;
    }

    @Override public void close() {
        if (task != null) task.close();
    }
}
