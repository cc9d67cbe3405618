package org.unrolled.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * exp, log, tanh, sigmoid, erf and their kin on a whole vector register. The polynomials of exp and log are those of Moshier's Cephes library
 * (expf, logf); tanh and erf are rational fits that Eigen and XLA use too. VectorMathTest measures each against float64 and holds it to the bound that
 * stands at the method, in ulp (units in the last place) or absolute.
 *
 * <p>The JDK has such functions too (lanewise(EXP)), but with other bits on other machines; these give the same everywhere.
 */
final class VectorMath {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();

    private static final VectorShuffle<Float> BY_8 = by(8), BY_4 = by(4), BY_2 = by(2);

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts: the first has so few bits that n times it is exact. */
    private static final float LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
    /** Added and taken away again it rounds to an integer, which meanwhile stands in the low bits. */
    private static final float ROUND = 0x1.8p23f;
    /** The same, but in the low bits is n + 127, the exponent of 2ⁿ as a float has it. */
    private static final float ROUND_TO_EXPONENT = ROUND + 127;

    private static final int SQRT_HALF = 0x3f3504f3;

    /** Where the fit of tanh is 1 - 2⁻²², from where it stays. */
    private static final float TANH_END = 7.9053111f;

    private VectorMath() { }

    /** eˣ within 2 ulp, overflow to ∞ and underflow through the subnormal numbers to 0 included; NaN stays NaN. */
    static FloatVector exp(FloatVector x) {
        // beyond these bounds the answer is ∞ or 0, and n would not fit the exponent; a NaN compares false and stays
        x = x.blend(89f, x.compare(GT, 89f)).blend(-104f, x.compare(LT, -104f));
        // eˣ = 2ⁿ eʳ with n = round(x/ln 2) and |r| ≤ ln(2)/2
        FloatVector shifted = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(FLOATS, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1f);
        // 2ⁿ in two factors: 2^128 and 2^-149 have no float exponent of their own
        IntVector power = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND));
        IntVector half = power.lanewise(ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    /**
     * eˣ for x ≤ 0, within 5 ulp (3 for x > -20) down to -87, and 0 below; NaN stays NaN. Half the work of {@link #exp}: nothing overflows, the power of two has
     * one factor, ln 2 one part (1.9e-9 too large, n times), and the polynomial ends a term earlier (fitted for |r| ≤ ln(2)/2 with 1 at r = 0, its
     * error is 0.77·2⁻²³ of eʳ at most).
     */
    static FloatVector expOfNonPositive(FloatVector x) {
        FloatVector shifted = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND_TO_EXPONENT));
        FloatVector n = shifted.sub(ROUND_TO_EXPONENT);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -0.6931472f), x);
        FloatVector p = FloatVector.broadcast(FLOATS, 0x1.0fa82p-7f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.573a6cp-5f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.555a6cp-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.fffdc6p-2f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.fffff6p-1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
        return p.mul(powerOfTwo(shifted)).blend(0f, x.compare(LT, -87f));
    }

    /** 2ˣ for x ≤ 0, within 3 ulp down to -125, and 0 below; NaN stays NaN. Cheaper still than {@link #expOfNonPositive}: x - n is exact. */
    static FloatVector exp2OfNonPositive(FloatVector x) {
        FloatVector shifted = x.add(ROUND_TO_EXPONENT);
        FloatVector r = x.sub(shifted.sub(ROUND_TO_EXPONENT));
        FloatVector p = FloatVector.broadcast(FLOATS, 0x1.5bb9e4p-10f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.3ceab4p-7f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.c6b754p-5f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.ebf9bcp-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0x1.62e42ap-1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
        return p.mul(powerOfTwo(shifted)).blend(0f, x.compare(LT, -125f));
    }

    /**
     * 2ⁿ of what was rounded by {@link #ROUND_TO_EXPONENT}: its low bits in the place of the exponent. p is multiplied by it, not n added to p's bits: a
     * NaN p would then be a number, unless the low bits of the NaN are 0, as those that a GPU makes are not.
     */
    private static FloatVector powerOfTwo(FloatVector shifted) {
        return shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    /** ln x within 2 ulp, subnormal numbers included (Cephes, logf); -∞ of 0, NaN of less. */
    static FloatVector log(FloatVector x) {
        // a subnormal number is made a normal one first
        VectorMask<Float> small = x.compare(LT, Float.MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(0x1p23f), small);
        // x = 2ⁿ (1 + f) with 1 + f from √½ to √2: n counts from the bits of √½
        IntVector bits = scaled.reinterpretAsInts().sub(SQRT_HALF), n = bits.lanewise(ASHR, 23);
        FloatVector f = bits.sub(n.lanewise(LSHL, 23)).add(SQRT_HALF).reinterpretAsFloats().sub(1f);
        FloatVector exponent = (FloatVector) n.convert(VectorOperators.I2F, 0);
        exponent = exponent.blend(exponent.sub(23f), small);
        FloatVector square = f.mul(f), y = exponent.fma(FloatVector.broadcast(FLOATS, LN2_LOW), logFit(f).mul(f).mul(square));
        y = exponent.fma(FloatVector.broadcast(FLOATS, LN2_HIGH), square.fma(FloatVector.broadcast(FLOATS, -0.5f), y).add(f));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f)).blend(Float.NaN, x.compare(LT, 0f));
        // ∞ and NaN stay
        return y.blend(x, x.compare(LT, Float.POSITIVE_INFINITY).not());
    }

    /** (ln(1 + f) - f + f²/2)/f³. */
    private static FloatVector logFit(FloatVector f) {
        FloatVector p = FloatVector.broadcast(FLOATS, 7.0376836292e-2f);
        p = p.fma(f, FloatVector.broadcast(FLOATS, -1.1514610310e-1f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 1.1676998740e-1f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, -1.2420140846e-1f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 1.4249322787e-1f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, -1.6668057665e-1f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 2.0000714765e-1f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, -2.4999993993e-1f));
        return p.fma(f, FloatVector.broadcast(FLOATS, 3.3333331174e-1f));
    }

    /** 1/(1 + e⁻ˣ) within 4 ulp for x &gt; -87; below it the answer is smaller than any normal float and may be 0. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, 1f).div(exp(x.neg()).add(1f));
    }

    /** tanh x within 5 ulp: an odd rational function up to |x| = 7.9; x itself where |x| &lt; 4e-4, and ±1 beyond 9. */
    static FloatVector tanh(FloatVector x) {
        FloatVector clamped = x.blend(TANH_END, x.compare(GT, TANH_END)).blend(-TANH_END, x.compare(LT, -TANH_END));
        FloatVector square = clamped.mul(clamped);
        FloatVector p = FloatVector.broadcast(FLOATS, -2.76076847742355e-16f);
        p = p.fma(square, FloatVector.broadcast(FLOATS, 2.00018790482477e-13f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -8.60467152213735e-11f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, 5.12229709037114e-08f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, 1.48572235717979e-05f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, 6.37261928875436e-04f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, 4.89352455891786e-03f));
        FloatVector q = FloatVector.broadcast(FLOATS, 1.19825839466702e-06f);
        q = q.fma(square, FloatVector.broadcast(FLOATS, 1.18534705686654e-04f));
        q = q.fma(square, FloatVector.broadcast(FLOATS, 2.26843463243900e-03f));
        q = q.fma(square, FloatVector.broadcast(FLOATS, 4.89352518554385e-03f));
        FloatVector y = clamped.mul(p).div(q).blend(x, x.abs().compare(LT, 4e-4f));
        return y.blend(1f, x.compare(GT, 9f)).blend(-1f, x.compare(LT, -9f));
    }

    /** erf x = 2/√π ∫₀ˣ e^(-t²) dt within 6e-7, absolute; an odd rational function up to |x| = 4, where erf is 1 in float. */
    static FloatVector erf(FloatVector x) {
        x = x.blend(4f, x.compare(GT, 4f)).blend(-4f, x.compare(LT, -4f));
        FloatVector square = x.mul(x);
        FloatVector p = FloatVector.broadcast(FLOATS, -2.72614225801306e-10f);
        p = p.fma(square, FloatVector.broadcast(FLOATS, 2.77068142495902e-08f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -2.10102402082508e-06f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -5.69250639462346e-05f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -7.34990630326855e-04f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -2.95459980854025e-03f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -1.60960333262415e-02f));
        FloatVector q = FloatVector.broadcast(FLOATS, -1.45660718464996e-05f);
        q = q.fma(square, FloatVector.broadcast(FLOATS, -2.13374055278905e-04f));
        q = q.fma(square, FloatVector.broadcast(FLOATS, -1.68282697438203e-03f));
        q = q.fma(square, FloatVector.broadcast(FLOATS, -7.37332916720468e-03f));
        q = q.fma(square, FloatVector.broadcast(FLOATS, -1.42647390514189e-02f));
        return x.mul(p).div(q);
    }

    /** Φ(x) = (1 + erf(x/√2))/2, the probability that a standard normal variable is below x, within 4e-7, absolute. */
    static FloatVector normalCdf(FloatVector x) {
        return erf(x.mul(0.70710678f)).add(1f).mul(0.5f);
    }

    /** x Φ(x) within 4e-7·max(1, |x|), absolute. */
    static FloatVector gelu(FloatVector x) {
        return x.mul(normalCdf(x));
    }

    /** Φ(x) + x e^(-x²/2)/√(2π) within 6e-7, absolute. */
    static FloatVector geluDerivative(FloatVector x) {
        return expOfNonPositive(x.mul(x).mul(-0.5f)).mul(0.39894228f).fma(x, normalCdf(x));
    }

    private static FloatVector innerTanh(FloatVector x) {
        FloatVector cube = x.mul(x).mul(x);
        return tanh(cube.fma(FloatVector.broadcast(FLOATS, 0.044715f), x).mul(0.7978845608f));
    }

    /** x (1 + t)/2 with t = tanh(√(2/π)(x + 0.044715 x³)) within 4e-7·max(1, |x|), absolute. */
    static FloatVector geluTanh(FloatVector x) {
        return innerTanh(x).add(1f).mul(0.5f).mul(x);
    }

    /** (1 + t)/2 + x (1 - t²)/2 · √(2/π)(1 + 3 · 0.044715 x²) within 4e-6, absolute. */
    static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector t = innerTanh(x), one = FloatVector.broadcast(FLOATS, 1f);
        FloatVector slope = x.mul(x).mul(3 * 0.044715f).add(1f).mul(0.7978845608f);
        FloatVector second = one.sub(t.mul(t)).mul(x).mul(0.5f).mul(slope);
        // where tanh is flat the second term is 0, also where x² overflowed and 0 · ∞ would be NaN
        return t.add(1f).mul(0.5f).add(second.blend(0f, x.abs().compare(GT, 10f)));
    }

    /** x σ(x) within 5 ulp for x &gt; -87. */
    static FloatVector silu(FloatVector x) {
        return x.mul(sigmoid(x));
    }

    /** σ(x)(1 + x(1 - σ(x))) within 1e-6, absolute, for |x| &lt; 80. */
    static FloatVector siluDerivative(FloatVector x) {
        FloatVector s = sigmoid(x), one = FloatVector.broadcast(FLOATS, 1f);
        return s.mul(one.sub(s).fma(x, one));
    }

    /**
     * The sum of the lanes, always in one order (reduceLanes may choose another one in compiled code): halves are added, then quarters. In registers, since what is
     * stored as a vector and read back number by number waits for all stores before it.
     */
    static float sumLanes(FloatVector x) {
        if (LANES > 8) x = x.add(x.rearrange(BY_8));
        if (LANES > 4) x = x.add(x.rearrange(BY_4));
        if (LANES > 2) x = x.add(x.rearrange(BY_2));
        return x.lane(0) + x.lane(1);
    }

    /** The same, in another order, where the compiler has taken in so much that {@link #sumLanes(FloatVector)} would stay outside and make an object of its vector. */
    static float sumLanes(FloatVector x, float[] lanes) {
        x.intoArray(lanes, 0);
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        if (LANES < 4) return lanes[0] + lanes[1];
        for (int i = 0; i < LANES; i += 4) {
            s0 += lanes[i];
            s1 += lanes[i + 1];
            s2 += lanes[i + 2];
            s3 += lanes[i + 3];
        }
        return s0 + s1 + (s2 + s3);
    }

    private static VectorShuffle<Float> by(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + distance) % LANES);
    }
}
