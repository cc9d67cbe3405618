package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.pattern;
import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unrolled.notebook.Notebook;
import org.unrolled.notebook.cell.Cells;
import org.unrolled.quiz.AnswerSource;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.kernel.Parallel;

/** C = A·B as a kernel for a device: one work item for each element of C. */
@Question(id = "kernels/device-matmul", points = 4, lesson = "15-kernels", title = "A matrix product for a device", mutates = true, forbids = "GemmLadder.*")
public final class DeviceMatmul implements CodeQuestion<DeviceMatmul.Kernel> {

    public interface Kernel {
        void deviceMatmul(float[] c, float[] a, float[] b, int M, int N, int K);
    }

    // BEGIN ANSWER
    /** c (M, N) = a (M, K) · b (K, N): a work item for each element of c; what c held before does not matter. */
    static void deviceMatmul(float[] c, float[] a, float[] b, int M, int N, int K) {
        // BEGIN SOLUTION mark the loops whose rounds may run at once, and sum over k inside
        for (@Parallel int i = 0; i < M; i++) {
            for (@Parallel int j = 0; j < N; j++) {
                float sum = 0;
                for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j];
                c[i * N + j] = sum;
            }
        }
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Kernel solution() {
        return DeviceMatmul::deviceMatmul;
    }

    @Override
    public String prompt() {
        return """
                **Your turn: a kernel.** Write `deviceMatmul`: step 1 of the ladder, with `@Parallel` at the loops whose rounds may run at the same time, and only at those. \
                It is plain Java, so the check runs it here; then it runs every round as a work item of its own, all from the same beginning; and on a device, if you have one.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Which of i, j and k number elements of C, and which one numbers the terms of a sum?",
                "for (@Parallel int i = 0; i < M; i++), and the same for j. The sum over k belongs to one work item: a local float that begins at 0.",
                "Store the sum once, c[i * N + j] = sum, after the loop over k.");
    }

    /** A float from outside a marked loop that is assigned inside it: one for all items. */
    private static final String SHARED = "(?s)\\{[^{}]*?\\bfloat\\s*(?:\\[\\s*\\])?\\s+(\\w+)\\s*(?:=[^;{}]*)?;[^{}]*?\\bfor\\s*\\(\\s*@.*(?<!float )\\b\\1\\s*(?:\\[[^\\]]*\\]\\s*)?[-+]?=[^=]";

    private static final String BEGIN = "void deviceMatmul(float[] c, float[] a, float[] b, int M, int N, int K) {\n";

    @Override
    public List<Misconception<Kernel>> misconceptions() {
        return List.of(
                pattern("No loop is marked. As plain Java that is right; on a device the whole product would be one single work item. Write @Parallel before int in the loops over i and j.",
                        "(?s)\\A(?!.*@Parallel)",
                        BEGIN + "for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) { float sum = 0; for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j]; c[i * N + j] = sum; } }"),
                pattern("The loop over k is marked. Its rounds add to one and the same element: at the same time, two of them read the old sum, and one addition is lost. That is a race."
                                + " Leave k to one work item, and sum in a local variable.",
                        "@Parallel\\s+int\\s+k\\b",
                        BEGIN + "for (@Parallel int i = 0; i < M; i++) for (@Parallel int j = 0; j < N; j++) { c[i * N + j] = 0; for (@Parallel int k = 0; k < K; k++) c[i * N + j] += a[i * K + k] * b[k * N + j]; } }"),
                pattern("The sum is declared outside a marked loop, so that all its rounds share one. As plain Java that is right, one round after the other; at the same time, two items add to it: a race."
                                + " Declare it inside, float sum = 0, after the head of the loop over j.",
                        SHARED,
                        BEGIN + "float[] sum = new float[1]; for (@Parallel int i = 0; i < M; i++) for (@Parallel int j = 0; j < N; j++) { sum[0] = 0;"
                                + " for (int k = 0; k < K; k++) sum[0] += a[i * K + k] * b[k * N + j]; c[i * N + j] = sum[0]; } }"),
                pattern("A work item writes into another one's row: c[(i + 1) …] belongs to item i + 1, which runs at the same time. Let an item write its own element and no other.",
                        "\\bc\\s*\\[\\s*\\(\\s*\\w+\\s*[+-]\\s*1\\s*\\)[^\\]]*\\]\\s*[-+]?=",
                        BEGIN + "for (@Parallel int i = 0; i < M; i++) for (@Parallel int j = 0; j < N; j++) { float sum = 0; for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j];"
                                + " c[i * N + j] = sum; if (i + 1 < M) c[(i + 1) * N + j] = 0; } }"),
                twin("The product is added to what c held before. Begin each sum at 0 and store it once: c[i * N + j] = sum.",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, false, (i, j, k) -> a[i * K + k] * b[k * N + j])),
                twin("The sum is not set back to 0 for the next element: it begins with that of the element before. Declare it inside the loops over i and j.",
                        (c, a, b, M, N, K) -> {
                            float sum = 0;
                            for (int i = 0; i < M; i++) {
                                for (int j = 0; j < N; j++) {
                                    for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j];
                                    c[i * N + j] = sum;
                                }
                            }
                        }),
                twin("There is no sum: each k overwrites what the one before wrote, and only the last one stays.",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> k == K - 1 ? a[i * K + k] * b[k * N + j] : 0)),
                twin("B is read as if it were turned around: you took element (j, k). The sum runs down a column of B: b[k * N + j].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[i * K + k] * b[j * K + k])),
                twin("The row of A is taken as N numbers long. A is (M, K): its element (i, k) is a[i * K + k].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[i * N + k] * b[k * N + j])),
                twin("The row of B is taken as K numbers long. B is (K, N): its element (k, j) is b[k * N + j].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[i * K + k] * b[k * K + j])));
    }

    @Check("agrees with the equation, as plain Java")
    void agrees(Kernel yours, Random random) {
        for (int[] n : new int[][] {{2, 3, 4}, {3, 2, 5}, {5, 4, 3}, {1, 5, 2}, {4, 1, 6}}) {
            float[] c = Products.draw(random, n[0] * n[1]), expected = c.clone();
            float[] a = Products.draw(random, n[0] * n[2]), b = Products.draw(random, n[2] * n[1]);
            yours.deviceMatmul(c, a, b, n[0], n[1], n[2]);
            deviceMatmul(expected, a, b, n[0], n[1], n[2]);
            close(c, expected);
        }
    }

    @Check(value = "every work item by itself, all at once, gives the same", weight = 2)
    void atOnce(Kernel yours, Random random, AnswerSource source) {
        if (!source.known()) {
            return;
        }
        try {
            WorkItems items = WorkItems.of(source.text(), source.name());
            Matcher shared = Pattern.compile(SHARED).matcher(source.text());
            that(!shared.find(), "the items share %s: at the same time, so it is chance what it holds", shared.reset().find() ? shared.group(1) : "");
            for (int[] n : new int[][] {{2, 3, 4}, {3, 2, 2}}) {
                float[] c = Products.draw(random, n[0] * n[1]), expected = c.clone();
                float[] a = Products.draw(random, n[0] * n[2]), b = Products.draw(random, n[2] * n[1]);
                WorkItems.Outcome outcome = items.run(c, a, b, n[0], n[1], n[2]);
                that(outcome.conflicts().isEmpty(), "%s: at the same time, so it is chance what stays", outcome.conflicts().isEmpty() ? "" : outcome.conflicts().getFirst());
                deviceMatmul(expected, a, b, n[0], n[1], n[2]);
                try {
                    close(outcome.arguments()[0], expected);
                } catch (AssertionError e) {
                    throw new AssertionError("an item reads what another one writes, a dependency carried by the loop: all at once, " + e.getMessage(), e);
                }
            }
        } catch (IllegalArgumentException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    @Check(value = "agrees with the equation on a device, where there is one", seconds = 60)
    void onDevice(Kernel yours, Random random, AnswerSource source) {
        // a device checks no index and may not come back: only what is right here may go there, and nothing else has earned the point where there is none
        try {
            agrees(yours, random);
            atOnce(yours, random, source);
        } catch (AssertionError e) {
            throw new AssertionError("not tried: a device checks no index, so the checks above come first", e);
        }
        if (!source.known() || Cells.current().isEmpty() || !Notebook.hasDevice()) {
            return;
        }
        int M = 13, N = 17, K = 11;
        float[] c = Products.draw(random, M * N), expected = c.clone();
        float[] a = Products.draw(random, M * K), b = Products.draw(random, K * N);
        Notebook.onDevice(source.name(), c, a, b, M, N, K);
        deviceMatmul(expected, a, b, M, N, K);
        close(c, expected);
    }
}
