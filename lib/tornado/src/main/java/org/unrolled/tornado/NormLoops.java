package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Normalisation: of rows (layer, RMS), of channels (batch), of groups of channels. */
final class NormLoops {
    private NormLoops() { }

    /** y = (x - μᵣ) · ρᵣ · γ + β over rows of C, and stat[r] = (μ, ρ). */
    static void layerNorm(FloatArray y, FloatArray stat, FloatArray x, FloatArray gamma, FloatArray beta, IntArray n, FloatArray c) {
        int y0 = n.get(0), s0 = n.get(1), x0 = n.get(2), g0 = n.get(3), b0 = n.get(4), N = n.get(5), C = n.get(6);
        for (@Parallel int r = 0; r < N; r++) {
            int row = r * C;
            float mu = Loops.mean(x, x0 + row, C, 1), variance = 0f;
            for (int k = 0; k < C; k++) {
                float d = x.get(x0 + row + k) - mu;
                variance += d * d;
            }
            float rho = 1f / TornadoMath.sqrt(variance / C + c.get(0));
            stat.set(s0 + 2 * r, mu);
            stat.set(s0 + 2 * r + 1, rho);
            for (int k = 0; k < C; k++) y.set(y0 + row + k, (x.get(x0 + row + k) - mu) * rho * gamma.get(g0 + k) + beta.get(b0 + k));
        }
    }

    /** dx (+)= ρ (g - mean g - x̂ · mean(g x̂)) with g = dout·γ. */
    static void layerNormBackward(FloatArray dx, FloatArray dout, FloatArray x, FloatArray stat, FloatArray gamma, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), s0 = n.get(3), g0 = n.get(4), N = n.get(5), C = n.get(6), acc = n.get(7);
        for (@Parallel int r = 0; r < N; r++) {
            int row = r * C;
            float mu = stat.get(s0 + 2 * r), rho = stat.get(s0 + 2 * r + 1), meanG = 0f, meanGx = 0f;
            for (int k = 0; k < C; k++) {
                float g = dout.get(d0 + row + k) * gamma.get(g0 + k);
                meanG += g;
                meanGx += g * (x.get(x0 + row + k) - mu) * rho;
            }
            meanG = meanG / C;
            meanGx = meanGx / C;
            for (int k = 0; k < C; k++) {
                float g = dout.get(d0 + row + k) * gamma.get(g0 + k);
                float xHat = (x.get(x0 + row + k) - mu) * rho;
                Loops.put(dx, dx0 + row + k, rho * (g - meanG - xHat * meanGx), acc);
            }
        }
    }

    /** dγ[c] (+)= Σᵣ dout[r,c] · x̂[r,c]. */
    static void layerNormGammaBackward(FloatArray dgamma, FloatArray dout, FloatArray x, FloatArray stat, IntArray n) {
        int dg0 = n.get(0), d0 = n.get(1), x0 = n.get(2), s0 = n.get(3), N = n.get(4), C = n.get(5), acc = n.get(6);
        for (@Parallel int k = 0; k < C; k++) {
            float sum = 0f;
            for (int r = 0; r < N; r++) sum += dout.get(d0 + r * C + k) * (x.get(x0 + r * C + k) - stat.get(s0 + 2 * r)) * stat.get(s0 + 2 * r + 1);
            Loops.put(dgamma, dg0 + k, sum, acc);
        }
    }

    /** y = x · ρᵣ · γ over rows of C, and stat[r] = (0, ρ). */
    static void rmsNorm(FloatArray y, FloatArray stat, FloatArray x, FloatArray gamma, IntArray n, FloatArray c) {
        int y0 = n.get(0), s0 = n.get(1), x0 = n.get(2), g0 = n.get(3), N = n.get(4), C = n.get(5);
        for (@Parallel int r = 0; r < N; r++) {
            int row = r * C;
            float square = 0f;
            for (int k = 0; k < C; k++) square += x.get(x0 + row + k) * x.get(x0 + row + k);
            float rho = 1f / TornadoMath.sqrt(square / C + c.get(0));
            stat.set(s0 + 2 * r, 0f);
            stat.set(s0 + 2 * r + 1, rho);
            for (int k = 0; k < C; k++) y.set(y0 + row + k, x.get(x0 + row + k) * rho * gamma.get(g0 + k));
        }
    }

    /** dx (+)= ρ (g - x̂ · mean(g x̂)) with g = dout·γ. */
    static void rmsNormBackward(FloatArray dx, FloatArray dout, FloatArray x, FloatArray stat, FloatArray gamma, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), s0 = n.get(3), g0 = n.get(4), N = n.get(5), C = n.get(6), acc = n.get(7);
        for (@Parallel int r = 0; r < N; r++) {
            int row = r * C;
            float rho = stat.get(s0 + 2 * r + 1), mean = 0f;
            for (int k = 0; k < C; k++) mean += dout.get(d0 + row + k) * gamma.get(g0 + k) * x.get(x0 + row + k) * rho;
            mean = mean / C;
            for (int k = 0; k < C; k++) {
                float g = dout.get(d0 + row + k) * gamma.get(g0 + k), xHat = x.get(x0 + row + k) * rho;
                Loops.put(dx, dx0 + row + k, rho * (g - xHat * mean), acc);
            }
        }
    }

    /** moments[c] = mean and moments[C + c] = biased variance of channel c over B and S. */
    static void channelMoments(FloatArray moments, FloatArray x, IntArray n) {
        int m0 = n.get(0), x0 = n.get(1), B = n.get(2), C = n.get(3), S = n.get(4), count = B * S;
        for (@Parallel int c = 0; c < C; c++) {
            float sum = 0f, squares = 0f;
            // a sum for each picture, then of these: one long sum of floats would lose digits
            for (int b = 0; b < B; b++) {
                float part = 0f;
                for (int s = 0; s < S; s++) part += x.get(x0 + (b * C + c) * S + s);
                sum += part;
            }
            float mu = sum / count;
            for (int b = 0; b < B; b++) {
                float part = 0f;
                for (int s = 0; s < S; s++) {
                    float d = x.get(x0 + (b * C + c) * S + s) - mu;
                    part += d * d;
                }
                squares += part;
            }
            moments.set(m0 + c, mu);
            moments.set(m0 + C + c, squares / count);
        }
    }

    /** y[b,c,s] = (x[b,c,s] - mean[c]) / √(variance[c] + ε) · γ[c] + β[c]. */
    static void batchNorm(FloatArray y, FloatArray x, FloatArray mean, FloatArray variance, FloatArray gamma, FloatArray beta, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), m0 = n.get(2), v0 = n.get(3), g0 = n.get(4), b0 = n.get(5), B = n.get(6), C = n.get(7), S = n.get(8), elements = B * C * S;
        for (@Parallel int e = 0; e < elements; e++) {
            int k = e / S % C;
            float rho = 1f / TornadoMath.sqrt(variance.get(v0 + k) + c.get(0));
            y.set(y0 + e, (x.get(x0 + e) - mean.get(m0 + k)) * rho * gamma.get(g0 + k) + beta.get(b0 + k));
        }
    }

    /** dx (+)= γρ (dout - mean dout - x̂ · mean(dout x̂)), or γρ dout where the moments are constants. */
    static void batchNormBackward(FloatArray dx, FloatArray dout, FloatArray x, FloatArray mean, FloatArray variance, FloatArray gamma, IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), m0 = n.get(3), v0 = n.get(4), g0 = n.get(5);
        int B = n.get(6), C = n.get(7), S = n.get(8), training = n.get(9), acc = n.get(10), count = B * S;
        for (@Parallel int k = 0; k < C; k++) {
            float mu = mean.get(m0 + k), rho = 1f / TornadoMath.sqrt(variance.get(v0 + k) + c.get(0)), meanDout = 0f, meanDoutX = 0f;
            if (training != 0) {
                for (int b = 0; b < B; b++) {
                    for (int s = 0; s < S; s++) {
                        int at = (b * C + k) * S + s;
                        meanDout += dout.get(d0 + at);
                        meanDoutX += dout.get(d0 + at) * (x.get(x0 + at) - mu) * rho;
                    }
                }
                meanDout = meanDout / count;
                meanDoutX = meanDoutX / count;
            }
            for (int b = 0; b < B; b++) {
                for (int s = 0; s < S; s++) {
                    int at = (b * C + k) * S + s;
                    float centred = 0f;
                    if (training != 0) centred = meanDout + (x.get(x0 + at) - mu) * rho * meanDoutX;
                    Loops.put(dx, dx0 + at, gamma.get(g0 + k) * rho * (dout.get(d0 + at) - centred), acc);
                }
            }
        }
    }

    /** dγ[c] (+)= Σ dout[b,c,s] · x̂[b,c,s]. */
    static void batchNormGammaBackward(FloatArray dgamma, FloatArray dout, FloatArray x, FloatArray mean, FloatArray variance, IntArray n, FloatArray c) {
        int dg0 = n.get(0), d0 = n.get(1), x0 = n.get(2), m0 = n.get(3), v0 = n.get(4), B = n.get(5), C = n.get(6), S = n.get(7), acc = n.get(8);
        for (@Parallel int k = 0; k < C; k++) {
            float mu = mean.get(m0 + k), rho = 1f / TornadoMath.sqrt(variance.get(v0 + k) + c.get(0)), sum = 0f;
            for (int b = 0; b < B; b++) {
                for (int s = 0; s < S; s++) {
                    int at = (b * C + k) * S + s;
                    sum += dout.get(d0 + at) * (x.get(x0 + at) - mu) * rho;
                }
            }
            Loops.put(dgamma, dg0 + k, sum, acc);
        }
    }

    /** y = (x - μ) · ρ · γ[c] + β[c], μ and ρ over C/groups channels and all s. */
    static void groupNorm(FloatArray y, FloatArray stat, FloatArray x, FloatArray gamma, FloatArray beta, IntArray n, FloatArray c) {
        int y0 = n.get(0), s0 = n.get(1), x0 = n.get(2), g0 = n.get(3), b0 = n.get(4), B = n.get(5), C = n.get(6), S = n.get(7), groups = n.get(8);
        int channels = C / groups, count = channels * S, rows = B * groups;
        for (@Parallel int r = 0; r < rows; r++) {
            float mu = Loops.mean(x, x0 + r * count, count, 1), variance = 0f;
            for (int i = 0; i < count; i++) {
                float d = x.get(x0 + r * count + i) - mu;
                variance += d * d;
            }
            float rho = 1f / TornadoMath.sqrt(variance / count + c.get(0));
            stat.set(s0 + 2 * r, mu);
            stat.set(s0 + 2 * r + 1, rho);
            for (int i = 0; i < count; i++) {
                int k = r % groups * channels + i / S;
                y.set(y0 + r * count + i, (x.get(x0 + r * count + i) - mu) * rho * gamma.get(g0 + k) + beta.get(b0 + k));
            }
        }
    }

    /** dx (+)= ρ (g - mean g - x̂ · mean(g x̂)) with g = dout·γ, means over the group. */
    static void groupNormBackward(FloatArray dx, FloatArray dout, FloatArray x, FloatArray stat, FloatArray gamma, IntArray n) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), s0 = n.get(3), g0 = n.get(4), B = n.get(5), C = n.get(6), S = n.get(7), groups = n.get(8), acc = n.get(9);
        int channels = C / groups, count = channels * S, rows = B * groups;
        for (@Parallel int r = 0; r < rows; r++) {
            float mu = stat.get(s0 + 2 * r), rho = stat.get(s0 + 2 * r + 1), meanG = 0f, meanGx = 0f;
            for (int i = 0; i < count; i++) {
                float g = dout.get(d0 + r * count + i) * gamma.get(g0 + r % groups * channels + i / S);
                meanG += g;
                meanGx += g * (x.get(x0 + r * count + i) - mu) * rho;
            }
            meanG = meanG / count;
            meanGx = meanGx / count;
            for (int i = 0; i < count; i++) {
                float g = dout.get(d0 + r * count + i) * gamma.get(g0 + r % groups * channels + i / S);
                float xHat = (x.get(x0 + r * count + i) - mu) * rho;
                Loops.put(dx, dx0 + r * count + i, rho * (g - meanG - xHat * meanGx), acc);
            }
        }
    }

    /** dγ[c] (+)= Σ dout[b,c,s] · x̂[b,c,s]. */
    static void groupNormGammaBackward(FloatArray dgamma, FloatArray dout, FloatArray x, FloatArray stat, IntArray n) {
        int dg0 = n.get(0), d0 = n.get(1), x0 = n.get(2), s0 = n.get(3), B = n.get(4), C = n.get(5), S = n.get(6), groups = n.get(7), acc = n.get(8);
        for (@Parallel int k = 0; k < C; k++) {
            float sum = 0f;
            for (int b = 0; b < B; b++) {
                int r = b * groups + k / (C / groups);
                for (int s = 0; s < S; s++) {
                    int at = (b * C + k) * S + s;
                    sum += dout.get(d0 + at) * (x.get(x0 + at) - stat.get(s0 + 2 * r)) * stat.get(s0 + 2 * r + 1);
                }
            }
            Loops.put(dgamma, dg0 + k, sum, acc);
        }
    }
}
