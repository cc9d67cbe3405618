package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What runs along rows that lie in one piece: softmax, sums, layer normalisation. A row is never shared between threads.
 * {@code lanes} is a register's worth of memory for the end of a row and for adding up lanes.
 */
final class VectorRows {
    /** Elements added up in float before the sum goes to a double. */
    private static final int RUN = 1024;

    private VectorRows() { }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    private static void put(FloatVector value, float[] y, int i, boolean acc) {
        (acc ? value.add(at(y, i)) : value).intoArray(y, i);
    }

    // ---- sums: each in runs of float sums, added up in double

    static double sum(float[] x, int x0, int n, float[] lanes) {
        double total = 0;
        for (int from = 0; from < n; from += RUN) {
            int to = Math.min(n, from + RUN), i = from;
            FloatVector s0 = FloatVector.zero(FLOATS), s1 = s0;
            for (; i <= to - 2 * LANES; i += 2 * LANES) {
                s0 = s0.add(at(x, x0 + i));
                s1 = s1.add(at(x, x0 + i + LANES));
            }
            if (to - from >= 2 * LANES) total += VectorMath.sumLanes(s0.add(s1), lanes);
            for (; i < to; i++) total += x[x0 + i];
        }
        return total;
    }

    /** Σ (x - mean)². */
    static double sumOfSquares(float[] x, int x0, int n, float mean, float[] lanes) {
        double total = 0;
        for (int from = 0; from < n; from += RUN) {
            int to = Math.min(n, from + RUN), i = from;
            FloatVector s0 = FloatVector.zero(FLOATS), s1 = s0;
            for (; i <= to - 2 * LANES; i += 2 * LANES) {
                FloatVector d0 = at(x, x0 + i).sub(mean), d1 = at(x, x0 + i + LANES).sub(mean);
                s0 = d0.fma(d0, s0);
                s1 = d1.fma(d1, s1);
            }
            if (to - from >= 2 * LANES) total += VectorMath.sumLanes(s0.add(s1), lanes);
            for (; i < to; i++) total += (double) (x[x0 + i] - mean) * (x[x0 + i] - mean);
        }
        return total;
    }

    /** Σ a·b. */
    static double dot(float[] a, int a0, float[] b, int b0, int n, float[] lanes) {
        double total = 0;
        for (int from = 0; from < n; from += RUN) {
            int to = Math.min(n, from + RUN), i = from;
            FloatVector s0 = FloatVector.zero(FLOATS), s1 = s0;
            for (; i <= to - 2 * LANES; i += 2 * LANES) {
                s0 = at(a, a0 + i).fma(at(b, b0 + i), s0);
                s1 = at(a, a0 + i + LANES).fma(at(b, b0 + i + LANES), s1);
            }
            if (to - from >= 2 * LANES) total += VectorMath.sumLanes(s0.add(s1), lanes);
            for (; i < to; i++) total += (double) a[a0 + i] * b[b0 + i];
        }
        return total;
    }

    /** y[i] (+)= scale · Σⱼ x[j·stride + i] for the i of width neighbouring columns: down the columns, but a register wide. */
    static void sumColumns(float[] y, int y0, float[] x, int x0, int n, int stride, int width, float scale, boolean acc) {
        for (int i = 0; i < width; i += LANES) {
            if (width - i < LANES) {
                for (int c = i; c < width; c++) {
                    double sum = 0;
                    for (int j = 0; j < n; j++) sum += x[x0 + j * stride + c];
                    float value = (float) (scale * sum);
                    y[y0 + c] = acc ? y[y0 + c] + value : value;
                }
                return;
            }
            // sums of 64, then the sum of these: a long column loses less to rounding
            FloatVector total = FloatVector.zero(FLOATS);
            for (int from = 0; from < n; from += 64) {
                FloatVector sum = FloatVector.zero(FLOATS);
                for (int j = from; j < Math.min(n, from + 64); j++) sum = sum.add(at(x, x0 + j * stride + i));
                total = total.add(sum);
            }
            put(total.mul(scale), y, y0 + i, acc);
        }
    }

    // ---- softmax

    /** The larger of each lane; b's is taken over only if it is larger, so that a NaN in b is passed over (max() of vectors would keep it, in seven instructions). */
    static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    /** The largest of x that is not NaN; -∞ where there is none. Four chains, since a comparison and a choice take a few cycles each. */
    static float max(float[] x, int x0, int n) {
        float largest = Float.NEGATIVE_INFINITY;
        int i = 0;
        if (n >= LANES) {
            FloatVector m0 = FloatVector.broadcast(FLOATS, largest), m1 = m0, m2 = m0, m3 = m0;
            for (; i <= n - 4 * LANES; i += 4 * LANES) {
                m0 = larger(m0, at(x, x0 + i));
                m1 = larger(m1, at(x, x0 + i + LANES));
                m2 = larger(m2, at(x, x0 + i + 2 * LANES));
                m3 = larger(m3, at(x, x0 + i + 3 * LANES));
            }
            for (; i <= n - LANES; i += LANES) m0 = larger(m0, at(x, x0 + i));
            largest = larger(larger(m0, m1), larger(m2, m3)).reduceLanes(VectorOperators.MAX);
        }
        for (; i < n; i++) if (x[x0 + i] > largest) largest = x[x0 + i];
        return largest;
    }

    /** y = exp(x - m), m the largest of x. @return Σ y */
    static float exp(float[] y, int y0, float[] x, int x0, int n, float m, float[] lanes) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector e = VectorMath.expOfNonPositive(at(x, x0 + i).sub(m));
            e.intoArray(y, y0 + i);
            sum = sum.add(e);
        }
        float total = VectorMath.sumLanes(sum, lanes);
        if (i == n) return total;
        total += expOfEnd(x, x0 + i, n - i, m, lanes);
        System.arraycopy(lanes, 0, y, y0 + i, n - i);
        return total;
    }

    /** Σ exp(x - m), m the largest of x. */
    static float sumOfExp(float[] x, int x0, int n, float m, float[] lanes) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i <= n - LANES; i += LANES) sum = sum.add(VectorMath.expOfNonPositive(at(x, x0 + i).sub(m)));
        float total = VectorMath.sumLanes(sum, lanes);
        return i == n ? total : total + expOfEnd(x, x0 + i, n - i, m, lanes);
    }

    /** lanes = exp(x - m) for what does not fill a register, then zeros. @return their sum */
    private static float expOfEnd(float[] x, int x0, int n, float m, float[] lanes) {
        Arrays.fill(lanes, Float.NEGATIVE_INFINITY);
        System.arraycopy(x, x0, lanes, 0, n);
        VectorMath.expOfNonPositive(at(lanes, 0).sub(m)).intoArray(lanes, 0);
        float sum = 0;
        for (int i = 0; i < n; i++) sum += lanes[i];
        return sum;
    }

    static void scale(float[] y, int y0, int n, float factor) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(y, y0 + i).mul(factor).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] *= factor;
    }

    /** y = x - m - logSum. */
    static void shift(float[] y, int y0, float[] x, int x0, int n, float m, float logSum) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(x, x0 + i).sub(m).sub(logSum).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] = x[x0 + i] - m - logSum;
    }

    /** dx (+)= y (dout - Σ dout·y). */
    static void softmaxBackward(float[] dx, int dx0, float[] dout, int d0, float[] y, int y0, int n, boolean acc, float[] lanes) {
        float dot = (float) dot(dout, d0, y, y0, n, lanes);
        int i = 0;
        for (; i <= n - LANES; i += LANES) put(at(dout, d0 + i).sub(dot).mul(at(y, y0 + i)), dx, dx0 + i, acc);
        for (; i < n; i++) {
            float value = (dout[d0 + i] - dot) * y[y0 + i];
            dx[dx0 + i] = acc ? dx[dx0 + i] + value : value;
        }
    }

    /** dx (+)= dout - e^y Σ dout. */
    static void logSoftmaxBackward(float[] dx, int dx0, float[] dout, int d0, float[] y, int y0, int n, boolean acc, float[] lanes) {
        float sum = (float) sum(dout, d0, n, lanes);
        int i = 0;
        for (; i <= n - LANES; i += LANES) put(at(dout, d0 + i).sub(VectorMath.expOfNonPositive(at(y, y0 + i)).mul(sum)), dx, dx0 + i, acc);
        if (i < n) expOfEnd(y, y0 + i, n - i, 0, lanes);
        for (int lane = 0; i < n; i++, lane++) {
            float value = dout[d0 + i] - lanes[lane] * sum;
            dx[dx0 + i] = acc ? dx[dx0 + i] + value : value;
        }
    }

    /** y[j,i] = softmax over j of x[j,i], for one register of neighbouring columns. */
    static void softmaxColumns(float[] y, int y0, float[] x, int x0, int n, int stride) {
        FloatVector m = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY), sum = FloatVector.zero(FLOATS);
        for (int j = 0; j < n; j++) m = larger(m, at(x, x0 + j * stride));
        for (int j = 0; j < n; j++) {
            FloatVector e = VectorMath.expOfNonPositive(at(x, x0 + j * stride).sub(m));
            e.intoArray(y, y0 + j * stride);
            sum = sum.add(e);
        }
        for (int j = 0; j < n; j++) at(y, y0 + j * stride).div(sum).intoArray(y, y0 + j * stride);
    }

    // ---- layer normalisation

    /** stat = (μ, ρ); y = (x - μ) ρ γ + β. */
    static void layerNorm(float[] y, int y0, float[] stat, int s0, float[] x, int x0, float[] gamma, int g0, float[] beta, int b0,
                          int C, float eps, float[] lanes) {
        float mu = (float) (sum(x, x0, C, lanes) / C);
        float rho = (float) (1 / Math.sqrt(sumOfSquares(x, x0, C, mu, lanes) / C + eps));
        stat[s0] = mu;
        stat[s0 + 1] = rho;
        int c = 0;
        for (; c <= C - LANES; c += LANES) {
            at(x, x0 + c).sub(mu).mul(rho).fma(at(gamma, g0 + c), at(beta, b0 + c)).intoArray(y, y0 + c);
        }
        for (; c < C; c++) y[y0 + c] = (x[x0 + c] - mu) * rho * gamma[g0 + c] + beta[b0 + c];
    }

    /** dx (+)= ρ (g - mean g - x̂ mean(g x̂)), g = dout γ, x̂ = (x - μ) ρ. */
    static void layerNormBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, float mu, float rho, float[] gamma,
                                  int g0, int C, boolean acc, float[] lanes) {
        FloatVector sumG = FloatVector.zero(FLOATS), sumGx = sumG;
        int c = 0;
        for (; c <= C - LANES; c += LANES) {
            FloatVector g = at(dout, d0 + c).mul(at(gamma, g0 + c));
            sumG = sumG.add(g);
            sumGx = g.fma(at(x, x0 + c).sub(mu).mul(rho), sumGx);
        }
        double meanG = VectorMath.sumLanes(sumG, lanes), meanGx = VectorMath.sumLanes(sumGx, lanes);
        for (; c < C; c++) {
            double g = (double) dout[d0 + c] * gamma[g0 + c];
            meanG += g;
            meanGx += g * (x[x0 + c] - mu) * rho;
        }
        float mG = (float) (meanG / C), mGx = (float) (meanGx / C);
        for (c = 0; c <= C - LANES; c += LANES) {
            FloatVector g = at(dout, d0 + c).mul(at(gamma, g0 + c)), xHat = at(x, x0 + c).sub(mu).mul(rho);
            put(g.sub(mG).sub(xHat.mul(mGx)).mul(rho), dx, dx0 + c, acc);
        }
        for (; c < C; c++) {
            float value = rho * (dout[d0 + c] * gamma[g0 + c] - mG - (x[x0 + c] - mu) * rho * mGx);
            dx[dx0 + c] = acc ? dx[dx0 + c] + value : value;
        }
    }

    /** dγ[c] (+)= Σᵣ dout[r,c] (x[r,c] - μᵣ) ρᵣ for the c from..to-1. */
    static void layerNormGammaBackward(float[] dgamma, int dg0, float[] dout, int d0, float[] x, int x0, float[] stat, int s0,
                                       int N, int C, int from, int to, boolean acc) {
        int c = from;
        for (; c <= to - LANES; c += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int r = 0; r < N; r++) {
                FloatVector xHat = at(x, x0 + r * C + c).sub(stat[s0 + 2 * r]).mul(stat[s0 + 2 * r + 1]);
                sum = at(dout, d0 + r * C + c).fma(xHat, sum);
            }
            put(sum, dgamma, dg0 + c, acc);
        }
        for (; c < to; c++) {
            double sum = 0;
            for (int r = 0; r < N; r++) sum += (double) dout[d0 + r * C + c] * (x[x0 + r * C + c] - stat[s0 + 2 * r]) * stat[s0 + 2 * r + 1];
            dgamma[dg0 + c] = acc ? dgamma[dg0 + c] + (float) sum : (float) sum;
        }
    }
}
