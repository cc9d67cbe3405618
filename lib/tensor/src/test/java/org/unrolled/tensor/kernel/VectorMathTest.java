package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The vector functions keep the bounds that their Javadoc states, measured against float64: on a fine grid where they do something, and along all
 * floats there are, of both signs and every exponent, subnormal ones and infinities included.
 */
class VectorMathTest {
    private static final int POINTS = 1 << 18;
    /** From one bit pattern to the next: a prime, so that the low bits differ; a million of them. */
    private static final int STRIDE = 4093;
    private static final double INF = Double.POSITIVE_INFINITY, LARGEST = Float.MAX_VALUE;

    private interface Error { double of(float got, double exact, float x); }

    /** In units in the last place of the float next to the exact result, 2^-149 next to 0; an infinity is right or infinitely wrong. */
    private static final Error ULP = (got, exact, x) -> got == (float) exact ? 0 : Math.abs(got - exact) / Math.ulp((float) exact);
    private static final Error ABSOLUTE = (got, exact, x) -> Math.abs(got - exact);
    private static final Error ABSOLUTE_BY_X = (got, exact, x) -> Math.abs(got - exact) / Math.max(1, Math.abs(x));

    private static double gelu(double x) { return x * Unary.normalCdf(x); }

    private static double geluDerivative(double x) { return Unary.normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI); }

    private static double t(double x) { return Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)); }

    private static double geluTanhDerivative(double x) {
        return 0.5 * (1 + t(x)) + 0.5 * x * (1 - t(x) * t(x)) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    }

    private static double siluDerivative(double x) {
        double s = 1 / (1 + Math.exp(-x));
        return s * (1 + x * (1 - s));
    }

    private static Arguments of(String name, UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, double from, double to, Error error, double bound) {
        return Arguments.of(name + " from " + from + " to " + to, f, exact, from, to, error, bound);
    }

    private static double sigmoid(double x) { return 1 / (1 + Math.exp(-x)); }

    static Stream<Arguments> functions() {
        return Stream.of(
            of("exp", VectorMath::exp, Math::exp, -INF, INF, ULP, 2),
            of("exp of what is not positive", VectorMath::expOfNonPositive, Math::exp, -87, 0, ULP, 5),
            of("exp of what is not positive", VectorMath::expOfNonPositive, Math::exp, -20, 0, ULP, 3),
            of("exp of what is not positive, flushed", VectorMath::expOfNonPositive, x -> 0, -INF, Math.nextDown(-87f), ULP, 0),
            of("2 to what is not positive", VectorMath::exp2OfNonPositive, x -> Math.pow(2, x), -125, 0, ULP, 3),
            of("2 to what is not positive, flushed", VectorMath::exp2OfNonPositive, x -> 0, -INF, Math.nextDown(-125f), ULP, 0),
            of("log", VectorMath::log, Math::log, 0, INF, ULP, 2),
            of("sigmoid", VectorMath::sigmoid, VectorMathTest::sigmoid, -87, INF, ULP, 4),
            of("sigmoid", VectorMath::sigmoid, VectorMathTest::sigmoid, -INF, -87, ABSOLUTE, Float.MIN_NORMAL * 2),
            of("tanh", VectorMath::tanh, Math::tanh, -INF, INF, ULP, 5),
            of("silu", VectorMath::silu, x -> x / (1 + Math.exp(-x)), -87, INF, ULP, 5),
            of("silu'", VectorMath::siluDerivative, VectorMathTest::siluDerivative, -80, 80, ABSOLUTE, 1e-6),
            of("erf", VectorMath::erf, Unary::erf, -INF, INF, ABSOLUTE, 6e-7),
            of("Φ", VectorMath::normalCdf, Unary::normalCdf, -INF, INF, ABSOLUTE, 4e-7),
            of("gelu", VectorMath::gelu, VectorMathTest::gelu, -LARGEST, LARGEST, ABSOLUTE_BY_X, 4e-7),
            of("gelu'", VectorMath::geluDerivative, VectorMathTest::geluDerivative, -LARGEST, LARGEST, ABSOLUTE, 6e-7),
            of("geluTanh", VectorMath::geluTanh, x -> 0.5 * x * (1 + t(x)), -LARGEST, LARGEST, ABSOLUTE_BY_X, 4e-7),
            of("geluTanh'", VectorMath::geluTanhDerivative, VectorMathTest::geluTanhDerivative, -1e10, 1e10, ABSOLUTE, 4e-6));
    }

    /** A NaN may come with any low bits: 0x7fffffff is what NVIDIA's GPUs make. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void everyNaNStaysNaN(String name, UnaryOperator<FloatVector> f) {
        for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7fffffff, 0xffffffff, 0x7fc00001, 0x7fc0dead, 0x7fc00081, 0xffc00101}) {
            FloatVector y = f.apply(FloatVector.broadcast(VectorMath.FLOATS, Float.intBitsToFloat(bits)));
            assertThat(y.lane(0)).as("of 0x%x", bits).isNaN();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void keepsItsBound(String name, UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, double from, double to, Error error, double bound) {
        Worst worst = new Worst(f, exact, error);
        for (double reach : new double[] {1.5, 110}) {
            double low = Math.max(from, -reach), high = Math.min(to, reach);
            for (int p = 0; p <= POINTS && low < high; p++) worst.meet((float) (low + (high - low) * p / POINTS));
        }
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += STRIDE) {
            float x = Float.intBitsToFloat((int) bits);
            if (x >= from && x <= to) worst.meet(x);
        }
        for (float x : new float[] {0, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, -Float.MIN_NORMAL, (float) from, (float) to}) {
            if (x >= from && x <= to) worst.meet(x);
        }
        worst.meetTheRest();
        assertThat(worst.error).as(name + ", worst at " + worst.at).isLessThanOrEqualTo(bound);
    }

    /** The largest error among the numbers met, which go through a register at a time. */
    private static final class Worst {
        private final UnaryOperator<FloatVector> f;
        private final DoubleUnaryOperator exact;
        private final Error measure;
        private final float[] in = new float[VectorMath.LANES], out = new float[VectorMath.LANES];
        private int waiting;
        double error;
        float at;

        Worst(UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, Error measure) {
            this.f = f;
            this.exact = exact;
            this.measure = measure;
        }

        void meet(float x) {
            in[waiting++] = x;
            if (waiting == in.length) meetTheRest();
        }

        void meetTheRest() {
            f.apply(FloatVector.fromArray(VectorMath.FLOATS, in, 0)).intoArray(out, 0);
            for (int i = 0; i < waiting; i++) {
                double e = measure.of(out[i], exact.applyAsDouble(in[i]), in[i]);
                if (!(e <= error)) {
                    error = e;
                    at = in[i];
                }
            }
            waiting = 0;
        }
    }

    @Test
    void theEndsOfTheNumberLine() {
        float inf = Float.POSITIVE_INFINITY;
        assertThat(first(VectorMath::exp, inf, -inf, 89, -104, 0)).containsExactly(inf, 0, inf, 0, 1);
        assertThat(first(VectorMath::log, inf, 0, -0f, -1, -inf, 1)).containsExactly(inf, -inf, -inf, Float.NaN, Float.NaN, 0);
        assertThat(first(VectorMath::tanh, inf, -inf, 1e30f, -1e30f, 0)).containsExactly(1, -1, 1, -1, 0);
        assertThat(first(VectorMath::sigmoid, inf, -inf, 1e30f, -1e30f, 0)).containsExactly(1, 0, 1, 0, 0.5f);
        assertThat(first(VectorMath::erf, inf, -inf, 1e30f, -1e30f, 0)).containsExactly(1, -1, 1, -1, 0);
        assertThat(first(VectorMath::expOfNonPositive, -inf, -1e30f, 0, -0f)).containsExactly(0, 0, 1, 1);
        assertThat(first(VectorMath::exp2OfNonPositive, -inf, -1e30f, 0, -1)).containsExactly(0, 0, 1, 0.5f);
        for (UnaryOperator<FloatVector> f : List.<UnaryOperator<FloatVector>>of(VectorMath::exp, VectorMath::expOfNonPositive, VectorMath::exp2OfNonPositive, VectorMath::tanh, VectorMath::sigmoid, VectorMath::erf,
                VectorMath::gelu, VectorMath::geluDerivative, VectorMath::geluTanh, VectorMath::geluTanhDerivative)) {
            assertThat(first(f, Float.NaN)).containsExactly(Float.NaN);
        }
    }

    /** f of a few numbers, one at a time: a register may hold fewer. */
    private static float[] first(UnaryOperator<FloatVector> f, float... x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) y[i] = f.apply(FloatVector.broadcast(VectorMath.FLOATS, x[i])).lane(0);
        return y;
    }

    /** In registers and through memory, whose orders differ. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lanesAreAddedInOneOrder(boolean throughMemory) {
        float[] x = new float[VectorMath.LANES], lanes = new float[VectorMath.LANES];
        for (int i = 0; i < x.length; i++) x[i] = (float) Math.pow(-7, i % 8) + 1e-3f;
        float expected = sum(x, lanes, throughMemory);
        for (int repeat = 0; repeat < 200_000; repeat++) {
            assert sum(x, lanes, throughMemory) == expected : "run " + repeat;
        }
        double sum = 0;
        for (float v : x) sum += v;
        assertThat((double) expected).isCloseTo(sum, Offset.offset(1.0));
    }

    private static float sum(float[] x, float[] lanes, boolean throughMemory) {
        FloatVector vector = FloatVector.fromArray(VectorMath.FLOATS, x, 0);
        return throughMemory ? VectorMath.sumLanes(vector, lanes) : VectorMath.sumLanes(vector);
    }
}
