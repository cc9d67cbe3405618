package org.unrolled.bench;

import java.util.Locale;
import org.unrolled.tensor.kernel.Machine;

/**
 * What the machine can do at best with a number of threads, as {@link Machine} measures it.
 *
 * @param gflops     multiply-adds in registers, 10⁹ operations a second
 * @param gbytes     the triad through memory, 10⁹ bytes a second
 * @param cacheBytes the largest cache; 0 where the system does not tell
 */
record Ceilings(int threads, double gflops, double gbytes, long cacheBytes) {
    /** Measures those of all threads that this JVM sees; about two seconds. */
    static Ceilings measure() {
        Machine machine = Machine.measure();
        return new Ceilings(machine.threads(), machine.all().gigaflops(), machine.all().gigabytes(), machine.cacheBytes());
    }

    /** The higher of each: a measurement that something else disturbed is too low, none is too high. */
    Ceilings or(Ceilings other) {
        return new Ceilings(threads, Math.max(gflops, other.gflops), Math.max(gbytes, other.gbytes), cacheBytes);
    }

    /** The ceiling that binds a case. */
    enum Bound {
        FMA, MEMORY
    }

    /** The one that would take the case longer. What fits into a cache need not come from memory again in each call, so memory is no ceiling of it. */
    Bound bound(Case what) {
        return memorySeconds(what) > arithmeticSeconds(what) ? Bound.MEMORY : Bound.FMA;
    }

    /** @param micros that a call took; @return which part of its ceiling it reached, 0 where nothing is counted */
    double share(Case what, double micros) {
        return Math.max(memorySeconds(what), arithmeticSeconds(what)) / (micros * 1e-6);
    }

    private double arithmeticSeconds(Case what) {
        return what.flops() / (gflops * 1e9);
    }

    private double memorySeconds(Case what) {
        return what.bytes() >= cacheBytes ? what.bytes() / (gbytes * 1e9) : 0;
    }

    @Override public String toString() {
        return String.format(Locale.ROOT, "%.1f GFLOP/s (FMA), %.1f GB/s (memory)", gflops, gbytes);
    }
}
