package org.unrolled.quiz.bank;

import java.util.Objects;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Expect;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** The example of a gradient that flows through the learner's function. */
@Question(id = "example/square-of", points = 2)
public final class SquareOf implements CodeQuestion<SquareOf.Square> {

    public interface Square {
        Tensor square(Tensor x, Tensor scale);
    }

    // BEGIN ANSWER
    /** scale x², element by element. */
    static Tensor square(Tensor x, Tensor scale) {
        // BEGIN SOLUTION multiply x by itself
        return x.mul(x).mul(scale);
        // END SOLUTION
    }
    // END ANSWER

    @Override public Square solution() { return SquareOf::square; }
    @Override public String prompt() { return "Write `square`."; }

    @Check("the square")
    void value(Square yours, Random random) {
        Tensor x = Tensors.randn(random, 2, 3);
        Expect.close(yours.square(x, Tensors.full(3, 2, 3)), x.mul(x).mul(3));
    }

    @Check("a gradient flows through it")
    void gradient(Square yours, Random random) {
        Tensor x = Tensors.randn(random, 2, 3).requiresGrad(true);
        Tensor scale = Tensors.randn(random, 2, 3).requiresGrad(true);
        yours.square(x.mul(2), scale).sum().backward(); // y = 4 scale x²
        Expect.close(Objects.requireNonNull(x.grad()), x.detach().mul(scale.detach()).mul(8));
        Expect.close(Objects.requireNonNull(scale.grad()), x.detach().mul(x.detach()).mul(4));
    }
}
