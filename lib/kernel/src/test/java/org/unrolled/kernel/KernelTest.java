package org.unrolled.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real thing: a kernel process, spoken to as Jupyter does. What cells mean is tested in lib/notebook. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class KernelTest {
    private KernelProcess kernel;

    @BeforeAll void start() throws Exception {
        kernel = KernelProcess.ours();
    }

    @AfterAll void stop() throws Exception {
        long millis = kernel.shutdown();
        String stderr = kernel.stderr();
        kernel.close();
        System.out.println("kernel shutdown: " + millis + " ms");
        assertThat(millis).as("milliseconds to shut down").isLessThan(3000);
        assertThat(stderr.strip()).as("stderr of the kernel").isEqualTo("WARNING: Using incubator modules: jdk.incubator.vector");
    }

    private String run(String code) {
        KernelProcess.Answer answer = kernel.run(code);
        assertThat(answer.status()).as(answer.traceback()).isEqualTo("ok");
        return answer.result();
    }

    @Test void importsAreThere() {
        assertThat(run("IntStream.range(0, 3).mapToObj(i -> List.of(i)).toList()")).isEqualTo("[[0], [1], [2]]");
        assertThat(kernel.run("System.out.println(\"out\");").output()).isEqualTo("out\n");
        assertThat(run("Function<Integer, Integer> f = x -> x + 1;\nf.apply(1)")).isEqualTo("2");
    }

    @Test void assertionsAreOnAndVectorsResolved() {
        assertThat(kernel.run("assert 1 > 2 : \"really\";").traceback()).startsWith("AssertionError: really");
        assertThat(run("import jdk.incubator.vector.*;\nFloatVector.SPECIES_128.length()")).isEqualTo("4");
    }

    @Test void anErrorIsTheLearnersLine() {
        kernel.run("int unrelated = 1;\n\nint half(int x) {\n    if (x % 2 == 1) throw new IllegalArgumentException(x + \" is odd\");\n    return x / 2;\n}");
        KernelProcess.Answer answer = kernel.run("int four = 4;\nhalf(5);");
        assertThat(answer.name()).isEqualTo("CellFailure");
        assertThat(answer.message()).isEqualTo("IllegalArgumentException: 5 is odd");
        assertThat(answer.traceback()).matches("""
                IllegalArgumentException: 5 is odd
                  In\\[\\d+\\] line 4 in half: if \\(x % 2 == 1\\) throw .*
                  In\\[\\d+\\] line 2: half\\(5\\);""");
        assertThat(kernel.run("int x = 1;\nString s = x;").traceback()).matches("""
                In\\[\\d+\\] line 2: incompatible types: int cannot be converted to String
                String s = x;
                           \\^""");
        assertThat(kernel.run("int open(int x) {").traceback()).matches("""
                In\\[\\d+\\] is not complete: something is opened and not closed. Look for a missing \\), }, " or ; from here on:
                int open\\(int x\\) \\{""");
        kernel.run("int calls(int x) { return callee(x); }");
        assertThat(kernel.run("calls(1)").traceback()).contains("no cell defines the method callee(int)");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "while (true) Math.sin(1);",
        "while (true) try { Thread.sleep(100); } catch (InterruptedException e) { }",
        "while (true) try { Math.sin(1); } catch (Throwable t) { }",
        "long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\nfib(70)",
        "Stream.iterate(1, i -> i + 1).filter(i -> i < 0).findFirst()",
        "IntStream.range(0, 1000).parallel().forEach(i -> { while (true) Math.sin(i); });",
    })
    void anInterruptEndsTheLoopAndTheKernelWorksOn(String endless) throws InterruptedException {
        KernelProcess.Answer answer = kernel.runAndInterrupt(endless, 1000);
        assertThat(answer.status()).isEqualTo("error");
        assertThat(answer.message()).startsWith("Interrupted at In[");
        assertThat(run("1 + 1")).isEqualTo("2");
        assertThat(run("""
                for (int i = 0; i < 50; i++) Thread.sleep(1);
                Thread.getAllStackTraces().entrySet().stream()
                    .filter(e -> e.getKey() != Thread.currentThread() && Arrays.stream(e.getValue()).anyMatch(f -> f.getClassName().startsWith("REPL.")))
                    .map(e -> e.getKey().getName()).toList()""")).as("threads that still run cell code").isEqualTo("[]");
    }

    @Test void anAnswerIsBoundByName() {
        String cells = "org.unrolled.notebook.cell.Cells.current().orElseThrow()";
        run("int twice(int x) { return 2 * x; }");
        assertThat(run(cells + ".bind(IntUnaryOperator.class, \"twice\")")).startsWith("Bound[").contains("name=twice");
        kernel.run("int twice(int x) { return x / \"2\"; }");
        assertThat(run(cells + ".bind(IntUnaryOperator.class, \"twice\")")).startsWith("DoesNotCompile[").contains("line 1: bad operand types");
        run("int twice(int x) { return x + x; }");
        run("double millis() {\n    long start = System.nanoTime();\n    " + cells + ".bind(IntUnaryOperator.class, \"twice\");\n    return (System.nanoTime() - start) / 1e6;\n}");
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) best = Math.min(best, Double.parseDouble(run("millis()")));
        System.out.printf("bind in the kernel, warm: %.2f ms%n", best);
        assertThat(best).as("milliseconds").isLessThan(20);
        assertThat(run("((org.unrolled.notebook.cell.Binding.Bound<IntUnaryOperator>) " + cells + ".bind(IntUnaryOperator.class, \"twice\")).answer().applyAsInt(4)")).isEqualTo("8");
    }

    @Test void aTimeLimitWithinACell() {
        run("void spin() {\n    while (true) Math.sin(1);\n}");
        assertThat(run("import java.time.*;\norg.unrolled.notebook.cell.TimeLimit.call(() -> { spin(); return 1; }, Duration.ofMillis(100))"))
                .matches("TimedOut\\[limit=PT0.1S, where=Optional\\[In\\[\\d+\\] line 2 in spin: while \\(true\\) Math.sin\\(1\\);\\], ended=true\\]");
    }

    @Test void theByteCodeOfACellIsKept() {
        run("class Kept { int x; }");
        assertThat(run("org.unrolled.notebook.cell.CellCode.bytes(Kept.class).isPresent()")).isEqualTo("true");
    }

    @Test void aStockKernelWorksToo() throws Exception {
        try (KernelProcess stock = KernelProcess.stockJJava()) {
            String cells = "org.unrolled.notebook.cell.Cells.current().orElseThrow()";
            stock.run("import java.util.function.*;");
            stock.run("int once(int x) { return x; }");
            assertThat(stock.run(cells + ".bind(IntUnaryOperator.class, \"once\")").result()).as("seen late, so without a number").contains("Bound[").contains("executionCount=0");
            stock.run("int n = 2;\nint twice(int x) { return n * x; }");
            assertThat(stock.run(cells + ".bind(IntUnaryOperator.class, \"twice\")").result()).contains("Bound[").contains("executionCount=4");
            stock.run("int twice(int x) {\n    return x / \"2\";\n}");
            assertThat(stock.run(cells + ".bind(IntUnaryOperator.class, \"twice\")").result()).contains("DoesNotCompile[").contains("executionCount=6").contains("line 2: bad operand types");
            stock.run("void spin() { while (true) Math.sin(1); }");
            assertThat(stock.run("import java.time.*;\norg.unrolled.notebook.cell.TimeLimit.call(() -> { spin(); return 1; }, Duration.ofMillis(100)).toString()").result())
                    .as("nothing can end it there").endsWith("ended=false]");
            stock.run("static void fill(float[] x) { for (int i = 0; i < x.length; i++) x[i] = i; }");
            assertThat(stock.run(cells + ".deviceMethod(\"fill\", 1)").traceback()).as("no lost @Parallel, but an error")
                    .contains("This notebook runs on a kernel that does not keep the byte code of cells, which a device's kernel is compiled from. Choose the notebook kernel \"Unrolled on TornadoVM\".");
        }
    }
}
