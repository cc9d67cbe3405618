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

    /** Elements of the rows of a layer normalisation that take turns. */
    private static final int TOGETHER = 1024;

    /** Rows that are added up before their sum is added to those of the rows before. */
    private static final int ROWS = 64;
    /** Floats above which the columns of a matrix are not walked down one after the other: they would be fetched from memory line by line. */
    private static final int IN_CACHE = 1 << 17;

    private static final ThreadLocal<float[]> SUMS = ThreadLocal.withInitial(() -> new float[0]);

    private VectorRows() { }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    /** Stored in either branch: a vector that is the one or the other would be an object. */
    private static void put(FloatVector value, float[] y, int i, boolean acc) {
        if (acc) value.add(at(y, i)).intoArray(y, i);
        else value.intoArray(y, i);
    }

    // ---- sums: each in runs of float sums, added up in double

    static double sum(float[] x, int x0, int n) {
        if (n <= RUN) return sumOfRun(x, x0, n);
        double total = 0;
        for (int from = 0; from < n; from += RUN) total += sumOfRun(x, x0 + from, Math.min(RUN, n - from));
        return total;
    }

    /** One chain of additions: a loop of two costs short rows more than it saves long ones. */
    private static double sumOfRun(float[] x, int x0, int n) {
        FloatVector s = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i <= n - LANES; i += LANES) s = s.add(FloatVector.fromArray(FLOATS, x, x0 + i));
        double total = VectorMath.sumLanes(s);
        for (; i < n; i++) total += x[x0 + i];
        return total;
    }

    /** Σ (x - mean)². */
    static double sumOfSquares(float[] x, int x0, int n, float mean) {
        if (n <= RUN) return squaresOfRun(x, x0, n, mean);
        double total = 0;
        for (int from = 0; from < n; from += RUN) total += squaresOfRun(x, x0 + from, Math.min(RUN, n - from), mean);
        return total;
    }

    private static double squaresOfRun(float[] x, int x0, int n, float mean) {
        FloatVector s = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector d = FloatVector.fromArray(FLOATS, x, x0 + i).sub(mean);
            s = d.fma(d, s);
        }
        double total = VectorMath.sumLanes(s);
        for (; i < n; i++) total += (double) (x[x0 + i] - mean) * (x[x0 + i] - mean);
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

    /**
     * y[i] (+)= scale · Σⱼ x[j·stride + i] for the i of {@code width} neighbouring columns, all of the {@code stride} there are or some: sums of
     * {@value #ROWS}, then the sum of these, so that a long column loses less to rounding.
     */
    static void sumColumns(float[] y, int y0, float[] x, int x0, int n, int stride, int width, float scale, boolean acc) {
        if ((long) n * stride > IN_CACHE && n >= ROWS) {
            float[] sums = columnSums(width);
            for (int from = 0; from < n; from += ROWS) {
                int to = Math.min(n, from + ROWS), j = from;
                Arrays.fill(sums, 0, width, 0f);
                for (; j < to - 3; j += 4) addFour(sums, x, x0 + j * stride, stride, width);
                for (; j < to; j++) addRow(sums, 0, x, x0 + j * stride, width);
                addRow(sums, width, sums, 0, width);
            }
            putScaled(y, y0, sums, width, width, scale, acc);
            return;
        }
        int i = 0;
        // four vectors side by side: each row is visited a quarter as often
        for (; i <= width - 4 * LANES; i += 4 * LANES) {
            FloatVector t0 = FloatVector.zero(FLOATS), t1 = t0, t2 = t0, t3 = t0;
            for (int from = 0; from < n; from += ROWS) {
                FloatVector s0 = FloatVector.zero(FLOATS), s1 = s0, s2 = s0, s3 = s0;
                for (int j = from; j < Math.min(n, from + ROWS); j++) {
                    int at = x0 + j * stride + i;
                    s0 = s0.add(at(x, at));
                    s1 = s1.add(at(x, at + LANES));
                    s2 = s2.add(at(x, at + 2 * LANES));
                    s3 = s3.add(at(x, at + 3 * LANES));
                }
                t0 = t0.add(s0);
                t1 = t1.add(s1);
                t2 = t2.add(s2);
                t3 = t3.add(s3);
            }
            put(t0.mul(scale), y, y0 + i, acc);
            put(t1.mul(scale), y, y0 + i + LANES, acc);
            put(t2.mul(scale), y, y0 + i + 2 * LANES, acc);
            put(t3.mul(scale), y, y0 + i + 3 * LANES, acc);
        }
        for (; i < width; i += LANES) {
            if (width - i < LANES) {
                for (int c = i; c < width; c++) {
                    double sum = 0;
                    for (int j = 0; j < n; j++) sum += x[x0 + j * stride + c];
                    float value = (float) (scale * sum);
                    y[y0 + c] = acc ? y[y0 + c] + value : value;
                }
                return;
            }
            FloatVector total = FloatVector.zero(FLOATS);
            for (int from = 0; from < n; from += ROWS) {
                FloatVector sum = FloatVector.zero(FLOATS);
                for (int j = from; j < Math.min(n, from + ROWS); j++) sum = sum.add(at(x, x0 + j * stride + i));
                total = total.add(sum);
            }
            put(total.mul(scale), y, y0 + i, acc);
        }
    }

    /** Room for two rows of sums, of some rows and of all: they stay in the first-level cache while a matrix passes by. The second is 0. */
    private static float[] columnSums(int width) {
        float[] sums = SUMS.get();
        if (sums.length < 2 * width) SUMS.set(sums = new float[2 * width]);
        Arrays.fill(sums, width, 2 * width, 0f);
        return sums;
    }

    /** sums += four rows of x. */
    private static void addFour(float[] sums, float[] x, int x0, int stride, int width) {
        int x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride, i = 0;
        for (; i <= width - LANES; i += LANES) {
            at(sums, i).add(at(x, x0 + i).add(at(x, x1 + i)).add(at(x, x2 + i).add(at(x, x3 + i)))).intoArray(sums, i);
        }
        for (; i < width; i++) sums[i] += x[x0 + i] + x[x1 + i] + (x[x2 + i] + x[x3 + i]);
    }

    /** sums += x, from s0 and x0 on. */
    private static void addRow(float[] sums, int s0, float[] x, int x0, int width) {
        int i = 0;
        for (; i <= width - LANES; i += LANES) at(sums, s0 + i).add(at(x, x0 + i)).intoArray(sums, s0 + i);
        for (; i < width; i++) sums[s0 + i] += x[x0 + i];
    }

    private static void putScaled(float[] y, int y0, float[] sums, int s0, int width, float scale, boolean acc) {
        for (int i = 0; i < width; i++) y[y0 + i] = acc ? y[y0 + i] + scale * sums[s0 + i] : scale * sums[s0 + i];
    }

    // ---- softmax

    /** The larger of each lane; b's is taken over only if it is larger, so that a NaN in b is passed over (max() of vectors would keep it, in seven instructions). */
    static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    /** The largest of x that is not NaN; -∞ where there is none. */
    static float max(float[] x, int x0, int n) {
        if (n >= 4 * LANES) return maxOfMany(x, x0, n);
        if (n >= LANES) return maxOfSome(x, x0, n);
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) if (x[x0 + i] > largest) largest = x[x0 + i];
        return largest;
    }

    /** Four chains, since a comparison and a choice take a few cycles each. The last step overlaps the one before. Each length has a method of its own as in {@link #expOfWhole}. */
    private static float maxOfMany(float[] x, int x0, int n) {
        FloatVector m0 = at(x, x0), m1 = at(x, x0 + LANES), m2 = at(x, x0 + 2 * LANES), m3 = at(x, x0 + 3 * LANES);
        FloatVector lowest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        m0 = larger(lowest, m0);
        m1 = larger(lowest, m1);
        m2 = larger(lowest, m2);
        m3 = larger(lowest, m3);
        for (int i = 4 * LANES; i < n; i += 4 * LANES) {
            int at = x0 + Math.min(i, n - 4 * LANES);
            m0 = larger(m0, at(x, at));
            m1 = larger(m1, at(x, at + LANES));
            m2 = larger(m2, at(x, at + 2 * LANES));
            m3 = larger(m3, at(x, at + 3 * LANES));
        }
        return larger(larger(m0, m1), larger(m2, m3)).reduceLanes(VectorOperators.MAX);
    }

    private static float maxOfSome(float[] x, int x0, int n) {
        FloatVector m = larger(FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY), at(x, x0));
        for (int i = LANES; i < n; i += LANES) m = larger(m, at(x, x0 + Math.min(i, n - LANES)));
        return m.reduceLanes(VectorOperators.MAX);
    }

    /** y = exp(x - m), m the largest of x. @return Σ y */
    static float exp(float[] y, int y0, float[] x, int x0, int n, float m, float[] lanes) {
        int whole = n / LANES * LANES;
        float total = whole == 0 ? 0 : expOfWhole(y, y0, x, x0, whole, m, lanes);
        if (whole == n) return total;
        total += expOfEnd(x, x0 + whole, n - whole, m, lanes);
        System.arraycopy(lanes, 0, y, y0 + whole, n - whole);
        return total;
    }

    /** Σ exp(x - m), m the largest of x. */
    static float sumOfExp(float[] x, int x0, int n, float m, float[] lanes) {
        int whole = n / LANES * LANES;
        float total = whole == 0 ? 0 : sumOfWhole(x, x0, whole, m, lanes);
        return whole == n ? total : total + expOfEnd(x, x0 + whole, n - whole, m, lanes);
    }

    /**
     * n fills registers, one at least. A method apart from that of rows too short for a register: where these come first and often, the compiler finds that the loop
     * hardly ever calls anything, leaves the function outside, and each vector that goes there and back becomes an object, in long rows too.
     */
    private static float expOfWhole(float[] y, int y0, float[] x, int x0, int n, float m, float[] lanes) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < n; i += LANES) {
            FloatVector e = VectorMath.expOfNonPositive(at(x, x0 + i).sub(m));
            e.intoArray(y, y0 + i);
            sum = sum.add(e);
        }
        return VectorMath.sumLanes(sum, lanes);
    }

    private static float sumOfWhole(float[] x, int x0, int n, float m, float[] lanes) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < n; i += LANES) sum = sum.add(VectorMath.expOfNonPositive(at(x, x0 + i).sub(m)));
        return VectorMath.sumLanes(sum, lanes);
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
        float sum = (float) sum(dout, d0, n);
        int i = n / LANES * LANES;
        if (i > 0) logSoftmaxOfWhole(dx, dx0, dout, d0, y, y0, i, sum, acc);
        if (i < n) expOfEnd(y, y0 + i, n - i, 0, lanes);
        for (int lane = 0; i < n; i++, lane++) {
            float value = dout[d0 + i] - lanes[lane] * sum;
            dx[dx0 + i] = acc ? dx[dx0 + i] + value : value;
        }
    }

    private static void logSoftmaxOfWhole(float[] dx, int dx0, float[] dout, int d0, float[] y, int y0, int n, float sum, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(dout, d0 + i).sub(VectorMath.expOfNonPositive(at(y, y0 + i)).mul(sum)), dx, dx0 + i, acc);
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

    /** How many rows of C elements take turns: what one waits for (lanes added up, a division, a root) the others hide, and they stay in the first-level cache. */
    private static int together(int C) {
        return Math.max(1, TOGETHER / Math.max(1, C));
    }

    /**
     * stat = (μ, ρ); y = (x - μ) ρ γ + β, for the rows from..to-1. A pass that writes rows adds up the ones that follow: x is fetched from memory while y goes there,
     * where a pass for the one and a pass for the other would each wait for its own (8192 x 1024 floats: 9.7 to 7.8 ms with their fresh result).
     */
    static void layerNorm(float[] y, int y0, float[] stat, int s0, float[] x, int x0, float[] gamma, int g0, float[] beta, int b0,
                          int from, int to, int C, float eps) {
        int rows = Math.min(together(C), to - from);
        double[] sums = new double[rows];
        for (int k = 0; k < rows; k++) sums[k] = sum(x, x0 + (from + k) * C, C);
        for (int start = from; start < to; start += rows) {
            int end = Math.min(to, start + rows);
            for (int r = start; r < end; r++) {
                float mu = (float) (sums[r - start] / C);
                stat[s0 + 2 * r] = mu;
                stat[s0 + 2 * r + 1] = (float) (1 / Math.sqrt(sumOfSquares(x, x0 + r * C, C, mu) / C + eps));
            }
            for (int r = start; r < end; r++) {
                // behind the last row there is none to add up: it is added up once more, for nothing
                int row = x0 + r * C, next = x0 + Math.min(r + rows, to - 1) * C, out = y0 + r * C;
                float mu = stat[s0 + 2 * r], rho = stat[s0 + 2 * r + 1];
                double sum = 0;
                for (int c = 0; c < C; c += RUN) sum += normalize(y, out + c, mu, rho, x, row + c, gamma, g0 + c, beta, b0 + c, next + c, Math.min(RUN, C - c));
                sums[r - start] = sum;
            }
        }
    }

    /** y = (x - μ) ρ γ + β for n elements of a row, a run at most. @return Σ of those of x at {@code next}, added up as {@link #sum} does */
    private static double normalize(float[] y, int y0, float mu, float rho, float[] x, int x0, float[] gamma, int g0, float[] beta, int b0, int next, int n) {
        FloatVector s = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            s = s.add(FloatVector.fromArray(FLOATS, x, next + i));
            FloatVector g = FloatVector.fromArray(FLOATS, gamma, g0 + i), b = FloatVector.fromArray(FLOATS, beta, b0 + i);
            FloatVector.fromArray(FLOATS, x, x0 + i).sub(mu).mul(rho).fma(g, b).intoArray(y, y0 + i);
        }
        double total = VectorMath.sumLanes(s);
        for (; i < n; i++) {
            total += x[next + i];
            y[y0 + i] = (x[x0 + i] - mu) * rho * gamma[g0 + i] + beta[b0 + i];
        }
        return total;
    }

    /** dx (+)= ρ (g - mean g - x̂ mean(g x̂)), g = dout γ, x̂ = (x - μ) ρ, for the rows from..to-1. */
    static void layerNormBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, float[] stat, int s0, float[] gamma, int g0,
                                  int from, int to, int C, boolean acc) {
        int rows = Math.min(together(C), to - from);
        float[] means = new float[2 * rows];
        for (int start = from; start < to; start += rows) {
            int end = Math.min(to, start + rows);
            for (int r = start; r < end; r++) {
                layerNormMeans(means, 2 * (r - start), dout, d0 + r * C, x, x0 + r * C, stat[s0 + 2 * r], stat[s0 + 2 * r + 1], gamma, g0, C);
            }
            for (int r = start; r < end; r++) {
                layerNormBackward(dx, dx0 + r * C, dout, d0 + r * C, x, x0 + r * C, stat[s0 + 2 * r], stat[s0 + 2 * r + 1], gamma, g0,
                        means[2 * (r - start)], means[2 * (r - start) + 1], C, acc);
            }
        }
    }

    /** means = (mean g, mean(g x̂)) of a row. */
    private static void layerNormMeans(float[] means, int m0, float[] dout, int d0, float[] x, int x0, float mu, float rho, float[] gamma, int g0, int C) {
        FloatVector sumG = FloatVector.zero(FLOATS), sumGx = sumG;
        int c = 0;
        for (; c <= C - LANES; c += LANES) {
            FloatVector g = FloatVector.fromArray(FLOATS, dout, d0 + c).mul(FloatVector.fromArray(FLOATS, gamma, g0 + c));
            sumG = sumG.add(g);
            sumGx = g.fma(FloatVector.fromArray(FLOATS, x, x0 + c).sub(mu).mul(rho), sumGx);
        }
        double meanG = VectorMath.sumLanes(sumG), meanGx = VectorMath.sumLanes(sumGx);
        for (; c < C; c++) {
            double g = (double) dout[d0 + c] * gamma[g0 + c];
            meanG += g;
            meanGx += g * (x[x0 + c] - mu) * rho;
        }
        means[m0] = (float) (meanG / C);
        means[m0 + 1] = (float) (meanGx / C);
    }

    private static void layerNormBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, float mu, float rho, float[] gamma, int g0,
                                          float meanG, float meanGx, int C, boolean acc) {
        int c = 0;
        for (; c <= C - LANES; c += LANES) {
            FloatVector g = FloatVector.fromArray(FLOATS, dout, d0 + c).mul(FloatVector.fromArray(FLOATS, gamma, g0 + c));
            FloatVector value = g.sub(meanG).sub(FloatVector.fromArray(FLOATS, x, x0 + c).sub(mu).mul(rho).mul(meanGx)).mul(rho);
            if (acc) value.add(FloatVector.fromArray(FLOATS, dx, dx0 + c)).intoArray(dx, dx0 + c);
            else value.intoArray(dx, dx0 + c);
        }
        for (; c < C; c++) {
            float value = rho * (dout[d0 + c] * gamma[g0 + c] - meanG - (x[x0 + c] - mu) * rho * meanGx);
            dx[dx0 + c] = acc ? dx[dx0 + c] + value : value;
        }
    }

    /** dγ[c] (+)= Σᵣ dout[r,c] (x[r,c] - μᵣ) ρᵣ for the c from..to-1, summed as {@link #sumColumns} does. */
    static void layerNormGammaBackward(float[] dgamma, int dg0, float[] dout, int d0, float[] x, int x0, float[] stat, int s0,
                                       int N, int C, int from, int to, boolean acc) {
        int width = to - from;
        float[] sums = columnSums(width);
        for (int start = 0; start < N; start += ROWS) {
            int end = Math.min(N, start + ROWS), r = start;
            Arrays.fill(sums, 0, width, 0f);
            for (; r < end - 1; r += 2) {
                int s = s0 + 2 * r, row = r * C + from;
                addTwoScaled(sums, dout, d0 + row, x, x0 + row, C, width, stat[s], stat[s + 1], stat[s + 2], stat[s + 3]);
            }
            if (r < end) {
                for (int c = 0, row = r * C + from; c < width; c++) sums[c] += dout[d0 + row + c] * ((x[x0 + row + c] - stat[s0 + 2 * r]) * stat[s0 + 2 * r + 1]);
            }
            addRow(sums, width, sums, 0, width);
        }
        putScaled(dgamma, dg0 + from, sums, width, width, 1, acc);
    }

    /** sums += dout (x - μ) ρ of two rows. */
    private static void addTwoScaled(float[] sums, float[] dout, int d0, float[] x, int x0, int stride, int width, float mu0, float rho0, float mu1, float rho1) {
        int d1 = d0 + stride, x1 = x0 + stride, c = 0;
        for (; c <= width - LANES; c += LANES) {
            FloatVector first = at(x, x0 + c).sub(mu0).mul(rho0), second = at(x, x1 + c).sub(mu1).mul(rho1);
            at(dout, d0 + c).fma(first, at(dout, d1 + c).fma(second, at(sums, c))).intoArray(sums, c);
        }
        for (; c < width; c++) sums[c] = Math.fma(dout[d0 + c], (x[x0 + c] - mu0) * rho0, Math.fma(dout[d1 + c], (x[x1 + c] - mu1) * rho1, sums[c]));
    }
}
