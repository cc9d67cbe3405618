package org.unrolled.bench;

import java.util.List;

/** A prepared case of one entrant in this JVM: inputs made, ready to be called again and again. */
interface Task extends AutoCloseable {
    /** Computes the case once. */
    void call();

    /** What the last call computed, one array an output; for a training step the losses of the calls so far would do. */
    List<float[]> results();

    @Override default void close() { }
}
