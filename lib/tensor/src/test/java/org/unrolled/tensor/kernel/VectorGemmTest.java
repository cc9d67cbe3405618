package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a product is beyond its numbers, which CrossProviderTest holds to the reference. */
class VectorGemmTest {
    private static final ThreadMXBean HEAP = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** What a call may allocate, lambdas and parts of the work for threads: some 100 vectors as objects. A large product with boxed tiles has ten times as many. */
    private static final long BOUND = 10_000;
    private static final int CALLS = 10;
    private static final Duration COMPILED_AFTER = Duration.ofSeconds(30);

    /**
     * Vectors stay in registers: once it is compiled, a product allocates next to nothing. Calls that add to C and calls that replace it take turns, since
     * a tile compiled for one of them only may be better off than one that has seen both.
     */
    @ParameterizedTest
    @CsvSource({"512, 512, 512, false, false", "300, 500, 500, true, true", "64, 64, 4000, false, false", "2000, 40, 300, false, true", "1, 3000, 700, false, false",
            "6, 3000, 300, false, true", "20, 1000, 500, false, false", "3000, 8, 200, false, false"})
    void compiledAProductMakesNoObjects(int M, int N, int K, boolean transposeA, boolean transposeB) {
        Buffer c = Buffer.of(new float[M * N]), a = Buffer.of(new float[M * K]), b = Buffer.of(new float[K * N]);
        Arrays.fill(a.floats(), 1f);
        long deadline = System.nanoTime() + COMPILED_AFTER.toNanos(), each;
        do {
            long before = HEAP.getTotalThreadAllocatedBytes();
            for (int call = 0; call < CALLS; call++) VectorGemm.matmul(c, a, b, 1, M, N, K, 0, 0, transposeA, transposeB, call % 2 == 1);
            each = (HEAP.getTotalThreadAllocatedBytes() - before) / CALLS;
        } while (each > BOUND && System.nanoTime() < deadline);
        assertThat(each).as("bytes that a call allocates").isLessThanOrEqualTo(BOUND);
    }

    /** Sums replace what C held, whatever that was. */
    @Test
    void nothingOfCIsLeft() {
        for (int[] size : new int[][] {{8, 32, 5}, {64, 64, 64}, {9, 33, 1100}, {1, 700, 20}, {40, 7, 3}}) {
            int M = size[0], N = size[1], K = size[2];
            float[] c = new float[M * N], a = new float[M * K], b = new float[K * N];
            Arrays.fill(c, Float.NaN);
            Arrays.fill(a, 1f);
            Arrays.fill(b, 2f);
            VectorGemm.matmul(Buffer.of(c), Buffer.of(a), Buffer.of(b), 1, M, N, K, 0, 0, false, false, false);
            assertThat(c).containsOnly(2f * K);
        }
    }

    /** Whoever computes a rectangle of C, alone or beside others, and whatever it has kept of B from the one before: the same bits. */
    @ParameterizedTest
    @CsvSource({"200, 700, 2100", "33, 1000, 1500", "20, 900, 1100", "600, 40, 1030", "1, 5000, 2000", "1000, 16, 1500", "259, 257, 263"})
    void bitsDoNotDependOnTheNumberOfThreads(int M, int N, int K) {
        Random random = new Random(M);
        Buffer a = normal(random, M * K), b = normal(random, K * N), before = normal(random, M * N);
        for (int kind = 0; kind < 8; kind++) {
            boolean transposeA = (kind & 1) != 0, transposeB = (kind & 2) != 0, add = (kind & 4) != 0;
            Buffer shared = Buffer.of(before.floats().clone()), alone = Buffer.of(before.floats().clone());
            VectorGemm.matmul(shared, a, b, 1, M, N, K, 0, 0, transposeA, transposeB, add);
            Workers.forRanges(2, 1, 1_000_000_000, (from, to) -> {
                if (from == 0) VectorGemm.matmul(alone, a, b, 1, M, N, K, 0, 0, transposeA, transposeB, add);
            });
            assertThat(shared.floats()).as("A %s, B %s, added %s", transposeA, transposeB, add).isEqualTo(alone.floats());
        }
    }

    private static Buffer normal(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return Buffer.of(x);
    }
}
