package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One test body for every provider: each method of the contract gives what {@link ReferenceKernels} gives, for odd sizes,
 * size 1, nothing at all, views that begin in the middle of a storage, and destinations that held NaN before.
 */
class CrossProviderTest {
    /** Around the widths of registers (4, 8, 16 lanes) and tiles (6 rows, 32 columns), and sizes of nothing and one. */
    private static final int[] SIZES = {0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 19, 31, 32, 33, 40, 63, 64, 65, 100};
    private static final int SEEDS = 24;

    /** The methods of the contract that the tests here called. */
    private static final Set<String> COMPARED = ConcurrentHashMap.newKeySet();

    /** Which providers: lib/tornado runs this class again, for its devices alone. */
    private static final String ONLY = System.getProperty("unrolled.provider", "vector");

    static Stream<Arguments> providersAndSeeds() {
        return Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name)
            .filter(name -> name.startsWith(ONLY))
            .flatMap(name -> Stream.iterate(0, s -> s + 1).limit(SEEDS).map(seed -> Arguments.of(name, seed)));
    }

    /** A machine may have an SDK and no device that can be used. The CPU's providers are always there. */
    @BeforeAll
    static void aDeviceIsThere() {
        assumeTrue(ONLY.equals("vector") || providersAndSeeds().findAny().isPresent(), () -> "no usable device: " + Kernels.available());
    }

    @Test
    void aProviderIsAmongThem() {
        assertThat(providersAndSeeds()).as("usable kernels that begin with " + ONLY + " of " + Kernels.available()).isNotEmpty();
    }

    /** Runs last: a method added to the contract and not compared is a failure. */
    @AfterAll
    static void everyMethodOfTheContractWasCompared() {
        Set<String> contract = Stream.of(Kernels.class.getMethods()).filter(m -> !Modifier.isStatic(m.getModifiers()) && m.getReturnType() == void.class)
            .map(Method::getName).filter(name -> !Set.of("upload", "release").contains(name)).collect(Collectors.toCollection(TreeSet::new));
        if (providersAndSeeds().findAny().isPresent() || ONLY.equals("vector")) assertThat(COMPARED).containsAll(contract);
    }

    // ---- arguments

    /** One buffer of a call. {@code written}: it is a destination, compared within the tolerance. */
    private record Arg(float[] floats, int[] ints, boolean written) { }

    private final Random random = new Random();

    private float[] normal(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }

    private Arg in(int n) { return new Arg(normal(n), null, false); }

    private Arg in(float... x) { return new Arg(x, null, false); }

    private Arg positive(int n) {
        float[] x = normal(n);
        for (int i = 0; i < n; i++) x[i] = Math.abs(x[i]) + 0.1f;
        return new Arg(x, null, false);
    }

    private Arg ids(int n, int bound) { return new Arg(null, random.ints(n, 0, Math.max(1, bound)).toArray(), false); }

    private Arg intOut(int n) { return new Arg(null, new int[n], true); }

    /** A destination: NaN where it is overwritten, numbers where it is added to. */
    private Arg out(int n, boolean acc) {
        float[] x = normal(n);
        if (!acc) Arrays.fill(x, Float.NaN);
        return new Arg(x, null, true);
    }

    private int size() { return SIZES[random.nextInt(SIZES.length)]; }

    private int sizeNotZero() { return Math.max(1, size()); }

    // ---- the comparison

    private String provider = "";
    private int seed;

    private void begin(String provider, int seed) {
        this.provider = provider;
        this.seed = seed;
        random.setSeed(seed * 31L + 7);
    }

    /**
     * Runs the call with the reference and with the provider, on the same numbers at the same offsets, and compares every
     * storage, so that what lies beside a destination is seen to be left alone.
     *
     * @param terms of the longest sum
     */
    private void same(String method, int terms, BiConsumer<Kernels, Buffer[]> call, Arg... args) {
        COMPARED.add(method);
        int[] before = random.ints(args.length, 0, 20).toArray();
        List<Object> expected = run(new ReferenceKernels(), call, args, before), got = run(Kernels.named(provider), call, args, before);
        for (int a = 0; a < args.length; a++) {
            String where = method + " with " + provider + ", seed " + seed + ", argument " + a;
            if (args[a].ints != null) {
                assertThat((int[]) got.get(a)).as(where).isEqualTo((int[]) expected.get(a));
                continue;
            }
            float[] want = (float[]) expected.get(a), have = (float[]) got.get(a);
            double largest = 1;
            for (int i = before[a]; i < before[a] + args[a].floats.length; i++) {
                if (Float.isFinite(want[i])) largest = Math.max(largest, Math.abs(want[i]));
            }
            double tolerance = args[a].written ? (8 + terms) * 0x1p-23 * largest : 0;
            for (int i = 0; i < want.length; i++) {
                boolean inside = i >= before[a] && i < before[a] + args[a].floats.length;
                boolean equal = Float.compare(want[i], have[i]) == 0 || Math.abs((double) want[i] - have[i]) <= (inside ? tolerance : 0);
                if (!equal) {
                    fail(where + ", element " + (i - before[a]) + (inside ? "" : " (outside the buffer)") + ": got " + have[i]
                        + ", expected " + want[i] + " within " + tolerance);
                }
            }
        }
    }

    private static List<Object> run(Kernels kernels, BiConsumer<Kernels, Buffer[]> call, Arg[] args, int[] before) {
        Buffer[] all = new Buffer[args.length], views = new Buffer[args.length];
        for (int a = 0; a < args.length; a++) {
            int n = args[a].floats != null ? args[a].floats.length : args[a].ints.length, total = before[a] + n + 5;
            if (args[a].floats != null) {
                float[] padded = new float[total];
                for (int i = 0; i < total; i++) padded[i] = 1000 + i;
                System.arraycopy(args[a].floats, 0, padded, before[a], n);
                kernels.upload(all[a] = kernels.floats(total), padded);
            } else {
                int[] padded = new int[total];
                System.arraycopy(args[a].ints, 0, padded, before[a], n);
                kernels.upload(all[a] = kernels.ints(total), padded);
            }
            views[a] = all[a].slice(before[a], n);
        }
        call.accept(kernels, views);
        List<Object> result = new ArrayList<>();
        for (int a = 0; a < args.length; a++) result.add(args[a].floats != null ? kernels.host(all[a]) : kernels.hostInts(all[a]));
        return result;
    }

    // ---- matrices

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void matmul(String provider, int seed) {
        begin(provider, seed);
        for (int flags = 0; flags < 8; flags++) {
            boolean tA = (flags & 1) > 0, tB = (flags & 2) > 0, acc = (flags & 4) > 0;
            int batch = random.nextInt(4), M = size(), N = size(), K = size();
            boolean oneA = random.nextInt(4) == 0, oneB = random.nextInt(4) == 0;
            same("matmul", K, (k, b) -> k.matmul(b[0], b[1], b[2], batch, M, N, K, oneA ? 0 : M * K, oneB ? 0 : K * N, tA, tB, acc),
                out(batch * M * N, acc), in((oneA ? 1 : batch) * M * K), in((oneB ? 1 : batch) * K * N));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void largeMatmul(String provider, int seed) {
        if (seed >= 8) return;
        begin(provider, seed);
        boolean tA = (seed & 1) > 0, tB = (seed & 2) > 0, acc = (seed & 4) > 0;
        // past every block size, and not a multiple of any
        int M = 101 + 3 * seed, N = seed == 6 ? 1063 : 77 + 190 * (seed & 1), K = 283;
        same("matmul", K, (k, b) -> k.matmul(b[0], b[1], b[2], 1, M, N, K, 0, 0, tA, tB, acc), out(M * N, acc), in(M * K), in(K * N));
    }

    // ---- elementwise

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void elementwise(String provider, int seed) {
        begin(provider, seed);
        int n = seed == 0 ? 30_001 : size() * (1 + random.nextInt(4));
        same("fill", 0, (k, b) -> k.fill(b[0], 2.5f), out(n, false));
        same("copy", 0, (k, b) -> k.copy(b[0], b[1]), out(n, false), in(n));
        same("accumulate", 0, (k, b) -> k.accumulate(b[0], b[1]), out(n, true), in(n));
        same("toFloats", 0, (k, b) -> k.toFloats(b[0], b[1]), out(n, false), ids(n, 1000));
        same("scale", 0, (k, b) -> k.scale(b[0], b[1]), out(n, true), in(0.3f));
        for (boolean acc : new boolean[] {false, true}) {
            same("affine", 0, (k, b) -> k.affine(b[0], b[1], -1.5f, 0.25f, acc), out(n, acc), in(n));
            same("dropout", 0, (k, b) -> k.dropout(b[0], b[1], b[2], 0.4f, 11, 3, acc), out(n, acc), in(n), ids(1, 1000));
            for (Unary f : Unary.values()) {
                boolean onlyPositive = f == Unary.LOG || f == Unary.SQRT;
                Arg x = onlyPositive ? positive(n) : in(n);
                float[] y = new float[n];
                for (int i = 0; i < n; i++) y[i] = f.apply(x.floats[i]);
                same("unaryBackward", 16, (k, b) -> k.unaryBackward(b[0], f, b[1], b[2], b[3], acc), out(n, acc), in(n), x, in(y));
            }
            same("powBackward", 4, (k, b) -> k.powBackward(b[0], b[1], b[2], 3, acc), out(n, acc), in(n), positive(n));
        }
        for (Unary f : Unary.values()) {
            same("unary", 8, (k, b) -> k.unary(b[0], f, b[1]), out(n, false), f == Unary.LOG || f == Unary.SQRT ? positive(n) : in(n));
        }
        for (float exponent : new float[] {2, 3, -1, 0.5f, 0}) {
            same("pow", 4, (k, b) -> k.pow(b[0], b[1], exponent), out(n, false), positive(n));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void specialNumbers(String provider, int seed) {
        begin(provider, seed);
        float[] special = new float[80 + seed];
        float[] few = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 1e-30f, -20, 20, 1};
        for (int i = 0; i < special.length; i++) special[i] = few[random.nextInt(few.length)];
        for (Unary f : new Unary[] {Unary.EXP, Unary.LOG, Unary.SQRT, Unary.ABS, Unary.TANH, Unary.SIGMOID, Unary.RELU, Unary.GELU, Unary.SILU}) {
            same("unary", 8, (k, b) -> k.unary(b[0], f, b[1]), out(special.length, false), in(special));
        }
        for (Binary f : Binary.values()) {
            same("binary", 0, (k, b) -> k.binary(b[0], f, b[1], b[2], new int[] {special.length}, new int[] {1}, new int[] {1}, false),
                out(special.length, false), in(special), in(Arrays.copyOf(few, special.length)));
        }
        int n = special.length;
        same("softmax", 8, (k, b) -> k.softmax(b[0], b[1], 2, n, 1), out(2 * n, false), in(Arrays.copyOf(special, 2 * n)));
        float[] masked = normal(4 * 33);
        Arrays.fill(masked, 33, 66, Float.NEGATIVE_INFINITY);
        for (int i = 70; i < 90; i++) masked[i] = Float.NEGATIVE_INFINITY;
        same("softmax", 33, (k, b) -> k.softmax(b[0], b[1], 4, 33, 1), out(4 * 33, false), in(masked));
        same("logSoftmax", 33, (k, b) -> k.logSoftmax(b[0], b[1], 4, 33, 1), out(4 * 33, false), in(masked));
        same("softmax", 4, (k, b) -> k.softmax(b[0], b[1], 1, 4, 33), out(4 * 33, false), in(masked));
        same("max", 0, (k, b) -> k.max(b[0], b[1], b[2], 1, n, 1), out(1, false), intOut(1), in(special));
    }

    // ---- strides

    private static int[] contiguous(int[] size) {
        int[] stride = new int[size.length];
        for (int axis = size.length - 1, s = 1; axis >= 0; s *= size[axis--]) stride[axis] = s;
        return stride;
    }

    private static int product(int[] size) { return Arrays.stream(size).reduce(1, (a, b) -> a * b); }

    private int[] randomSize() {
        int[] size = new int[random.nextInt(5)];
        for (int axis = 0; axis < size.length; axis++) size[axis] = random.nextInt(3) == 0 ? 20 + random.nextInt(60) : random.nextInt(30) == 0 ? 0 : 1 + random.nextInt(5);
        return size;
    }

    /** Strides of a smaller array that is broadcast to {@code size}. */
    private int[] broadcast(int[] size) {
        int[] small = size.clone();
        for (int axis = 0; axis < small.length; axis++) if (random.nextInt(3) == 0) small[axis] = 1;
        int[] stride = contiguous(small);
        for (int axis = 0; axis < small.length; axis++) if (small[axis] == 1) stride[axis] = 0;
        return stride;
    }

    /** Strides of an array whose axes stand in another order. */
    private int[] permuted(int[] size) {
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < size.length; axis++) order.add(axis);
        Collections.shuffle(order, random);
        int[] stride = new int[size.length];
        int s = 1;
        for (int axis : order) {
            stride[axis] = s;
            s *= size[axis];
        }
        return stride;
    }

    private static int extent(int[] size, int[] stride) {
        int last = 0;
        for (int axis = 0; axis < size.length; axis++) {
            if (size[axis] == 0) return 1;
            last += (size[axis] - 1) * stride[axis];
        }
        return last + 1;
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void strided(String provider, int seed) {
        begin(provider, seed);
        for (int repeat = 0; repeat < 8; repeat++) {
            int[] size = randomSize();
            int n = product(size);
            if (n > 30_000) continue;
            int[] a = random.nextBoolean() ? contiguous(size) : broadcast(size), b = random.nextBoolean() ? permuted(size) : broadcast(size);
            boolean acc = random.nextBoolean();
            for (Binary f : Binary.values()) {
                same("binary", 0, (k, x) -> k.binary(x[0], f, x[1], x[2], size, a, b, acc), out(n, acc), positive(extent(size, a)), positive(extent(size, b)));
            }
            float[] mask = new float[extent(size, b)];
            for (int i = 0; i < mask.length; i++) mask[i] = random.nextInt(3) == 0 ? 1 : 0;
            same("maskedFill", 0, (k, x) -> k.maskedFill(x[0], x[1], x[2], -7, size, b, acc), out(n, acc), in(n), in(mask));
            for (IntFunction<int[]> strides : List.<IntFunction<int[]>>of(i -> permuted(size), i -> broadcast(size))) {
                int[] stride = strides.apply(0);
                same("readStrided", 0, (k, x) -> k.readStrided(x[0], x[1], size, stride, acc), out(n, acc), in(extent(size, stride)));
                same("readStrided", 0, (k, x) -> k.readStrided(x[0], x[1], size, stride, false), intOut(n), ids(extent(size, stride), 99));
            }
            int[] stride = permuted(size);
            same("writeStrided", 0, (k, x) -> k.writeStrided(x[0], x[1], size, stride, acc), out(extent(size, stride), true), in(n));
            same("writeStrided", 0, (k, x) -> k.writeStrided(x[0], x[1], size, stride, false), intOut(extent(size, stride)), ids(n, 99));
        }
    }

    @Test
    void aLargeTransposeRunsOnThreads() {
        for (Kernels.Provider p : Kernels.available()) {
            if (!p.usable() || p.name().equals("reference")) continue;
            begin(p.name(), 0);
            same("readStrided", 0, (k, x) -> k.readStrided(x[0], x[1], new int[] {3, 301, 211}, new int[] {301 * 211, 1, 301}, false),
                out(3 * 301 * 211, false), in(3 * 301 * 211));
        }
    }

    // ---- along one axis

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void alongOneAxis(String provider, int seed) {
        begin(provider, seed);
        for (int repeat = 0; repeat < 3; repeat++) {
            int outer = random.nextInt(8), n = seed % 8 == 0 ? 3001 : sizeNotZero(), inner = repeat == 0 ? 1 : n > 1000 ? 3 * repeat * repeat * repeat : size();
            int all = outer * n * inner, lines = outer * inner;
            for (boolean acc : new boolean[] {false, true}) {
                same("sum", n, (k, b) -> k.sum(b[0], b[1], outer, n, inner, 0.5f, acc), out(lines, acc), in(all));
                same("maxBackward", 0, (k, b) -> k.maxBackward(b[0], b[1], b[2], outer, n, inner, acc), out(all, acc), in(lines), ids(lines, n));
                same("varianceBackward", n, (k, b) -> k.varianceBackward(b[0], b[1], b[2], outer, n, inner, 1, acc), out(all, acc), in(lines), in(all));
                same("softmaxBackward", n, (k, b) -> k.softmaxBackward(b[0], b[1], b[2], outer, n, inner, acc), out(all, acc), in(all), in(all));
                same("logSoftmaxBackward", n, (k, b) -> k.logSoftmaxBackward(b[0], b[1], b[2], outer, n, inner, acc), out(all, acc), in(all), in(all));
            }
            same("max", 0, (k, b) -> k.max(b[0], b[1], b[2], outer, n, inner), out(lines, false), intOut(lines), in(all));
            same("variance", n, (k, b) -> k.variance(b[0], b[1], outer, n, inner, 1), out(lines, false), in(all));
            same("softmax", 8, (k, b) -> k.softmax(b[0], b[1], outer, n, inner), out(all, false), in(all));
            same("logSoftmax", 8, (k, b) -> k.logSoftmax(b[0], b[1], outer, n, inner), out(all, false), in(all));
        }
    }

    // ---- layers

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void layers(String provider, int seed) {
        begin(provider, seed);
        int N = size(), C = sizeNotZero(), V = sizeNotZero();
        Arg x = in(N * C);
        float[] stat = new float[2 * N];
        new ReferenceKernels().layerNorm(Buffer.of(new float[N * C]), Buffer.of(stat), Buffer.of(x.floats), Buffer.of(new float[C]), Buffer.of(new float[C]), N, C, 1e-5f);
        same("layerNorm", C, (k, b) -> k.layerNorm(b[0], b[1], b[2], b[3], b[4], N, C, 0.1f), out(N * C, false), out(2 * N, false), x, in(C), in(C));
        float[] sums = new float[2 * N];
        int[] classes = ids(N, C).ints;
        new ReferenceKernels().crossEntropy(Buffer.of(new float[N]), Buffer.of(sums), Buffer.of(x.floats), Buffer.of(classes), N, C);
        for (boolean acc : new boolean[] {false, true}) {
            same("layerNormBackward", 4 * C, (k, b) -> k.layerNormBackward(b[0], b[1], b[2], b[3], b[4], N, C, acc), out(N * C, acc), in(N * C), x, in(stat), in(C));
            same("layerNormGammaBackward", N, (k, b) -> k.layerNormGammaBackward(b[0], b[1], b[2], b[3], N, C, acc), out(C, acc), in(N * C), x, in(stat));
            same("embeddingBackward", N, (k, b) -> k.embeddingBackward(b[0], b[1], b[2], N, V, C, -1, acc), out(V * C, acc), in(N * C), ids(N, V));
            same("embeddingBackward", N, (k, b) -> k.embeddingBackward(b[0], b[1], b[2], N, V, C, V / 2, acc), out(V * C, acc), in(N * C), ids(N, V));
            same("gatherBackward", N, (k, b) -> k.gatherBackward(b[0], b[1], b[2], 3, V, N, C, acc), out(3 * V * C, acc), in(3 * N * C), ids(3 * N * C, V));
            same("crossEntropyBackward", 2, (k, b) -> k.crossEntropyBackward(b[0], b[1], b[2], b[3], b[4], N, C, 0.1f, acc), out(N * C, acc), in(1.5f), in(sums), x,
                new Arg(null, classes, false));
        }
        same("embedding", 0, (k, b) -> k.embedding(b[0], b[1], b[2], N, V, C), out(N * C, false), in(V * C), ids(N, V));
        same("gather", 0, (k, b) -> k.gather(b[0], b[1], b[2], 3, V, N, C), out(3 * N * C, false), in(3 * V * C), ids(3 * N * C, V));
        same("oneHot", 0, (k, b) -> k.oneHot(b[0], b[1], N, C), out(N * C, false), ids(N, C));
        same("crossEntropy", 8, (k, b) -> k.crossEntropy(b[0], b[1], b[2], b[3], N, C), out(N, false), out(2 * N, false), in(N * C), ids(N, C));
    }

    // ---- convolution, pooling, normalisation by channel

    /** A window that fits a plane of odd sizes, with padding, steps and holes of all kinds; pooling has at most half a window of padding. */
    private Window window(boolean pooling) {
        while (true) {
            int[] n = new int[10];
            for (int axis = 0; axis < 2; axis++) {
                n[axis] = random.nextInt(6) == 0 ? 30 + random.nextInt(10) : 1 + random.nextInt(9);
                n[2 + axis] = 1 + random.nextInt(random.nextInt(4) == 0 ? 6 : 3);
                n[4 + axis] = 1 + random.nextInt(3);
                n[8 + axis] = 1 + random.nextInt(3);
                n[6 + axis] = random.nextInt(pooling ? (n[8 + axis] * (n[2 + axis] - 1) + 1) / 2 + 1 : 4);
            }
            Window w = new Window(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]);
            if (w.dilationH() * (w.kH() - 1) < w.H() + 2 * w.padH() && w.dilationW() * (w.kW() - 1) < w.W() + 2 * w.padW()) return w;
        }
    }

    private void convolution(int B, int channels, int out, int groups, Window w) {
        int C = channels * groups, Cout = out * groups, K = channels * w.taps();
        int x = B * C * w.plane(), y = B * Cout * w.outPlane();
        for (boolean acc : new boolean[] {false, true}) {
            same("conv2d", K, (k, b) -> k.conv2d(b[0], b[1], b[2], B, C, Cout, groups, w, acc), out(y, acc), in(x), in(Cout * K));
            same("conv2dBackward", out * w.taps(), (k, b) -> k.conv2dBackward(b[0], b[1], b[2], B, C, Cout, groups, w, acc), out(x, acc), in(y), in(Cout * K));
            same("conv2dWeightBackward", B * w.outPlane(), (k, b) -> k.conv2dWeightBackward(b[0], b[1], b[2], B, C, Cout, groups, w, acc), out(Cout * K, acc), in(y), in(x));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void convolutions(String provider, int seed) {
        begin(provider, seed);
        for (int repeat = 0; repeat < 6; repeat++) {
            convolution(random.nextInt(4), 1 + random.nextInt(6), 1 + random.nextInt(9), 1 + random.nextInt(repeat == 0 ? 3 : 1), window(false));
        }
        for (int repeat = 0; repeat < 4; repeat++) convolution(random.nextInt(4), 1, 1 + random.nextInt(3), 1 + random.nextInt(6), window(false));
        // what networks use most
        convolution(2, 3, 7, 1, new Window(9, 11, 3, 3, 1, 1, 1, 1, 1, 1));
        convolution(2, 5, 3, 1, new Window(6, 7, 1, 1, 1, 1, 0, 0, 1, 1));
        convolution(2, 1, 1, 5, new Window(9, 37, 3, 3, 1, 1, 1, 1, 1, 1));
        // one channel in a group, in tiles: over the edges of a tile's rows and registers, with holes, and more kernels than one part has
        convolution(2, 1, 1 + random.nextInt(2), 3, new Window(12 + seed % 9, 5 + 3 * seed, 3 + seed % 6, 1 + seed % 7, 1, 1, 1 + seed % 3, 3, 1, 1 + seed % 2));
        convolution(3, 1, 5, 1 + seed % 2, new Window(28, 28, 5, 5, 1, 1, 2, 2, 1, 1));
        // few channels to many outputs, each column of taps copied: outputs of whole tiles, of one register more and of a few places more, strides and holes
        convolution(2, 1 + seed % 2, 4 + seed, 1 + seed % 2, new Window(12 + seed % 5, 12 + seed % 3, 3, 1 + seed % 3, 1 + seed % 2, 1 + seed % 3, 1, seed % 3, 1, 1 + seed % 2));
        convolution(2, 1, 6 + seed % 3, 1, new Window(4 * (1 + seed % 3), 12, 3, 3, 1, 1, 1, 1, 1, 1));
        // rows of the output that see nothing but padding, more of them than a piece of work has
        convolution(1, 2, 3, 1, new Window(2, 3 + seed % 20, 1, 1, 1, 1, 9 + seed % 7, 0, 1, 1));
        // Winograd's tiles over the edges, and padding of all kinds
        convolution(3, 12 + seed % 8, 13 + seed, 1, new Window(11 + seed % 4, 13 + seed % 5, 3, 3, 1, 1, seed % 3, (seed + 1) % 3, 1, 1));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void largeConvolutions(String provider, int seed) {
        if (seed >= 4) return;
        begin(provider, seed);
        // past every block size: 297 terms of a sum, 870 places, 101 channels
        int stride = 1 + seed % 2, groups = 1 + seed / 2;
        convolution(2, 33, 101, groups, new Window(29, 30, 3, 3, stride, stride, 1, 1, 1, 1));
        // 825 terms, and planes that are no longer loaded as a whole
        convolution(1, 33, 9 + seed, 1, new Window(20, 21, 5, 5, stride, stride, 2, 2, 1, 1));
        convolution(1, 3, 5 + seed, 1, new Window(150, 160, 3, 2 + stride, stride, 1, 1, 1, 1, stride));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void largePooling(String provider, int seed) {
        if (seed >= 3) return;
        begin(provider, seed);
        // planes that are no longer loaded as a whole
        Window w = new Window(270, 261, 3, 3, 1 + seed, 1 + seed, 1, seed % 2, 1, 1);
        int x = 2 * w.plane(), y = 2 * w.outPlane();
        same("maxPool2d", 0, (k, b) -> k.maxPool2d(b[0], b[1], b[2], 2, w), out(y, false), intOut(y), in(x));
        same("avgPool2d", w.taps(), (k, b) -> k.avgPool2d(b[0], b[1], 2, w), out(y, false), in(x));
        same("avgPool2dBackward", w.taps(), (k, b) -> k.avgPool2dBackward(b[0], b[1], 2, w, false), out(x, false), in(y));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void poolingAndUnfolding(String provider, int seed) {
        begin(provider, seed);
        // holes so wide that a tap sees nothing but padding
        Window beyond = new Window(1, 2, 1, 2, 1, 1, 0, 25, 1, 40);
        same("unfold", 0, (k, b) -> k.unfold(b[0], b[1], 1, beyond, false), out(beyond.taps() * beyond.outPlane(), false), in(beyond.plane()));
        for (int repeat = 0; repeat < 6; repeat++) {
            Window w = window(repeat < 4);
            int planes = random.nextInt(6), x = planes * w.plane(), y = planes * w.outPlane();
            int outH = 1 + random.nextInt(6), outW = 1 + random.nextInt(6);
            float[] some = normal(x);
            for (int i = 0; i < x; i += 7) some[i] = i % 2 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
            for (boolean acc : new boolean[] {false, true}) {
                same("unfold", 0, (k, b) -> k.unfold(b[0], b[1], planes, w, acc), out(y * w.taps(), acc), in(x));
                same("fold", w.taps(), (k, b) -> k.fold(b[0], b[1], planes, w, acc), out(x, acc), in(y * w.taps()));
                float[] maxima = new float[y];
                int[] index = new int[y];
                new ReferenceKernels().maxPool2d(Buffer.of(maxima), Buffer.of(index), Buffer.of(normal(x)), planes, w);
                same("maxPool2dBackward", w.taps(), (k, b) -> k.maxPool2dBackward(b[0], b[1], b[2], planes, w, acc), out(x, acc), in(y), new Arg(null, index, false));
                same("avgPool2dBackward", w.taps(), (k, b) -> k.avgPool2dBackward(b[0], b[1], planes, w, acc), out(x, acc), in(y));
                same("adaptiveAvgPool2dBackward", 9, (k, b) -> k.adaptiveAvgPool2dBackward(b[0], b[1], planes, w.H(), w.W(), outH, outW, acc),
                    out(x, acc), in(planes * outH * outW));
            }
            same("maxPool2d", 0, (k, b) -> k.maxPool2d(b[0], b[1], b[2], planes, w), out(y, false), intOut(y), in(x));
            same("maxPool2d", 0, (k, b) -> k.maxPool2d(b[0], b[1], b[2], planes, w), out(y, false), intOut(y), in(some));
            same("avgPool2d", w.taps(), (k, b) -> k.avgPool2d(b[0], b[1], planes, w), out(y, false), in(x));
            same("adaptiveAvgPool2d", 9, (k, b) -> k.adaptiveAvgPool2d(b[0], b[1], planes, w.H(), w.W(), outH, outW), out(planes * outH * outW, false), in(x));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void normalisationByChannel(String provider, int seed) {
        begin(provider, seed);
        for (int repeat = 0; repeat < 3; repeat++) {
            int B = random.nextInt(5), groups = 1 + random.nextInt(3), C = groups * (1 + random.nextInt(4)), S = seed == 3 ? 1501 : repeat == 0 ? 1 : size(), n = B * C * S;
            Arg x = in(n), mean = in(C), variance = positive(C);
            float[] stat = positive(2 * B * groups).floats;
            for (boolean acc : new boolean[] {false, true}) {
                for (boolean training : new boolean[] {false, true}) {
                    same("batchNormBackward", 8, (k, b) -> k.batchNormBackward(b[0], b[1], b[2], b[3], b[4], b[5], B, C, S, 0.1f, training, acc),
                        out(n, acc), in(n), x, mean, variance, in(C));
                }
                same("batchNormGammaBackward", B * S, (k, b) -> k.batchNormGammaBackward(b[0], b[1], b[2], b[3], b[4], B, C, S, 0.1f, acc), out(C, acc), in(n), x, mean, variance);
                same("groupNormBackward", 8, (k, b) -> k.groupNormBackward(b[0], b[1], b[2], b[3], b[4], B, C, S, groups, acc), out(n, acc), in(n), x, in(stat), in(C));
                same("groupNormGammaBackward", B * S, (k, b) -> k.groupNormGammaBackward(b[0], b[1], b[2], b[3], B, C, S, groups, acc), out(C, acc), in(n), x, in(stat));
            }
            same("channelMoments", 8, (k, b) -> k.channelMoments(b[0], b[1], B, C, S), out(2 * C, false), x);
            same("batchNorm", 2, (k, b) -> k.batchNorm(b[0], b[1], b[2], b[3], b[4], b[5], B, C, S, 0.1f), out(n, false), x, mean, variance, in(C), in(C));
            same("movingAverage", 0, (k, b) -> k.movingAverage(b[0], b[1], 0.1f, 1.25f), out(C, true), in(C));
            same("groupNorm", 8, (k, b) -> k.groupNorm(b[0], b[1], b[2], b[3], b[4], B, C, S, groups, 0.1f), out(n, false), out(2 * B * groups, false), x, in(C), in(C));
        }
    }

    private Arg small(int n) {
        Arg x = in(n);
        for (int i = 0; i < n; i++) x.floats[i] *= 0.2f;
        return x;
    }

    /** A destination that comes with numbers, which the call turns into others. */
    private Arg inPlace(int n) { return new Arg(normal(n), null, true); }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void recurrentLayers(String provider, int seed) {
        begin(provider, seed);
        for (boolean reverse : new boolean[] {false, true}) {
            int B = random.nextInt(4) == 0 ? random.nextInt(3) : 1 + random.nextInt(17), T = random.nextInt(7), H = sizeNotZero(), all = B * T, one = B * H;
            // unequal lengths, 0 and T among them
            Arg lengths = ids(B, T + 1), first = small(one), firstC = in(one);
            boolean relu = seed % 2 == 0;
            Arg w1 = small(H * H), w3 = small(3 * H * H), w4 = small(4 * H * H);
            int terms = 8 + 4 * H;
            same("rnn", terms, (k, b) -> k.rnn(b[0], b[1], b[2], b[3], b[4], b[5], relu, reverse, B, T, H), inPlace(all * H), out(one, false), w1, in(H), first, lengths);
            same("lstm", terms, (k, b) -> k.lstm(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], reverse, B, T, H),
                inPlace(all * 4 * H), out(all * H, false), out(all * H, false), out(one, false), out(one, false), w4, in(4 * H), first, firstC, lengths);
            same("gru", terms, (k, b) -> k.gru(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], reverse, B, T, H),
                inPlace(all * 3 * H), out(all * H, false), out(all * H, false), out(one, false), w3, in(3 * H), first, lengths);
            // with the input's product; the gates kept or not
            int I = sizeNotZero();
            Arg x = in(all * I);
            for (boolean keep : new boolean[] {true, false}) {
                int states = keep ? all * H : 0;
                same("rnnLayer", terms + 4 * I, (k, b) -> k.rnnLayer(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], relu, reverse, B, T, I, H),
                    out(all * H, false), out(one, false), x, small(H * I), in(H), w1, in(H), first, lengths);
                same("lstmLayer", terms + 4 * I, (k, b) -> k.lstmLayer(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], reverse, B, T, I, H),
                    out(4 * states, false), out(all * H, false), out(states, false), out(one, false), out(one, false), x, small(4 * H * I), in(4 * H), w4, in(4 * H), first, firstC, lengths);
                same("gruLayer", terms + 4 * I, (k, b) -> k.gruLayer(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], reverse, B, T, I, H),
                    out(3 * states, false), out(all * H, false), out(states, false), out(one, false), x, small(3 * H * I), in(3 * H), w3, in(3 * H), first, lengths);
            }
            // gates and states as a forward pass leaves them: between 0 and 1 or between -1 and 1
            Arg h = bounded(all * H), gates = bounded(all * 4 * H), u = in(all * H);
            same("rnnBackward", terms, (k, b) -> k.rnnBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], relu, reverse, B, T, H),
                out(all * H, false), out(one, false), in(all * H), in(one), h, w1, lengths);
            same("lstmBackward", terms, (k, b) -> k.lstmBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], reverse, B, T, H),
                out(all * 4 * H, false), out(one, false), out(one, false), in(all * H), in(one), in(one), gates, in(all * H), w4, firstC, lengths);
            same("gruBackward", terms, (k, b) -> k.gruBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], reverse, B, T, H),
                out(all * 3 * H, false), out(all * 3 * H, false), out(one, false), in(all * H), in(one), bounded(all * 3 * H), h, u, w3, first, lengths);
            for (boolean acc : new boolean[] {false, true}) {
                int G = size();
                same("recurrentWeightBackward", all, (k, b) -> k.recurrentWeightBackward(b[0], b[1], b[2], b[3], b[4], B, T, G, H, reverse, acc),
                    out(G * H, acc), zeroPast(lengths.ints, T, G), h, first, lengths);
            }
        }
    }

    private Arg bounded(int n) {
        Arg x = in(n);
        for (int i = 0; i < n; i++) x.floats[i] = (float) Math.tanh(x.floats[i]);
        return x;
    }

    /** (B, T, n) with zeros past each length. */
    private Arg zeroPast(int[] lengths, int T, int n) {
        Arg x = in(lengths.length * T * n);
        for (int b = 0; b < lengths.length; b++) Arrays.fill(x.floats, (b * T + lengths[b]) * n, (b + 1) * T * n, 0);
        return x;
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void attention(String provider, int seed) {
        begin(provider, seed);
        int B = random.nextInt(3), H = 1 + random.nextInt(3), T = seed == 5 ? 131 : size(), S = seed == 5 ? 150 : seed == 6 ? 0 : size(), D = sizeNotZero(), V = sizeNotZero();
        int shift = switch (seed % 3) { case 0 -> S - 1; case 1 -> S - T; default -> random.nextInt(9) - 4; };
        boolean biased = seed % 2 == 0;
        // one for each score; one for each key, which hides padding; one for each score of a head, whatever the sequence
        int[] stride = !biased ? new int[4] : seed % 3 == 0 ? new int[] {H * T * S, T * S, S, 1} : seed % 3 == 1 ? new int[] {S, 0, 0, 1} : new int[] {0, T * S, S, 1};
        float[] bias = new float[!biased ? 1 : seed % 3 == 0 ? B * H * T * S : seed % 3 == 1 ? B * S : H * T * S];
        for (int i = 0; biased && i < bias.length; i++) bias[i] = random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : seed % 3 == 1 ? 0 : (float) random.nextGaussian();
        // a query that sees nothing
        if (biased && seed % 3 == 0 && bias.length > 0) Arrays.fill(bias, 0, S, Float.NEGATIVE_INFINITY);
        float scale = (float) (1 / Math.sqrt(D));
        Arg q = in(B * H * T * D), key = in(B * H * S * D), v = in(B * H * S * V), added = in(bias), dout = in(B * H * T * V);
        float[] y = new float[B * H * T * V], log = new float[B * H * T];
        new ReferenceKernels().attention(Buffer.of(y), Buffer.of(log), Buffer.of(q.floats), Buffer.of(key.floats), Buffer.of(v.floats), Buffer.of(bias), stride,
            B, H, T, S, D, V, scale, shift);
        same("attention", D + S, (k, b) -> k.attention(b[0], b[1], b[2], b[3], b[4], b[5], stride, B, H, T, S, D, V, scale, shift),
            out(y.length, false), out(log.length, false), q, key, v, added);
        same("attentionBackward", 4 * (D + V + S + T), (k, b) -> k.attentionBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], stride, B, H, T, S, D, V, scale, shift),
            out(q.floats.length, false), out(key.floats.length, false), out(v.floats.length, false), dout, in(y), in(log), q, key, v, added);
        for (boolean acc : new boolean[] {false, true}) {
            same("attentionQueryBackward", 4 * (D + V + S), (k, b) -> k.attentionQueryBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], stride, B, H, T, S, D, V, scale, shift, acc),
                out(q.floats.length, acc), dout, in(y), in(log), q, key, v, added);
            same("attentionKeyBackward", 4 * (D + V + T), (k, b) -> k.attentionKeyBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], stride, B, H, T, S, D, V, scale, shift, acc),
                out(key.floats.length, acc), dout, in(y), in(log), q, key, v, added);
            same("attentionValueBackward", 4 * (D + T), (k, b) -> k.attentionValueBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], stride, B, H, T, S, D, V, scale, shift, acc),
                out(v.floats.length, acc), dout, in(log), q, key, v, added);
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void selfAttention(String provider, int seed) {
        begin(provider, seed);
        int B = random.nextInt(3), H = 1 + random.nextInt(3), T = seed == 5 ? 150 : seed == 6 ? 0 : size(), D = sizeNotZero(), n = B * H * T * D, shift = seed % 2 == 0 ? 0 : T - 1;
        int[] stride = seed % 3 == 0 ? new int[4] : new int[] {0, T * T, T, 1};
        Arg x = in(3 * n), bias = in(seed % 3 == 0 ? new float[1] : in(H * T * T).floats), dout = in(n);
        float[] y = new float[n], log = new float[B * H * T];
        float scale = (float) (1 / Math.sqrt(D));
        new ReferenceKernels().selfAttention(Buffer.of(y), Buffer.of(log), Buffer.of(x.floats), Buffer.of(bias.floats), stride, B, H, T, D, scale, shift);
        same("selfAttention", D + T, (k, b) -> k.selfAttention(b[0], b[1], b[2], b[3], stride, B, H, T, D, scale, shift), out(n, false), out(log.length, false), x, bias);
        for (boolean acc : new boolean[] {false, true}) {
            same("selfAttentionBackward", 8 * (D + T), (k, b) -> k.selfAttentionBackward(b[0], b[1], b[2], b[3], b[4], b[5], stride, B, H, T, D, scale, shift, acc),
                out(3 * n, acc), dout, in(y), in(log), x, bias);
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void losses(String provider, int seed) {
        begin(provider, seed);
        int N = size(), C = sizeNotZero(), ignored = random.nextBoolean() ? -100 : C - 1;
        float smoothing = random.nextBoolean() ? 0 : 0.3f;
        float[] weights = positive(C).floats, sums = new float[2 * N];
        if (C > 1) weights[0] = 0;
        int[] labels = ids(N, C).ints;
        for (int i = 0; i < N; i += 3) labels[i] = ignored;
        Arg classes = new Arg(null, labels, false), targets = in(N * C);
        for (int i = 0; i < N * C; i++) targets.floats[i] = random.nextFloat();
        Arg logits = in(N * C);
        new ReferenceKernels().smoothedCrossEntropy(Buffer.of(new float[N]), Buffer.of(sums), Buffer.of(logits.floats), Buffer.of(labels), Buffer.of(weights), N, C,
            smoothing, ignored);
        same("labelWeights", 0, (k, b) -> k.labelWeights(b[0], b[1], b[2], N, C, ignored), out(N, false), classes, in(weights));
        same("smoothedCrossEntropy", C, (k, b) -> k.smoothedCrossEntropy(b[0], b[1], b[2], b[3], b[4], N, C, smoothing, ignored),
            out(N, false), out(2 * N, false), logits, classes, in(weights));
        same("bceWithLogits", 4, (k, b) -> k.bceWithLogits(b[0], b[1], b[2], b[3], N, C), out(N * C, false), in(N * C), targets, positive(C));
        same("leakyRelu", 0, (k, b) -> k.leakyRelu(b[0], b[1], 0.1f), out(N * C, false), in(N * C));
        Arg x = in(N * C);
        float[] stat = new float[2 * N];
        new ReferenceKernels().rmsNorm(Buffer.of(new float[N * C]), Buffer.of(stat), Buffer.of(x.floats), Buffer.of(new float[C]), N, C, 1e-3f);
        same("rmsNorm", C, (k, b) -> k.rmsNorm(b[0], b[1], b[2], b[3], N, C, 1e-3f), out(N * C, false), out(2 * N, false), x, in(C));
        for (boolean acc : new boolean[] {false, true}) {
            same("smoothedCrossEntropyBackward", C, (k, b) -> k.smoothedCrossEntropyBackward(b[0], b[1], b[2], b[3], b[4], b[5], b[6], N, C, smoothing, ignored, acc),
                out(N * C, acc), in(1.5f), in(7f), in(sums), logits, classes, in(weights));
            same("bceWithLogitsBackward", 4, (k, b) -> k.bceWithLogitsBackward(b[0], b[1], b[2], b[3], b[4], N, C, 0.5f, acc),
                out(N * C, acc), in(1.5f), in(N * C), targets, positive(C));
            same("leakyReluBackward", 0, (k, b) -> k.leakyReluBackward(b[0], b[1], b[2], 0.1f, acc), out(N * C, acc), in(N * C), in(N * C));
            same("rmsNormBackward", 4 * C, (k, b) -> k.rmsNormBackward(b[0], b[1], b[2], b[3], b[4], N, C, acc), out(N * C, acc), in(N * C), x, in(stat), in(C));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void optimisers(String provider, int seed) {
        begin(provider, seed);
        int n = seed % 8 == 0 ? 50_003 : sizeNotZero() * 7, chunk = 1 + random.nextInt(300), parts = (n + chunk - 1) / chunk;
        same("sumOfSquares", chunk, (k, b) -> k.sumOfSquares(b[0], b[1], chunk), out(parts, false), in(n));
        same("clipCoefficient", parts, (k, b) -> k.clipCoefficient(b[0], b[1], 0.7f), out(2, false), positive(parts));
        same("increment", 0, (k, b) -> k.increment(b[0]), new Arg(null, new int[] {seed}, true));
        for (boolean nesterov : new boolean[] {false, true}) {
            same("sgd", 4, (k, b) -> k.sgd(b[0], b[1], b[2], b[3], 0.9f, 0.01f, nesterov), out(n, true), out(n, true), in(n), in(0.1f));
        }
        same("clip", 0, (k, b) -> k.clip(b[0], 0.4f), out(n, true));
        same("adam", 8, (k, b) -> k.adam(b[0], b[1], b[2], b[3], b[4], b[5], 0.9f, 0.999f, 1e-8f, 0.01f),
            out(n, true), out(n, true), new Arg(positive(n).floats, null, true), in(n), new Arg(null, new int[] {1 + seed}, false), in(0.01f));
        Arg v = new Arg(positive(n).floats, null, true);
        same("adamW", 8, (k, b) -> k.adamW(b[0], b[1], b[2], b[3], b[4], b[5], 0.9f, 0.999f, 1e-8f, 0.01f),
            out(n, true), out(n, true), v, in(n), new Arg(null, new int[] {1 + seed}, false), in(0.01f));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("providersAndSeeds")
    void idsOutsideAreRefusedWithTheSameSentence(String provider, int seed) {
        if (seed > 0) return;
        for (Kernels k : List.of(Kernels.named(provider), new ReferenceKernels())) {
            assertThat(errorOf(() -> k.embedding(k.floats(40), k.floats(40), Buffer.of(new int[] {0, 5}), 2, 2, 20)))
                .isEqualTo("embedding: 5 at position 1 is outside 0..1. Each id names a row of the table, which has 2.");
            assertThat(errorOf(() -> k.crossEntropy(k.floats(4), k.floats(8), k.floats(80), Buffer.of(new int[] {0, 1, -1, 2}), 4, 20)))
                .isEqualTo("crossEntropy: -1 at position 2 is outside 0..19. Each label names one of the 20 classes.");
            assertThat(errorOf(() -> k.gather(k.floats(2), k.floats(6), Buffer.of(new int[] {2, 3}), 1, 3, 2, 1)))
                .isEqualTo("gather: 3 at position 1 is outside 0..2. Each index names a place along the axis, which has 3.");
            assertThat(errorOf(() -> k.rnn(k.floats(240), k.floats(80), k.floats(1600), k.floats(40), k.floats(80), Buffer.of(new int[] {3, 4}), false, false, 2, 3, 40)))
                .isEqualTo("rnn: sequence 1 has length 4, and T is 3. Hint: a length counts the steps of its sequence, 0 to T.");
            assertThat(errorOf(() -> k.gru(k.floats(360), k.floats(120), k.floats(120), k.floats(40), k.floats(4800), k.floats(120), k.floats(40), Buffer.of(new int[] {-1}), false, 1, 3, 40)))
                .isEqualTo("gru: sequence 0 has length -1, and T is 3. Hint: a length counts the steps of its sequence, 0 to T.");
        }
    }

    private static String errorOf(Runnable r) {
        try {
            r.run();
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        return "nothing was thrown";
    }
}
