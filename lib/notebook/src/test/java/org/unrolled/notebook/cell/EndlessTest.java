package org.unrolled.notebook.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cells that never end, ended: by Jupyter's interrupt and by a time limit. Afterwards the notebook works on. */
class EndlessTest {
    private CellSession notebook;

    @BeforeEach void open() {
        notebook = CellSession.open();
    }

    @AfterEach void close() {
        notebook.close();
    }

    static Stream<Arguments> endless() {
        return Stream.of(
                Arguments.of("while (true)", "void run() { while (true) Math.sin(1); }"),
                Arguments.of("do while", "void run() { int i = 0; do i ^= 1; while (i < 5); }"),
                Arguments.of("nested catch Throwable", """
                        void run() {
                            while (true) try { while (true) try { Math.sin(1); } catch (Exception e) { } } catch (Throwable t) { }
                        }"""),
                Arguments.of("finally continue", """
                        @SuppressWarnings("finally") void run() {
                            while (true) try { Math.sin(1); } finally { continue; }
                        }"""),
                Arguments.of("swallowed sleep", """
                        void run() {
                            while (true) try { Thread.sleep(100); } catch (InterruptedException e) { }
                        }"""),
                Arguments.of("lambda", "void run() { Runnable r = () -> { while (true) Math.sin(1); }; r.run(); }"),
                Arguments.of("class in a cell", "class Spinner { void spin() { for (;;) Math.sin(1); } }\nvoid run() { new Spinner().spin(); }"),
                Arguments.of("recursion that would take years", "long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\nvoid run() { fib(70); }"),
                Arguments.of("endless stream", "void run() { Stream.iterate(1, i -> i + 1).filter(i -> i < 0).findFirst(); }"),
                Arguments.of("switch", "void run() { int s = 0; while (true) switch (s) { case 0: s = 1; break; default: s = 0; continue; } }"),
                Arguments.of("parallel stream", "void run() { IntStream.range(0, 1000).parallel().forEach(i -> { while (true) Math.sin(i); }); }"),
                Arguments.of("for without progress", "void run() { int n = 5; for (int i = 0; i < n; i++) i--; }"),
                Arguments.of("for with a moving end", "void run() { int n = 5; for (int i = 0; i < n; i++) n++; }"),
                Arguments.of("for whose end cannot be passed", "void run() { int n = Integer.MAX_VALUE; for (int i = 0; i <= n; i++) { } }"),
                Arguments.of("for whose step cannot hit", "void run() { int n = 10; for (int i = 0; i < n; i += 0) { } }"),
                Arguments.of("for with a condition that wraps", "void run() { for (int i = 0; i % 3 < 5; i++) { } }"),
                Arguments.of("for whose test is inside", "void run() { int x = 0; for (int i = 0; ; i++) { if (i < 5) x++; } }"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    void aTimeLimitEndsIt(String name, String cell) throws Exception {
        notebook.run(cell);
        Runnable endless = answer();
        long start = System.nanoTime();
        TimeLimit.Result<Object> result = TimeLimit.call(() -> {
            endless.run();
            return "returned";
        }, Duration.ofMillis(200));
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertThat(result).isInstanceOfSatisfying(TimeLimit.TimedOut.class, timedOut -> {
            assertThat(timedOut.ended()).isTrue();
            assertThat(timedOut.limit()).isEqualTo(Duration.ofMillis(200));
        });
        assertThat(millis).as("milliseconds").isLessThan(1000);
        worksOn();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    void anInterruptEndsIt(String name, String cell) throws Exception {
        notebook.run(cell);
        CompletableFuture<Object> run = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(notebook.run("run();"));
            } catch (CellFailure failure) {
                return failure;
            }
        }, task -> Thread.ofPlatform().daemon().start(task));
        while (CellErrors.running().isEmpty()) Thread.sleep(5);
        Thread.sleep(50);
        for (int i = 0; i < 100 && !run.isDone(); i++) {
            notebook.interrupt();
            Thread.sleep(10);
        }
        assertThat(run).isCompletedWithValueMatching(value -> value instanceof CellFailure failure && failure.getMessage().startsWith("Interrupted"), "was interrupted");
        worksOn();
    }

    private Runnable answer() {
        return ((Binding.Bound<Runnable>) notebook.cells().bind(Runnable.class, "run")).answer();
    }

    private void worksOn() throws Exception {
        assertThat(notebook.run("int sum = 0;\nfor (int i = 0; i < 10; i++) sum += i;\nsum")).isEqualTo(45);
        assertThat(notebook.run("IntStream.range(0, 1000).parallel().map(i -> i % 2).sum()")).isEqualTo(500);
        for (int i = 0; i < 100 && CellErrors.running().isPresent(); i++) Thread.sleep(10);
        assertThat(CellErrors.running()).as("a thread that still runs cell code").isEmpty();
    }

    @Test void aLoopAtTopLevelEndsToo() throws Exception {
        CompletableFuture<CellFailure> run = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                notebook.run("int i = 0;\nwhile (true) {\n    i++;\n}");
            } catch (CellFailure failure) {
                run.complete(failure);
            }
        });
        while (CellErrors.running().isEmpty()) Thread.sleep(5);
        assertThat(CellErrors.running().orElseThrow()).startsWith("In[1] line ");
        notebook.interrupt();
        assertThat(run).succeedsWithin(Duration.ofSeconds(5)).satisfies(failure ->
                assertThat(failure.report()).matches("Interrupted at In\\[1\\] line [23]: .*"));
    }

    @Test void theLineIsNamed() throws Exception {
        notebook.run("int x = 0;\nvoid run() {\n    while (true) x++;\n}");
        Runnable endless = answer();
        assertThat(TimeLimit.call(() -> { endless.run(); return 1; }, Duration.ofMillis(50)))
                .isEqualTo(new TimeLimit.TimedOut<>(Duration.ofMillis(50), Optional.of("In[1] line 3 in run: while (true) x++;"), true));
    }

    @Test void whatIsInTimeIsReturnedOrThrown() throws Exception {
        assertThat(TimeLimit.call(() -> 7, Duration.ofSeconds(5))).isEqualTo(new TimeLimit.Value<>(7));
        assertThat(TimeLimit.call(() -> null, Duration.ofSeconds(5))).isEqualTo(new TimeLimit.Value<>(null));
        assertThatThrownBy(() -> TimeLimit.call(() -> { throw new java.io.IOException("no file"); }, Duration.ofSeconds(5)))
                .isInstanceOf(java.io.IOException.class).hasMessage("no file");
        assertThatThrownBy(() -> TimeLimit.call(() -> { throw new StackOverflowError(); }, Duration.ofSeconds(5))).isInstanceOf(StackOverflowError.class);
    }

    @Test void aLoopInLibraryCodeIsReportedAsStillRunning() throws Exception {
        boolean[] stop = {false};
        TimeLimit.Result<Integer> result = TimeLimit.call(() -> {
            while (!stop[0]) Thread.onSpinWait();
            return 1;
        }, Duration.ofMillis(50));
        stop[0] = true;
        assertThat(result).isEqualTo(new TimeLimit.TimedOut<>(Duration.ofMillis(50), Optional.empty(), false));
    }

    @Test void anInterruptDuringALimitedCallEndsBoth() throws Exception {
        notebook.run("void run() { while (true) Math.sin(1); }");
        Runnable endless = answer();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread cell = Thread.ofPlatform().start(() -> {
            try {
                TimeLimit.call(() -> { endless.run(); return 1; }, Duration.ofMinutes(5));
            } catch (Throwable t) {
                thrown.complete(t);
            }
        });
        while (CellErrors.running().isEmpty()) Thread.sleep(5);
        cell.interrupt();
        assertThat(thrown).succeedsWithin(Duration.ofSeconds(5)).isInstanceOf(Poll.Stopped.class);
        worksOn();
    }

    @Test void threadsOfTheLearnersOwnKeepTheirInterrupts() {
        assertThat(notebook.run("""
                StringBuffer log = new StringBuffer();
                Thread own = new Thread(() -> {
                    while (!Thread.currentThread().isInterrupted()) Math.sin(1);
                    try { Thread.sleep(1); } catch (InterruptedException e) { log.append("woken, "); }
                    log.append(Thread.currentThread().isInterrupted());
                });
                own.start();
                own.interrupt();
                own.join();
                log.toString()
                """)).isEqualTo("woken, false");
    }

    @Test void poolThreadsAreFitForWorkAfterwards() throws Exception {
        notebook.run("void run() { IntStream.range(0, 1000).parallel().forEach(i -> { while (true) Math.sin(i); }); }");
        Runnable endless = answer();
        TimeLimit.call(() -> { endless.run(); return 1; }, Duration.ofMillis(50));
        for (int round = 0; round < 20; round++) {
            assertThat(notebook.run("IntStream.range(0, 2000).parallel().map(i -> { int s = 0; for (int j = 0; j <= i; j++) s += 1; return s; }).sum()"))
                    .isEqualTo(IntStream.rangeClosed(1, 2000).sum());
        }
        assertThat(ForkJoinPool.commonPool().submit(() -> 1).get()).isEqualTo(1);
    }

    /** A poll would keep the compiler from vectorising these; that they have none is seen in their byte code. */
    @ParameterizedTest
    @ValueSource(strings = {
        "for (int i = 0; i < a.length; i++) a[i] *= 2;",
        "for (int i = 0; i < n; i++) a[i] = (float) Math.sqrt(b[i]);",
        "for (int i = n - 1; i >= 0; i--) a[i] += b[i];",
        "for (int i = 0; i < n - 1; i++) { if (a[i] > 0) continue; a[i] = 0; }",
    })
    void loopsThatCountHaveNoPoll(String loop) {
        assertThat(polls("void run(float[] a, float[] b, int n) { " + loop + " }")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "while (n != 0) n -= 2;",
        "for (int i = 0; i < n; i++) list.add(i);",
        "for (int i = 0; i <= n; i++) a[i] = 0;",
        "for (int i = 0; i < n; i += 2) a[i] = 0;",
        "for (long i = 0; i < n; i++) a[(int) i] = 0;",
        "for (int i = 0; i < n; i++) { a[i] = 0; if (a[i] == n) i = 0; }",
        "for (float x : a) list.add((int) x);",
    })
    void otherLoopsHaveOne(String loop) {
        assertThat(polls("void run(float[] a, List<Integer> list, int n) { " + loop + " }")).isEqualTo(1);
    }

    @Test void theOuterLoopHasOne() {
        assertThat(polls("void run(float[] a, int n) { for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) a[j] += a[i]; }")).isEqualTo(1);
    }

    private long polls(String method) {
        notebook.run(method);
        String cell = notebook.cells().shell().methods().filter(m -> m.name().equals("run")).findFirst().flatMap(Snippets::className).orElseThrow();
        byte[] polled = LoopPolls.insert(CellCode.bytes(cell).orElseThrow());
        return java.lang.classfile.ClassFile.of().parse(polled).methods().stream().filter(m -> m.methodName().equalsString("run")).flatMap(m -> m.code().orElseThrow().elementList().stream()).filter(e -> e instanceof java.lang.classfile.instruction.InvokeInstruction call && call.owner().asInternalName().endsWith("cell/Poll")).count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"System.exit(3);", "Runtime.getRuntime().exit(3);", "Runtime.getRuntime().halt(3);",
            "for (int i = 0; ; i++) { if (i > 2) System.exit(3); }"})
    void aCellCannotEndTheKernel(String code) {
        assertThatThrownBy(() -> notebook.run(code)).hasMessageContaining(
                "System.exit(3) would end the kernel, and with it every variable of this notebook. return leaves a method; Kernel > Restart Kernel starts afresh.");
        assertThat(notebook.run("1 + 1")).isEqualTo(2);
    }
}
