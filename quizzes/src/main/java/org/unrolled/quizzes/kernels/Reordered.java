package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.pattern;
import static org.unrolled.quiz.Misconception.twin;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.unrolled.quiz.AnswerSource;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** C = A·B with the loops in the order i, k, j: step 2 of the ladder. */
@Question(id = "kernels/reordered", points = 4, lesson = "15-kernels", title = "The loops in the order i, k, j", mutates = true, forbids = "GemmLadder.*")
public final class Reordered implements CodeQuestion<Reordered.Multiply> {

    public interface Multiply {
        void reordered(float[] c, float[] a, float[] b, int M, int N, int K);
    }

    // BEGIN ANSWER
    /** c (M, N) = a (M, K) · b (K, N), row after row; what c held before does not matter. */
    static void reordered(float[] c, float[] a, float[] b, int M, int N, int K) {
        // BEGIN SOLUTION begin with zeros, then let j run innermost
        for (int i = 0; i < M * N; i++) c[i] = 0;
        for (int i = 0; i < M; i++) {
            for (int k = 0; k < K; k++) {
                float x = a[i * K + k];
                for (int j = 0; j < N; j++) c[i * N + j] += x * b[k * N + j];
            }
        }
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Multiply solution() {
        return Reordered::reordered;
    }

    @Override
    public String prompt() {
        return """
                **Your turn: step 2.** Write `reordered`: the loops in the order $i$, $k$, $j$. For each element $A_{ik}$, row $k$ of $B$ times $A_{ik}$ is added to row $i$ of $C$. \
                The array `c` comes with whatever it held before. Checked are the numbers, also for odd sizes, and which loop runs innermost; speed is shown afterwards.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "The line in the middle is c[i * N + j] += a[i * K + k] * b[k * N + j], whatever the order of the loops.",
                "An element of C is now added to in K visits, so it must be 0 before the first one.",
                "a[i * K + k] does not change in the innermost loop: read it once, into a float, before that loop.");
    }

    /**
     * A loop up to a size that adds to something and has no other loop in it. The order of the loops shows in the source only: whatever it is, the terms of an
     * element are added in the same order, to the same sum.
     */
    private static String innermost(String size) {
        String head = "\\bfor\\s*\\((?:[^()]|\\([^()]*\\))*(?<![*]\\s{0,2})\\b" + size + "\\b(?!\\s*[*])(?:[^()]|\\([^()]*\\))*\\)\\s*";
        String code = "(?:(?!\\b(?:for|while)\\b)[^{}])*", statement = "(?:(?!\\b(?:for|while)\\b)[^{};])*";
        String adds = "(?:\\+=|\\bfma\\s*\\(|\\b(\\w+(?:\\s*\\[[^\\]]*\\])?)\\s*=\\s*\\%d\\s*\\+)";
        return head + "(?:\\{" + code + adds.formatted(1) + code + "\\}|(?!\\{)" + statement + adds.formatted(2) + ")";
    }

    private static final String ALONG_K = innermost("K"), ALONG_M = innermost("M");
    private static final Pattern COMMENT = Pattern.compile("//[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    private static final String BEGIN = "void reordered(float[] c, float[] a, float[] b, int M, int N, int K) {\n";

    @Override
    public List<Misconception<Multiply>> misconceptions() {
        return List.of(
                twin("The product is added to what c held before. In this order C is summed in many visits, so every element has to be 0 before the first one.",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, false, (i, j, k) -> a[i * K + k] * b[k * N + j])),
                twin("There is no sum: each k overwrites what the one before wrote, or clears it first, and only the last one stays. Clear C before the loop over k, and add there: +=.",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> k == K - 1 ? a[i * K + k] * b[k * N + j] : 0)),
                twin("C is cleared inside the loop over k, so that only the last k is left in it. Clear it once, before that loop.",
                        (c, a, b, M, N, K) -> {
                            for (int i = 0; i < M; i++) {
                                for (int k = 0; k < K; k++) {
                                    Arrays.fill(c, 0);
                                    for (int j = 0; j < N; j++) c[i * N + j] += a[i * K + k] * b[k * N + j];
                                }
                            }
                        }),
                twin("The row of A is taken as N numbers long. A is (M, K): its element (i, k) is a[i * K + k].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[i * N + k] * b[k * N + j])),
                twin("The row of B is taken as K numbers long. B is (K, N): its element (k, j) is b[k * N + j].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[i * K + k] * b[k * K + j])),
                twin("B is read as if it were turned around: you took element (j, k). The sum runs down a column of B: b[k * N + j].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[i * K + k] * b[j * K + k])),
                twin("A is read as if it were turned around: you took element (k, i). Row i of C needs row i of A: a[i * K + k].",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> a[k * M + i] * b[k * N + j])),
                twin("C is written as if its rows were columns: element (i, j) of C lies at i * N + j.",
                        (c, a, b, M, N, K) -> {
                            float[] right = new float[M * N];
                            reordered(right, a, b, M, N, K);
                            for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) c[j * M + i] = right[i * N + j];
                        }),
                twin("A loop ends one too early: the last k is missing from the sum. k < K is right, since k counts from 0.",
                        (c, a, b, M, N, K) -> Products.sums(c, M, N, K, true, (i, j, k) -> k < K - 1 ? a[i * K + k] * b[k * N + j] : 0)),
                pattern("k runs innermost: each element of C is finished before the next one begins, and B is read down a column. The order i, k, j has j inside: along a row of B and a row of C.",
                        ALONG_K,
                        BEGIN + "for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) { float sum = 0; for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j]; c[i * N + j] = sum; } }"),
                pattern("i runs innermost: down a column of A and a column of C. The order i, k, j has j inside: along a row of B and a row of C.",
                        ALONG_M,
                        BEGIN + "for (int e = 0; e < M * N; e++) c[e] = 0;\nfor (int k = 0; k < K; k++) for (int j = 0; j < N; j++) { for (int i = 0; i < M; i++) { c[i * N + j] += a[i * K + k] * b[k * N + j]; } } }"));
    }

    @Check(value = "agrees with the equation, for odd sizes too", weight = 2)
    void agrees(Multiply yours, Random random) {
        for (int[] n : new int[][] {{2, 3, 4}, {3, 2, 5}, {5, 7, 3}, {1, 4, 6}, {7, 1, 2}}) {
            float[] c = new float[n[0] * n[1]], expected = c.clone();
            float[] a = Products.draw(random, n[0] * n[2]), b = Products.draw(random, n[2] * n[1]);
            yours.reordered(c, a, b, n[0], n[1], n[2]);
            reordered(expected, a, b, n[0], n[1], n[2]);
            close(c, expected);
        }
    }

    @Check("whatever c held before")
    void overwrites(Multiply yours, Random random) {
        for (int[] n : new int[][] {{2, 3, 4}, {4, 5, 3}}) {
            float[] c = Products.draw(random, n[0] * n[1]), expected = c.clone();
            float[] a = Products.draw(random, n[0] * n[2]), b = Products.draw(random, n[2] * n[1]);
            yours.reordered(c, a, b, n[0], n[1], n[2]);
            reordered(expected, a, b, n[0], n[1], n[2]);
            close(c, expected);
        }
    }

    @Check("j runs innermost, along the rows of B and C")
    void alongTheRows(Multiply yours, AnswerSource source) {
        String code = COMMENT.matcher(source.text()).replaceAll(" ");
        that(!Pattern.compile(ALONG_K).matcher(code).find(), "the loop that adds runs over k, and has no other loop in it");
        that(!Pattern.compile(ALONG_M).matcher(code).find(), "the loop that adds runs over i, and has no other loop in it");
    }
}
