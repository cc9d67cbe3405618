package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** The receptive field of a stack of convolutions (Dumoulin and Visin 2016; Araujo, Norris and Sim 2019, equation 2). */
@Question(id = "convolution/receptive-field", points = 4, lesson = "02-convolution", title = "The receptive field", forbids = "Convolution.*")
public final class StackedView implements CodeQuestion<StackedView.Field> {

    public interface Field {
        int fieldSize(int[] kernels, int[] strides);
    }

    // BEGIN ANSWER
    /** Kernel sizes and strides, first layer first -> inputs that one output sees along one axis. */
    static int fieldSize(int[] kernels, int[] strides) {
        // BEGIN SOLUTION start with one pixel; carry r and the jump j from layer to layer
        int r = 1, jump = 1;
        for (int l = 0; l < kernels.length; l++) {
            r += (kernels[l] - 1) * jump;
            jump *= strides[l];
        }
        return r;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Field solution() {
        return StackedView::fieldSize;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `fieldSize`, equation (2.9), without dilation: \
                $r_l = r_{l-1} + (k_l-1)\\,j_{l-1}$ and $j_l = j_{l-1}\\,s_l$, from $r_0 = j_0 = 1$.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Two variables go from layer to layer: how much is seen (r), and how far neighbours lie apart on the input (the jump). Both start at 1.",
                "The order in the loop matters: layer l's elements lie as far apart as the strides of the layers below it say; its own stride counts for"
                        + " the layers above.",
                "for each l: r += (kernels[l] - 1) * jump; and then jump *= strides[l]; at the end return r;");
    }

    @Override
    public List<Misconception<Field>> misconceptions() {
        return List.of(
                twin("You added up the kernel sizes. Each layer adds one less than its size: its window's first element is seen already.",
                        (k, s) -> Arrays.stream(k).sum()),
                twin("The strides are left out. After a stride of 2 neighbours lie 2 input pixels apart, so a kernel above it reaches twice as far.",
                        (k, s) -> 1 + Arrays.stream(k).map(n -> n - 1).sum()),
                twin("You multiplied by the layer's own stride first. A layer's own stride moves its window; it spreads the windows of the layers above."
                                + " Update r, then the jump.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = 0; l < k.length; l++) {
                                jump *= s[l];
                                r += (k[l] - 1) * jump;
                            }
                            return r;
                        }),
                twin("The strides count from the wrong end: what spreads layer l's window are the strides of the layers below it, those nearer the input.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = k.length - 1; l >= 0; l--) {
                                r += (k[l] - 1) * jump;
                                jump *= s[l];
                            }
                            return r;
                        }),
                twin("You multiplied the kernel sizes. Windows of neighbours overlap, so sizes add up, all but one pixel of each.",
                        (k, s) -> Arrays.stream(k).reduce(1, (a, b) -> a * b)),
                twin("It starts at 0: before the first layer a pixel sees itself, so r starts at 1.",
                        (k, s) -> fieldSize(k, s) - 1),
                twin("The jump is the last stride alone. Strides multiply: two layers of stride 2 put neighbours 4 pixels apart.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = 0; l < k.length; l++) {
                                r += (k[l] - 1) * jump;
                                jump = s[l];
                            }
                            return r;
                        }),
                twin("Each layer adds its whole kernel. It adds one element less: where the window starts is seen already. (k − 1)·jump.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = 0; l < k.length; l++) {
                                r += k[l] * jump;
                                jump *= s[l];
                            }
                            return r;
                        }),
                twin("You multiplied by the layer's own stride, and there is no jump. What counts is how far apart the layer's inputs lie: the product of"
                                + " the strides below it.",
                        (k, s) -> {
                            int r = 1;
                            for (int l = 0; l < k.length; l++) r += (k[l] - 1) * s[l];
                            return r;
                        }),
                twin("r is overwritten by what the last layer adds. Each layer adds to what is there: r +=.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = 0; l < k.length; l++) {
                                r = (k[l] - 1) * jump;
                                jump *= s[l];
                            }
                            return r;
                        }),
                twin("The jump adds the strides up. Strides multiply: jump *=.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = 0; l < k.length; l++) {
                                r += (k[l] - 1) * jump;
                                jump += s[l];
                            }
                            return r;
                        }),
                twin("You added the strides instead of multiplying them: two layers of stride 2 put neighbours 4 pixels apart, and three put them 8.",
                        (k, s) -> {
                            int r = 1, jump = 1;
                            for (int l = 0; l < k.length; l++) {
                                r += (k[l] - 1) * jump;
                                jump += s[l] - 1;
                            }
                            return r;
                        }));
    }

    @Check("one layer sees its own kernel")
    void one(Field yours) {
        for (int kernel = 1; kernel <= 7; kernel += 2) {
            close(yours.fieldSize(new int[] {kernel}, new int[] {2}), kernel);
        }
    }

    @Check("three layers of 3 see 7")
    void three(Field yours) {
        close(yours.fieldSize(new int[] {3, 3, 3}, new int[] {1, 1, 1}), 7);
    }

    @Check("kernels and strides of all kinds")
    void all(Field yours, Random random) {
        for (int trial = 0; trial < 20; trial++) {
            int[] kernels = new int[2 + random.nextInt(4)];
            int[] strides = new int[kernels.length];
            Arrays.setAll(kernels, l -> 2 + random.nextInt(5));
            Arrays.setAll(strides, l -> 1 + random.nextInt(3));
            close(yours.fieldSize(kernels, strides), fieldSize(kernels, strides));
        }
    }
}
