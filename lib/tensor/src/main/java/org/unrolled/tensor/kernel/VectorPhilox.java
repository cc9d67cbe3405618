package org.unrolled.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
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

    /** y (+)= x/(1 - p), or 0 where an element is dropped. */
    static void dropout(Buffer y, Buffer x, int step, float p, int seed, int layer, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        Workers.forRanges(y.length(), VectorMath.LANES, 3L * y.length(), (from, to) -> dropout(ys, y0, xs, x0, from, to, step, p, seed, layer, acc));
    }

    private static void dropout(float[] y, int y0, float[] x, int x0, int from, int to, int step, float p, int seed, int layer, boolean acc) {
        float kept = 1 - p;
        int i = from;
        // two registers of longs are one of floats
        for (; i <= to - 2 * LANES; i += 2 * LANES) {
            long dropped = below(p, i, step, layer, seed) | below(p, i + LANES, step, layer, seed) << LANES;
            FloatVector value = FloatVector.fromArray(VectorMath.FLOATS, x, x0 + i).div(kept).blend(0f, VectorMask.fromLong(VectorMath.FLOATS, dropped));
            if (acc) value = value.add(FloatVector.fromArray(VectorMath.FLOATS, y, y0 + i));
            value.intoArray(y, y0 + i);
        }
        for (; i < to; i++) {
            float value = Philox.uniform(i, step, layer, seed) < p ? 0 : x[x0 + i] / kept;
            y[y0 + i] = acc ? y[y0 + i] + value : value;
        }
    }
}
