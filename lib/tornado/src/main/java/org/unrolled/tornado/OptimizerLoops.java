package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Optimisers: the gradient's norm, and a step. */
final class OptimizerLoops {
    private OptimizerLoops() { }

    /** partial[k] = Σ xᵢ² over the k-th run of {@code chunk} elements. */
    static void sumOfSquares(FloatArray partial, FloatArray x, IntArray n) {
        int p0 = n.get(0), x0 = n.get(1), parts = n.get(2), length = n.get(3), chunk = n.get(4);
        for (@Parallel int k = 0; k < parts; k++) {
            int end = length < (k + 1) * chunk ? length : (k + 1) * chunk;
            float sum = 0f;
            for (int i = k * chunk; i < end; i++) sum += x.get(x0 + i) * x.get(x0 + i);
            partial.set(p0 + k, sum);
        }
    }

    /** clip[0] = min(1, maxNorm/(norm + 1e-6)) and clip[1] = norm = √Σ partial. */
    static void clipCoefficient(FloatArray clip, FloatArray partial, IntArray n, FloatArray c) {
        int c0 = n.get(0), p0 = n.get(1), parts = n.get(2), one = n.get(3);
        for (@Parallel int z = 0; z < one; z++) {
            float sum = 0f;
            for (int k = 0; k < parts; k++) sum += partial.get(p0 + k);
            float norm = TornadoMath.sqrt(sum);
            float factor = c.get(0) / (norm + 1e-6f);
            clip.set(c0 + z, factor > 1f ? 1f : factor);
            clip.set(c0 + z + 1, norm);
        }
    }

    /** yᵢ ← yᵢ · s[0]. */
    static void scale(FloatArray y, FloatArray s, IntArray n) {
        int y0 = n.get(0), s0 = n.get(1), length = n.get(2);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, y.get(y0 + i) * s.get(s0));
    }

    /** counter[0] ← counter[0] + 1. */
    static void increment(IntArray counter, IntArray n) {
        int c0 = n.get(0), one = n.get(1);
        for (@Parallel int i = 0; i < one; i++) counter.set(c0 + i, counter.get(c0 + i) + 1);
    }

    /** yᵢ ← max(-limit, min(limit, yᵢ)); NaN stays. */
    static void clip(FloatArray y, IntArray n, FloatArray c) {
        int y0 = n.get(0), length = n.get(1);
        float limit = c.get(0);
        for (@Parallel int i = 0; i < length; i++) {
            float v = y.get(y0 + i);
            y.set(y0 + i, v > limit ? limit : v < -limit ? -limit : v);
        }
    }

    /** yᵢ ← (1 - weight)·yᵢ + weight·scale·xᵢ. */
    static void movingAverage(FloatArray y, FloatArray x, IntArray n, FloatArray c) {
        int y0 = n.get(0), x0 = n.get(1), length = n.get(2);
        float weight = c.get(0), scale = c.get(1);
        for (@Parallel int i = 0; i < length; i++) y.set(y0 + i, (1f - weight) * y.get(y0 + i) + weight * scale * x.get(x0 + i));
    }

    /** v ← momentum·v + h with h = g + weightDecay·p; p ← p - lr·v, or with Nesterov's look ahead. */
    static void sgd(FloatArray p, FloatArray v, FloatArray g, FloatArray lr, IntArray n, FloatArray c) {
        int p0 = n.get(0), v0 = n.get(1), g0 = n.get(2), l0 = n.get(3), length = n.get(4), nesterov = n.get(5);
        float momentum = c.get(0), weightDecay = c.get(1);
        for (@Parallel int i = 0; i < length; i++) {
            float h = g.get(g0 + i) + weightDecay * p.get(p0 + i);
            float velocity = momentum * v.get(v0 + i) + h;
            v.set(v0 + i, velocity);
            p.set(p0 + i, p.get(p0 + i) - lr.get(l0) * (nesterov != 0 ? h + momentum * velocity : velocity));
        }
    }

    /** 1 - βᵗ, for a small t too, where the difference would cancel: as -(eˣ - 1) with x = t ln β. */
    static float oneMinusPower(float beta, int t) {
        float x = t * TornadoMath.log(beta);
        float series = -x * (1f + x / 2f * (1f + x / 3f * (1f + x / 4f * (1f + x / 5f * (1f + x / 6f * (1f + x / 7f))))));
        return x > -0.5f ? series : 1f - TornadoMath.exp(x);
    }

    /** Adam, and AdamW where {@code decoupled} is not 0. */
    static void adam(FloatArray p, FloatArray m, FloatArray v, FloatArray g, IntArray step, FloatArray lr, IntArray n, FloatArray c) {
        int p0 = n.get(0), m0 = n.get(1), v0 = n.get(2), g0 = n.get(3), s0 = n.get(4), l0 = n.get(5), length = n.get(6), decoupled = n.get(7);
        float beta1 = c.get(0), beta2 = c.get(1), eps = c.get(2), weightDecay = c.get(3);
        for (@Parallel int i = 0; i < length; i++) {
            int t = step.get(s0);
            float rate = lr.get(l0), old = p.get(p0 + i);
            float h = decoupled != 0 ? g.get(g0 + i) : g.get(g0 + i) + weightDecay * old;
            float mi = beta1 * m.get(m0 + i) + (1f - beta1) * h;
            float vi = beta2 * v.get(v0 + i) + (1f - beta2) * h * h;
            m.set(m0 + i, mi);
            v.set(v0 + i, vi);
            float mHat = mi / oneMinusPower(beta1, t), vHat = vi / oneMinusPower(beta2, t);
            float decayed = decoupled != 0 ? old * (1f - rate * weightDecay) : old;
            p.set(p0 + i, decayed - rate * mHat / (TornadoMath.sqrt(vHat) + eps));
        }
    }
}
