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

    /**
     * What a call needs of the Java heap, in bytes.
     *
     * @param fresh   allocated anew, in all threads together
     * @param scratch the high-water mark of what the kernels lend again and again
     */
    record Heap(long fresh, long scratch) { }

    /** Nothing, where a library does not use the Java heap. */
    default Heap heap() {
        return new Heap(0, 0);
    }

    @Override void close();
}
