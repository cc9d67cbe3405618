package org.unrolled.tensor.kernel;

/**
 * A function of one number, with its derivative. {@link #apply} and {@link #derivative} are the specification; they
 * compute in double and round once.
 */
public enum Unary {
    /** y = eˣ, y′ = y. */
    EXP {
        @Override public float apply(float x) { return (float) Math.exp(x); }
        @Override public float derivative(float x, float y) { return y; }
    },
    /** y = ln x, y′ = 1/x. Zero gives -∞, a negative number NaN. */
    LOG {
        @Override public float apply(float x) { return (float) Math.log(x); }
        @Override public float derivative(float x, float y) { return 1 / x; }
    },
    /** y = √x, y′ = 1/(2y). A negative number gives NaN. */
    SQRT {
        @Override public float apply(float x) { return (float) Math.sqrt(x); }
        @Override public float derivative(float x, float y) { return 0.5f / y; }
    },
    /** y = |x|, y′ = sign x, and 0 at 0. */
    ABS {
        @Override public float apply(float x) { return Math.abs(x); }
        @Override public float derivative(float x, float y) { return Math.signum(x); }
    },
    /** y = tanh x, y′ = 1 - y². */
    TANH {
        @Override public float apply(float x) { return (float) Math.tanh(x); }
        @Override public float derivative(float x, float y) { return 1 - y * y; }
    },
    /** y = 1/(1 + e⁻ˣ), y′ = y(1 - y). */
    SIGMOID {
        @Override public float apply(float x) { return (float) (1 / (1 + Math.exp(-x))); }
        @Override public float derivative(float x, float y) { return y * (1 - y); }
    },
    /** y = max(x, 0), y′ = 1 where x &gt; 0, else 0. NaN stays NaN. */
    RELU {
        @Override public float apply(float x) { return Math.max(x, 0f); }
        @Override public float derivative(float x, float y) { return x > 0 ? 1 : 0; }
    },
    /**
     * y = x Φ(x) with Φ(x) = (1 + erf(x/√2))/2, y′ = Φ(x) + x φ(x) with φ(x) = e^(-x²/2)/√(2π)
     * (Hendrycks and Gimpel 2016).
     */
    GELU {
        @Override public float apply(float x) { return (float) (x * normalCdf(x)); }
        @Override public float derivative(float x, float y) {
            return (float) (normalCdf(x) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI));
        }
    },
    /**
     * y = x (1 + t)/2 with t = tanh(√(2/π)(x + 0.044715 x³)), GPT-2's approximation of GELU;
     * y′ = (1 + t)/2 + x (1 - t²)/2 · √(2/π)(1 + 3 · 0.044715 x²).
     */
    GELU_TANH {
        @Override public float apply(float x) { return (float) (0.5 * x * (1 + inner(x))); }
        @Override public float derivative(float x, float y) {
            double t = inner(x);
            return (float) (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x));
        }
        private double inner(double x) { return Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)); }
    },
    /** y = x σ(x), y′ = σ(x)(1 + x(1 - σ(x))) (Elfwing, Uchibe and Doya 2017; "swish"). */
    SILU {
        @Override public float apply(float x) { return (float) (x / (1 + Math.exp(-x))); }
        @Override public float derivative(float x, float y) {
            double s = 1 / (1 + Math.exp(-x));
            return (float) (s * (1 + x * (1 - s)));
        }
    };

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    /** f(x). */
    public abstract float apply(float x);

    /** f′(x), given y = f(x) too, since for most functions the derivative is short in y. */
    public abstract float derivative(float x, float y);

    /** Φ(x) = (1 + erf(x/√2))/2, the probability that a standard normal variable is below x. */
    static double normalCdf(double x) {
        return 0.5 * (1 + erf(x / Math.sqrt(2)));
    }

    /**
     * erf x = 2/√π · e^(-x²) Σₙ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)) (Abramowitz and Stegun 7.1.6). All terms have one sign, so
     * nothing cancels; beyond 6 the result is ±1 in double.
     */
    static double erf(double x) {
        if (Double.isNaN(x)) return x;
        if (Math.abs(x) > 6) return Math.signum(x);
        double term = x, sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
