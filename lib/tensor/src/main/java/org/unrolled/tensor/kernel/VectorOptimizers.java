package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Optimiser steps, each one pass through all its arrays: they do so little for each number that the memory is the limit, and a second pass would
 * double the time. The loops are methods of their own, whose arguments the compiler knows to be constant; those of a lambda it reads anew.
 */
final class VectorOptimizers {
    /** About a nanosecond for each byte that one thread moves, in hundredths: 20 GB/s. */
    private static final int HUNDREDTHS_A_BYTE = 5;

    private VectorOptimizers() { }

    /** @param arrays that pass through the processor, read and written ones counted twice */
    private static long nanos(int n, int arrays) {
        return (long) n * 4 * arrays * HUNDREDTHS_A_BYTE / 100;
    }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    static void scale(Buffer y, float factor) {
        Workers.forRanges(y.length(), LANES, nanos(y.length(), 2), (from, to) -> VectorRows.scale(y.floats(), y.offset() + from, to - from, factor));
    }

    static void clip(Buffer y, float limit) {
        Workers.forRanges(y.length(), LANES, nanos(y.length(), 2), (from, to) -> clip(y.floats(), y.offset() + from, to - from, limit));
    }

    private static void clip(float[] y, int y0, int n, float limit) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) at(y, y0 + i).min(limit).max(-limit).intoArray(y, y0 + i);
        for (; i < n; i++) y[y0 + i] = Math.max(-limit, Math.min(limit, y[y0 + i]));
    }

    static void sgd(Buffer p, Buffer v, Buffer g, float rate, float momentum, float weightDecay, boolean nesterov) {
        Workers.forRanges(p.length(), LANES, nanos(p.length(), 5), (from, to) ->
            sgd(p.floats(), p.offset() + from, v.floats(), v.offset() + from, g.floats(), g.offset() + from, to - from, rate, momentum, weightDecay, nesterov));
    }

    private static void sgd(float[] p, int p0, float[] v, int v0, float[] g, int g0, int n, float rate, float momentum, float weightDecay, boolean nesterov) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector old = at(p, p0 + i), h = at(g, g0 + i).add(old.mul(weightDecay)), velocity = at(v, v0 + i).mul(momentum).add(h);
            velocity.intoArray(v, v0 + i);
            old.sub((nesterov ? velocity.mul(momentum).add(h) : velocity).mul(rate)).intoArray(p, p0 + i);
        }
        for (; i < n; i++) {
            float h = g[g0 + i] + weightDecay * p[p0 + i];
            v[v0 + i] = momentum * v[v0 + i] + h;
            p[p0 + i] -= rate * (nesterov ? h + momentum * v[v0 + i] : v[v0 + i]);
        }
    }

    /** Both Adams, by whether the decay is added to the gradient ({@code coupled}) or shrinks the parameters ({@code decoupled}). */
    static void adam(Buffer p, Buffer m, Buffer v, Buffer g, int t, double rate, float beta1, float beta2, float eps, float coupled, float decoupled) {
        // p(1 - lr·wd) - lr · (m/c₁)/(√(v/c₂) + ε), with everything that is the same for all elements taken out
        float keep = (float) (1 - rate * decoupled), stepSize = (float) (rate / (1 - Math.pow(beta1, t)));
        float rootCorrection = (float) (1 / Math.sqrt(1 - Math.pow(beta2, t)));
        Workers.forRanges(p.length(), LANES, nanos(p.length(), 7), (from, to) ->
            adam(p.floats(), p.offset() + from, m.floats(), m.offset() + from, v.floats(), v.offset() + from, g.floats(), g.offset() + from, to - from,
                beta1, beta2, eps, coupled, keep, stepSize, rootCorrection));
    }

    private static void adam(float[] p, int p0, float[] m, int m0, float[] v, int v0, float[] g, int g0, int n,
                             float beta1, float beta2, float eps, float coupled, float keep, float stepSize, float rootCorrection) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector old = at(p, p0 + i), grad = at(g, g0 + i).add(old.mul(coupled));
            FloatVector mean = at(m, m0 + i).mul(beta1).add(grad.mul(1 - beta1));
            FloatVector square = at(v, v0 + i).mul(beta2).add(grad.mul(grad).mul(1 - beta2));
            FloatVector move = mean.mul(stepSize).div(square.sqrt().mul(rootCorrection).add(eps));
            old.mul(keep).sub(move).intoArray(p, p0 + i);
            mean.intoArray(m, m0 + i);
            square.intoArray(v, v0 + i);
        }
        for (; i < n; i++) {
            float grad = g[g0 + i] + p[p0 + i] * coupled;
            m[m0 + i] = m[m0 + i] * beta1 + grad * (1 - beta1);
            v[v0 + i] = v[v0 + i] * beta2 + grad * grad * (1 - beta2);
            float move = m[m0 + i] * stepSize / ((float) Math.sqrt(v[v0 + i]) * rootCorrection + eps);
            p[p0 + i] = p[p0 + i] * keep - move;
        }
    }
}
