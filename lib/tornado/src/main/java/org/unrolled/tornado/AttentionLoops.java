package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
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

    /** Queries and keys of a tile, numbers of a query or a value that local memory has room for, and a side of the group. */
    static final int QUERIES = 64, KEYS = 32, WIDE = 64, SIDE = 16;

    /** Groups along the queries; along the planes. */
    static int[] tiles(int[] ints) {
        return new int[] {(ints[6] + QUERIES - 1) / QUERIES, ints[4] * ints[5]};
    }

    /**
     * The same, a group for {@value #QUERIES} queries (Dao et al. 2022): it fetches {@value #KEYS} keys and values at a time into local memory, where all its queries use
     * them. An item holds 4 x 4 elements of y in registers; keys that no query of the group may see yet are not fetched at all.
     */
    static void attentionTiled(KernelContext context, FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray mask, IntArray n, FloatArray c) {
        int y0 = n.get(0), l0 = n.get(1), q0 = n.get(2), k0 = n.get(3), v0 = n.get(4), m0 = n.get(5);
        int T = n.get(12), S = n.get(13), D = n.get(14), V = n.get(15), shift = n.get(16);
        float[] tileQ = context.allocateFloatLocalArray(WIDE * QUERIES);
        float[] tileK = context.allocateFloatLocalArray(WIDE * KEYS);
        float[] tileV = context.allocateFloatLocalArray(KEYS * WIDE);
        float[] weights = context.allocateFloatLocalArray(QUERIES * KEYS);
        float[] rests = context.allocateFloatLocalArray(QUERIES);
        int x = context.localIdx, w = context.localIdy, item = w * SIDE + x;
        int p = context.groupIdy, i0 = context.groupIdx * QUERIES;
        for (int e = item; e < QUERIES * D; e += SIDE * SIDE) {
            int i = e / D, f = e % D;
            tileQ[f * QUERIES + i] = i0 + i < T ? q.get(q0 + (p * T + i0 + i) * D + f) : 0f;
        }
        float largest = Float.NEGATIVE_INFINITY, sum = 0f;      // of query i0 + item
        float[] mixed = new float[16];
        for (int e = 0; e < 16; e++) mixed[e] = 0f;
        int end = Math.min(S, i0 + QUERIES + shift);
        for (int j0 = 0; j0 < end; j0 += KEYS) {
            for (int e = item; e < KEYS * D; e += SIDE * SIDE) {
                int j = e / D, f = e % D;
                tileK[f * KEYS + j] = j0 + j < S ? k.get(k0 + (p * S + j0 + j) * D + f) : 0f;
            }
            for (int e = item; e < KEYS * V; e += SIDE * SIDE) {
                int j = e / V, f = e % V;
                tileV[j * WIDE + f] = j0 + j < S ? v.get(v0 + (p * S + j0 + j) * V + f) : 0f;
            }
            context.localBarrier();
            float[] score = new float[8];
            for (int e = 0; e < 8; e++) score[e] = 0f;
            for (int f = 0; f < D; f++) {
                for (int r = 0; r < 4; r++) {
                    float u = tileQ[f * QUERIES + 4 * w + r];
                    for (int h = 0; h < 2; h++) score[2 * r + h] += u * tileK[f * KEYS + h * SIDE + x];
                }
            }
            for (int r = 0; r < 4; r++) {
                for (int h = 0; h < 2; h++) {
                    int i = i0 + 4 * w + r, j = j0 + h * SIDE + x;
                    float s = Float.NEGATIVE_INFINITY;
                    if (i < T) {
                        if (j < S) {
                            if (hidden(mask, m0, n, 6, p, i, j) == 0) s = c.get(0) * score[2 * r + h];
                        }
                    }
                    weights[(4 * w + r) * KEYS + h * SIDE + x] = s;
                }
            }
            context.localBarrier();
            if (item < QUERIES) {
                float next = largest;
                for (int j = 0; j < KEYS; j++) next = Loops.larger(next, weights[item * KEYS + j]);
                float rest = sum > 0f ? TornadoMath.exp(largest - next) : 0f;
                sum = sum * rest;
                for (int j = 0; j < KEYS; j++) {
                    float s = weights[item * KEYS + j];
                    float weight = s == Float.NEGATIVE_INFINITY ? 0f : TornadoMath.exp(s - next);
                    weights[item * KEYS + j] = weight;
                    sum += weight;
                }
                rests[item] = rest;
                largest = next;
            }
            context.localBarrier();
            for (int r = 0; r < 4; r++) {
                float rest = rests[4 * w + r];
                for (int u = 0; u < 4; u++) mixed[4 * r + u] = mixed[4 * r + u] * rest;
                for (int j = 0; j < KEYS; j++) {
                    float weight = weights[(4 * w + r) * KEYS + j];
                    for (int u = 0; u < 4; u++) mixed[4 * r + u] += weight * tileV[j * WIDE + u * SIDE + x];
                }
            }
            context.localBarrier();
        }
        if (item < QUERIES) {
            rests[item] = sum;
            if (i0 + item < T) logSum.set(l0 + p * T + i0 + item, sum != 0f ? largest + TornadoMath.log(sum) : Float.NEGATIVE_INFINITY);
        }
        context.localBarrier();
        for (int r = 0; r < 4; r++) {
            float total = rests[4 * w + r];
            for (int u = 0; u < 4; u++) {
                int i = i0 + 4 * w + r, f = u * SIDE + x;
                if (i < T) {
                    if (f < V) y.set(y0 + (p * T + i) * V + f, total != 0f ? mixed[4 * r + u] / total : 0f);
                }
            }
        }
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
