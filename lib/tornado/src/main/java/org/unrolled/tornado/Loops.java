package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What the device loops share. Each loop is given its arrays in the contract's order, then {@code n}: the offset of each array's
 * buffer and the ints of the call, then {@code c}, its floats. Only the outer loop is {@code @Parallel}: its index names one element
 * of the destination, or one row, that a single work item computes alone, as the contract wants it. What TornadoVM 5.2 gets wrong
 * is not used: no {@code >>>}, no argument named as a function of OpenCL that the loop calls, no {@code Math.fma} or {@code floor}, no {@code throw}, no array that is written and also another argument.
 *
 * <p>What one work item of a core kernel does stands in a function of its own, without {@code @Parallel}: {@link FpgaLoops} calls it too. In these
 * there is no || before an else: TornadoVM 4.0, which has FPGAs, computes that wrongly; a test looks at what it writes.
 */
final class Loops {
    /** c[NAN] is NaN: TornadoVM 5.2 writes a constant NaN as a word that OpenCL does not know. */
    static final int NAN = 7;

    private Loops() { }

    /** y[i] (+)= value. */
    static void put(FloatArray y, int i, float value, int acc) {
        y.set(i, acc == 0 ? value : y.get(i) + value);
    }

    /** Where element i of a contiguous array with {@code rank} sizes from n[sizes] lies at the strides from n[strides]. */
    static int at(int i, IntArray n, int rank, int sizes, int strides) {
        int at = 0;
        int rest = i;
        for (int axis = rank - 1; axis >= 0; axis--) {
            int size = n.get(sizes + axis);
            at += rest % size * n.get(strides + axis);
            rest = rest / size;
        }
        return at;
    }

    /** The larger of two; NaN wins, as Java's Math.max has it and OpenCL's fmax has not. */
    static float larger(float a, float b) {
        return b != b ? b : b > a ? b : a;
    }

    /** tanh x, ±1 beyond 9 as a float has it. PoCL's never reaches 1, and GELU's gradient multiplies the distance, 2⁻²⁴, by x³. */
    static float tanh(float x) {
        return x > 9f ? 1f : x < -9f ? -1f : TornadoMath.tanh(x);
    }

    /** 1/(1 + e⁻ˣ). */
    static float sigmoid(float x) {
        return 1f / (1f + TornadoMath.exp(-x));
    }

    /** The largest of x[from + j·stride]; -∞ of nothing. */
    static float largest(FloatArray x, int from, int count, int stride) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < count; j++) largest = larger(largest, x.get(from + j * stride));
        return largest;
    }

    /** Σ exp(x - m) over x[from + j·stride]. */
    static float sumOfExp(FloatArray x, int from, int count, int stride, float m) {
        float sum = 0f;
        for (int j = 0; j < count; j++) sum += TornadoMath.exp(x.get(from + j * stride) - m);
        return sum;
    }

    /** The mean of x[from + j·stride]. */
    static float mean(FloatArray x, int from, int count, int stride) {
        float sum = 0f;
        for (int j = 0; j < count; j++) sum += x.get(from + j * stride);
        return sum / count;
    }

    /** The quotient of distance and stride where it is a place from 0 to count - 1, else -1: see Window.outRow. */
    static int place(int distance, int stride, int count) {
        return distance >= 0 && distance % stride == 0 && distance / stride < count ? distance / stride : -1;
    }
}
