package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.conv2d;
import static org.unrolled.tensor.Tensors.flip;
import static org.unrolled.tensor.Tensors.randn;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The gradient of the kernel is the correlation of the input with the gradient that arrives. */
@Question(id = "convolution/kernel-gradient", points = 3, lesson = "02-convolution", title = "The kernel's gradient by hand")
public final class KernelGradient implements GradientQuestion<KernelGradient.Backward> {

    public interface Backward {
        Tensor kernelGradient(Tensor x, Tensor dY);
    }

    // BEGIN ANSWER
    /** x (1, 1, H, W), dY (1, 1, H', W') -> dK (1, 1, H - H' + 1, W - W' + 1). */
    static Tensor kernelGradient(Tensor x, Tensor dY) {
        // BEGIN SOLUTION compare equation 2.11 with equation 2.1
        return conv2d(x, dY, null);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return KernelGradient::kernelGradient;
    }

    @Override
    public Tensor forward(List<Tensor> x) {
        return conv2d(x.get(0), x.get(1), null);
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return List.of(randn(random, 1, 1, 5, 7), randn(random, 1, 1, 2, 3));
    }

    @Override
    public List<@Nullable Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) {
        return Arrays.asList(null, yours.kernelGradient(x.get(0), dout));
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `kernelGradient`, equation (2.11): $dK_{uv}=\\sum_i\\sum_j dY_{ij}\\,X_{i+u,\\,j+v}$. Put it beside (2.1): \
                you know this sum, with other letters. All three have two axes of size 1 in front, batch and channel, as `conv2d` wants them.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "In (2.1) the sum runs over u and v, and (i, j) says where the window stands. In (2.11) the roles are exchanged: what slides over X now?",
                "dY slides over X. It is nearly as large as X, so it has few places: as many as the kernel has elements.",
                "return conv2d(x, dY, null);");
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("Your dK is turned by 180 degrees. K[u, v] met X[i + u, j + v], so its gradient is dY correlated with X at (u, v); nothing is flipped here."
                                + " The flip belongs to dX.",
                        (x, dY) -> flip(kernelGradient(x, dY), -2, -1)),
                twin("You flipped dY before sliding it. K[u, v] met X[i + u, j + v] with a plus, so the sum is a correlation as it stands. The flip belongs to dX.",
                        (x, dY) -> kernelGradient(x, flip(dY, -2, -1))),
                twin("You took the mean over the places. A weight that is used at many places gets the sum of what they send: that is what sharing means.",
                        (x, dY) -> kernelGradient(x, dY).div(dY.numel())),
                twin("There is padding in yours, and the result is too large. Here both stay as they are: dY fits into X at exactly as many places as the kernel has"
                                + " elements. The padding belongs to dX.",
                        (x, dY) -> conv2d(x, dY, null, 1, x.size(2) - dY.size(2))),
                twin("All elements get the same: you multiplied sums. The sum runs over products, dY[i, j] with the pixel that K[u, v] met there.",
                        (x, dY) -> kernelGradient(x, dY).mul(0).add(x.sum().mul(dY.sum()))),
                twin("X and dY have changed places: you slide X over dY, which is smaller. The picture comes first: dY slides over X.",
                        (x, dY) -> conv2d(dY, x, null)),
                twin("The rows and columns of dK are exchanged: u is the move along the rows and comes first.",
                        (x, dY) -> kernelGradient(x, dY).transpose()));
    }

    @Check("one number for each element of the kernel")
    void kernelShape(Backward yours, Random random) {
        shape(yours.kernelGradient(randn(random, 1, 1, 6, 5), randn(random, 1, 1, 4, 2)), 1, 1, 3, 4);
    }
}
