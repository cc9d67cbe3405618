package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** The size of what a convolution returns (Dumoulin and Visin 2016, relationship 6, with dilation). */
@Question(id = "convolution/output-size", points = 3, lesson = "02-convolution", title = "The size of the output", forbids = "Convolution.*")
public final class OutputSize implements CodeQuestion<OutputSize.Size> {

    public interface Size {
        int outputSize(int n, int kernel, int stride, int padding, int dilation);
    }

    // BEGIN ANSWER
    /** n pixels along one axis -> how many places the window has. The window fits at least once. */
    static int outputSize(int n, int kernel, int stride, int padding, int dilation) {
        // BEGIN SOLUTION the kernel's span, the room it has, its steps, and the first place
        int span = dilation * (kernel - 1) + 1;
        int room = n + 2 * padding - span;
        return room / stride + 1;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Size solution() {
        return OutputSize::outputSize;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `outputSize`, equation (2.6): how many places a window has along one axis. In Java, `/` between two `int`s \
                rounds towards zero, which is $\\lfloor\\cdot\\rfloor$ here.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "How many pixels does a kernel of 3 elements span if they lie 2 apart? And how many pixels are left over when it stands at its first place?",
                "It spans dilation·(kernel − 1) + 1 pixels. What is left of n + 2·padding is the room to move, in steps of stride. The first place counts, too.",
                "return (n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;");
    }

    @Override
    public List<Misconception<Size>> misconceptions() {
        return List.of(
                twin("You counted the steps, not the places: with no room to move, the window still stands once. Add 1.",
                        (n, k, s, p, d) -> outputSize(n, k, s, p, d) - 1),
                twin("The padding counts once in yours. It is on both sides: n + 2·padding.",
                        (n, k, s, p, d) -> (n + p - d * (k - 1) - 1) / s + 1),
                twin("The padding is left out: n + 2·padding pixels are there for the window.",
                        (n, k, s, p, d) -> outputSize(n, k, s, 0, d)),
                twin("Your dilated kernel spans dilation·kernel pixels. There is a gap between neighbours only, kernel − 1 of them: dilation·(kernel − 1) + 1.",
                        (n, k, s, p, d) -> (n + 2 * p - d * k) / s + 1),
                twin("The dilation is left out: the kernel spans dilation·(kernel − 1) + 1 pixels.",
                        (n, k, s, p, d) -> outputSize(n, k, s, p, 1)),
                twin("The room is one too large: the window spans dilation·(kernel − 1) + 1 pixels, and that 1 is missing. It is not the 1 for the first place.",
                        (n, k, s, p, d) -> (n + 2 * p - d * (k - 1)) / s + 1),
                twin("Your dilated kernel spans dilation·kernel + 1 pixels. There are kernel − 1 gaps: dilation·(kernel − 1) + 1.",
                        (n, k, s, p, d) -> (n + 2 * p - d * k - 1) / s + 1),
                twin("Only the 1 was divided by the stride: in Java, as on paper, / binds more tightly than −. Put the whole room into parentheses.",
                        (n, k, s, p, d) -> n + 2 * p - d * (k - 1) - 1 / s + 1),
                twin("The 1 was added before dividing: it belongs after. The room is divided into steps, and the first place is one more.",
                        (n, k, s, p, d) -> (n + 2 * p - d * (k - 1)) / s),
                twin("You rounded up: a last window that sticks out would count. Only whole windows do: round down, which int division does.",
                        (n, k, s, p, d) -> Math.ceilDiv(n + 2 * p - d * (k - 1) - 1, s) + 1),
                twin("The stride spreads the window's elements, like a dilation. It is the step of the whole window: it divides the room.",
                        (n, k, s, p, d) -> n + 2 * p - s * d * (k - 1)),
                twin("The stride is left out: a window that steps by 2 has about half as many places.",
                        (n, k, s, p, d) -> outputSize(n, k, 1, p, d)),
                twin("You divided the input by the stride and let the window walk on what is left. The window walks on the full input, and the room is divided.",
                        (n, k, s, p, d) -> (n + 2 * p) / s - d * (k - 1)));
    }

    @Check("stride 1, no padding: n − kernel + 1")
    void plain(Size yours) {
        for (int[] n : new int[][] {{5, 3}, {7, 2}, {4, 4}, {9, 1}}) {
            close(yours.outputSize(n[0], n[1], 1, 0, 1), n[0] - n[1] + 1);
        }
    }

    @Check("an odd kernel with padding (kernel − 1)/2 keeps the size")
    void same(Size yours) {
        for (int kernel = 1; kernel <= 7; kernel += 2) {
            close(yours.outputSize(10, kernel, 1, kernel / 2, 1), 10);
        }
    }

    @Check("stride, padding and dilation together")
    void all(Size yours, Random random) {
        for (int trial = 0; trial < 30; trial++) {
            int kernel = 2 + random.nextInt(4);
            int dilation = 1 + random.nextInt(3);
            int stride = 1 + random.nextInt(4);
            int padding = random.nextInt(4);
            int n = dilation * (kernel - 1) + 1 + random.nextInt(20);
            close(yours.outputSize(n, kernel, stride, padding, dilation), outputSize(n, kernel, stride, padding, dilation));
        }
    }
}
