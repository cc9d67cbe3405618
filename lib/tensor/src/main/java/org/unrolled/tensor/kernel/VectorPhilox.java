package org.unrolled.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Philox} for as many elements at once as a register holds longs, with the same bits. */
final class VectorPhilox {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    static final int LANES = LONGS.length();
    /** Each 32-bit word lies in a long of its own, so that a product has room for its high word. */
    private static final long WORD = 0xFFFFFFFFL;
    private static final LongVector COUNT = LongVector.zero(LONGS).addIndex(1);

    private VectorPhilox() { }

    /** Bit j of the result: whether {@code Philox.uniform(i + j, step, layer, seed) < p}. */
    static long below(float p, int i, int step, int layer, int seed) {
        LongVector c0 = COUNT.add(i & WORD).and(WORD), c1 = LongVector.broadcast(LONGS, step & WORD);
        LongVector c2 = LongVector.broadcast(LONGS, layer & WORD), c3 = LongVector.zero(LONGS);
        int k0 = seed, k1 = 0x5EED;
        for (int round = 0; round < 10; round++) {
            LongVector m0 = c0.mul(0xD2511F53L), m1 = c2.mul(0xCD9E8D57L);
            c0 = m1.lanewise(LSHR, 32).lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, k0 & WORD);
            c1 = m1.and(WORD);
            c2 = m0.lanewise(LSHR, 32).lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, k1 & WORD);
            c3 = m0.and(WORD);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        // 24 random bits b stand for b/2²⁴, and b/2²⁴ < p is b < ⌈p·2²⁴⌉
        return c0.lanewise(LSHR, 8).compare(LT, (long) Math.ceil(p * 0x1p24)).toLong();
    }
}
