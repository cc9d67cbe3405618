package org.unrolled.quiz.bank;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Expect;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** The example of an answer that changes its arguments, and of everything that crosses between JVMs. */
@Question(id = "example/sort-rows", points = 2, mutates = true)
public final class SortRows implements CodeQuestion<SortRows.Sort> {

    public enum Order { UP, DOWN }

    public record Row(String name, int[] values, Order order) {}

    public record Report(List<String> names, double[][] table, Tensor sums, long rows) {}

    public interface Sort {
        Report sort(List<Row> rows, Tensor weights);
    }

    // BEGIN ANSWER
    /** Sorts each row in place in its order, doubles the weights in place, and reports. */
    static SortRows.Report sort(List<SortRows.Row> rows, Tensor weights) {
        // BEGIN SOLUTION sort, double, report
        List<String> names = new ArrayList<>();
        double[][] table = new double[rows.size()][];
        float[] sums = new float[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            int[] v = rows.get(i).values();
            Arrays.sort(v);
            if (rows.get(i).order() == SortRows.Order.DOWN) {
                for (int j = 0; j < v.length / 2; j++) {
                    int swap = v[j];
                    v[j] = v[v.length - 1 - j];
                    v[v.length - 1 - j] = swap;
                }
            }
            names.add(rows.get(i).name());
            table[i] = Arrays.stream(v).asDoubleStream().toArray();
            sums[i] = Arrays.stream(v).sum();
        }
        weights.assign(weights.mul(2));
        return new SortRows.Report(names, table, Tensors.tensor(sums, sums.length), rows.size());
        // END SOLUTION
    }
    // END ANSWER

    @Override public Sort solution() { return SortRows::sort; }
    @Override public String prompt() { return "Sort them."; }

    @Check("rows, weights and report")
    void sorted(Sort yours, Random random) {
        List<Row> rows = List.of(new Row("a", random.ints(5, 0, 100).toArray(), Order.UP), new Row("b", random.ints(3, 0, 100).toArray(), Order.DOWN));
        Tensor weights = Tensors.randn(random, 2, 3);
        Tensor twice = weights.mul(2);
        Report report = yours.sort(rows, weights);
        int[] up = rows.get(0).values().clone();
        Arrays.sort(up);
        Expect.close(rows.get(0).values(), up);
        Expect.that(rows.get(1).values()[0] >= rows.get(1).values()[2], "the second row runs down");
        Expect.close(weights, twice);
        Expect.close(report.names(), List.of("a", "b"));
        Expect.close(report.table()[0], Arrays.stream(up).asDoubleStream().toArray());
        Expect.close((double) report.sums().get(0), (double) Arrays.stream(up).sum());
        Expect.that(report.rows() == 2, "two rows");
    }
}
