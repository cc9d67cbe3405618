package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.conv2d;
import static org.unrolled.tensor.Tensors.flip;
import static org.unrolled.tensor.Tensors.randn;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The gradient of Y = conv2d(X, K) + b with its intermediates. */
@Question(id = "convolution/backward", points = 5, lesson = "02-convolution", title = "Convolution backwards, all of it")
public final class ConvolutionBackward implements GradientQuestion<ConvolutionBackward.Backward> {

    /** flipped is K turned by 180 degrees; dX is the loss's gradient with respect to X and has X's shape. */
    public record Gradients(Tensor db, Tensor dK, Tensor flipped, Tensor dX) {}

    public interface Backward {
        Gradients backward(Tensor x, Tensor k, Tensor dY);
    }

    // BEGIN ANSWER
    /** x (1, 1, H, W), k (1, 1, n, n), dY (1, 1, H - n + 1, W - n + 1) -> all gradients. */
    static ConvolutionBackward.Gradients backward(Tensor x, Tensor k, Tensor dY) {
        int n = k.size(-1);
        // BEGIN SOLUTION db, dK, flipped, dX, one line each
        Tensor db = dY.sum();
        Tensor dK = conv2d(x, dY, null);
        Tensor flipped = flip(k, -2, -1);
        Tensor dX = conv2d(dY, flipped, null, 1, n - 1);
        return new ConvolutionBackward.Gradients(db, dK, flipped, dX);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return ConvolutionBackward::backward;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return conv2d(x.get(0), x.get(1), null).add(x.get(2));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 1, 1, 5, 6), randn(random, 1, 1, 3, 3), randn(random));
    }

    @Override
    public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        Gradients all = yours.backward(x.get(0), x.get(1), dout);
        return List.of(all.dX(), all.dK(), all.db());
    }

    @Override
    public String prompt() {
        return """
                **Your turn: all of it.** Put (2.10) to (2.12) into one method, for $Y=\\mathrm{conv2d}(X,K)+b$ with a kernel of $n\\times n$. \
                The check compares each intermediate and names the first that differs. `flip(k, -2, -1)` reverses rows and columns; \
                `conv2d(x, k, null, 1, p)` has stride 1 and padding `p`.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A gradient has the shape of what it belongs to. dY has n − 1 rows less than X: how many zeros above and below make the output as large as X again?",
                "b is added at every place, so db is a sum over all places. dK is X correlated with dY. dX is dY, padded, correlated with the flipped kernel.",
                "dY.sum(); conv2d(x, dY, null); flip(k, -2, -1); conv2d(dY, flipped, null, 1, n - 1)."
                        + " End with return new ConvolutionBackward.Gradients(db, dK, flipped, dX);");
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("The kernel is not flipped. X[a, b] met K[u, v] at the output (a − u, b − v): with a minus. Turning the kernel makes a plus of it: flip(k, -2, -1).",
                        (x, k, dY) -> with(x, k, dY, k, k.size(-1) - 1)),
                twin("flipped is right, and dX was computed without it, from K itself: conv2d(dY, flipped, …).",
                        (x, k, dY) -> {
                            Gradients g = backward(x, k, dY);
                            return new Gradients(g.db(), g.dK(), g.flipped(), conv2d(dY, k, null, 1, k.size(-1) - 1));
                        }),
                twin("The kernel is transposed, not flipped. A flip turns it by 180 degrees: the last row comes first, and in each row the last column.",
                        (x, k, dY) -> with(x, k, dY, k.transpose(), k.size(-1) - 1)),
                twin("Only the kernel's rows are in reverse order. Both axes have the minus, a − u and b − v: reverse the columns as well.",
                        (x, k, dY) -> with(x, k, dY, flip(k, -2), k.size(-1) - 1)),
                twin("Only the kernel's columns are in reverse order. Both axes have the minus, a − u and b − v: reverse the rows as well.",
                        (x, k, dY) -> with(x, k, dY, flip(k, -1), k.size(-1) - 1)),
                twin("There is no padding in dX, so it is far too small: the pixels at the border were seen by windows, too. Put n − 1 zeros on each side.",
                        (x, k, dY) -> with(x, k, dY, flip(k, -2, -1), 0)),
                twin("The padding of dX is one too many. The first pixel was seen by one window only, at the first place, so n − 1 zeros are missing on each side.",
                        (x, k, dY) -> with(x, k, dY, flip(k, -2, -1), k.size(-1))),
                twin("The padding of dX is that which keeps a size, n / 2. But dY is smaller than X, and dX must be as large as X: n − 1.",
                        (x, k, dY) -> with(x, k, dY, flip(k, -2, -1), k.size(-1) / 2)),
                twin("dK is flipped. The flip belongs to dX only: K[u, v] met X[i + u, j + v], with a plus.",
                        (x, k, dY) -> {
                            Gradients g = backward(x, k, dY);
                            return new Gradients(g.db(), flip(g.dK(), -2, -1), g.flipped(), g.dX());
                        }),
                twin("db is a mean. b is added at every place, so it collects the sum of dY.",
                        (x, k, dY) -> {
                            Gradients g = backward(x, k, dY);
                            return new Gradients(dY.mean(), g.dK(), g.flipped(), g.dX());
                        }),
                twin("dK is padded. Padding is for dX; for dK, dY slides over X as it is, and has n places along each axis.",
                        (x, k, dY) -> {
                            Gradients g = backward(x, k, dY);
                            return new Gradients(g.db(), conv2d(x, dY, null, 1, k.size(-1) - 1), g.flipped(), g.dX());
                        }));
    }

    /** dX from another kernel and padding, the rest right. */
    private static Gradients with(Tensor x, Tensor k, Tensor dY, Tensor flipped, int padding) {
        return new Gradients(dY.sum(), conv2d(x, dY, null), flipped, conv2d(dY, flipped, null, 1, padding));
    }

    @Check("every intermediate: db, dK, flipped, dX")
    void intermediates(Backward yours, Random random) {
        int[][] sizes = {{4, 5, 2}, {7, 6, 3}};
        for (int[] n : sizes) {
            Tensor x = randn(random, 1, 1, n[0], n[1]);
            Tensor k = randn(random, 1, 1, n[2], n[2]);
            Tensor dY = randn(random, 1, 1, n[0] - n[2] + 1, n[1] - n[2] + 1);
            close(yours.backward(x, k, dY), backward(x, k, dY));
        }
    }
}
