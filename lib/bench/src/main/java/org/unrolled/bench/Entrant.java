package org.unrolled.bench;

import java.util.List;

/** A library. */
interface Entrant extends AutoCloseable {
    String name();

    /** Version, build, threads: what a reader of the report wants to know of it. */
    String title();

    /** Makes the inputs of a case. False: this library has nothing of the kind. */
    boolean prepare(Case what);

    /** Computes it once and returns the outputs. */
    List<float[]> results();

    /** Calls it for about {@code seconds}. @return seconds a call took on average */
    double round(double seconds);

    /** Bytes of the Java heap that a call allocates, in all threads together; 0 where the library has none, or is not asked. */
    default long heap() {
        return 0;
    }

    @Override void close();
}
