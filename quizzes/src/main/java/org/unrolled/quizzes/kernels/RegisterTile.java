package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** C = A·B in tiles of two by two that stay in registers: step 5 of the ladder in small. */
@Question(id = "kernels/register-tile", points = 4, lesson = "15-kernels", title = "A tile of two by two", mutates = true, forbids = "GemmLadder.*")
public final class RegisterTile implements CodeQuestion<RegisterTile.Multiply> {

    public interface Multiply {
        void tiled(float[] c, float[] a, float[] b, int M, int N, int K);
    }

    // BEGIN ANSWER
    /** c (M, N) = a (M, K) · b (K, N), in tiles of 2 by 2; at an odd edge the last row or column comes twice. */
    static void tiled(float[] c, float[] a, float[] b, int M, int N, int K) {
        for (int i = 0; i < M; i += 2) {
            for (int j = 0; j < N; j += 2) {
                int i1 = Math.min(i + 1, M - 1), j1 = Math.min(j + 1, N - 1);
                // BEGIN SOLUTION sum (i, j), (i, j1), (i1, j), (i1, j1) in four floats, then store them
                float c00 = 0, c01 = 0, c10 = 0, c11 = 0;
                for (int k = 0; k < K; k++) {
                    float a0 = a[i * K + k], a1 = a[i1 * K + k], b0 = b[k * N + j], b1 = b[k * N + j1];
                    c00 += a0 * b0;
                    c01 += a0 * b1;
                    c10 += a1 * b0;
                    c11 += a1 * b1;
                }
                c[i * N + j] = c00;
                c[i * N + j1] = c01;
                c[i1 * N + j] = c10;
                c[i1 * N + j1] = c11;
                // END SOLUTION
            }
        }
    }
    // END ANSWER

    @Override
    public Multiply solution() {
        return RegisterTile::tiled;
    }

    @Override
    public String prompt() {
        return """
                **Your turn: a tile.** Write `tiled`: four elements of $C$ at once, in four local variables, which Java keeps in registers. For each $k$ read two numbers of $A$ and two of $B$, \
                and use each of them twice.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Four sums, all 0 before the loop over k: one for each pair of a row (i or i1) and a column (j or j1).",
                "Inside: float a0 = a[i * K + k], a1 = a[i1 * K + k], b0 = b[k * N + j], b1 = b[k * N + j1]; then four lines such as c01 += a0 * b1.",
                "After the loop over k store the four: c[i * N + j], c[i * N + j1], c[i1 * N + j], c[i1 * N + j1]. At an odd edge two of them are the same place and the same number.");
    }

    /** Four sums for each tile; {@code store} says where they go. */
    private static void tiles(float[] c, float[] a, float[] b, int M, int N, int K, boolean add, boolean crossed, boolean sameRow) {
        for (int i = 0; i < M; i += 2) {
            for (int j = 0; j < N; j += 2) {
                int i1 = Math.min(i + 1, M - 1), j1 = Math.min(j + 1, N - 1);
                float c00 = 0, c01 = 0, c10 = 0, c11 = 0;
                for (int k = 0; k < K; k++) {
                    float a0 = a[i * K + k], a1 = sameRow ? a0 : a[i1 * K + k], b0 = b[k * N + j], b1 = b[k * N + j1];
                    c00 += a0 * b0;
                    c01 += a0 * b1;
                    c10 += a1 * b0;
                    c11 += a1 * b1;
                }
                c[i * N + j] = c00 + (add ? c[i * N + j] : 0);
                c[i * N + j1] = (crossed ? c10 : c01) + (add ? c[i * N + j1] : 0);
                c[i1 * N + j] = (crossed ? c01 : c10) + (add ? c[i1 * N + j] : 0);
                c[i1 * N + j1] = c11 + (add ? c[i1 * N + j1] : 0);
            }
        }
    }

    @Override
    public List<Misconception<Multiply>> misconceptions() {
        return List.of(
                twin("Two of the four are exchanged: c01 belongs to row i and column j1, c10 to row i1 and column j.",
                        (c, a, b, M, N, K) -> tiles(c, a, b, M, N, K, false, true, false)),
                twin("The tile is added to what c held before, and at an odd edge a place is added to more than once. Store the sums: =, not +=.",
                        (c, a, b, M, N, K) -> tiles(c, a, b, M, N, K, true, false, false)),
                twin("Both rows of the tile were computed from row i of A. The second one needs a[i1 * K + k].",
                        (c, a, b, M, N, K) -> tiles(c, a, b, M, N, K, false, false, true)),
                twin("Where a size is odd, the last row or column is left out: it has no partner, and the loops end before it. Let them run to the end, i < M and j < N; i1 and j1 stay inside by themselves.",
                        (c, a, b, M, N, K) -> {
                            float[] right = new float[M * N];
                            tiled(right, a, b, M, N, K);
                            for (int i = 0; i < M - M % 2; i++) for (int j = 0; j < N - N % 2; j++) c[i * N + j] = right[i * N + j];
                        }),
                twin("Only the first of the four elements is stored: three quarters of C keep what they held before.",
                        (c, a, b, M, N, K) -> {
                            float[] right = new float[M * N];
                            tiled(right, a, b, M, N, K);
                            for (int i = 0; i < M; i += 2) for (int j = 0; j < N; j += 2) c[i * N + j] = right[i * N + j];
                        }),
                twin("Only the diagonal of each tile is computed, (i, j) and (i1, j1). A tile has four elements: each row with each column.",
                        (c, a, b, M, N, K) -> {
                            float[] right = new float[M * N];
                            tiled(right, a, b, M, N, K);
                            for (int i = 0; i < M; i += 2) {
                                for (int j = 0; j < N; j += 2) {
                                    int i1 = Math.min(i + 1, M - 1), j1 = Math.min(j + 1, N - 1);
                                    c[i * N + j] = right[i * N + j];
                                    c[i1 * N + j1] = right[i1 * N + j1];
                                }
                            }
                        }),
                twin("There is no sum: each k overwrites the four numbers. Add the products up while k runs: +=.",
                        (c, a, b, M, N, K) -> {
                            for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) c[i * N + j] = a[i * K + K - 1] * b[(K - 1) * N + j];
                        }),
                twin("The sums are not set back to 0 for the next tile: they begin with those of the tile before. Declare them inside the loop over j.",
                        (c, a, b, M, N, K) -> {
                            float c00 = 0, c01 = 0, c10 = 0, c11 = 0;
                            for (int i = 0; i < M; i += 2) {
                                for (int j = 0; j < N; j += 2) {
                                    int i1 = Math.min(i + 1, M - 1), j1 = Math.min(j + 1, N - 1);
                                    for (int k = 0; k < K; k++) {
                                        c00 += a[i * K + k] * b[k * N + j];
                                        c01 += a[i * K + k] * b[k * N + j1];
                                        c10 += a[i1 * K + k] * b[k * N + j];
                                        c11 += a[i1 * K + k] * b[k * N + j1];
                                    }
                                    c[i * N + j] = c00;
                                    c[i * N + j1] = c01;
                                    c[i1 * N + j] = c10;
                                    c[i1 * N + j1] = c11;
                                }
                            }
                        }));
    }

    private static void compare(Multiply yours, Random random, int M, int N, int K) {
        float[] c = Products.draw(random, M * N), expected = c.clone();
        float[] a = Products.draw(random, M * K), b = Products.draw(random, K * N);
        yours.tiled(c, a, b, M, N, K);
        tiled(expected, a, b, M, N, K);
        close(c, expected);
    }

    @Check("agrees with the equation where the tiles fit")
    void even(Multiply yours, Random random) {
        for (int[] n : new int[][] {{2, 4, 3}, {4, 2, 5}, {6, 8, 7}}) compare(yours, random, n[0], n[1], n[2]);
    }

    @Check("and for odd sizes")
    void odd(Multiply yours, Random random) {
        for (int[] n : new int[][] {{3, 2, 4}, {2, 5, 3}, {7, 3, 2}, {1, 1, 4}, {5, 9, 6}}) compare(yours, random, n[0], n[1], n[2]);
    }
}
