package org.unrolled.tensor.kernel;

/**
 * Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
 * element i of a random array is a function of (i, step, layer, seed) alone, so every provider, in whatever order and
 * on however many threads, draws the same numbers.
 *
 * <p>The multiply-high goes through {@code long} and there is no unsigned shift of a negative number: some devices'
 * compilers make a signed one of it.
 */
public final class Philox {
    private Philox() { }

    /** A uniform number in [0, 1) with 24 random bits: counter (i, step, layer, 0), key (seed, 0x5EED). */
    public static float uniform(int i, int step, int layer, int seed) {
        return ((bits(i, step, layer, 0, seed, 0x5EED) >> 8) & 0xFFFFFF) * 0x1p-24f;
    }

    /** The first of the four words that ten rounds make of a counter and a key. */
    static int bits(int c0, int c1, int c2, int c3, int k0, int k1) {
        for (int round = 0; round < 10; round++) {
            long m0 = (c0 & 0xFFFFFFFFL) * 0xD2511F53L;
            long m1 = (c2 & 0xFFFFFFFFL) * 0xCD9E8D57L;
            int high0 = (int) (m0 >> 32), high1 = (int) (m1 >> 32);
            c0 = high1 ^ c1 ^ k0;
            c1 = (int) m1;
            c2 = high0 ^ c3 ^ k1;
            c3 = (int) m0;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return c0;
    }
}
