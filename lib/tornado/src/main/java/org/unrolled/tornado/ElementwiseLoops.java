package org.unrolled.tornado;

import org.unrolled.tensor.kernel.Philox;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Moving elements, and functions of one element. */
final class ElementwiseLoops {
    private static final float SQRT_HALF = 0.70710678f, SQRT_2_OVER_PI = 0.79788456f, PDF_AT_0 = 0.39894228f;

    private ElementwiseLoops() { }

    /** yᵢ = value. */
    static void fill(FloatArray y, IntArray n, FloatArray c) {
        int y0 = n.get(0), length = n.get(1);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, c.get(0));
    }

    /** yᵢ = xᵢ. */
    static void copy(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, x.get(x0 + i));
    }

    /** yᵢ = xᵢ. */
    static void copyInts(IntArray y, IntArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, x.get(x0 + i));
    }

    /** yᵢ ← yᵢ + xᵢ. */
    static void accumulate(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, y.get(y0 + i) + x.get(x0 + i));
    }

    /** yᵢ = xᵢ as a float. */
    static void toFloats(FloatArray y, IntArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, x.get(x0 + i));
    }

    /** yᵢ (+)= x at its strides. */
    static void readStrided(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2), acc = n.get(3), rank = n.get(4);
        for (@Parallel int i = 0; i < length; i++) Loops.put(y, y0 + i, x.get(x0 + Loops.at(i, n, rank, 5, 5 + rank)), acc);
    }

    /** yᵢ = x at its strides. */
    static void readStridedInts(IntArray y, IntArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2), rank = n.get(4);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, x.get(x0 + Loops.at(i, n, rank, 5, 5 + rank)));
    }

    /** y at its strides (+)= xᵢ. */
    static void writeStrided(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2), acc = n.get(3), rank = n.get(4);
        for (@Parallel int i = 0; i < length; i++) Loops.put(y, y0 + Loops.at(i, n, rank, 5, 5 + rank), x.get(x0 + i), acc);
    }

    /** y at its strides = xᵢ. */
    static void writeStridedInts(IntArray y, IntArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2), rank = n.get(4);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + Loops.at(i, n, rank, 5, 5 + rank), x.get(x0 + i));
    }

    /** yᵢ (+)= α·xᵢ + β. */
    static void affine(FloatArray y, FloatArray x, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2), acc = n.get(3);
        float alpha = c.get(0), beta = c.get(1);
        for (@Parallel int i = 0; i < length; i++) Loops.put(y, y0 + i, alpha * x.get(x0 + i) + beta, acc);
    }

    /** Φ(x) = (1 + erf(x/√2))/2; erf is an odd rational function up to |x| = 4, where it is 1 in float: the fit that VectorMath uses. */
    static float normalCdf(float x) {
        float z = x * SQRT_HALF;
        if (z > 4f) z = 4f;
        if (z < -4f) z = -4f;
        float s = z * z;
        float p = ((((((-2.72614225801306e-10f * s + 2.77068142495902e-08f) * s - 2.10102402082508e-06f) * s - 5.69250639462346e-05f) * s
            - 7.34990630326855e-04f) * s - 2.95459980854025e-03f) * s - 1.60960333262415e-02f);
        float q = ((((-1.45660718464996e-05f * s - 2.13374055278905e-04f) * s - 1.68282697438203e-03f) * s - 7.37332916720468e-03f) * s
            - 1.42647390514189e-02f);
        return 0.5f * (1f + z * p / q);
    }

    /** yᵢ = f(xᵢ), f counted as in Unary. */
    static void unary(FloatArray y, FloatArray x, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2), f = n.get(3);
        for (@Parallel int i = 0; i < length; i++) {
            float v = x.get(x0 + i);
            float value = v;
            if (f == 0) value = TornadoMath.exp(v);
            if (f == 1) value = TornadoMath.log(v);
            if (f == 2) value = TornadoMath.sqrt(v);
            if (f == 3) value = TornadoMath.abs(v);
            if (f == 4) value = Loops.tanh(v);
            if (f == 5) value = Loops.sigmoid(v);
            if (f == 6) value = Loops.larger(v, 0f);
            if (f == 7) value = v * normalCdf(v);
            if (f == 8) value = 0.5f * v * (1f + Loops.tanh(SQRT_2_OVER_PI * (v + 0.044715f * v * v * v)));
            if (f == 9) value = v / (1f + TornadoMath.exp(-v));
            y.set(y0 + i, value);
        }
    }

    /** dxᵢ (+)= doutᵢ · f′(xᵢ). */
    static void unaryBackward(FloatArray dx, FloatArray dout, FloatArray x, FloatArray y, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), y0 = n.get(3), length = n.get(4), f = n.get(5), acc = n.get(6);
        for (@Parallel int i = 0; i < length; i++) {
            float v = x.get(x0 + i), fv = y.get(y0 + i);
            float slope = fv;
            if (f == 1) slope = 1f / v;
            if (f == 2) slope = 0.5f / fv;
            if (f == 3) slope = v > 0f ? 1f : v < 0f ? -1f : v;
            if (f == 4) slope = 1f - fv * fv;
            if (f == 5) slope = fv * (1f - fv);
            if (f == 6) slope = v > 0f ? 1f : 0f;
            if (f == 7) slope = normalCdf(v) + v * PDF_AT_0 * TornadoMath.exp(-0.5f * v * v);
            if (f == 8) {
                float t = Loops.tanh(SQRT_2_OVER_PI * (v + 0.044715f * v * v * v));
                slope = 0.5f * (1f + t) + 0.5f * v * (1f - t * t) * SQRT_2_OVER_PI * (1f + 3f * 0.044715f * v * v);
            }
            if (f == 9) {
                float s = Loops.sigmoid(v);
                slope = s * (1f + v * (1f - s));
            }
            Loops.put(dx, dx0 + i, dout.get(d0 + i) * slope, acc);
        }
    }

    /** yᵢ = xᵢ^exponent. */
    static void power(FloatArray y, FloatArray x, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, TornadoMath.pow(x.get(x0 + i), c.get(0)));
    }

    /** dxᵢ (+)= doutᵢ · exponent · xᵢ^(exponent - 1); x⁰ is constant, also at 0. */
    static void powBackward(FloatArray dx, FloatArray dout, FloatArray x, IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), length = n.get(3), acc = n.get(4);
        float exponent = c.get(0);
        for (@Parallel int i = 0; i < length; i++) {
            float slope = exponent == 0f ? 0f : exponent * TornadoMath.pow(x.get(x0 + i), exponent - 1f);
            Loops.put(dx, dx0 + i, dout.get(d0 + i) * slope, acc);
        }
    }

    /** yᵢ (+)= f(a, b) at their strides, f counted as in Binary. */
    static void binary(FloatArray y, FloatArray a, FloatArray b, IntArray n) {
        int y0 = n.get(0), a0 = n.get(1), b0 = n.get(2), length = n.get(3), acc = n.get(4), f = n.get(5), rank = n.get(6);
        for (@Parallel int i = 0; i < length; i++) {
            float p = a.get(a0 + Loops.at(i, n, rank, 7, 7 + rank));
            float q = b.get(b0 + Loops.at(i, n, rank, 7, 7 + 2 * rank));
            float value = p + q;
            if (f == 1) value = p - q;
            if (f == 2) value = p * q;
            if (f == 3) value = p / q;
            if (f == 4) value = Loops.larger(p, q);
            if (f == 5) value = p > q ? 1f : p == q ? 0.5f : 0f;
            Loops.put(y, y0 + i, value, acc);
        }
    }

    /** yᵢ (+)= value where the mask at its strides is not 0, else xᵢ. */
    static void maskedFill(FloatArray y, FloatArray x, FloatArray mask, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), m0 = n.get(2), length = n.get(3), acc = n.get(4), rank = n.get(5);
        for (@Parallel int i = 0; i < length; i++) {
            float m = mask.get(m0 + Loops.at(i, n, rank, 6, 6 + rank));
            Loops.put(y, y0 + i, m != 0f ? c.get(0) : x.get(x0 + i), acc);
        }
    }

    /** yᵢ (+)= 0 with probability p, else xᵢ/(1 - p); the numbers are Philox's (see there), bit for bit. */
    static void dropout(FloatArray y, FloatArray x, IntArray step, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), s0 = n.get(2), length = n.get(3), seed = n.get(4), layer = n.get(5), acc = n.get(6);
        float p = c.get(0);
        for (@Parallel int i = 0; i < length; i++) {
            float u = Philox.uniform(i, step.get(s0), layer, seed);
            Loops.put(y, y0 + i, u < p ? 0f : x.get(x0 + i) / (1f - p), acc);
        }
    }

    /** yᵢ = xᵢ where xᵢ > 0, else slope·xᵢ. */
    static void leakyRelu(FloatArray y, FloatArray x, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) {
            float v = x.get(x0 + i);
            y.set(y0 + i, v > 0f ? v : c.get(0) * v);
        }
    }

    /** dxᵢ (+)= doutᵢ where xᵢ > 0, else slope·doutᵢ. */
    static void leakyReluBackward(FloatArray dx, FloatArray dout, FloatArray x, IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), length = n.get(3), acc = n.get(4);
        for (@Parallel int i = 0; i < length; i++) {
            float d = dout.get(d0 + i);
            Loops.put(dx, dx0 + i, x.get(x0 + i) > 0f ? d : c.get(0) * d, acc);
        }
    }
}
