package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention without a matrix of weights. From n[m] stand the mask's strides over (B, H, T, S), then B, H, T, S, D, V and shift. A work item
 * takes a query, or for the gradients of keys and values a key.
 */
final class AttentionLoops {
    private AttentionLoops() { }

    /** Whether query i of plane p does not see key j: 1 or 0. */
    static int hidden(FloatArray mask, int mask0, IntArray n, int m, int p, int i, int j) {
        int H = n.get(m + 5);
        int at = mask0 + p / H * n.get(m) + p % H * n.get(m + 1) + i * n.get(m + 2) + j * n.get(m + 3);
        if (j > i + n.get(m + 10)) return 1;
        return mask.get(at) != 0f ? 1 : 0;
    }

    /** Σ a[a0 + c] · b[b0 + c]. */
    static float dot(FloatArray a, int a0, FloatArray b, int b0, int count) {
        float sum = 0f;
        for (int c = 0; c < count; c++) sum += a.get(a0 + c) * b.get(b0 + c);
        return sum;
    }

    /** y_i = Σⱼ p_ij v_j and L_i, in one pass over the keys: what was mixed so far is scaled down whenever a larger score comes (Milakov and Gimelshein 2018). */
    static void attention(FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray mask, IntArray n, FloatArray c) {
        int queries = n.get(10) * n.get(11) * n.get(12);
        for (@Parallel int e = 0; e < queries; e++) query(y, logSum, q, k, v, mask, n, c, e);
    }

    static void query(FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray mask, IntArray n, FloatArray c, int e) {
        int y0 = n.get(0), l0 = n.get(1), q0 = n.get(2), k0 = n.get(3), v0 = n.get(4), m0 = n.get(5);
        int T = n.get(12), S = n.get(13), D = n.get(14), V = n.get(15);
        int p = e / T, i = e % T;
        float largest = Float.NEGATIVE_INFINITY, sum = 0f;
        for (int f = 0; f < V; f++) y.set(y0 + e * V + f, 0f);
        for (int j = 0; j < S; j++) {
            if (hidden(mask, m0, n, 6, p, i, j) == 0) {
                float s = c.get(0) * dot(q, q0 + e * D, k, k0 + (p * S + j) * D, D);
                float next = Loops.larger(largest, s), weight = TornadoMath.exp(s - next);
                float rest = sum > 0f ? TornadoMath.exp(largest - next) : 0f;
                sum = sum * rest + weight;
                for (int f = 0; f < V; f++) y.set(y0 + e * V + f, y.get(y0 + e * V + f) * rest + weight * v.get(v0 + (p * S + j) * V + f));
                largest = next;
            }
        }
        float total = Float.NEGATIVE_INFINITY;
        if (sum != 0f) {
            total = largest + TornadoMath.log(sum);
            for (int f = 0; f < V; f++) y.set(y0 + e * V + f, y.get(y0 + e * V + f) / sum);
        }
        logSum.set(l0 + e, total);
    }

    /** dq_i (+)= scale · Σⱼ ds_ij k_j with ds_ij = p_ij (dout_i · v_j - dout_i · y_i). */
    static void attentionQueryBackward(FloatArray dq, FloatArray dout, FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray mask, IntArray n, FloatArray c) {
        int dq0 = n.get(0), d0 = n.get(1), y0 = n.get(2), l0 = n.get(3), q0 = n.get(4), k0 = n.get(5), v0 = n.get(6), m0 = n.get(7);
        int planes = n.get(12) * n.get(13), T = n.get(14), S = n.get(15), D = n.get(16), V = n.get(17), acc = n.get(19), queries = planes * T;
        for (@Parallel int e = 0; e < queries; e++) {
            int p = e / T, i = e % T;
            float own = dot(dout, d0 + e * V, y, y0 + e * V, V);
            if (acc == 0) for (int f = 0; f < D; f++) dq.set(dq0 + e * D + f, 0f);
            for (int j = 0; j < S; j++) {
                if (hidden(mask, m0, n, 8, p, i, j) == 0) {
                    int key = p * S + j;
                    float weight = TornadoMath.exp(c.get(0) * dot(q, q0 + e * D, k, k0 + key * D, D) - logSum.get(l0 + e));
                    float ds = c.get(0) * weight * (dot(dout, d0 + e * V, v, v0 + key * V, V) - own);
                    for (int f = 0; f < D; f++) dq.set(dq0 + e * D + f, dq.get(dq0 + e * D + f) + ds * k.get(k0 + key * D + f));
                }
            }
        }
    }

    /** dk_j (+)= scale · Σᵢ ds_ij q_i. */
    static void attentionKeyBackward(FloatArray dk, FloatArray dout, FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray mask, IntArray n, FloatArray c) {
        int dk0 = n.get(0), d0 = n.get(1), y0 = n.get(2), l0 = n.get(3), q0 = n.get(4), k0 = n.get(5), v0 = n.get(6), m0 = n.get(7);
        int planes = n.get(12) * n.get(13), T = n.get(14), S = n.get(15), D = n.get(16), V = n.get(17), acc = n.get(19), keys = planes * S;
        for (@Parallel int e = 0; e < keys; e++) {
            int p = e / S, j = e % S;
            if (acc == 0) for (int f = 0; f < D; f++) dk.set(dk0 + e * D + f, 0f);
            for (int i = 0; i < T; i++) {
                if (hidden(mask, m0, n, 8, p, i, j) == 0) {
                    int query = p * T + i;
                    float weight = TornadoMath.exp(c.get(0) * dot(q, q0 + query * D, k, k0 + e * D, D) - logSum.get(l0 + query));
                    float own = dot(dout, d0 + query * V, y, y0 + query * V, V);
                    float ds = c.get(0) * weight * (dot(dout, d0 + query * V, v, v0 + e * V, V) - own);
                    for (int f = 0; f < D; f++) dk.set(dk0 + e * D + f, dk.get(dk0 + e * D + f) + ds * q.get(q0 + query * D + f));
                }
            }
        }
    }

    /** dv_j (+)= Σᵢ p_ij dout_i. */
    static void attentionValueBackward(FloatArray dv, FloatArray dout, FloatArray logSum, FloatArray q, FloatArray k, FloatArray mask, IntArray n, FloatArray c) {
        int dv0 = n.get(0), d0 = n.get(1), l0 = n.get(2), q0 = n.get(3), k0 = n.get(4), m0 = n.get(5);
        int planes = n.get(10) * n.get(11), T = n.get(12), S = n.get(13), D = n.get(14), V = n.get(15), acc = n.get(17), keys = planes * S;
        for (@Parallel int e = 0; e < keys; e++) {
            int p = e / S, j = e % S;
            if (acc == 0) for (int f = 0; f < V; f++) dv.set(dv0 + e * V + f, 0f);
            for (int i = 0; i < T; i++) {
                if (hidden(mask, m0, n, 6, p, i, j) == 0) {
                    int query = p * T + i;
                    float weight = TornadoMath.exp(c.get(0) * dot(q, q0 + query * D, k, k0 + e * D, D) - logSum.get(l0 + query));
                    for (int f = 0; f < V; f++) dv.set(dv0 + e * V + f, dv.get(dv0 + e * V + f) + weight * dout.get(d0 + query * V + f));
                }
            }
        }
    }
}
