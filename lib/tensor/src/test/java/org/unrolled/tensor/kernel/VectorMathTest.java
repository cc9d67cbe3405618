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

/** The vector functions keep the bounds that their Javadoc states, measured against float64 on a fine grid. */
class VectorMathTest {
    private static final int POINTS = 1 << 18;

    private interface Error { double of(float got, double exact, float x); }

    private static final Error ULP = (got, exact, x) -> Math.abs(got - exact) / Math.ulp((float) exact);
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

    static Stream<Arguments> functions() {
        return Stream.of(
            of("exp", VectorMath::exp, Math::exp, -87, 88.7, ULP, 2), of("exp", VectorMath::exp, Math::exp, -103, -87, ULP, 2),
            of("exp", VectorMath::exp, Math::exp, -0.5, 0.5, ULP, 2),
            of("sigmoid", VectorMath::sigmoid, x -> 1 / (1 + Math.exp(-x)), -87, 87, ULP, 4),
            of("tanh", VectorMath::tanh, Math::tanh, -12, 12, ULP, 5), of("tanh", VectorMath::tanh, Math::tanh, -1e-3, 1e-3, ULP, 5),
            of("silu", VectorMath::silu, x -> x / (1 + Math.exp(-x)), -87, 87, ULP, 5),
            of("silu'", VectorMath::siluDerivative, VectorMathTest::siluDerivative, -80, 80, ABSOLUTE, 1e-6),
            of("erf", VectorMath::erf, Unary::erf, -6, 6, ABSOLUTE, 6e-7), of("Φ", VectorMath::normalCdf, Unary::normalCdf, -8, 8, ABSOLUTE, 4e-7),
            of("gelu", VectorMath::gelu, VectorMathTest::gelu, -10, 10, ABSOLUTE_BY_X, 4e-7),
            of("gelu'", VectorMath::geluDerivative, VectorMathTest::geluDerivative, -10, 10, ABSOLUTE, 6e-7),
            of("geluTanh", VectorMath::geluTanh, x -> 0.5 * x * (1 + t(x)), -10, 10, ABSOLUTE_BY_X, 4e-7),
            of("geluTanh'", VectorMath::geluTanhDerivative, VectorMathTest::geluTanhDerivative, -12, 12, ABSOLUTE, 4e-6));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void keepsItsBound(String name, UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, double from, double to, Error error, double bound) {
        float[] in = new float[VectorMath.LANES], out = new float[VectorMath.LANES];
        double worst = 0;
        float worstAt = 0;
        for (int p = 0; p < POINTS; p += in.length) {
            for (int i = 0; i < in.length; i++) in[i] = (float) (from + (to - from) * (p + i) / POINTS);
            f.apply(FloatVector.fromArray(VectorMath.FLOATS, in, 0)).intoArray(out, 0);
            for (int i = 0; i < in.length; i++) {
                double e = error.of(out[i], exact.applyAsDouble(in[i]), in[i]);
                if (!(e <= worst)) {
                    worst = e;
                    worstAt = in[i];
                }
            }
        }
        assertThat(worst).as(name + ", worst at " + worstAt).isLessThanOrEqualTo(bound);
    }

    @Test
    void theEndsOfTheNumberLine() {
        float inf = Float.POSITIVE_INFINITY;
        assertThat(first(VectorMath::exp, inf, -inf, 89, -104, 0)).containsExactly(inf, 0, inf, 0, 1);
        assertThat(first(VectorMath::tanh, inf, -inf, 1e30f, -1e30f, 0)).containsExactly(1, -1, 1, -1, 0);
        assertThat(first(VectorMath::sigmoid, inf, -inf, 1e30f, -1e30f, 0)).containsExactly(1, 0, 1, 0, 0.5f);
        assertThat(first(VectorMath::erf, inf, -inf, 1e30f, -1e30f, 0)).containsExactly(1, -1, 1, -1, 0);
        for (UnaryOperator<FloatVector> f : List.<UnaryOperator<FloatVector>>of(VectorMath::exp, VectorMath::tanh, VectorMath::sigmoid, VectorMath::erf,
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

    @Test
    void lanesAreAddedInOneOrder() {
        float[] x = new float[VectorMath.LANES];
        for (int i = 0; i < x.length; i++) x[i] = (float) Math.pow(-7, i % 8) + 1e-3f;
        float expected = VectorMath.sumLanes(FloatVector.fromArray(VectorMath.FLOATS, x, 0), new float[x.length]);
        for (int repeat = 0; repeat < 200_000; repeat++) {
            assert VectorMath.sumLanes(FloatVector.fromArray(VectorMath.FLOATS, x, 0), new float[x.length]) == expected : "run " + repeat;
        }
        double sum = 0;
        for (float v : x) sum += v;
        assertThat((double) expected).isCloseTo(sum, Offset.offset(1.0));
    }
}
