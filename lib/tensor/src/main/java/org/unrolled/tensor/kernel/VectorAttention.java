package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorBlock.PANEL;
import static org.unrolled.tensor.kernel.VectorBlock.STRIP;
import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/**
 * Attention in blocks with an online softmax (Dao et al., "FlashAttention", 2022, algorithms 1 and 4; Milakov and Gimelshein 2018): the scores of
 * {@value #QUERIES} queries and {@value #KEYS} keys exist at a time, 32 KiB of them, and memory grows with the length of a sequence, not with its square.
 *
 * <p>Forward, of each query the largest score m so far, l = Σ exp(s - m) and o = Σ exp(s - m) v go from one block of keys to the next; where m follows, l and o shrink
 * by exp(m_old - m_new). At the end y = o/l and L = m + log l. Backward, the weights p = exp(s - L) are computed again, once for all three gradients:
 *
 * <pre>  dv = pᵀ·dout    dp = dout·vᵀ    ds = p (dp - dout·y)    dk = dsᵀ·q · scale    dq = ds·k · scale</pre>
 *
 * <p>Scores are in units of log 2, since 2ˣ is cheaper than eˣ: the queries are multiplied by scale·log₂e beforehand. Of a causal mask what would be hidden as
 * a whole is not computed, in steps of {@value VectorBlock#STRIP}: a short sequence lies on the diagonal. Every number is summed in the order of the blocks, however many threads there are.
 */
final class VectorAttention {
    private static final int QUERIES = 64;
    private static final int KEYS = 128;
    /** From one row of a block to the next: not a power of two, or a column, which one product walks down, would lie in an eighth of the cache. */
    private static final int QUERY_ROW = KEYS + 16, KEY_ROW = QUERIES + 16;
    /** A score may be above its query's m by so much before m follows: weights are up to 2⁸ then, and what was summed needs to shrink more rarely. */
    private static final float SLACK = 8;
    /** Queries of one task: 512 of width 64, with their results, take 256 KiB of the second-level cache, and keys and values are fetched once for all of them. */
    private static final int CHUNK = 512;
    /** So many tasks at least where a backward pass has few heads: then the keys of a head are shared out, too. */
    private static final int TASKS = 8;
    private static final float LOG2_E = 1.44269504f, LN_2 = 0.693147181f;
    /** Multiply-adds that one thread does in a nanosecond, roughly. */
    private static final int PER_NANO = 40;

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** A thread's own blocks, grown to what its largest call needed. */
    private static final class Scratch {
        final float[] lanes = new float[LANES];
        final float[] scores = new float[Math.max(QUERIES * QUERY_ROW, KEYS * KEY_ROW)], slopes = new float[QUERIES * QUERY_ROW];
        final float[][] grown = new float[9][0];

        /** The i-th of the blocks that depend on the sizes; it holds whatever it held. */
        float[] block(int i, int length) {
            if (grown[i].length < length) grown[i] = new float[length];
            return grown[i];
        }
    }

    /**
     * Where the rows of the heads lie: row i of head h of sequence b begins at {@code offset + b·perSequence + h·perHead + i·perRow}.
     */
    record Rows(float[] floats, int offset, int heads, int perSequence, int perHead, int perRow) {
        /** Of x (B, H, length, width). */
        static Rows apart(Buffer x, int H, int length, int width) {
            return new Rows(x.floats(), x.offset(), H, H * length * width, length * width, width);
        }

        /** Of the {@code part}-th of {@code parts} in x (B, T, parts·H·width), whose heads lie side by side. */
        static Rows sideBySide(Buffer x, int part, int parts, int H, int T, int width) {
            return new Rows(x.floats(), x.offset() + part * H * width, H, T * parts * H * width, width, parts * H * width);
        }

        /** Where row i of the n-th head of all begins. */
        int at(int n, int i) {
            return offset + n / heads * perSequence + n % heads * perHead + i * perRow;
        }
    }

    private final Rows q;
    private final Rows k;
    private final Rows v;
    private final Buffer bias;
    private final int[] strideBias;
    private final int heads;
    private final int H;
    private final int T;
    private final int S;
    private final int D;
    private final int V;
    private final float scale;
    private final int shift;
    private final boolean biased;
    /** D and V rounded up. */
    private final int widthD;
    private final int widthV;

    /** Of q (B, H, T, D), k (B, H, S, D) and v (B, H, S, V). */
    VectorAttention(Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        this(Rows.apart(q, H, T, D), Rows.apart(k, H, S, D), Rows.apart(v, H, S, V), bias, strideBias, B, H, T, S, D, V, scale, shift);
    }

    VectorAttention(Rows q, Rows k, Rows v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        this.q = q;
        this.k = k;
        this.v = v;
        this.bias = bias;
        this.strideBias = strideBias;
        this.heads = B * H;
        this.H = H;
        this.T = T;
        this.S = S;
        this.D = D;
        this.V = V;
        this.scale = scale;
        this.shift = shift;
        // one 0 for all changes nothing
        this.biased = bias.length() != 1 || bias.floats()[bias.offset()] != 0;
        this.widthD = VectorBlock.padded(D);
        this.widthV = VectorBlock.padded(V);
    }

    private long nanos(int products) {
        return (long) heads * T * S * products * (D + V) / 2 / PER_NANO;
    }

    /** n rounded up to whole strips. */
    private static int strips(int n) {
        return (n + STRIP - 1) / STRIP * STRIP;
    }

    /** How many keys the last query before {@code to} can see. */
    private int seen(int to) {
        return (int) Math.max(0, Math.min(S, (long) to + shift));
    }

    /** The first query that sees key j. */
    private int firstQuery(int j) {
        return (int) Math.max(0, Math.min(T, (long) j - shift));
    }

    /** How many of {@code count} keys from {@code first} on query i sees, as far as its position goes. */
    private int visible(int i, int first, int count) {
        return (int) Math.max(0, Math.min(count, (long) i + shift + 1 - first));
    }

    /**
     * -∞ in a block of scores where a query does not see a key, and up to {@code width} for keys that are not there. Score (i, j) lies at
     * {@code start + i·queryStep + j·keyStep}. Later queries see more.
     */
    private void hide(float[] scores, int start, int queryStep, int keyStep, int firstQuery, int lastQuery, int first, int count, int width) {
        for (int i = firstQuery; i < lastQuery; i++) {
            int visible = visible(i, first, count), row = start + (i - firstQuery) * queryStep;
            if (visible == width) break;
            for (int j = visible; j < width; j++) scores[row + j * keyStep] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Where what is added to the score of the n-th head's query i and key j lies in the bias. */
    private int biasAt(int n, int i, int j) {
        return bias.offset() + n / H * strideBias[0] + n % H * strideBias[1] + i * strideBias[2] + j * strideBias[3];
    }

    /** A row of scores gets its part of the bias, in units of log 2 as the scores are. */
    private static void add(float[] scores, int row, float[] bias, int at, int step, int n) {
        int i = 0;
        if (step == 1) {
            for (; i <= n - LANES; i += LANES) {
                FloatVector.fromArray(FLOATS, bias, at + i).mul(LOG2_E).add(FloatVector.fromArray(FLOATS, scores, row + i)).intoArray(scores, row + i);
            }
        } else if (step == 0) {
            float same = LOG2_E * bias[at];
            for (; i <= n - LANES; i += LANES) FloatVector.fromArray(FLOATS, scores, row + i).add(same).intoArray(scores, row + i);
        }
        for (; i < n; i++) scores[row + i] += LOG2_E * bias[at + i * step];
    }

    /** The bias as forward's blocks have their scores, a row for each key; as it is where it does not change from query to query. */
    private float[] turned() {
        int sequences = strideBias[0] == 0 ? 1 : heads / H, perSequence = strideBias[1] == 0 ? 1 : H;
        float[] turned = ScratchPool.take(sequences * perSequence * S * T);
        VectorStrided.read(turned, 0, bias.floats(), bias.offset(), new int[] {sequences, perSequence, S, T},
                new int[] {strideBias[0], strideBias[1], strideBias[3], strideBias[2]}, false);
        return turned;
    }

    /** Where a key's row of the n-th head lies in it. */
    private int turnedAt(int n, int key) {
        int perSequence = strideBias[1] == 0 ? 1 : H, matrix = (strideBias[0] == 0 ? 0 : n / H * perSequence) + (perSequence == 1 ? 0 : n % H);
        return (matrix * S + key) * T;
    }

    // ---- forward

    /** @param y where the results of the heads go */
    void forward(Rows y, Buffer log) {
        float[] turned = biased && strideBias[2] != 0 ? turned() : null;
        try {
            forward(y, log, turned);
        } finally {
            if (turned != null) ScratchPool.give(turned);
        }
    }

    private void forward(Rows y, Buffer log, float @Nullable [] turned) {
        // as few tasks as will keep all threads busy; a query's own sums do not depend on its task
        int chunk = Math.clamp((long) heads * T / (4L * Workers.THREADS), QUERIES, CHUNK) / QUERIES * QUERIES, each = (T + chunk - 1) / chunk;
        Workers.forRanges(heads * each, 1, nanos(2), (from, to) -> {
            for (int i = from; i < to; i++) {
                int start = i % each * chunk;
                forward(SCRATCH.get(), y, log, turned, i / each, start, Math.min(T, start + chunk));
            }
        });
    }

    /**
     * Queries from..to-1 of the n-th head. Scores are turned around, a row for each key: then keys, one number of which meets many queries, are read where they lie, and
     * neighbouring queries share a register, so that largest scores and sums need nothing across its lanes.
     */
    private void forward(Scratch scratch, Rows y, Buffer log, float @Nullable [] turned, int n, int from, int to) {
        int rows = strips(to - from);
        float[] queries = scratch.block(0, VectorBlock.turnedLength(to - from, D)), keys = scratch.block(1, KEYS * D), values = scratch.block(2, KEYS * widthV);
        float[] mixed = scratch.block(3, rows * widthV), largest = scratch.block(4, rows), sums = scratch.block(5, rows);
        VectorBlock.turn(queries, q.floats, q.at(n, from), q.perRow, to - from, D, scale * LOG2_E);
        Arrays.fill(largest, 0, rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(sums, 0, rows, 0f);
        for (int j = 0; j < seen(to); j += KEYS) {
            int end = Math.min(seen(to), j + KEYS), height = VectorBlock.paddedRows(end - j), k0 = k.at(n, j), v0 = v.at(n, j);
            float[] keyRows = k.floats, valueRows = v.floats;
            // where rows lie one after the other they are read there. A tile reads up to three keys more, and its results for them are not looked at
            if (k.perRow != D || k0 + height * D > keyRows.length) {
                VectorBlock.copy(keys, height, D, keyRows, k0, k.perRow, end - j, D, 1);
                keyRows = keys;
                k0 = 0;
            }
            if (v.perRow != widthV) {
                VectorBlock.copy(values, end - j, widthV, valueRows, v0, v.perRow, end - j, V, 1);
                valueRows = values;
                v0 = 0;
            }
            for (int i = from; i < to; i += QUERIES) {
                int stop = Math.min(to, i + QUERIES), count = Math.min(end, seen(stop)) - j;
                if (count > 0) block(scratch, n, i, stop, i - from, j, count, queries, keyRows, k0, valueRows, v0, turned);
            }
        }
        float[] logs = log.floats();
        int y0 = y.at(n, from);
        for (int i = 0; i < to - from; i++) {
            int at = y0 + i * y.perRow;
            // one that sees nothing may have no results, either
            if (sums[i] == 0) Arrays.fill(y.floats, at, at + V, 0f);
            else write(y.floats, at, V, mixed, i * widthV, 1 / sums[i], false);
        }
        logarithms(sums, largest, rows);
        System.arraycopy(sums, 0, logs, log.offset() + n * T + from, to - from);
    }

    /** Queries i..stop-1, in the blocks from row on, take what they take of {@code count} keys from j on. */
    private void block(Scratch scratch, int n, int i, int stop, int row, int j, int count, float[] queries, float[] keyRows, int k0, float[] valueRows, int v0,
                       float @Nullable [] turned) {
        float[] scores = scratch.scores, mixed = scratch.grown[3], largest = scratch.grown[4], sums = scratch.grown[5];
        // scores of a few keys become weights while they are in the first-level cache, where those of a register of queries stay anyway
        int step = stop - i <= STRIP ? KEYS : STRIP, width = strips(stop - i);
        for (int first = 0; first < count; first += step) {
            // queries from c on see one of these keys
            int strip = Math.min(step, count - first), c = Math.max(0, firstQuery(j + first) - i) / STRIP * STRIP, score = first * KEY_ROW + c, column = row + c;
            VectorBlock.multiply(scores, score, KEY_ROW, keyRows, k0 + first * D, D, 1, queries, column / PANEL * PANEL * D + column % PANEL, PANEL, PANEL * D,
                    VectorBlock.paddedRows(strip), width - c, D, false);
            for (int key = first; biased && key < first + strip; key++) {
                if (turned == null) add(scores, key * KEY_ROW + c, bias.floats(), biasAt(n, i + c, j + key), 0, stop - i - c);
                else add(scores, key * KEY_ROW + c, turned, turnedAt(n, j + key) + i + c, 1, stop - i - c);
            }
            if (visible(i + c, j + first, strip) < strip) hide(scores, score, 1, KEY_ROW, i + c, stop, j + first, strip, strip);
            weigh(scores, first, strip, c, width, mixed, widthV, largest, sums, row, scratch.lanes);
        }
        int rows = visible(i, j, count) < count ? STRIP : QUERIES;
        for (int r = 0; r < stop - i; r += rows) {
            int last = Math.min(stop, i + r + rows), depth = Math.min(j + count, seen(last)) - j;
            if (depth <= 0) continue;
            VectorBlock.multiply(mixed, (row + r) * widthV, widthV, scores, r, 1, KEY_ROW, valueRows, v0, widthV, PANEL, VectorBlock.paddedRows(last - i - r), widthV, depth, j > 0);
        }
    }

    /** Sums become the L of their queries. */
    private static void logarithms(float[] sums, float[] largest, int n) {
        FloatVector ln2 = FloatVector.broadcast(FLOATS, LN_2);
        for (int i = 0; i < n; i += LANES) {
            FloatVector l = VectorMath.log(FloatVector.fromArray(FLOATS, sums, i));
            FloatVector.fromArray(FLOATS, largest, i).fma(ln2, l).intoArray(sums, i);
        }
    }

    /** Rows from {@code first} on of the n-th head (+)= factor times the rows of x. */
    private static void write(Rows y, int n, int first, int rows, int width, float[] x, int xRow, int x0, float factor, boolean acc) {
        int at = y.at(n, first);
        for (int i = 0; i < rows; i++) write(y.floats, at + i * y.perRow, width, x, x0 + i * xRow, factor, acc);
    }

    /** y (+)= factor · x. */
    private static void write(float[] y, int y0, int n, float[] x, int x0, float factor, boolean acc) {
        int c = 0;
        if (acc) {
            for (; c <= n - LANES; c += LANES) FloatVector.fromArray(FLOATS, x, x0 + c).mul(factor).add(FloatVector.fromArray(FLOATS, y, y0 + c)).intoArray(y, y0 + c);
        } else {
            for (; c <= n - LANES; c += LANES) FloatVector.fromArray(FLOATS, x, x0 + c).mul(factor).intoArray(y, y0 + c);
        }
        for (; c < n; c++) y[y0 + c] = acc ? y[y0 + c] + factor * x[x0 + c] : factor * x[x0 + c];
    }

    /**
     * Scores become weights 2^(s - m), their sums are added to {@code sums}: those of the queries from {@code column} on, before {@code queries}, whose first is number
     * {@code first}, and of {@code keys} keys from firstKey on. Where a score is far above its query's m, m follows, and what the query has summed so far shrinks.
     *
     * <p>One method for the whole block, too long to be taken into its caller. There the compiler may find no room left for the functions that a loop calls, and then each
     * vector that is handed to them becomes an object (it was 100 MiB in a call of attention).
     */
    private static void weigh(float[] scores, int firstKey, int keys, int column, int queries, float[] mixed, int widthV, float[] largest, float[] sums, int first, float[] lanes) {
        int start = firstKey * KEY_ROW, end = start + keys * KEY_ROW;
        for (int c = column; c < queries; c += LANES) {
            FloatVector before = FloatVector.fromArray(FLOATS, largest, first + c), m0 = before, m1 = before, m2 = before, m3 = before;
            int at = start + c;
            for (; at < end - 3 * KEY_ROW; at += 4 * KEY_ROW) {
                FloatVector s0 = FloatVector.fromArray(FLOATS, scores, at), s1 = FloatVector.fromArray(FLOATS, scores, at + KEY_ROW);
                FloatVector s2 = FloatVector.fromArray(FLOATS, scores, at + 2 * KEY_ROW), s3 = FloatVector.fromArray(FLOATS, scores, at + 3 * KEY_ROW);
                // one that is NaN is passed over here, but its weight will be NaN
                m0 = m0.blend(s0, s0.compare(VectorOperators.GT, m0));
                m1 = m1.blend(s1, s1.compare(VectorOperators.GT, m1));
                m2 = m2.blend(s2, s2.compare(VectorOperators.GT, m2));
                m3 = m3.blend(s3, s3.compare(VectorOperators.GT, m3));
            }
            for (; at < end; at += KEY_ROW) {
                FloatVector s0 = FloatVector.fromArray(FLOATS, scores, at);
                m0 = m0.blend(s0, s0.compare(VectorOperators.GT, m0));
            }
            m0 = m0.blend(m1, m1.compare(VectorOperators.GT, m0));
            m2 = m2.blend(m3, m3.compare(VectorOperators.GT, m2));
            m0 = m0.blend(m2, m2.compare(VectorOperators.GT, m0));
            m0.intoArray(lanes, 0);
            if (m0.compare(VectorOperators.GT, before.add(SLACK)).anyTrue()) follow(lanes, scores, c, firstKey, mixed, widthV, largest, sums, first + c);
            FloatVector m = FloatVector.fromArray(FLOATS, largest, first + c), sum = FloatVector.zero(FLOATS);
            // of a query that has seen nothing yet all scores are -∞
            m = m.blend(0f, m.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            for (at = start + c; at < end; at += KEY_ROW) {
                FloatVector e = VectorMath.exp2OfNonPositive(FloatVector.fromArray(FLOATS, scores, at).sub(m));
                e.intoArray(scores, at);
                sum = sum.add(e);
            }
            sum.add(FloatVector.fromArray(FLOATS, sums, first + c)).intoArray(sums, first + c);
        }
    }

    /** Where what has become the largest score of a query, one after the other from {@code first} on, is far above m. */
    private static void follow(float[] found, float[] weights, int column, int keys, float[] mixed, int widthV, float[] largest, float[] sums, int first) {
        for (int lane = 0; lane < LANES; lane++) {
            int i = first + lane;
            float before = largest[i];
            if (!(found[lane] > before + SLACK)) continue;
            largest[i] = found[lane];
            // nothing summed yet: there may be no results, either
            if (before == Float.NEGATIVE_INFINITY) continue;
            float shrink = (float) Math.exp((before - found[lane]) * (double) LN_2);
            sums[i] *= shrink;
            VectorRows.scale(mixed, i * widthV, widthV, shrink);
            for (int j = 0; j < keys; j++) weights[j * KEY_ROW + column + lane] *= shrink;
        }
    }

    // ---- backward

    /**
     * The gradients that are wanted, in one pass. Tasks share out the heads; where these are few, the keys of a head, too, each with a sum for dq of its own.
     *
     * @param y not needed for dv alone
     */
    void backward(@Nullable Rows dq, @Nullable Rows dk, @Nullable Rows dv, Rows dout, @Nullable Rows y, Buffer log, boolean acc) {
        int blocks = (S + KEYS - 1) / KEYS, parts = Math.clamp(TASKS / Math.max(1, heads), 1, Math.max(1, blocks)), rows = VectorBlock.paddedRows(T) * widthD;
        float[] partial = SCRATCH.get().block(8, dq == null || parts == 1 ? 0 : heads * parts * rows);
        int products = (dq != null || dk != null ? 2 : 1) + (dq != null ? 1 : 0) + (dk != null ? 1 : 0) + (dv != null ? 1 : 0);
        Workers.forRanges(heads * parts, 1, nanos(products), (from, to) -> {
            for (int i = from; i < to; i++) {
                int first = (int) ((long) blocks * (i % parts) / parts) * KEYS, last = (int) Math.min(S, (long) blocks * (i % parts + 1) / parts * KEYS);
                Scratch scratch = SCRATCH.get();
                float[] dqs = dq == null ? null : parts > 1 ? partial : scratch.block(7, rows);
                backward(scratch, dqs, parts > 1 ? i * rows : 0, dk, dv, dout, y, log, i / parts, first, last, acc);
                if (dq != null && parts == 1) write(dq, i, 0, T, D, dqs, widthD, 0, scale, acc);
            }
        });
        if (dq == null || parts == 1) return;
        Workers.forRanges(heads * T, 1, (long) heads * T * D * parts / 4, (from, to) -> {
            for (int i = from; i < to; i++) {
                int at = i / T * parts * rows + i % T * widthD;
                for (int p = 1; p < parts; p++) {
                    for (int c = 0; c < D; c++) partial[at + c] += partial[at + p * rows + c];
                }
                write(dq.floats, dq.at(i / T, i % T), D, partial, at, scale, acc);
            }
        });
    }

    /** Keys firstKey..lastKey-1 of the n-th head; dqs, from dq0 on, is overwritten with their part of dq/scale. */
    private void backward(Scratch scratch, float @Nullable [] dqs, int dq0, @Nullable Rows dk, @Nullable Rows dv, Rows dout, @Nullable Rows y, Buffer log,
                          int n, int firstKey, int lastKey, boolean acc) {
        int rows = VectorBlock.paddedRows(T);
        boolean slopesToo = dqs != null || dk != null;
        float[] queries = scratch.block(0, rows * widthD), keys = scratch.block(1, VectorBlock.turnedLength(KEYS, D));
        float[] values = scratch.block(2, VectorBlock.turnedLength(KEYS, V)), douts = scratch.block(3, rows * widthV);
        float[] logs = scratch.block(4, 2 * rows), keyRows = scratch.block(5, KEYS * widthD), sums = scratch.block(6, KEYS * (widthD + widthV));
        VectorBlock.copy(queries, rows, widthD, q.floats, q.at(n, 0), q.perRow, T, D, scale * LOG2_E);
        VectorBlock.copy(douts, rows, widthV, dout.floats, dout.at(n, 0), dout.perRow, T, V, 1);
        int log0 = log.offset() + n * T, y0 = slopesToo ? y.at(n, 0) : 0;
        for (int i = 0; i < T; i++) {
            float l = log.floats()[log0 + i];
            // one that sees nothing: 2^(s - ∞) = 0
            logs[i] = l == Float.NEGATIVE_INFINITY ? Float.POSITIVE_INFINITY : l * LOG2_E;
            if (slopesToo) logs[rows + i] = dot(douts, i * widthV, y.floats, y0 + i * y.perRow, V, scratch.lanes);
        }
        if (dqs != null) Arrays.fill(dqs, dq0, dq0 + rows * widthD, 0f);
        int dv0 = KEYS * widthD;
        for (int j = firstKey; j < lastKey; j += KEYS) {
            int end = Math.min(lastKey, j + KEYS);
            VectorBlock.turn(keys, k.floats, k.at(n, j), k.perRow, end - j, D, 1);
            if (slopesToo) VectorBlock.turn(values, v.floats, v.at(n, j), v.perRow, end - j, V, 1);
            if (dqs != null) VectorBlock.copy(keyRows, end - j, widthD, k.floats, k.at(n, j), k.perRow, end - j, D, 1);
            Arrays.fill(sums, 0, KEYS * (widthD + widthV), 0f);
            for (int i = firstQuery(j) / QUERIES * QUERIES; i < T; i += QUERIES) {
                int stop = Math.min(T, i + QUERIES), count = Math.min(end, seen(stop)) - j;
                if (count > 0) slopes(scratch, dqs, dq0, dk != null, dv != null, logs, rows, n, i, stop, j, count);
            }
            // the queries were multiplied by scale·log₂e
            if (dk != null) write(dk, n, j, end - j, D, sums, widthD, 0, LN_2, acc);
            if (dv != null) write(dv, n, j, end - j, V, sums, widthV, dv0, 1, acc);
        }
    }

    /** Σ a·b over n floats, few enough for one chain of additions. */
    private static float dot(float[] a, int a0, float[] b, int b0, int n, float[] lanes) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int c = 0;
        for (; c <= n - LANES; c += LANES) sum = FloatVector.fromArray(FLOATS, a, a0 + c).fma(FloatVector.fromArray(FLOATS, b, b0 + c), sum);
        float total = VectorMath.sumLanes(sum, lanes);
        for (; c < n; c++) total += a[a0 + c] * b[b0 + c];
        return total;
    }

    /** Queries i..stop-1 and {@code count} keys from j on, in the blocks of their head: their weights and slopes, and what these add to the gradients. */
    private void slopes(Scratch scratch, float @Nullable [] dqs, int dq0, boolean forKeys, boolean forValues, float[] logs, int own, int n, int i, int stop, int j, int count) {
        float[] scores = scratch.scores, slopes = scratch.slopes, queries = scratch.grown[0], keys = scratch.grown[1], values = scratch.grown[2], douts = scratch.grown[3];
        float[] keyRows = scratch.grown[5], sums = scratch.grown[6];
        boolean whole = visible(i, j, count) == count, slopesToo = dqs != null || forKeys;
        int step = whole ? QUERIES : STRIP;
        for (int r = 0; r < stop - i; r += step) {
            int query = i + r, last = Math.min(stop, query + step), seen = Math.min(j + count, seen(last)) - j, height = VectorBlock.paddedRows(last - query), width = strips(seen);
            if (seen <= 0) continue;
            int row = r * QUERY_ROW;
            VectorBlock.multiply(scores, row, QUERY_ROW, queries, query * widthD, widthD, 1, keys, 0, PANEL, PANEL * D, height, width, D, false);
            if (slopesToo) VectorBlock.multiply(slopes, row, QUERY_ROW, douts, query * widthV, widthV, 1, values, 0, PANEL, PANEL * V, height, width, V, false);
            for (int b = query; biased && b < last; b++) add(scores, (b - i) * QUERY_ROW, bias.floats(), biasAt(n, b, j), strideBias[3], seen);
            if (visible(query, j, seen) < width) hide(scores, row, QUERY_ROW, 1, query, last, j, seen, width);
            if (slopesToo) slopes(scores, slopes, row, last - query, width, logs, query, own + query);
            else weights(scores, row, last - query, width, logs, query);
            if (dqs != null) VectorBlock.multiply(dqs, dq0 + query * widthD, widthD, slopes, row, QUERY_ROW, 1, keyRows, 0, widthD, PANEL, height, widthD, seen, true);
        }
        // pᵀ and dsᵀ: the same blocks, walked down their columns
        step = whole ? KEYS : STRIP;
        for (int key = 0, dv0 = KEYS * widthD; key < count; key += step) {
            // queries from r on see one of these keys
            int r = Math.max(0, firstQuery(j + key) - i) / STRIP * STRIP, height = VectorBlock.paddedRows(Math.min(step, count - key)), at = r * QUERY_ROW + key, depth = stop - i - r;
            if (forValues) VectorBlock.multiply(sums, dv0 + key * widthV, widthV, scores, at, 1, QUERY_ROW, douts, (i + r) * widthV, widthV, PANEL, height, widthV, depth, true);
            if (forKeys) VectorBlock.multiply(sums, key * widthD, widthD, slopes, at, 1, QUERY_ROW, queries, (i + r) * widthD, widthD, PANEL, height, widthD, depth, true);
        }
    }

    /** Scores become weights p = 2^(s - log), and what lies in ds at the same place, dp, becomes p (dp - own); of each row log and own lie in logs. */
    private static void slopes(float[] p, float[] ds, int start, int rows, int width, float[] logs, int log, int own) {
        for (int r = 0; r < rows; r++) {
            float l = logs[log + r], o = logs[own + r];
            for (int j = start + r * QUERY_ROW; j < start + r * QUERY_ROW + width; j += LANES) {
                FloatVector weight = VectorMath.exp2OfNonPositive(FloatVector.fromArray(FLOATS, p, j).sub(l));
                weight.intoArray(p, j);
                FloatVector.fromArray(FLOATS, ds, j).sub(o).mul(weight).intoArray(ds, j);
            }
        }
    }

    private static void weights(float[] p, int start, int rows, int width, float[] logs, int log) {
        for (int r = 0; r < rows; r++) {
            float l = logs[log + r];
            for (int j = start + r * QUERY_ROW; j < start + r * QUERY_ROW + width; j += LANES) {
                VectorMath.exp2OfNonPositive(FloatVector.fromArray(FLOATS, p, j).sub(l)).intoArray(p, j);
            }
        }
    }
}
