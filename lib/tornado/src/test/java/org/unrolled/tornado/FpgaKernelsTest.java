package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.ReferenceKernels;
import org.unrolled.tensor.kernel.Window;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.annotations.Reduce;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Runs in a JVM of its own, on the TornadoVM that has code for FPGAs; CrossProviderTest runs there too. */
class FpgaKernelsTest {
    private static final List<Integer> SIZES = List.of(1, 2, 63, 64, 65, 128, 130);

    private static FpgaKernels fpga;
    private final Kernels reference = new ReferenceKernels();

    @BeforeAll static void anFpgaIsThere() {
        assumeTrue(Kernels.available().stream().anyMatch(line -> line.name().equals("tornado:fpga") && line.usable()), () -> "no usable FPGA: " + Kernels.available());
        fpga = (FpgaKernels) Kernels.named("tornado:fpga");
    }

    // ---- each kernel against the reference

    /** The buffers of a call: the first {@code written} of them are compared. */
    private void agree(int written, double tolerance, List<float[]> arrays, BiConsumer<Kernels, Buffer[]> call) {
        List<float[]> expected = run(reference, arrays, call), got = run(fpga, arrays, call);
        for (int a = 0; a < written; a++) {
            for (int i = 0; i < expected.get(a).length; i++) {
                if (Float.isFinite(expected.get(a)[i]) || Float.isFinite(got.get(a)[i])) assertThat(got.get(a)[i]).as("buffer %d, element %d of %d", a, i, expected.get(a).length)
                    .isCloseTo(expected.get(a)[i], Offset.offset((float) (tolerance * (1 + Math.abs(expected.get(a)[i])))));
                else assertThat(got.get(a)[i]).as("buffer %d, element %d", a, i).isEqualTo(Float.valueOf(expected.get(a)[i]));
            }
        }
    }

    private static List<float[]> run(Kernels kernels, List<float[]> arrays, BiConsumer<Kernels, Buffer[]> call) {
        Buffer[] buffers = new Buffer[arrays.size()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = kernels.floats(arrays.get(i).length);
            kernels.upload(buffers[i], arrays.get(i));
        }
        call.accept(kernels, buffers);
        return Stream.of(buffers).map(kernels::host).toList();
    }

    private static float[] normal(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian();
        return x;
    }

    private static Buffer ints(Kernels kernels, int... values) {
        Buffer ints = kernels.ints(values.length);
        kernels.upload(ints, values);
        return ints;
    }

    static Stream<Arguments> pairs() {
        return SIZES.stream().flatMap(a -> SIZES.stream().map(b -> Arguments.of(a, b)));
    }

    @ParameterizedTest @MethodSource("pairs") void products(int M, int N) {
        Random random = new Random(M * 1000 + N);
        int K = SIZES.get(random.nextInt(SIZES.size()));
        agree(1, 1e-5 * Math.sqrt(K), List.of(normal(random, 2 * M * N), normal(random, 2 * M * K), normal(random, 2 * K * N)),
            (k, b) -> k.matmul(b[0], b[1], b[2], 2, M, N, K, M * K, K * N, false, true, true));
    }

    @ParameterizedTest @MethodSource("pairs") void softmaxOfRowsAndOfColumns(int rows, int columns) {
        Random random = new Random(rows * 1000 + columns);
        List<float[]> arrays = List.of(normal(random, rows * columns), normal(random, rows * columns));
        agree(1, 1e-6, arrays, (k, b) -> k.softmax(b[0], b[1], rows, columns, 1));
        agree(1, 1e-6, arrays, (k, b) -> k.softmax(b[0], b[1], 1, rows, columns));
    }

    @Test void whatIsNoNumberStaysInItsRow() {
        float inf = Float.POSITIVE_INFINITY, nan = Float.NaN;
        float[] x = {1, 2, 3, nan, 2, 3, 1, nan, 3, 1, 2, nan, inf, 2, 3, -inf, 2, 3, -inf, -inf, -inf, 1, 2, inf, 4, 5, 6};
        Tensor rows = Tensors.tensor(x, 9, 3);
        assertThat(Kernels.with(fpga, () -> rows.softmax()).toArray()).containsExactly(Kernels.with(reference, () -> rows.softmax()).toArray(), Offset.offset(1e-6f));
        float[] mask = {0, 1, 1, 1, 1, 1, 0, 0, 0};
        agree(2, 1e-6, List.of(new float[6], new float[3], normal(new Random(1), 6), normal(new Random(2), 6), normal(new Random(3), 6), mask),
            (k, b) -> k.attention(b[0], b[1], b[2], b[3], b[4], b[5], new int[] {0, 0, 3, 1}, 1, 1, 3, 3, 2, 2, 1f, 2));
        for (boolean relu : new boolean[] {false, true}) {
            agree(2, 1e-5, List.of(new float[] {1, nan, -inf, 2, inf, -3}, new float[2], new float[] {1, 2, 3, 4}, new float[2], new float[2]),
                (k, b) -> k.rnn(b[0], b[1], b[2], b[3], b[4], ints(k, 3), relu, false, 1, 3, 2));
        }
    }

    @ParameterizedTest @ValueSource(ints = {1, 2, 63, 64, 65, 130}) void convolutionsWithPaddingAndStride(int W) {
        for (int padding = 0; padding < 3; padding++) {
            for (int stride = 1; stride < 3; stride++) {
                Random random = new Random(W + padding + stride);
                int H = 7, B = 2, C = 4, Cout = 6, pad = padding, step = stride;
                Window window = new Window(H, W, 3, Math.min(3, W + 2 * pad), step, step, pad, pad, 1, 1);
                agree(1, 1e-5, List.of(normal(random, B * Cout * window.outH() * window.outW()), normal(random, B * C * H * W), normal(random, Cout * C / 2 * window.kH() * window.kW())),
                    (k, b) -> k.conv2d(b[0], b[1], b[2], B, C, Cout, 2, window, false));
            }
        }
    }

    @ParameterizedTest @ValueSource(ints = {1, 2, 63, 64, 65, 130}) void recurrentStepsAndGates(int B) {
        int T = 3, H = 5;
        for (boolean reverse : new boolean[] {false, true}) {
            Random random = new Random(B);
            int[] lengths = random.ints(B, 0, T + 1).toArray();
            agree(2, 1e-5, List.of(normal(random, B * T * H), normal(random, B * H), normal(random, H * H), normal(random, H), normal(random, B * H)),
                (k, b) -> k.rnn(b[0], b[1], b[2], b[3], b[4], ints(k, lengths), false, reverse, B, T, H));
            agree(5, 1e-5, List.of(normal(random, B * T * 4 * H), normal(random, B * T * H), normal(random, B * T * H), normal(random, B * H), normal(random, B * H),
                    normal(random, 4 * H * H), normal(random, 4 * H), normal(random, B * H), normal(random, B * H)),
                (k, b) -> k.lstm(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], ints(k, lengths), reverse, B, T, H));
        }
    }

    @ParameterizedTest @ValueSource(ints = {1, 2, 63, 64, 65, 130}) void attentionWithAndWithoutAMask(int T) {
        int B = 2, H = 3, S = 9, D = 4, V = 5;
        Random random = new Random(T);
        float[] mask = new float[T * S];
        for (int i = 0; i < mask.length; i++) mask[i] = random.nextInt(3) == 0 ? 1 : 0;
        for (int shift : new int[] {S - 1, S - T}) {
            agree(2, 1e-5, List.of(normal(random, B * H * T * V), normal(random, B * H * T), normal(random, B * H * T * D), normal(random, B * H * S * D), normal(random, B * H * S * V), mask),
                (k, b) -> k.attention(b[0], b[1], b[2], b[3], b[4], b[5], new int[] {0, 0, S, 1}, B, H, T, S, D, V, 0.5f, shift));
        }
    }

    // ---- many shapes in one session

    @Test void shapesMayComeAndGoAsTheyLike() {
        Random random = new Random(3);
        for (int round = 0; round < 60; round++) {
            int m = 1 + random.nextInt(140), n = 1 + random.nextInt(140), k = 1 + random.nextInt(20);
            Tensor a = Tensors.randn(random, m, k), b = Tensors.randn(random, k, n);
            Tensor expected = Kernels.with(reference, () -> a.matmul(b).softmax());
            assertThat(Tensors.maxAbsDiff(Kernels.with(fpga, () -> a.matmul(b).softmax()), expected)).as("%d x %d x %d", m, k, n).isLessThan(1e-5);
        }
    }

    @Test void thirteenTimesTheSame() {
        Tensor x = Tensors.randn(new Random(5), 65, 63);
        float[] first = Kernels.with(fpga, () -> x.matmul(x.transpose()).softmax()).toArray();
        for (int i = 0; i < 13; i++) assertThat(Kernels.with(fpga, () -> x.matmul(x.transpose()).softmax()).toArray()).isEqualTo(first);
    }

    @Test void aSourceIsCompiledOnceWhateverTheShapes() throws IOException {
        shapesMayComeAndGoAsTheyLike();
        try (Stream<Path> kept = Files.list(FpgaFlow.kept())) {
            assertThat(kept.filter(file -> file.toString().endsWith(".aocx")).count()).isLessThanOrEqualTo(FpgaKernels.ON_THE_FPGA.size() + RAW_KERNELS);
        }
    }

    // ---- what is on the FPGA, and what is not

    @Test void itsLineSaysWhatIsOnItAndThatIsWhatIsOverridden() {
        Set<String> contract = Stream.of(Kernels.class.getMethods()).filter(m -> m.getReturnType() == void.class && !Modifier.isStatic(m.getModifiers())).map(Method::getName).collect(Collectors.toSet());
        Set<String> overridden = Stream.of(FpgaKernels.class.getDeclaredMethods()).filter(m -> Modifier.isPublic(m.getModifiers())).map(Method::getName).filter(contract::contains).collect(Collectors.toSet());
        assertThat(overridden).isEqualTo(Set.copyOf(FpgaKernels.ON_THE_FPGA));
        Kernels.Provider line = Kernels.available().stream().filter(each -> each.name().equals("tornado:fpga")).findFirst().orElseThrow();
        assertThat(line.device().kind()).isEqualTo("fpga");
        assertThat(line.device().limits()).isEqualTo("on it: matmul, softmax, attention, conv2d, rnn, lstm; all other kernels on the CPU");
    }

    @Test void theRestIsComputedOnTheCpu() {
        Tensor x = Tensors.randn(new Random(1), 5, 7);
        Kernels.with(fpga, () -> {
            long before = fpga.runs();
            x.exp().add(x).sum(0);
            assertThat(fpga.runs()).isEqualTo(before);
            x.matmul(x.transpose());
            assertThat(fpga.runs()).isEqualTo(before + 1);
        });
    }

    @Test void aLayersPartsAreOnItToo() {
        int B = 2, T = 5, I = 9, H = 16, G = 4 * H;
        long before = fpga.runs();
        Random random = new Random(2);
        agree(2, 1e-4, List.of(normal(random, B * T * H), normal(random, B * H), normal(random, B * T * I), normal(random, H * I), normal(random, H), normal(random, H * H), normal(random, H), new float[B * H]),
            (k, b) -> k.rnnLayer(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], ints(k, T, 3), false, false, B, T, I, H));
        agree(5, 1e-4, List.of(normal(random, B * T * G), normal(random, B * T * H), normal(random, B * T * H), normal(random, B * H), normal(random, B * H), normal(random, B * T * I), normal(random, G * I), normal(random, G),
                normal(random, G * H), normal(random, G), new float[B * H], new float[B * H]),
            (k, b) -> k.lstmLayer(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], ints(k, T, 3), false, B, T, I, H));
        assertThat(fpga.runs()).as("a product and a recurrence each").isEqualTo(before + 4);
        agree(2, 1e-5, List.of(normal(random, 2 * 40 * 64), normal(random, 2 * 4 * 40), normal(random, 2 * 40 * 3 * 64), new float[1]),
            (k, b) -> k.selfAttention(b[0], b[1], b[2], b[3], new int[4], 2, 4, 40, 16, 0.25f, 0));
        assertThat(fpga.runs()).isEqualTo(before + 5);
    }

    @Test void aLengthOutsideIsTheCpusSentence() {
        assertThatThrownBy(() -> fpga.rnn(fpga.floats(2), fpga.floats(1), fpga.floats(1), fpga.floats(1), fpga.floats(1), ints(fpga, 3), false, false, 1, 2, 1))
            .hasMessage("rnn: sequence 0 has length 3, and T is 2. Hint: a length counts the steps of its sequence, 0 to T.");
    }

    @Test void nothingToDoIsNoCall() {
        assertThat(Kernels.with(fpga, () -> Tensors.zeros(0, 3).matmul(Tensors.zeros(3, 2))).shape()).containsExactly(0, 2);
        assertThat(Kernels.with(fpga, () -> Tensors.zeros(2, 0).matmul(Tensors.zeros(0, 2))).toArray()).containsExactly(0, 0, 0, 0);
    }

    // ---- TornadoVM's traps

    @Test void theSourceHasGroupsOf64AndAsksWhetherThereIsAnElement() {
        products(65, 63);
        assertThat(fpga.sources().get("matmul")).contains("__attribute__((reqd_work_group_size(64, 1, 1)))", "get_global_id(0)");
    }

    /**
     * TornadoVM 4.0 writes what follows on a question with || once, after all of its branches, whichever of them it belongs to. What it writes names the
     * blocks that lead to each merge: behind an if and its else these must be the blocks in which the branches end.
     */
    @Test void everyMergeIsReachedFromItsOwnBranchesAlone() {
        whatIsNoNumberStaysInItsRow();
        convolutionsWithPaddingAndStride(63);
        recurrentStepsAndGates(63);
        products(63, 2);
        assertThat(fpga.sources().keySet()).containsExactlyInAnyOrderElementsOf(FpgaKernels.ON_THE_FPGA);
        fpga.sources().forEach((kernel, source) -> assertThat(badMerges(source)).as(kernel).isEmpty());
        String wrong = """
              if(b_50)
              {
                // BLOCK 9
              }  // B9
              else
              {
                // BLOCK 10
                if(b_51)
                {
                  // BLOCK 11
                }  // B11
                else
                {
                  // BLOCK 13
                  f_54  =  f_61;
                }  // B13
              }  // B10
              // BLOCK 12 MERGES [9 11 ]
              f_54  =  f_53;
            """;
        assertThat(badMerges(wrong)).containsExactly("12 merges [11, 9] and is reached from [11, 13, 9]");
    }

    private static List<String> badMerges(String source) {
        List<String> bad = new ArrayList<>();
        reached(source.lines().map(String::strip).filter(line -> !line.isEmpty()).iterator(), "", bad);
        return bad;
    }

    private static final Pattern BLOCK = Pattern.compile("// BLOCK (\\d+)(?: MERGES \\[(.*?) ?])?");

    /** Reads on to the closing brace. The blocks that lead there. */
    private static Set<String> reached(Iterator<String> lines, String block, List<String> bad) {
        Set<String> at = Set.of(block), beforeIf = Set.of();
        boolean behindIf = false;
        while (lines.hasNext()) {
            String line = lines.next();
            Matcher begin = BLOCK.matcher(line);
            if (begin.matches()) {
                Set<String> merged = begin.group(2) == null ? at : new TreeSet<>(List.of(begin.group(2).split(" ")));
                if (behindIf && !merged.equals(at)) bad.add(begin.group(1) + " merges " + merged + " and is reached from " + new TreeSet<>(at));
                at = Set.of(begin.group(1));
                behindIf = false;
            } else if (line.startsWith("}")) {
                return at;
            } else if (line.startsWith("if(") || line.equals("else")) {
                lines.next();
                if (!line.equals("else")) beforeIf = at;
                Set<String> ends = new TreeSet<>(reached(lines, at.iterator().next(), bad));
                ends.addAll(line.equals("else") ? at : beforeIf);
                if (line.equals("else")) ends.removeAll(beforeIf);
                at = ends;
                behindIf = true;
            } else if (line.startsWith("for(")) {
                lines.next();
                reached(lines, at.iterator().next(), bad);
            }
        }
        return at;
    }

    @Test void noLoopUsesWhatTheFlowGetsWrong() {
        for (Method loop : FpgaLoops.class.getDeclaredMethods()) {
            assertThat(loop.getParameterTypes()).as(loop.getName()).doesNotContain(KernelContext.class);
            assertThat(Arrays.stream(loop.getParameterAnnotations()).flatMap(Arrays::stream).map(Annotation::annotationType)).as(loop.getName()).doesNotContain(Reduce.class);
        }
    }

    private static final int RAW_KERNELS = 2;

    static void twice(FloatArray y, int n) {
        for (@Parallel int i = 0; i < n; i++) y.set(i, y.get(i) + n);
    }

    /** y + n for n elements; n is a constant of the compiled code. */
    private static TornadoExecutionPlan raw(FloatArray y, int n) {
        WorkerGrid grid = new WorkerGrid1D(n);
        grid.setLocalWork(64, 1, 1);
        TaskGraph graph = new TaskGraph("raw").transferToDevice(DataTransferMode.EVERY_EXECUTION, y).task("t", FpgaKernelsTest::twice, y, n).transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        return new TornadoExecutionPlan(graph.snapshot()).withDevice(Devices.all().getFirst().tornado()).withGridScheduler(new GridScheduler("raw.t", grid));
    }

    private static float first(int n, Consumer<TornadoExecutionPlan> after) {
        FloatArray y = new FloatArray(n);
        y.init(0);
        TornadoExecutionPlan plan = raw(y, n);
        plan.execute();
        after.accept(plan);
        return y.get(0);
    }

    @Test void twoPlansOfOneNameGetTheirOwnCodeInFoldersOfTheirOwn() {
        FpgaFlow.fresh("raw");
        assertThat(first(64, plan -> { })).isEqualTo(64);
        FpgaFlow.fresh("raw");
        assertThat(first(128, plan -> { })).isEqualTo(128);
    }

    @Test void aPlanThatIsGivenBackLeavesTheNextAsItIs() {
        FpgaFlow.fresh("raw");
        assertThat(first(64, Devices::free)).isEqualTo(64);
        FpgaFlow.fresh("raw");
        assertThat(first(128, Devices::free)).isEqualTo(128);
        thirteenTimesTheSame();
    }

    /** Another JVM with this one's options prints the FPGA's line. */
    static final class Line {
        public static void main(String[] args) {
            System.out.println(Kernels.available().stream().filter(line -> line.name().startsWith("tornado")).findFirst().orElseThrow());
        }
    }

    private static String lineOfAnotherJvm(String variable, String value) throws IOException, InterruptedException {
        return anotherJvm(Line.class, variable, value);
    }

    private static String anotherJvm(Class<?> main, String variable, String value) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(option -> !option.startsWith("-javaagent")).toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        ProcessBuilder java = new ProcessBuilder(command).redirectErrorStream(true);
        if (value == null) java.environment().remove(variable);
        else java.environment().put(variable, value);
        Process process = java.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    @Test void withItsVectorizerTheEmulatorIsNotUsed() throws IOException, InterruptedException {
        assertThat(lineOfAnotherJvm("CL_CONFIG_USE_VECTORIZER", null)).contains("usable=false",
            "Intel's emulator computes some convolutions and products wrongly unless CL_CONFIG_USE_VECTORIZER is False.");
    }

    @Test void boardsOfAnotherMakerAreRefused() {
        assertThat(FpgaFlow.obstacle("Xilinx")).containsExactly("The kit calls Intel's compiler; AMD's (Xilinx) makes its binaries in another way.", "Use Intel's emulator: ./unrolled install --fpga.");
        assertThat(FpgaFlow.obstacle("Intel(R) FPGA SDK for OpenCL(TM)")).isEmpty();
    }

    @Test void withoutAHomeItIsASentenceAndNoEndOfJava() throws IOException, InterruptedException {
        assertThat(lineOfAnotherJvm("TORNADOVM_HOME", null)).contains("usable=false", "TORNADOVM_HOME is not set, and TornadoVM's FPGA flow ends Java without it.");
    }

    @Test void aBoardsConfigurationFileThatLacksALineIsNamed(@TempDir Path folder) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("board.conf"), "# a board\nDEVICE_NAME = p385a\n");
        assertThat(lineOfAnotherJvm(FpgaFlow.CONFIGURATION, file.toString())).contains("usable=false", file + " has no line COMPILER = ...; TornadoVM's etc/intel-fpga.conf is an example.");
    }

    /** Another JVM prints a product that the FPGA computed. */
    static final class Product {
        public static void main(String[] args) {
            Tensor x = Tensors.tensor(new float[] {1, 2, 3, 4}, 2, 2);
            System.out.println(Arrays.toString(Kernels.with(Kernels.named("tornado:fpga"), () -> x.matmul(x)).toArray()));
        }
    }

    /** No board is at hand: the emulator's compiler plays its part. */
    @Test void aBoardsCompilerIsCalledWithItsFlagsOnceInAllSessions(@TempDir Path folder) throws IOException, InterruptedException {
        Path said = folder.resolve("said"), compiler = Files.writeString(folder.resolve("aoc"), """
            #!/bin/sh
            echo "$@" >> '%s'
            exec '%s' --enable-native-access=ALL-UNNAMED -cp '%s' %s "$@"
            """.formatted(said, Path.of(System.getProperty("java.home"), "bin", "java"), System.getProperty("java.class.path"), FpgaCompiler.class.getName()));
        assertThat(compiler.toFile().setExecutable(true)).isTrue();
        Path file = Files.writeString(folder.resolve("board.conf"), "# [device]\nDEVICE_NAME = p385a_sch_ax115\nCOMPILER = " + compiler + "\nFLAGS = -v -report # and no more\nDIRECTORY_BITSTREAM = fpga-source-comp/\n");
        for (int session = 0; session < 2; session++) {
            assertThat(anotherJvm(Product.class, FpgaFlow.CONFIGURATION, file.toString())).contains("[7.0, 10.0, 15.0, 22.0]");
            assertThat(said).content().matches("\\S+/matmul\\.cl -v -report -board=p385a_sch_ax115 -o \\S+/matmul\n");
        }
        assertThat(folder.resolve("board.conf.binaries")).isDirectoryContaining("glob:**.aocx");
    }

    // ---- the compiler

    private static Process compiler(Path folder, String source, String... more) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("kernel.cl"), source);
        List<String> command = new ArrayList<>(List.of(FpgaFlow.compiler().toString(), file.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).start();
        process.waitFor();
        return process;
    }

    @Test void theCompilerSaysWhatTheSourceLacks(@TempDir Path folder) throws IOException, InterruptedException {
        Process process = compiler(folder, "__kernel void f(__global float *x) { x[0] = y; }", "-board=emulator", "-o", folder.resolve("f").toString());
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)).contains("clBuildProgram gave", "use of undeclared identifier 'y'");
        assertThat(folder.resolve("f.aocx")).doesNotExist();
    }

    @Test void aKernelThatTheCompilerRefusesIsItsSentence() throws IOException {
        String script = Files.readString(FpgaFlow.compiler());
        Kernels kernels = new FpgaKernels(Devices.all().getFirst());     // without plans yet
        Tensor x = Tensors.zeros(7, 3);
        try {
            Files.writeString(FpgaFlow.compiler(), "#!/bin/sh\necho \"no licence\" >&2\nexit 1\n");
            assertThatThrownBy(() -> Kernels.with(kernels, () -> x.softmax())).hasMessage("The kernel softmax cannot be compiled for the device: the FPGA's compiler says: no licence");
        } finally {
            Files.writeString(FpgaFlow.compiler(), script);
        }
        assertThat(Kernels.with(kernels, () -> x.softmax()).get(6, 2)).isEqualTo(1f / 3);
    }

    @Test void itIsCalledInOneApisWayTooAndKeepsWhatItMade(@TempDir Path folder) throws IOException, InterruptedException {
        String source = "__kernel void g(__global float *x) { x[get_global_id(0)] = " + folder.hashCode() + "; }";
        Path file = Files.writeString(folder.resolve("g.cl"), source);
        Process process = new ProcessBuilder(FpgaFlow.compiler().toString(), "--input=" + file, "--device=emulator", "--cmd=build", "--ir=" + folder.resolve("g") + ".aocx").start();
        assertThat(process.waitFor()).isZero();
        byte[] made = Files.readAllBytes(folder.resolve("g.aocx"));
        Path kept;
        try (Stream<Path> files = Files.list(FpgaFlow.kept())) {
            kept = files.filter(each -> Arrays.equals(bytes(each), made)).findFirst().orElseThrow();
        }
        Files.writeString(kept, "what was kept");
        assertThat(compiler(folder, source, "-board=emulator", "-o", folder.resolve("again").toString()).exitValue()).isZero();
        assertThat(folder.resolve("again.aocx")).hasContent("what was kept");
        Files.delete(kept);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
