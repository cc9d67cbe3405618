package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** Counting who is taken for whom. */
@Question(id = "pooling/confusion-matrix", points = 2, lesson = "03-pooling-lenet", title = "Confusion matrix", forbids = {"Metrics.*", "ConfusionMatrix.*"})
public final class CountConfusions implements CodeQuestion<CountConfusions.Count> {

    public interface Count {
        int[][] confusion(int[] truth, int[] predicted, int classes);
    }

    // BEGIN ANSWER
    /** The class of each picture, and the one it was read as -> M: M[a][b] counts those of class a read as b. */
    static int[][] confusion(int[] truth, int[] predicted, int classes) {
        // BEGIN SOLUTION count each pair of true and predicted class
        int[][] m = new int[classes][classes];
        for (int n = 0; n < truth.length; n++) {
            m[truth[n]][predicted[n]]++;
        }
        return m;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Count solution() {
        return CountConfusions::confusion;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `confusion`: a square table whose row is the true class and whose column is what the network said. \
                `M[4][9]` counts the fours that were read as nines.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("One loop over the pictures. Which cell of the table does picture n belong to?", "m[truth[n]][predicted[n]]++;");
    }

    private static int[][] transposed(int[][] m) {
        int[][] t = new int[m.length][m.length];
        for (int a = 0; a < m.length; a++) {
            for (int b = 0; b < m.length; b++) {
                t[b][a] = m[a][b];
            }
        }
        return t;
    }

    @Override
    public List<Misconception<Count>> misconceptions() {
        return List.of(
                twin("Rows and columns are exchanged: the row is the true class, the column what the network said. Then a row tells where the"
                                + " pictures of one class went.",
                        (truth, predicted, classes) -> transposed(confusion(truth, predicted, classes))),
                twin("Only the mistakes are counted. The diagonal counts the pictures that were read right.",
                        (truth, predicted, classes) -> {
                            int[][] m = confusion(truth, predicted, classes);
                            for (int a = 0; a < classes; a++) {
                                m[a][a] = 0;
                            }
                            return m;
                        }),
                twin("Each pair is noted, not counted: m[a][b] = 1 forgets how often it happened. Use ++.",
                        (truth, predicted, classes) -> {
                            int[][] m = confusion(truth, predicted, classes);
                            for (int[] row : m) {
                                for (int b = 0; b < classes; b++) {
                                    row[b] = Math.min(1, row[b]);
                                }
                            }
                            return m;
                        }),
                twin("The first picture is not counted: the loop begins at 0.",
                        (truth, predicted, classes) -> {
                            int[][] m = confusion(truth, predicted, classes);
                            m[truth[0]][predicted[0]]--;
                            return m;
                        }),
                twin("The last picture is not counted: the loop ends at truth.length − 1, n < truth.length.",
                        (truth, predicted, classes) -> {
                            int[][] m = confusion(truth, predicted, classes);
                            m[truth[truth.length - 1]][predicted[truth.length - 1]]--;
                            return m;
                        }),
                twin("Only the pictures that were read right are counted. The mistakes belong to the cells beside the diagonal.",
                        (truth, predicted, classes) -> {
                            int[][] m = confusion(truth, predicted, classes);
                            for (int a = 0; a < classes; a++) {
                                for (int b = 0; b < classes; b++) {
                                    m[a][b] = a == b ? m[a][b] : 0;
                                }
                            }
                            return m;
                        }));
    }

    @Check("one row and one column for each class, also for classes that nobody predicted")
    void square(Count yours, Random random) {
        int[][] m = yours.confusion(new int[] {0, 2, 2}, new int[] {0, 0, 2}, 4);
        that(m.length == 4 && m[0].length == 4, "it has %d rows", m.length);
    }

    @Check("every picture is counted where it belongs")
    void counts(Count yours, Random random) {
        for (int n : new int[] {3, 40, 200}) {
            int classes = n == 3 ? 2 : 5;
            int[] truth = new int[n], predicted = new int[n];
            for (int i = 0; i < n; i++) {
                truth[i] = random.nextInt(classes);
                predicted[i] = random.nextInt(3) == 0 ? random.nextInt(classes) : (truth[i] + truth[i] % 2) % classes;
            }
            close(yours.confusion(truth, predicted, classes), confusion(truth, predicted, classes));
        }
    }
}
