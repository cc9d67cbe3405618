package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Losses: a work item takes one row of logits. A label outside the classes gives NaN. */
final class LossLoops {
    private LossLoops() { }

    /** loss[n] = -log softmax(logits[n,:])[labels[n]], and stat[n] = (m, log Σ exp(logits[n,:] - m)). */
    static void crossEntropy(FloatArray loss, FloatArray stat, FloatArray logits, IntArray labels, IntArray n, FloatArray c) {
        int l0 = n.get(0), s0 = n.get(1), x0 = n.get(2), t0 = n.get(3), N = n.get(4), C = n.get(5);
        for (@Parallel int r = 0; r < N; r++) {
            int label = labels.get(t0 + r), first = x0 + r * C;
            float m = Loops.largest(logits, first, C, 1);
            float log = TornadoMath.log(Loops.sumOfExp(logits, first, C, 1, m));
            stat.set(s0 + 2 * r, m);
            stat.set(s0 + 2 * r + 1, log);
            float value = c.get(Loops.NAN);
            if (label >= 0 && label < C) value = log + m - logits.get(first + label);
            loss.set(l0 + r, value);
        }
    }

    /** dlogits[n,c] (+)= scale · dout[0] · (exp(logits[n,c] - stat[n,0] - stat[n,1]) - [c = labels[n]]). */
    static void crossEntropyBackward(FloatArray dlogits, FloatArray dout, FloatArray stat, FloatArray logits, IntArray labels, IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), s0 = n.get(2), x0 = n.get(3), t0 = n.get(4), N = n.get(5), C = n.get(6), acc = n.get(7);
        int elements = N * C;
        for (@Parallel int e = 0; e < elements; e++) {
            float target = labels.get(t0 + e / C) == e % C ? 1f : 0f;
            float p = TornadoMath.exp(logits.get(x0 + e) - stat.get(s0 + e / C * 2) - stat.get(s0 + e / C * 2 + 1));
            Loops.put(dlogits, dx0 + e, c.get(0) * dout.get(d0) * (p - target), acc);
        }
    }

    /** y[n] = weights[labels[n]], or 0 where the label is ignored. */
    static void labelWeights(FloatArray y, IntArray labels, FloatArray weights, IntArray n, FloatArray c) {
        int y0 = n.get(0), t0 = n.get(1), w0 = n.get(2), N = n.get(3), C = n.get(4), ignored = n.get(5);
        for (@Parallel int r = 0; r < N; r++) {
            int label = labels.get(t0 + r);
            float value = c.get(Loops.NAN);
            if (label >= 0 && label < C) value = weights.get(w0 + label);
            if (label == ignored) value = 0f;
            y.set(y0 + r, value);
        }
    }

    /** q[n,c] = weights[c] · (ε/C + (1-ε)·[c = labels[n]]). */
    static float target(float weight, int chosen, float smoothing, int C) {
        return weight * (smoothing / C + (chosen != 0 ? 1f - smoothing : 0f));
    }

    /** loss[n] = -Σ_c q[n,c] · log softmax(logits[n,:])[c], 0 where the label is ignored; stat as in {@link #crossEntropy}. */
    static void smoothedCrossEntropy(FloatArray loss, FloatArray stat, FloatArray logits, IntArray labels, FloatArray weights, IntArray n, FloatArray c) {
        int l0 = n.get(0), s0 = n.get(1), x0 = n.get(2), t0 = n.get(3), w0 = n.get(4), N = n.get(5), C = n.get(6), ignored = n.get(7);
        float smoothing = c.get(0);
        for (@Parallel int r = 0; r < N; r++) {
            int label = labels.get(t0 + r), first = x0 + r * C;
            float m = Loops.largest(logits, first, C, 1);
            float log = TornadoMath.log(Loops.sumOfExp(logits, first, C, 1, m)), cost = 0f;
            stat.set(s0 + 2 * r, m);
            stat.set(s0 + 2 * r + 1, log);
            for (int k = 0; k < C; k++) {
                float x = logits.get(first + k);
                float q = target(weights.get(w0 + k), k == label ? 1 : 0, smoothing, C);
                // a class of weight 0 costs nothing, also where its logit is -∞
                if (q != 0f) cost -= q * (x - m - log);
            }
            if (label < 0 || label >= C) cost = c.get(Loops.NAN);
            if (label == ignored) cost = 0f;
            loss.set(l0 + r, cost);
        }
    }

    /** dlogits[n,c] (+)= dout[0]/total[0] · (p · Σₖ q[n,k] - q[n,c]), p as in {@link #crossEntropyBackward}, and 0 where the label is ignored. */
    static void smoothedCrossEntropyBackward(FloatArray dlogits, FloatArray dout, FloatArray total, FloatArray stat, FloatArray logits, IntArray labels, FloatArray weights,
                                             IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), total0 = n.get(2), s0 = n.get(3), x0 = n.get(4), t0 = n.get(5), w0 = n.get(6), N = n.get(7), C = n.get(8);
        int ignored = n.get(9), acc = n.get(10);
        float smoothing = c.get(0);
        for (@Parallel int r = 0; r < N; r++) {
            int label = labels.get(t0 + r);
            float factor = dout.get(d0) / total.get(total0), sum = 0f;
            for (int k = 0; k < C; k++) sum += target(weights.get(w0 + k), k == label ? 1 : 0, smoothing, C);
            for (int k = 0; k < C; k++) {
                float q = target(weights.get(w0 + k), k == label ? 1 : 0, smoothing, C);
                float p = TornadoMath.exp(logits.get(x0 + r * C + k) - stat.get(s0 + 2 * r) - stat.get(s0 + 2 * r + 1));
                float value = factor * (p * sum - q);
                if (label == ignored) value = 0f;
                Loops.put(dlogits, dx0 + r * C + k, value, acc);
            }
        }
    }

    /** y = (1 - t)·x + (1 + (w[c] - 1)·t) · log(1 + e⁻ˣ). */
    static void bceWithLogits(FloatArray y, FloatArray x, FloatArray t, FloatArray w, IntArray n) {
        int y0 = n.get(0), x0 = n.get(1), t0 = n.get(2), w0 = n.get(3), N = n.get(4), C = n.get(5);
        int elements = N * C;
        for (@Parallel int e = 0; e < elements; e++) {
            float logit = x.get(x0 + e), target = t.get(t0 + e);
            float softplus = TornadoMath.log(1f + TornadoMath.exp(-TornadoMath.abs(logit))) + (logit < 0f ? -logit : 0f);
            y.set(y0 + e, (1f - target) * logit + (1f + (w.get(w0 + e % C) - 1f) * target) * softplus);
        }
    }

    /** dx (+)= scale · dout[0] · ((1 - t) - (1 + (w[c] - 1)·t)·(1 - σ(x))). */
    static void bceWithLogitsBackward(FloatArray dx, FloatArray dout, FloatArray x, FloatArray t, FloatArray w, IntArray n, FloatArray c) {
        int dx0 = n.get(0), d0 = n.get(1), x0 = n.get(2), t0 = n.get(3), w0 = n.get(4), N = n.get(5), C = n.get(6), acc = n.get(7);
        int elements = N * C;
        for (@Parallel int e = 0; e < elements; e++) {
            float target = t.get(t0 + e);
            float rest = 1f / (1f + TornadoMath.exp(x.get(x0 + e)));
            Loops.put(dx, dx0 + e, c.get(0) * dout.get(d0) * (1f - target - (1f + (w.get(w0 + e % C) - 1f) * target) * rest), acc);
        }
    }
}
