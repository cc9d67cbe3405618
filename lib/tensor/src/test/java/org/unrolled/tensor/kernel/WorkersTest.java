package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The common threads: every index once, small work stays with the caller, and no result depends on how many there are. */
class WorkersTest {
    private static final long MUCH = 1_000_000_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 16, 17, 100, 1001})
    void everyIndexIsRunOnce(int n) {
        for (int grain : new int[] {1, 6, 16, 64}) {
            AtomicIntegerArray seen = new AtomicIntegerArray(n);
            Workers.forRanges(n, grain, MUCH, (from, to) -> {
                assertThat(from % grain).isZero();
                for (int i = from; i < to; i++) seen.incrementAndGet(i);
            });
            for (int i = 0; i < n; i++) assertThat(seen.get(i)).as("index %d of %d, grain %d", i, n, grain).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 17, 1001})
    void everyPartIsRunOnce(int n) {
        for (long nanos : new long[] {0, 400_000, MUCH}) {
            AtomicIntegerArray seen = new AtomicIntegerArray(n);
            Workers.forParts(n, nanos, seen::incrementAndGet);
            for (int i = 0; i < n; i++) assertThat(seen.get(i)).as("part %d of %d, %d ns", i, n, nanos).isEqualTo(1);
        }
    }

    @Test
    void smallWorkStaysWithTheCaller() {
        AtomicInteger calls = new AtomicInteger();
        Workers.forRanges(1000, 1, 1000, (from, to) -> {
            calls.incrementAndGet();
            assertThat(Thread.currentThread().getName()).doesNotStartWith("unrolled-worker");
        });
        assertThat(calls).hasValue(1);
    }

    @Test
    void whatAPartThrowsArrives() {
        assertThatThrownBy(() -> Workers.forRanges(100, 1, MUCH, (from, to) -> { throw new IllegalArgumentException("part"); }))
            .isInstanceOf(IllegalArgumentException.class).hasMessage("part");
    }

    @Test
    void workInsideWorkIsDoneByTheSameThread() {
        Workers.forRanges(8, 1, MUCH, (from, to) -> {
            Thread me = Thread.currentThread();
            Workers.forRanges(100, 1, MUCH, (a, b) -> assertThat(Thread.currentThread()).isSameAs(me));
        });
    }

    @Test
    void anInterruptIsKeptForLater() {
        AtomicInteger done = new AtomicInteger();
        Thread.currentThread().interrupt();
        Workers.forRanges(64, 1, MUCH, (from, to) -> done.addAndGet(to - from));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).hasValue(64);
    }

    /** With several threads and, inside a part of other work, with one: the same bits. */
    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        Kernels k = new VectorKernels();
        int M = 203, N = 217, K = 301, rows = 700;
        Random random = new Random(3);
        Buffer a = normal(random, M * K), b = normal(random, K * N), x = normal(random, rows * 331), gamma = normal(random, 331);
        Runnable[] work = new Runnable[1];
        float[][][] results = new float[2][][];
        for (int run = 0; run < 2; run++) {
            Buffer c = k.floats(M * N), soft = k.floats(rows * 331), sum = k.floats(331), norm = k.floats(rows * 331), stat = k.floats(2 * rows), gelu = k.floats(rows * 331);
            work[0] = () -> {
                k.matmul(c, a, b, 1, M, N, K, 0, 0, false, false, false);
                k.softmax(soft, x, rows, 331, 1);
                k.sum(sum, x, 1, rows, 331, 1, false);
                k.layerNorm(norm, stat, x, gamma, gamma, rows, 331, 1e-5f);
                k.unary(gelu, Unary.GELU, x);
            };
            if (run == 0) work[0].run();
            else Workers.forRanges(2, 1, MUCH, (from, to) -> { if (from == 0) work[0].run(); });
            results[run] = new float[][] {k.host(c), k.host(soft), k.host(sum), k.host(norm), k.host(stat), k.host(gelu)};
        }
        for (int i = 0; i < results[0].length; i++) assertThat(results[1][i]).as("result " + i).isEqualTo(results[0][i]);
    }

    @Test
    void convolutionsDoNotDependOnTheNumberOfThreads() {
        Kernels k = new VectorKernels();
        Random random = new Random(4);
        for (int[] sizes : new int[][] {{3, 20, 34, 1, 1}, {3, 20, 34, 1, 2}, {2, 12, 48, 2, 1}, {3, 24, 24, 24, 1}, {3, 24, 24, 24, 2}}) {
            int B = sizes[0], C = sizes[1], Cout = sizes[2], groups = sizes[3], stride = sizes[4];
            Window w = new Window(41, 43, 3, 3, stride, stride, 1, 1, 1, 1);
            Buffer x = normal(random, B * C * w.plane()), dout = normal(random, B * Cout * w.outPlane()), weight = normal(random, Cout * C / groups * 9);
            float[][][] results = new float[2][][];
            for (int run = 0; run < 2; run++) {
                Buffer y = k.floats(dout.length()), dx = k.floats(x.length()), dw = k.floats(weight.length()), fold = k.floats(C * w.plane());
                Buffer moments = k.floats(2 * C), max = k.floats(B * C * w.outPlane());
                Runnable work = () -> {
                    k.conv2d(y, x, weight, B, C, Cout, groups, w, false);
                    k.conv2dBackward(dx, dout, weight, B, C, Cout, groups, w, false);
                    k.conv2dWeightBackward(dw, dout, x, B, C, Cout, groups, w, false);
                    Buffer columns = k.floats(C * 9 * w.outPlane());
                    k.unfold(columns, x.slice(0, C * w.plane()), C, w, false);
                    k.fold(fold, columns, C, w, false);
                    k.channelMoments(moments, x, B, C, w.plane());
                    k.maxPool2d(max, k.ints(max.length()), x, B * C, w);
                };
                if (run == 0) work.run();
                else Workers.forRanges(2, 1, MUCH, (from, to) -> { if (from == 0) work.run(); });
                results[run] = new float[][] {k.host(y), k.host(dx), k.host(dw), k.host(fold), k.host(moments), k.host(max)};
            }
            for (int i = 0; i < results[0].length; i++) assertThat(results[1][i]).as("result " + i).isEqualTo(results[0][i]);
        }
    }

    private static Buffer normal(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return Buffer.of(x);
    }
}
