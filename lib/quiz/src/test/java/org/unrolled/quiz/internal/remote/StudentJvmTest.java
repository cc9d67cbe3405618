package org.unrolled.quiz.internal.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.bank.BytesOfFloats;
import org.unrolled.quiz.bank.Slope;
import org.unrolled.quiz.bank.SortRows;
import org.unrolled.quiz.bank.SquareOf;
import org.unrolled.quiz.bank.StandardDeviation;
import org.unrolled.quiz.bank.TanhBackward;
import org.unrolled.quiz.internal.Engine;
import org.unrolled.quiz.internal.build.PackBank;

/** Answers that live in another JVM, over the pipe: honest ones are judged as at home, hostile ones get an outcome and never a pass. */
class StudentJvmTest {

    @TempDir
    private static Path folder;
    /** What a student's JVM has: the kit, and of the bank the answer types alone. */
    private static String kit;

    @BeforeAll
    static void packTheBank() throws IOException {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path tests = Arrays.stream(all.split(File.pathSeparator)).map(Path::of).filter(p -> p.endsWith("test-classes")).findFirst().orElseThrow();
        Path bank = folder.resolve("bank");
        try (Stream<Path> files = Files.walk(tests.resolve("org/unrolled/quiz/bank"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                Path to = bank.resolve(tests.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        assertThat(PackBank.pack(bank, folder.resolve("answers"))).isGreaterThan(7);
        kit = folder.resolve("answers") + File.pathSeparator
                + Arrays.stream(all.split(File.pathSeparator)).filter(p -> !p.equals(tests.toString())).collect(Collectors.joining(File.pathSeparator));
    }

    /** Compiles the student's cells, as the grader will, against what the student's JVM has. */
    private static Path compile(String cells) throws IOException {
        Path to = Files.createTempDirectory(folder, "student");
        Path source = to.resolve("Cells.java");
        Files.writeString(source, """
                import java.util.*;
                import org.unrolled.tensor.*;
                import org.unrolled.quiz.bank.*;
                import static org.unrolled.quiz.Lesson.*;
                public class Cells {
                %s
                }
                """.formatted(cells));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, "-proc:none", "-nowarn", "-cp", kit, "-d", to.toString(), source.toString())).as(cells).isZero();
        return to;
    }

    private static <A> Verdict judge(Exercise<A> question, Class<A> type, String member, String cells) throws IOException {
        String classPath = compile(cells) + File.pathSeparator + kit;
        try (StudentJvm<A> student = StudentJvm.start(StudentJvm.plainLauncher(), classPath, type, "Cells", member)) {
            return new Engine(Duration.ofSeconds(8)).judge(question, student.answer(), null, 1);
        }
    }

    private static Verdict deviation(String body) throws IOException {
        return judge(new StandardDeviation(), StandardDeviation.Deviation.class, "deviation", "double deviation(double[] x) {" + body + "}");
    }

    private static <A> void solved(CodeQuestion<A> question, Class<A> type, String member) throws IOException {
        Verdict v = judge(question, type, member, question.solutionSource());
        assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.CORRECT);
        assertThat(judge(question, type, member, question.stub()).outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    }

    @Test
    void honestAnswersAreJudgedAsAtHome() throws IOException {
        solved(new StandardDeviation(), StandardDeviation.Deviation.class, "deviation");
        solved(new TanhBackward(), TanhBackward.Backward.class, "dX");
        Verdict variance = deviation("double m = Arrays.stream(x).average().getAsDouble(); return Arrays.stream(x).map(v -> (v - m) * (v - m)).average().getAsDouble();");
        assertThat(variance.outcome()).isEqualTo(Outcome.PARTIAL);
        assertThat(variance.finding().text()).startsWith("That is the variance.");
        assertThat(deviation("x[0] = 7; return 1;").finding().kind()).isIn("mutates", "hardCoded");
        Verdict value = judge(new BytesOfFloats(), Answer.class, "answer", "static String answer = \"8000\";");
        assertThat(value.finding().text()).isEqualTo("That many bits times floats: a byte has 8 bits.");
    }

    @Test
    void recordsListsEnumsAndTensorsCrossAndChangesComeBack() throws IOException {
        solved(new SortRows(), SortRows.Sort.class, "sort");
    }

    @Test
    void functionsStayInTheirJvmAndAreCalledBack() throws IOException {
        solved(new Slope(), Slope.Derivative.class, "derivative");
    }

    @Test
    void aGradientFlowsThroughAnAnswerInAnotherJvm() throws IOException {
        solved(new SquareOf(), SquareOf.Square.class, "square");
        Verdict cut = judge(new SquareOf(), SquareOf.Square.class, "square", "Tensor square(Tensor x, Tensor scale) { return x.mul(x).mul(scale).detach(); }");
        assertThat(cut.outcome()).isNotEqualTo(Outcome.CORRECT);
    }

    @Test
    void mutationIsSeen() throws IOException {
        Verdict v = deviation("double m = Arrays.stream(x).average().getAsDouble(), s = 0; for (double e : x) s += (e - m) * (e - m) / x.length;"
                + " Arrays.sort(x); return Math.sqrt(s);");
        assertThat(v.outcome()).isEqualTo(Outcome.PARTIAL);
        assertThat(v.finding().text()).startsWith("deviation changes its argument x.");
    }

    @Test
    void anExceptionArrivesByNameWithItsLine() throws IOException {
        Verdict v = deviation("\n return x[99];");
        assertThat(v.outcome()).isEqualTo(Outcome.CRASHED);
        assertThat(v.finding().text()).isEqualTo(
                "deviation threw ArrayIndexOutOfBoundsException: Index 99 out of bounds for length 3\n  line 7 in deviation");
    }

    @Test
    void theStudentSeesNeitherSolutionNorChecks() throws IOException {
        String spy = """
                double deviation(double[] x) {
                    StringBuilder seen = new StringBuilder();
                    for (String name : List.of("StandardDeviation", "TanhBackward", "WhichGrows")) {
                        try {
                            Class<?> q = Class.forName("org.unrolled.quiz.bank." + name);
                            seen.append(q.getSimpleName()).append(q.getDeclaredMethods().length).append(q.getDeclaredFields().length)
                                .append(q.getDeclaredConstructors().length).append(q.getInterfaces().length).append(q.getAnnotations().length)
                                .append(q.getResource(name + ".java")).append(' ');
                        } catch (ClassNotFoundException e) {
                            seen.append("none ");
                        }
                    }
                    seen.append(Cells.class.getClassLoader().getResource("META-INF/unrolled/questions"));
                    throw new IllegalStateException(seen.toString());
                }
                """;
        Verdict v = judge(new StandardDeviation(), StandardDeviation.Deviation.class, "deviation", spy);
        assertThat(v.finding().text()).startsWith("deviation threw IllegalStateException: StandardDeviation00000null TanhBackward00000null WhichGrows00000null null");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            ends its JVM                | CRASHED   | System.exit(0); return 0;                                                              | it ended before it replied
            prints to System.out        | CORRECT   | System.out.println("garbage"); System.err.println("more"); HONEST                       |
            writes into the pipe        | CRASHED   | write("garbage that is no frame, long enough to be read as one".getBytes()); HONEST    | it sent bytes that are no message
            announces a huge reply      | CRASHED   | write(new byte[] {0x7f, 0, 0, 0, 2}); HONEST                                             | it sent 2032 MiB at once; at most 64 MiB are read
            replies to another call     | CRASHED   | write(new byte[] {0, 0, 0, 4, 2, 0, 0, 0, 99}); HONEST                                   | it replies to a call that was not made
            calls what is not there     | CRASHED   | write(new byte[] {0, 0, 0, 12, 1, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0}); HONEST           | There is no object with the number 5.
            sends another type          | CRASHED   | write(new byte[] {0, 0, 0, 9, 2, 0, 0, 0, 1, -1, -1, -1, -1, 'N'}); HONEST               | The value is null, the interface says double.
            sends a short message       | CRASHED   | write(new byte[] {0, 0, 0, 2, 2, 0, 0}); HONEST                                          | The message ends too early.
            overflows its stack         | CRASHED   | return deviation(x) + 1;                                                               | threw StackOverflowError
            fills its heap              | CRASHED   | List<long[]> all = new ArrayList<>(); while (true) all.add(new long[1 << 22]);         | threw OutOfMemoryError: Java heap space
            """)
    void hostileAnswersGetAnOutcomeAndNeverAPass(String name, Outcome outcome, String body, String told) throws IOException {
        String honest = "double m = Arrays.stream(x).average().getAsDouble(); return Math.sqrt(Arrays.stream(x).map(v -> (v - m) * (v - m)).average().getAsDouble());";
        Verdict v = judge(new StandardDeviation(), StandardDeviation.Deviation.class, "deviation", """
                static void write(byte[] bytes) {
                    try {
                        var pipe = new java.io.FileOutputStream(java.io.FileDescriptor.out);
                        pipe.write(bytes);
                        pipe.flush();
                    } catch (java.io.IOException e) {
                        throw new RuntimeException(e);
                    }
                }
                double deviation(double[] x) { %s }
                """.formatted(body.replace("HONEST", honest)));
        assertThat(v.outcome()).as(v.toString()).isEqualTo(outcome);
        if (told != null) {
            assertThat(v.points()).isZero();
            assertThat(v.finding().text()).contains(told);
        }
    }

    @Test
    void anEndlessLoopIsEndedWithItsJvm() throws IOException {
        String classPath = compile("double deviation(double[] x) { while (true) {} }") + File.pathSeparator + kit;
        try (StudentJvm<StandardDeviation.Deviation> student = StudentJvm.start(StudentJvm.plainLauncher(), classPath, StandardDeviation.Deviation.class, "Cells", "deviation")) {
            Verdict v = new Engine(Duration.ofSeconds(1)).judge(new StandardDeviation(), student.answer(), null, 1);
            assertThat(v.outcome()).isEqualTo(Outcome.TIMED_OUT);
            assertThat(v.finding().text()).startsWith("deviation did not finish within 1 s and was stopped.");
        }
    }

    @Test
    void aHugeReplyIsRefusedByTheStudentsSideToo() throws IOException {
        Verdict v = judge(new TanhBackward(), TanhBackward.Backward.class, "dX", "Tensor dX(Tensor x, Tensor dY) { return Tensors.zeros(5000, 5000); }");
        assertThat(v.outcome()).isEqualTo(Outcome.CRASHED);
        assertThat(v.finding().text()).contains("is too large; at most 64 MiB go at once.");
    }
}
