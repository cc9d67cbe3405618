package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention without a matrix of weights. From n[m] stand the bias's strides over (B, H, T, S), then B, H, T, S, D, V and shift. A work item
 * takes a query, or for the gradients of keys and values a key.
 */
final class AttentionLoops {
    private AttentionLoops() { }

    /** What is added to the score of query i of plane p and key j: -∞ if the query does not see the key. */
    static float bias(FloatArray bias, int bias0, IntArray n, int m, int p, int i, int j) {
        int H = n.get(m + 5);
        int at = bias0 + p / H * n.get(m) + p % H * n.get(m + 1) + i * n.get(m + 2) + j * n.get(m + 3);
        return j > i + n.get(m + 10) ? Float.NEGATIVE_INFINITY : bias.get(at);
    }

    /** Σ a[a0 + c] · b[b0 + c]. */
    static float dot(FloatArray a, int a0, FloatArray b, int b0, int count) {
        float sum = 0f;
        for (int c = 0; c < count; c++) sum += a.get(a0 + c) * b.get(b0 + c);
        return sum;
    }

    /** y_i = Σⱼ p_ij v_j and L_i, in one pass over the keys: what was mixed so far is scaled down whenever a larger score comes (Milakov and Gimelshein 2018). */
    static void attention(FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray bias, IntArray n, FloatArray c) {
        int queries = n.get(10) * n.get(11) * n.get(12);
        for (@Parallel int e = 0; e < queries; e++) query(y, logSum, q, k, v, bias, n, c, e);
    }

    static void query(FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray bias, IntArray n, FloatArray c, int e) {
        int y0 = n.get(0), l0 = n.get(1), q0 = n.get(2), k0 = n.get(3), v0 = n.get(4), b0 = n.get(5);
        int T = n.get(12), S = n.get(13), D = n.get(14), V = n.get(15);
        int p = e / T, i = e % T;
        float largest = Float.NEGATIVE_INFINITY, sum = 0f;
        for (int f = 0; f < V; f++) y.set(y0 + e * V + f, 0f);
        for (int j = 0; j < S; j++) {
            float added = bias(bias, b0, n, 6, p, i, j);
            if (added != Float.NEGATIVE_INFINITY) {
                float s = c.get(0) * dot(q, q0 + e * D, k, k0 + (p * S + j) * D, D) + added;
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

    /** Numbers in local memory, of the version that needs most. */
    static final int LOCAL = WIDE * QUERIES + 2 * WIDE * KEYS + QUERIES * KEYS + QUERIES;

    /** Groups along the queries; along the planes. */
    static int[] tiles(int[] ints) {
        return new int[] {(ints[6] + QUERIES - 1) / QUERIES, ints[4] * ints[5]};
    }

    /**
     * The same, a group for {@value #QUERIES} queries (Dao et al. 2022): it fetches {@value #KEYS} keys and values at a time into local memory, where all its queries use
     * them. An item holds 4 x 4 elements of y in registers; keys that no query of the group may see yet are not fetched at all.
     */
    static void attentionTiled(KernelContext context, FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray bias, IntArray n, FloatArray c) {
        int y0 = n.get(0), l0 = n.get(1), q0 = n.get(2), k0 = n.get(3), v0 = n.get(4), b0 = n.get(5);
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
                            float added = bias(bias, b0, n, 6, p, i, j);
                            if (added != Float.NEGATIVE_INFINITY) s = c.get(0) * score[2 * r + h] + added;
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
    static void attentionQueryBackward(FloatArray dq, FloatArray dout, FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray bias, IntArray n, FloatArray c) {
        int dq0 = n.get(0), d0 = n.get(1), y0 = n.get(2), l0 = n.get(3), q0 = n.get(4), k0 = n.get(5), v0 = n.get(6), b0 = n.get(7);
        int planes = n.get(12) * n.get(13), T = n.get(14), S = n.get(15), D = n.get(16), V = n.get(17), acc = n.get(19), queries = planes * T;
        for (@Parallel int e = 0; e < queries; e++) {
            int p = e / T, i = e % T;
            float own = dot(dout, d0 + e * V, y, y0 + e * V, V);
            if (acc == 0) for (int f = 0; f < D; f++) dq.set(dq0 + e * D + f, 0f);
            for (int j = 0; j < S; j++) {
                float added = bias(bias, b0, n, 8, p, i, j);
                if (added != Float.NEGATIVE_INFINITY) {
                    int key = p * S + j;
                    float weight = TornadoMath.exp(c.get(0) * dot(q, q0 + e * D, k, k0 + key * D, D) + added - logSum.get(l0 + e));
                    float ds = c.get(0) * weight * (dot(dout, d0 + e * V, v, v0 + key * V, V) - own);
                    for (int f = 0; f < D; f++) dq.set(dq0 + e * D + f, dq.get(dq0 + e * D + f) + ds * k.get(k0 + key * D + f));
                }
            }
        }
    }

    /** dk_j (+)= scale · Σᵢ ds_ij q_i. */
    static void attentionKeyBackward(FloatArray dk, FloatArray dout, FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray bias, IntArray n, FloatArray c) {
        int dk0 = n.get(0), d0 = n.get(1), y0 = n.get(2), l0 = n.get(3), q0 = n.get(4), k0 = n.get(5), v0 = n.get(6), b0 = n.get(7);
        int planes = n.get(12) * n.get(13), T = n.get(14), S = n.get(15), D = n.get(16), V = n.get(17), acc = n.get(19), keys = planes * S;
        for (@Parallel int e = 0; e < keys; e++) {
            int p = e / S, j = e % S;
            if (acc == 0) for (int f = 0; f < D; f++) dk.set(dk0 + e * D + f, 0f);
            for (int i = 0; i < T; i++) {
                float added = bias(bias, b0, n, 8, p, i, j);
                if (added != Float.NEGATIVE_INFINITY) {
                    int query = p * T + i;
                    float weight = TornadoMath.exp(c.get(0) * dot(q, q0 + query * D, k, k0 + e * D, D) + added - logSum.get(l0 + query));
                    float own = dot(dout, d0 + query * V, y, y0 + query * V, V);
                    float ds = c.get(0) * weight * (dot(dout, d0 + query * V, v, v0 + e * V, V) - own);
                    for (int f = 0; f < D; f++) dk.set(dk0 + e * D + f, dk.get(dk0 + e * D + f) + ds * q.get(q0 + query * D + f));
                }
            }
        }
    }

    /** dv_j (+)= Σᵢ p_ij dout_i. */
    static void attentionValueBackward(FloatArray dv, FloatArray dout, FloatArray logSum, FloatArray q, FloatArray k, FloatArray bias, IntArray n, FloatArray c) {
        int dv0 = n.get(0), d0 = n.get(1), l0 = n.get(2), q0 = n.get(3), k0 = n.get(4), b0 = n.get(5);
        int planes = n.get(10) * n.get(11), T = n.get(12), S = n.get(13), D = n.get(14), V = n.get(15), acc = n.get(17), keys = planes * S;
        for (@Parallel int e = 0; e < keys; e++) {
            int p = e / S, j = e % S;
            if (acc == 0) for (int f = 0; f < V; f++) dv.set(dv0 + e * V + f, 0f);
            for (int i = 0; i < T; i++) {
                float added = bias(bias, b0, n, 6, p, i, j);
                if (added != Float.NEGATIVE_INFINITY) {
                    int query = p * T + i;
                    float weight = TornadoMath.exp(c.get(0) * dot(q, q0 + query * D, k, k0 + e * D, D) + added - logSum.get(l0 + query));
                    for (int f = 0; f < V; f++) dv.set(dv0 + e * V + f, dv.get(dv0 + e * V + f) + weight * dout.get(d0 + query * V + f));
                }
            }
        }
    }

    /** Groups for the gradients of keys and values: along the keys; along the planes. */
    static int[] keyTiles(int[] ints) {
        return new int[] {(ints[7] + QUERIES - 1) / QUERIES, ints[4] * ints[5]};
    }

    /**
     * {@link #attentionQueryBackward}, or with n[20] = 1 {@link #attentionKeyBackward}: dr = ds · c for {@value #QUERIES} rows r against {@value #KEYS} columns c at a time, ds being as much of
     * the matrix as local memory holds. Of queries the rows are q and dout, the columns k and v; of keys it is the other way round.
     */
    static void attentionGradientTiled(KernelContext context, FloatArray dr, FloatArray rows, FloatArray columns, FloatArray rowValues, FloatArray columnValues, FloatArray dout, FloatArray y,
                                       FloatArray logSum, FloatArray bias, IntArray n, FloatArray c) {
        int keys = n.get(20), dr0 = n.get(0), d0 = n.get(1), y0 = n.get(2), l0 = n.get(3), b0 = n.get(7);
        int r0 = n.get(keys != 0 ? 5 : 4), c0 = n.get(keys != 0 ? 4 : 5), rv0 = n.get(keys != 0 ? 6 : 1), cv0 = n.get(keys != 0 ? 1 : 6);
        int T = n.get(14), S = n.get(15), D = n.get(16), V = n.get(17), acc = n.get(19);
        int R = keys != 0 ? S : T, C = keys != 0 ? T : S;
        float[] tile = context.allocateFloatLocalArray(WIDE * KEYS);
        float[] tileValues = context.allocateFloatLocalArray(WIDE * KEYS);
        float[] ds = context.allocateFloatLocalArray(QUERIES * KEYS);
        float[] own = context.allocateFloatLocalArray(QUERIES);
        int x = context.localIdx, w = context.localIdy, item = w * SIDE + x;
        int p = context.groupIdy, i0 = context.groupIdx * QUERIES;
        if (keys == 0 && item < QUERIES && i0 + item < T) {
            float sum = 0f;
            for (int f = 0; f < V; f++) sum += dout.get(d0 + (p * T + i0 + item) * V + f) * y.get(y0 + (p * T + i0 + item) * V + f);
            own[item] = sum;
        }
        float[] mixed = new float[16];
        for (int e = 0; e < 16; e++) mixed[e] = 0f;
        for (int j0 = 0; j0 < C; j0 += KEYS) {
            for (int e = item; e < KEYS * D; e += SIDE * SIDE) {
                int j = e / D, f = e % D;
                tile[f * KEYS + j] = j0 + j < C ? columns.get(c0 + (p * C + j0 + j) * D + f) : 0f;
            }
            for (int e = item; e < KEYS * V; e += SIDE * SIDE) {
                int j = e / V, f = e % V;
                tileValues[f * KEYS + j] = j0 + j < C ? columnValues.get(cv0 + (p * C + j0 + j) * V + f) : 0f;
            }
            if (keys != 0 && item < KEYS && j0 + item < T) {
                float sum = 0f;
                for (int f = 0; f < V; f++) sum += dout.get(d0 + (p * T + j0 + item) * V + f) * y.get(y0 + (p * T + j0 + item) * V + f);
                own[item] = sum;
            }
            context.localBarrier();
            float[] score = new float[8];
            float[] slope = new float[8];
            for (int e = 0; e < 8; e++) score[e] = 0f;
            for (int e = 0; e < 8; e++) slope[e] = 0f;
            for (int f = 0; f < D; f++) {
                for (int r = 0; r < 4; r++) {
                    int i = Math.min(i0 + 4 * w + r, R - 1);
                    float u = rows.get(r0 + (p * R + i) * D + f);
                    for (int h = 0; h < 2; h++) score[2 * r + h] += u * tile[f * KEYS + h * SIDE + x];
                }
            }
            for (int f = 0; f < V; f++) {
                for (int r = 0; r < 4; r++) {
                    int i = Math.min(i0 + 4 * w + r, R - 1);
                    float u = rowValues.get(rv0 + (p * R + i) * V + f);
                    for (int h = 0; h < 2; h++) slope[2 * r + h] += u * tileValues[f * KEYS + h * SIDE + x];
                }
            }
            for (int r = 0; r < 4; r++) {
                for (int h = 0; h < 2; h++) {
                    int i = i0 + 4 * w + r, j = j0 + h * SIDE + x;
                    float value = 0f;
                    if (i < R) {
                        if (j < C) {
                            int query = keys != 0 ? j : i, key = keys != 0 ? i : j;
                            float added = bias(bias, b0, n, 8, p, query, key);
                            if (added != Float.NEGATIVE_INFINITY) {
                                float weight = TornadoMath.exp(c.get(0) * score[2 * r + h] + added - logSum.get(l0 + p * T + query));
                                value = c.get(0) * weight * (slope[2 * r + h] - own[keys != 0 ? h * SIDE + x : 4 * w + r]);
                            }
                        }
                    }
                    ds[(4 * w + r) * KEYS + h * SIDE + x] = value;
                }
            }
            context.localBarrier();
            int end = Math.min(KEYS, C - j0);
            for (int j = 0; j < end; j++) {
                for (int r = 0; r < 4; r++) {
                    float d = ds[(4 * w + r) * KEYS + j];
                    for (int u = 0; u < 4; u++) {
                        int f = Math.min(u * SIDE + x, D - 1);
                        mixed[4 * r + u] += d * columns.get(c0 + (p * C + j0 + j) * D + f);
                    }
                }
            }
            context.localBarrier();
        }
        for (int r = 0; r < 4; r++) {
            for (int u = 0; u < 4; u++) {
                int i = i0 + 4 * w + r, f = u * SIDE + x;
                if (i < R && f < D) Loops.put(dr, dr0 + (p * R + i) * D + f, mixed[4 * r + u], acc);
            }
        }
    }

    /** {@link #attentionValueBackward} for {@value #QUERIES} keys against {@value #KEYS} queries at a time. */
    static void attentionValueTiled(KernelContext context, FloatArray dv, FloatArray dout, FloatArray logSum, FloatArray q, FloatArray k, FloatArray bias, IntArray n, FloatArray c) {
        int dv0 = n.get(0), d0 = n.get(1), l0 = n.get(2), q0 = n.get(3), k0 = n.get(4), b0 = n.get(5);
        int T = n.get(12), S = n.get(13), D = n.get(14), V = n.get(15), acc = n.get(17);
        float[] tile = context.allocateFloatLocalArray(WIDE * KEYS);
        float[] weights = context.allocateFloatLocalArray(QUERIES * KEYS);
        int x = context.localIdx, w = context.localIdy, item = w * SIDE + x;
        int p = context.groupIdy, j0 = context.groupIdx * QUERIES;
        float[] mixed = new float[16];
        for (int e = 0; e < 16; e++) mixed[e] = 0f;
        for (int i0 = 0; i0 < T; i0 += KEYS) {
            for (int e = item; e < KEYS * D; e += SIDE * SIDE) {
                int i = e / D, f = e % D;
                tile[f * KEYS + i] = i0 + i < T ? q.get(q0 + (p * T + i0 + i) * D + f) : 0f;
            }
            context.localBarrier();
            float[] score = new float[8];
            for (int e = 0; e < 8; e++) score[e] = 0f;
            for (int f = 0; f < D; f++) {
                for (int r = 0; r < 4; r++) {
                    int j = Math.min(j0 + 4 * w + r, S - 1);
                    float u = k.get(k0 + (p * S + j) * D + f);
                    for (int h = 0; h < 2; h++) score[2 * r + h] += u * tile[f * KEYS + h * SIDE + x];
                }
            }
            for (int r = 0; r < 4; r++) {
                for (int h = 0; h < 2; h++) {
                    int j = j0 + 4 * w + r, i = i0 + h * SIDE + x;
                    float weight = 0f;
                    if (j < S) {
                        if (i < T) {
                            float added = bias(bias, b0, n, 6, p, i, j);
                            if (added != Float.NEGATIVE_INFINITY) weight = TornadoMath.exp(c.get(0) * score[2 * r + h] + added - logSum.get(l0 + p * T + i));
                        }
                    }
                    weights[(4 * w + r) * KEYS + h * SIDE + x] = weight;
                }
            }
            context.localBarrier();
            int end = Math.min(KEYS, T - i0);
            for (int i = 0; i < end; i++) {
                for (int r = 0; r < 4; r++) {
                    float weight = weights[(4 * w + r) * KEYS + i];
                    for (int u = 0; u < 4; u++) {
                        int f = Math.min(u * SIDE + x, V - 1);
                        mixed[4 * r + u] += weight * dout.get(d0 + (p * T + i0 + i) * V + f);
                    }
                }
            }
            context.localBarrier();
        }
        for (int r = 0; r < 4; r++) {
            for (int u = 0; u < 4; u++) {
                int j = j0 + 4 * w + r, f = u * SIDE + x;
                if (j < S && f < V) Loops.put(dv, dv0 + (p * S + j) * V + f, mixed[4 * r + u], acc);
            }
        }
    }
}
