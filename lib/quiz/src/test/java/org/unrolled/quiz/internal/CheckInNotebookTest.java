package org.unrolled.quiz.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unrolled.notebook.cell.CellSession;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.bank.BytesOfFloats;
import org.unrolled.quiz.bank.ProductShape;
import org.unrolled.quiz.bank.StandardDeviation;
import org.unrolled.quiz.bank.TanhBackward;
import org.unrolled.quiz.bank.WhyDivide;

/** Check cells as a learner meets them: answers bound by name, every kind of bad answer a clear card, the kernel usable after it. */
class CheckInNotebookTest {

    @TempDir
    private Path folder;
    private CellSession notebook;
    private Session session;
    private final List<Card> cards = new ArrayList<>();

    @BeforeEach
    void open() {
        notebook = CellSession.open();
        session = new Session(Progress.in(folder.resolve("progress.json")), cards::add);
        notebook.run("import static org.unrolled.quiz.Lesson.*;");
        notebook.run("import org.unrolled.tensor.Tensor;");
        notebook.run("import org.unrolled.quiz.bank.*;");
    }

    @AfterEach
    void close() {
        notebook.close();
    }

    /** Runs an answer cell, which may fail, and then the check cell; gives the card's text. */
    private String check(Exercise<?> question, String name, String cell) {
        catchThrowable(() -> notebook.run(cell));
        session.check(question.getClass(), name);
        return cards.getLast().text();
    }

    private String deviation(String cell) {
        return check(new StandardDeviation(), "deviation", cell);
    }

    @Test
    void theStubIsNotAttemptedAndTheSolutionCorrect() {
        assertThat(deviation(new StandardDeviation().stub())).isEqualTo("""
                ○ Not attempted · Standard deviation · 4 points
                judged deviation from In[4]
                Replace the throw new Todo(…) in the cell above with your answer and run it, then run this cell again.""");
        assertThat(deviation(new StandardDeviation().solutionSource())).startsWith("""
                ✓ Correct · Standard deviation · 4 of 4 points
                judged deviation from In[5]
                  ✓ never negative
                """);
        assertThat(cards.getLast().html()).contains("<details style=\"opacity:.75\"><summary>judged <code>deviation</code> from In[5]</summary><pre")
                .contains("double variance = 0;");
        assertThat(cards.getLast().json()).contains("\"question\":\"example/standard-deviation\"", "\"outcome\":\"correct\"", "\"executionCount\":5");
    }

    @Test
    void aMisconceptionGetsItsCard() {
        assertThat(deviation("""
                double deviation(double[] x) {
                    double mean = Arrays.stream(x).average().getAsDouble();
                    return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().getAsDouble();
                }""")).startsWith("""
                ◐ Not yet · Standard deviation · 2 of 4 points
                judged deviation from In[4]
                That is the variance. The deviation has the unit of x, so take the square root.
                  ✓ never negative
                  ✓ moving all values does not change it
                  ✗ agrees with the formula (differs for 2 values)
                smallest failing input: x (2)
                  yours:    0.""").endsWith("Next: hint(StandardDeviation.class)");
        assertThat(cards.getLast().html()).contains("<figcaption", ">yours</th>", ">expected</th>", "this input").doesNotContain("<style", "<script", "aria-", "<svg");
    }

    @Test
    void aCellThatDoesNotCompileGetsACardWithLineAndCaret() {
        assertThat(deviation("""
                double deviation(double[] x) {
                    return Math.squareRoot(x[0]);
                }""")).startsWith("""
                ⚠ Does not compile · the last run of the cell that defines deviation (In[4]) has an error
                line 2: cannot find symbol""").contains("    return Math.squareRoot(x[0]);\n               ^");
        assertThat(cards.getLast().html()).as("the sentence may wrap, the line may not").contains("line 2: cannot find symbol; symbol: method squareRoot(double)</div><pre ",
                ">    return Math.squareRoot(x[0]);\n               ^</pre>");
        assertThat(deviation(new StandardDeviation().solutionSource())).startsWith("✓ Correct");
        assertThat(deviation("double deviation(double[] x) { return x[0] }")).startsWith("⚠ Does not compile");
    }

    @Test
    void aWrongSignatureIsTold() {
        assertThat(deviation("String deviation(int n) { return \"\"; }")).startsWith("⚠ Does not compile · Standard deviation")
                .contains("deviation is declared as String deviation(int n); the question calls it as double deviation(double[] x).",
                        "Change the first line of your answer to that.");
    }

    @Test
    void anotherMethodOfTheSameNameIsNotTakenForTheAnswer() {
        deviation(new StandardDeviation().solutionSource());
        deviation("double deviation(int n) { return n; }");
        assertThat(cards.get(cards.size() - 2).text()).startsWith("✓ Correct").contains("judged deviation from In[4]");
        assertThat(cards.getLast().text()).isEqualTo("⚠ Not the last deviation\nIn[5] defines another deviation, with other parameters."
                + " Judged is the one of In[4], which has the parameters that the question asks for.");
    }

    @Test
    void theTypedFormsCompileAndJudge() {
        notebook.run(new StandardDeviation().solutionSource());
        notebook.run("String answer = \"8000\";");
        java.io.ByteArrayOutputStream printed = new java.io.ByteArrayOutputStream();
        java.io.PrintStream before = System.out;
        System.setOut(new java.io.PrintStream(printed, true, java.nio.charset.StandardCharsets.UTF_8));
        String progress = System.setProperty("unrolled.progress", "off");
        try {
            notebook.run("check(StandardDeviation.class, x -> deviation(x));");
            notebook.run("check(StandardDeviation.class, (StandardDeviation.Deviation) x -> 2.0);");
            notebook.run("check(StandardDeviation.class, x -> new StandardDeviation().solution().deviation(x));");
            notebook.run("check(BytesOfFloats.class, () -> answer);");
            notebook.run("check(StandardDeviation.class, \"deviation\");");
            notebook.run("hint(BytesOfFloats.class); progress();");
        } finally {
            System.setOut(before);
            System.getProperties().remove("unrolled.progress");
        }
        assertThat(progress).isNull();
        assertThat(printed.toString(java.nio.charset.StandardCharsets.UTF_8)).contains("✓ Correct · Standard deviation",
                "deviation returns the same result whatever its arguments are", "deviation asks the question for its solution", "That many bits times floats", "judged deviation from In[4]",
                "Hint 1 of 1", "Where you stand");
        assertThat(Session.typed(new StandardDeviation(), "deviation")).isEqualTo("check(StandardDeviation.class, (x) -> deviation(x));");
        assertThat(Session.typed(new BytesOfFloats(), "answer")).isEqualTo("check(BytesOfFloats.class, () -> answer);");
    }

    @Test
    void whereTheKernelCannotBeLookedIntoTheTypedFormIsPrinted() {
        notebook.close();
        session.check(TanhBackward.class, "dX");
        assertThat(cards.getLast().text()).isEqualTo("""
                ⚠ This kernel cannot be looked into
                The check cannot find dX by its name here. Run this instead:
                    check(TanhBackward.class, (x, dY) -> dX(x, dY));""");
    }

    @Test
    void anUnknownNameOrQuestionIsASentence() {
        assertThat(check(new StandardDeviation(), "devation", "int x = 1;")).contains("No cell that ran defines devation.",
                "Run the answer cell first, then this cell again.");
        session.check(String.class, "x");
        assertThat(cards.getLast().text()).isEqualTo(
                "⚠ Unknown question\nString is not a question: a question implements CodeQuestion, ChoiceQuestion or another kind.");
    }

    @Test
    void anExceptionIsShownWithTheLearnersOwnLine() {
        assertThat(deviation("""
                double deviation(double[] x) {
                    double sum = 0;
                    for (int i = 0; i <= x.length; i++) sum += x[i];
                    return sum;
                }""")).startsWith("⚠ Stopped by an error · Standard deviation").contains("""
                deviation threw ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 3
                In[4] line 3 in deviation: for (int i = 0; i <= x.length; i++) sum += x[i];
                An index runs past the end: compare it with the size.
                """.replace("\nIn[4]", "\n  In[4]"));
    }

    @Test
    void anEndlessLoopIsEndedAndTheKernelStaysUsable() {
        session = new Session(Progress.in(folder.resolve("progress.json")), cards::add, new Engine(java.time.Duration.ofMillis(300)));
        assertThat(deviation("""
                double deviation(double[] x) {
                    double sum = 0;
                    while (sum >= 0) { sum += 1; }
                    return sum;
                }""")).startsWith("⚠ Not finished in time · Standard deviation")
                .contains("deviation did not finish within 0.3 s and was stopped.\nIt was at In[4] line 3 in deviation: while (sum >= 0) { sum += 1; }");
        assertThat(deviation(new StandardDeviation().solutionSource())).startsWith("✓ Correct");
    }

    @Test
    void aForbiddenCallIsSeenInTheByteCodeToo() {
        notebook.run("class Stats { static double standardDeviation(double[] x) { return 1; } }");
        assertThat(deviation("double deviation(double[] x) { return Stats.standardDeviation(x); }"))
                .contains("deviation calls standardDeviation, which is what this question asks you to write.");
    }

    @Test
    void tensorsComeBackNullWronglyShapedOrChanged() {
        assertThat(check(new TanhBackward(), "dX", "Tensor dX(Tensor x, Tensor dY) { return null; }")).contains("dX returned null. Return the value you computed.");
        assertThat(check(new TanhBackward(), "dX", "Tensor dX(Tensor x, Tensor dY) { return dY.sum(0); }"))
                .contains("dX returned shape (3); it should be shape (2, 3) for inputs (2, 3), (2, 3).");
        assertThat(check(new TanhBackward(), "dX", "Tensor dX(Tensor x, Tensor dY) { return dY; }")).contains("Your result is the argument dY, unchanged.");
        assertThat(check(new TanhBackward(), "dX", "Tensor dX(Tensor x, Tensor dY) { return dY.mul(tanh(x).pow(2).sub(1)); }"))
                .contains("Your result is the right one with the opposite sign.");
        assertThat(check(new TanhBackward(), "dX", "Tensor dX(Tensor x, Tensor dY) { return tanh(x).pow(2).neg().add(1); }"))
                .contains("You left out dY: by the chain rule what arrives is multiplied in.");
        assertThat(check(new TanhBackward(), "dX", "Tensor dX(Tensor x, Tensor dY) { return dY.matmul(x); }"))
                .startsWith("⚠ Stopped by an error").contains("dX threw IllegalArgumentException: matmul: (2, 3) · (2, 3)", "In[9] line 1 in dX");
        assertThat(check(new TanhBackward(), "dX", new TanhBackward().solutionSource())).startsWith("✓ Correct").contains("equals autograd (largest difference");
    }

    @Test
    void valuesAreDeclarations() {
        BytesOfFloats bytes = new BytesOfFloats();
        assertThat(check(bytes, "answer", bytes.stub())).startsWith("○ Not attempted").contains("Write your answer between the quotation marks of answer");
        assertThat(check(bytes, "answer", bytes.solutionSource())).startsWith("✓ Correct");
        assertThat(check(bytes, "answer", "String answer = \"1,000\";")).startsWith("✓ Correct");
        assertThat(check(bytes, "answer", "int answer = 1000;")).startsWith("✓ Correct");
        assertThat(check(bytes, "answer", "String answer = \"8000 B\";")).contains("That many bits times floats: a byte has 8 bits.");
        assertThat(check(bytes, "answer", "String answer = \"about 1000\";")).contains(
                "The answer is \"about 1000\", which cannot be read as a number, in B. Write, for example, \"0.5\", \"1/2\" or \"5e-1\", and B behind it if you like.");
        WhyDivide why = new WhyDivide();
        assertThat(check(why, "answer", "String answer = \"Because the sum of more terms is larger.\";")).startsWith("✎ Recorded · Why divide · 3 points")
                .contains("Recorded. A teacher marks it", "says that a sum grows with n (2 points)", "Model answer: A sum grows");
        assertThat(check(why, "answer", why.solutionSource())).startsWith("✓ Correct");
    }

    @Test
    void theRightSizesInAnotherOrderAreToldSo() {
        assertThat(check(new ProductShape(), "answer", "String answer = \"5x2\";")).contains("These are the right sizes in another order.");
    }

    @Test
    void anAnswerThatAsksTheQuestionForItsSolutionDoesNotPass() {
        assertThat(deviation("double deviation(double[] x) { return new StandardDeviation().solution().deviation(x); }"))
                .startsWith("✗ Not yet · Standard deviation · 0 of 4 points")
                .contains("deviation asks the question for its solution (StandardDeviation).");
        assertThat(deviation("""
                double deviation(double[] x) throws Exception {
                    return (double) Class.forName("java.lang.Math").getMethod("abs", double.class).invoke(null, x[0]);
                }""")).startsWith("✗ Not yet").contains("by reflection (", "which no answer needs.");
    }

    @Test
    void aGradientByHandIsNotAutograds() {
        assertThat(check(new TanhBackward(), "dX", """
                Tensor dX(Tensor x, Tensor dY) {
                    Tensor leaf = x.copy().requiresGrad(true);
                    tanh(leaf).backward(dY);
                    return leaf.grad();
                }""")).startsWith("✗ Not yet · Tanh backward · 0 of 3 points")
                .contains("dX calls Tensor.backward: that is autograd's gradient, and this question asks for yours.");
        assertThat(check(new TanhBackward(), "dX", """
                Tensor dX(Tensor x, Tensor dY) {
                    return numericalGradient(at -> tanh(at).mul(dY).sum(), x);
                }""")).startsWith("✗ Not yet · Tanh backward · 0 of 3 points")
                .contains("dX calls numericalGradient: that measures the gradient, and this question asks for its formula.");
    }

    @Test
    void aFixedListIsLeftAsItIs() {
        assertThat(deviation("double deviation(double[] x) { List.of(1).add(2); return 0; }"))
                .startsWith("⚠ Stopped by an error · Standard deviation · 0 of 4 points")
                .contains("deviation threw UnsupportedOperationException", "A list that is given may be fixed: leave it as it is, and put the result into a new one.");
    }

    @Test
    void theMemoryMayRunOut() {
        assertThat(deviation("double deviation(double[] x) { throw new OutOfMemoryError(\"Java heap space\"); }"))
                .startsWith("⚠ Stopped by an error · Standard deviation · 0 of 4 points")
                .contains("deviation threw OutOfMemoryError: Java heap space", "Something grows without end", "– agrees with the formula (not begun)");
    }

    @Test
    void anAnswerThatEndsTheProgramDoesNotEndTheKernel() {
        assertThat(deviation("double deviation(double[] x) {\n    System.exit(3);\n    return 0;\n}")).startsWith("⚠ Stopped by an error").contains(
                "deviation threw UnsupportedOperationException: System.exit(3) would end the kernel, and with it every variable of this notebook.",
                "line 2 in deviation: System.exit(3);");
    }

    @Test
    void whatAnAnswerPrintsIsCut() {
        java.io.PrintStream out = System.out;
        java.io.ByteArrayOutputStream seen = new java.io.ByteArrayOutputStream();
        System.setOut(new java.io.PrintStream(seen, true, java.nio.charset.StandardCharsets.UTF_8));
        try {
            deviation("double deviation(double[] x) { for (int i = 0; i < 5000; i++) System.out.println(\"step \" + i); return 0; }");
        } finally {
            System.setOut(out);
        }
        assertThat(seen.toString(java.nio.charset.StandardCharsets.UTF_8)).startsWith("step 0").contains("… the answer printed ", " more bytes while it was checked")
                .hasSizeBetween(Output.KEPT, Output.KEPT + 100);
        assertThat(cards.getLast().text()).startsWith("✗ Not yet");
    }

    @Test
    void anAnswerThatRemembersIsToldSo() {
        notebook.run("int calls = 0;");
        assertThat(deviation("""
                double deviation(double[] x) {
                    double mean = Arrays.stream(x).average().getAsDouble();
                    return Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().getAsDouble()) + calls++;
                }""")).contains("deviation gave two different results for the same arguments. Look for a variable outside the method");
    }

    @Test
    void aNameLeftOutIsTheQuestionsOwn() {
        notebook.run(new StandardDeviation().solutionSource());
        session.check(StandardDeviation.class, " ");
        assertThat(cards.getLast().text()).startsWith("✓ Correct");
        session.check((Class<?>) null, "deviation");
        assertThat(cards.getLast().text()).startsWith("⚠ Unknown question\nThe class is null.");
    }

    @Test
    void verdictsComeFastAndTheFigureIsPrinted() {
        notebook.run(new TanhBackward().solutionSource());
        String wrong = "Tensor dX(Tensor x, Tensor dY) { return tanh(x).pow(2).neg().add(1); }";
        for (String cell : List.of(new TanhBackward().solutionSource(), wrong)) {
            notebook.run(cell);
            double[] millis = new double[40];
            for (int i = -10; i < millis.length; i++) {
                long start = System.nanoTime();
                session.check(TanhBackward.class, "dX");
                if (i >= 0) {
                    millis[i] = (System.nanoTime() - start) / 1e6;
                }
            }
            Arrays.sort(millis);
            System.out.printf("verdict (%s): median %.1f ms, p95 %.1f ms%n", cell.equals(wrong) ? "a misconception" : "correct",
                    millis[millis.length / 2], millis[(int) (millis.length * .95)]);
        }
        assertThat(cards).hasSize(100);
    }
}
