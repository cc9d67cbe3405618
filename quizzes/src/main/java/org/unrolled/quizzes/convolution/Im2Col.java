package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.stack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The patch matrix: each window as a column (Chellapilla, Puri and Simard 2006). */
@Question(id = "convolution/im2col", points = 4, lesson = "02-convolution", title = "The patch matrix", forbids = {"Convolution.*", "*.unfold"})
public final class Im2Col implements CodeQuestion<Im2Col.Patches> {

    public interface Patches {
        Tensor im2col(Tensor x, int k);
    }

    // BEGIN ANSWER
    /** x (C, H, W), kernel size k -> (C·k·k, H'·W') with H' = H - k + 1, W' = W - k + 1. */
    static Tensor im2col(Tensor x, int k) {
        int C = x.size(0), oH = x.size(1) - k + 1, oW = x.size(2) - k + 1;
        List<Tensor> rows = new ArrayList<>();
        // BEGIN SOLUTION for each c, u, v: what K[c, u, v] meets at all places, as a row
        for (int c = 0; c < C; c++) {
            for (int u = 0; u < k; u++) {
                for (int v = 0; v < k; v++) {
                    Tensor met = x.select(0, c).slice(0, u, u + oH).slice(1, v, v + oW);
                    rows.add(met.reshape(oH * oW));
                }
            }
        }
        return stack(0, rows.toArray(new Tensor[0]));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Patches solution() {
        return Im2Col::im2col;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `im2col`, equation (2.4), for any number of channels. Row $(c,u,v)$ holds what $K_{cuv}$ meets at all places: \
                channel $c$ moved by $u$ and $v$, laid out in one line. `x.select(0, c)` takes a channel, \
                `m.slice(0, from, to)` some rows of a matrix, `m.slice(1, from, to)` some columns, `reshape(n)` makes one line of it, and \
                `stack(0, rows.toArray(new Tensor[0]))` puts lines under one another.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Three loops, over c, u and v in this order; each round adds one row. Which rows and columns of the channel does K[c, u, v] meet as the window"
                        + " goes through all its places?",
                "At place (i, j) it meets X[c, i + u, j + v]. i runs from 0 to oH - 1, so the rows are u to u + oH, and so for the columns.",
                "rows.add(x.select(0, c).slice(0, u, u + oH).slice(1, v, v + oW).reshape(oH * oW)); and at the end return stack(0, rows.toArray(new Tensor[0]));");
    }

    private interface Row {
        Tensor of(int c, int u, int v);
    }

    private static Tensor rows(int C, int k, Row row) {
        List<Tensor> rows = new ArrayList<>();
        for (int c = 0; c < C; c++) {
            for (int u = 0; u < k; u++) {
                for (int v = 0; v < k; v++) {
                    rows.add(row.of(c, u, v));
                }
            }
        }
        return stack(0, rows.toArray(new Tensor[0]));
    }

    /** Channel c moved by (u, v), oH by oW. */
    private static Tensor met(Tensor x, int k, int c, int u, int v) {
        return x.select(0, c).slice(0, u, u + x.size(1) - k + 1).slice(1, v, v + x.size(2) - k + 1);
    }

    private static Tensor line(Tensor m) {
        return m.reshape(m.numel());
    }

    @Override
    public List<Misconception<Patches>> misconceptions() {
        return List.of(
                twin("Your windows are rows. Equation (2.5) multiplies K from the left, (C', C·k·k) times (C·k·k, places), so each window is a column.",
                        (x, k) -> im2col(x, k).transpose()),
                twin("The channel changes fastest in your rows: (u, v, c). A kernel (C, k, k) in one line runs through its columns first, then its rows,"
                                + " then the channels, so the loop over c is the outermost.",
                        (x, k) -> im2col(x, k).reshape(x.size(0), k * k, -1).transpose(0, 1).reshape(x.size(0) * k * k, -1)),
                twin("u and v are exchanged: your window is read column by column. A kernel in one line is read row by row, so v changes fastest.",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> line(met(x, k, c, v, u)))),
                twin("The places are in the order of columns: j should change fastest, as in a picture read row by row. slice and reshape give that order by themselves.",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> line(met(x, k, c, u, v).transpose()))),
                twin("Your windows are turned by 180 degrees: row (c, u, v) holds what K[c, k-1-u, k-1-v] should meet. Row u starts at u.",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> line(met(x, k, c, k - 1 - u, k - 1 - v)))),
                twin("Your windows lie side by side, so most places are missing. The window moves by one: there are (H - k + 1)·(W - k + 1) places.",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> {
                            List<Tensor> places = new ArrayList<>();
                            for (int i = 0; i + k <= x.size(1); i += k) {
                                for (int j = 0; j + k <= x.size(2); j += k) {
                                    places.add(x.select(0, c).slice(0, i + u, i + u + 1).slice(1, j + v, j + v + 1).reshape(1));
                                }
                            }
                            return cat(0, places.toArray(new Tensor[0]));
                        })),
                twin("The channels are added up too early: your matrix has k·k rows. Each channel has weights of its own, so it needs rows of its own: C·k·k.",
                        (x, k) -> {
                            Tensor sum = x.sum(0, true);
                            return rows(1, k, (c, u, v) -> line(met(sum, k, c, u, v)));
                        }),
                twin("Only the first channel is there. Add the loop over c around the other two.",
                        (x, k) -> rows(1, k, (c, u, v) -> line(met(x, k, c, u, v)))),
                twin("All channels' rows hold channel 0: take channel c, x.select(0, c).",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> line(met(x, k, 0, u, v)))),
                twin("Your slices are as large as the kernel, so each row holds k·k numbers: K[c, u, v] meets one pixel at each place, and there are oH·oW"
                                + " places. From u to u + oH.",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> line(x.select(0, c).slice(0, u, u + k).slice(1, v, v + k)))),
                twin("The lines stand end to end: cat joins along an axis that is there. stack makes a new one and puts them under one another.",
                        (x, k) -> line(im2col(x, k))),
                twin("The last row and column of places are missing: the slices end one too early. They have oH rows and oW columns: slice(0, u, u + oH).",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> {
                            Tensor met = met(x, k, c, u, v);
                            return line(met.slice(0, 0, met.size(0) - 1).slice(1, 0, met.size(1) - 1));
                        })),
                twin("Every row holds the same numbers: the slices don't move with u and v. K[c, u, v] meets X[c, i + u, j + v]: start at u and v.",
                        (x, k) -> rows(x.size(0), k, (c, u, v) -> line(met(x, k, c, 0, 0)))));
    }

    @Check("a row for each element of the kernel, a column for each place")
    void shapes(Patches yours, Random random) {
        shape(yours.im2col(randn(random, 1, 4, 5), 2), 4, 12);
        shape(yours.im2col(randn(random, 3, 5, 7), 3), 27, 15);
    }

    @Check("one channel: each column is a window, read row by row")
    void oneChannel(Patches yours, Random random) {
        for (int[] n : new int[][] {{4, 5, 2}, {5, 6, 3}}) {
            Tensor x = randn(random, 1, n[0], n[1]);
            close(yours.im2col(x, n[2]), im2col(x, n[2]));
        }
    }

    @Check("several channels, one below the other")
    void channels(Patches yours, Random random) {
        for (int[] n : new int[][] {{2, 4, 5, 2}, {3, 6, 5, 3}, {2, 3, 4, 1}}) {
            Tensor x = randn(random, Arrays.copyOf(n, 3));
            close(yours.im2col(x, n[3]), im2col(x, n[3]));
        }
    }
}
