package org.unrolled.tensor.kernel;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that {@link Kernels#scratch} lends again and again: the gradients of a backward pass on their way. The array that came back last is lent
 * first, since a cache may still hold it; a new one would have to be filled with 0 and be collected later.
 *
 * <p>What is kept is at most four times what was ever out at once: arrays of other lengths are out in other parts of a pass. The JVM may have it
 * when it runs short of memory.
 */
public final class ScratchPool {
    /**
     * In bytes.
     *
     * @param lent      out now
     * @param kept      here, to be lent again
     * @param highWater the most that was ever out at once, since the last {@link #startOver}
     */
    public record Usage(long lent, long kept, long highWater) { }

    /** What is kept, by length. */
    private static final class Shelves {
        final Map<Integer, Deque<float[]>> byLength = new HashMap<>();
        long bytes;
    }

    private static final int TIMES_OUT = 4;

    private static SoftReference<Shelves> shelves = new SoftReference<>(null);
    private static long lent;
    private static long highWater;
    private static long mostEver;

    private ScratchPool() { }

    static synchronized float[] take(int n) {
        float[] array = fromShelf(n);
        // before it is counted as lent: there may be no room for it
        if (array == null) array = new float[n];
        lent += bytes(n);
        highWater = Math.max(highWater, lent);
        mostEver = Math.max(mostEver, lent);
        return array;
    }

    private static float @Nullable [] fromShelf(int n) {
        Shelves kept = shelves.get();
        Deque<float[]> shelf = kept == null ? null : kept.byLength.get(n);
        if (kept == null || shelf == null) return null;
        float[] array = shelf.pop();
        if (shelf.isEmpty()) kept.byLength.remove(n);
        kept.bytes -= bytes(n);
        return array;
    }

    static synchronized void give(float[] array) {
        long bytes = bytes(array.length);
        lent -= bytes;
        Shelves kept = shelves.get();
        if (kept == null) {
            kept = new Shelves();
            shelves = new SoftReference<>(kept);
        }
        // another model's lengths are of no use any more
        if (kept.bytes + bytes > TIMES_OUT * mostEver) {
            kept.byLength.clear();
            kept.bytes = 0;
        }
        kept.byLength.computeIfAbsent(array.length, n -> new ArrayDeque<>()).push(array);
        kept.bytes += bytes;
    }

    /** How much is out and how much is kept. */
    public static synchronized Usage usage() {
        Shelves kept = shelves.get();
        return new Usage(lent, kept == null ? 0 : kept.bytes, highWater);
    }

    /** Counts the high-water mark anew, from what is out now. */
    public static synchronized void startOver() {
        highWater = lent;
    }

    private static long bytes(int n) {
        return 4L * n;
    }
}
