package org.unrolled.quiz.bank;

import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The example of a gradient by hand. */
@Question(id = "example/tanh-backward", points = 3)
public final class TanhBackward implements GradientQuestion<TanhBackward.Backward> {
    public interface Backward {
        Tensor dX(Tensor x, Tensor dY);
    }

    // BEGIN ANSWER
    /** dX of y = tanh(x), both (N, M). */
    static Tensor dX(Tensor x, Tensor dY) {
        // BEGIN SOLUTION the derivative of tanh is 1 - tanh²
        Tensor y = tanh(x);
        return dY.mul(y.mul(y).neg().add(1));
        // END SOLUTION
    }
    // END ANSWER

    @Override public Backward solution() { return TanhBackward::dX; }
    @Override public String prompt() { return "Write the gradient of tanh."; }
    @Override public Tensor forward(List<Tensor> x) { return tanh(x.get(0)); }
    @Override public List<Tensor> inputs(Random random) { return List.of(randn(random, 2, 3)); }
    @Override public List<Tensor> gradients(Backward yours, List<Tensor> x, Tensor dout) { return List.of(yours.dX(x.get(0), dout)); }
    @Override public List<Misconception<Backward>> misconceptions() {
        return List.of(twin("You left out dY: by the chain rule what arrives is multiplied in.", (x, dY) -> tanh(x).pow(2).neg().add(1)));
    }
}
