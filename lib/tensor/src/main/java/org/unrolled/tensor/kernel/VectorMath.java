package org.unrolled.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * exp, tanh, sigmoid, erf and their kin on a whole vector register. The polynomials are those of Moshier's Cephes library
 * (expf, tanhf); that of erf is a rational fit. VectorMathTest measures each against float64 and holds it to the bound that
 * stands at the method, in ulp (units in the last place) or absolute.
 *
 * <p>The JDK has such functions too (lanewise(EXP)), but with other bits on other machines; these give the same everywhere.
 */
final class VectorMath {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts: the first has so few bits that n times it is exact. */
    private static final float LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
    /** Added and taken away again it rounds to an integer, which meanwhile stands in the low bits. */
    private static final float ROUND = 0x1.8p23f;

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
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    /** 1/(1 + e⁻ˣ) within 4 ulp for x &gt; -87; below it the answer is smaller than any normal float and may be 0. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, 1f).div(exp(x.neg()).add(1f));
    }

    /** tanh x within 3 ulp: an odd polynomial where |x| &lt; 0.625, else 1 - 2/(e²ˣ + 1) with the sign of x. */
    static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs(), square = x.mul(x);
        FloatVector p = FloatVector.broadcast(FLOATS, -5.70498872745e-3f);
        p = p.fma(square, FloatVector.broadcast(FLOATS, 2.06390887954e-2f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -5.37397155531e-2f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, 1.33314422036e-1f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -3.33332819422e-1f));
        FloatVector near = p.mul(square).fma(x, x);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f), two = FloatVector.broadcast(FLOATS, 2f);
        FloatVector far = one.sub(two.div(exp(size.add(size)).add(1f)));
        return far.blend(far.neg(), x.compare(LT, 0f)).blend(near, size.compare(LT, 0.625f));
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
        return exp(x.mul(x).mul(-0.5f)).mul(0.39894228f).fma(x, normalCdf(x));
    }

    private static FloatVector innerTanh(FloatVector x) {
        FloatVector cube = x.mul(x).mul(x);
        return tanh(cube.fma(FloatVector.broadcast(FLOATS, 0.044715f), x).mul(0.7978845608f));
    }

    /** x (1 + t)/2 with t = tanh(√(2/π)(x + 0.044715 x³)) within 4e-7·max(1, |x|), absolute. */
    static FloatVector geluTanh(FloatVector x) {
        return innerTanh(x).add(1f).mul(0.5f).mul(x);
    }

    /** (1 + t)/2 + x (1 - t²)/2 · √(2/π)(1 + 3 · 0.044715 x²) within 2e-6, absolute. */
    static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector t = innerTanh(x), one = FloatVector.broadcast(FLOATS, 1f);
        FloatVector slope = x.mul(x).mul(3 * 0.044715f).add(1f).mul(0.7978845608f);
        FloatVector second = one.sub(t.mul(t)).mul(x).mul(0.5f).mul(slope);
        // where tanh is flat the second term is 0, also where x² overflowed and 0 · ∞ would be NaN
        return t.add(1f).mul(0.5f).add(second.blend(0f, x.abs().compare(GT, 10f)));
    }

    /** The sum of the lanes, always in one order (reduceLanes may choose another one in compiled code). */
    static float sumLanes(FloatVector x, float[] lanes) {
        x.intoArray(lanes, 0);
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
        }
        return lanes[0];
    }
}
