package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** The loop: zeroGrad, forward, loss, backward, step. */
@Question(id = "backpropagation/training-loop", points = 4, lesson = "01-backpropagation", title = "The loop",
        forbids = {"Training.*", "Sgd.*"})
public final class TrainingLoop implements CodeQuestion<TrainingLoop.Train> {

    public interface Train {
        Tensor train(Tensor x, Tensor y, Tensor start, double lr, int steps);
    }

    // BEGIN ANSWER
    /** x (N, in), y (N, 1), start (in, 1) -> w after gradient descent on mean((x w - y)²). */
    static Tensor train(Tensor x, Tensor y, Tensor start, double lr, int steps) {
        Tensor w = start.copy().requiresGrad(true);
        // BEGIN SOLUTION so many times: zeroGrad, forward, loss, backward, step
        for (int i = 0; i < steps; i++) {
            w.zeroGrad();
            Tensor loss = x.matmul(w).sub(y).pow(2).mean();
            loss.backward();
            w.assign(w.sub(w.grad().mul(lr)));
        }
        return w;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Train solution() {
        return TrainingLoop::train;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** The whole loop, for a single neuron without bias and tanh, $\\hat y = x\\,w$, and the loss (1.2). \
                `w.grad()` is the gradient that `backward` found, and `w.assign(t)` overwrites the numbers of `w` with those of `t`. \
                Return `w` after `steps` steps.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Five lines in a for loop, in the order of their names: zeroGrad, forward, loss, backward, step.",
                "Forward and loss: x.matmul(w).sub(y).pow(2).mean(). Then loss.backward() fills w.grad().",
                "The step: w.assign(w.sub(w.grad().mul(lr))); and before all that, in every round, w.zeroGrad();");
    }

    @Override
    public List<Misconception<Train>> misconceptions() {
        return List.of(
                twin("zeroGrad is missing: backward adds to the gradient that is there, so from the second step on you go along the sum of all"
                                + " gradients so far. Call w.zeroGrad() in every round.",
                        (x, y, start, lr, steps) -> run(x, y, start, lr, steps, false, -1, true)),
                twin("You went uphill: the gradient points to where the loss grows. Subtract lr times the gradient.",
                        (x, y, start, lr, steps) -> run(x, y, start, lr, steps, true, 1, true)),
                twin("That is one step, whatever steps says. Put all five lines into a loop.",
                        (x, y, start, lr, steps) -> run(x, y, start, lr, Math.min(steps, 1), true, -1, true)),
                twin("The loss is the sum over the points. It is their mean in (1.2), or the same learning rate makes larger steps the more"
                                + " points there are: end with mean().",
                        (x, y, start, lr, steps) -> run(x, y, start, lr, steps, true, -1, false)),
                twin("The learning rate is missing: you subtracted the whole gradient. Multiply it by lr.",
                        (x, y, start, lr, steps) -> run(x, y, start, 1, steps, true, -1, true)),
                twin("The gradient was found once, at the start, and used for all steps. Where w has moved the slope is another one: forward,"
                                + " loss and backward belong into the loop.",
                        (x, y, start, lr, steps) -> {
                            Tensor w = start.copy().requiresGrad(true);
                            x.matmul(w).sub(y).pow(2).mean().backward();
                            return start.sub(w.grad().mul(lr * steps));
                        }),
                twin("w did not move. Either the result of sub was not written into w: sub makes a new tensor, and w.assign(…) writes it into w."
                                + " Or zeroGrad came between backward and the step, and wiped out the gradient.",
                        (x, y, start, lr, steps) -> start.copy()),
                twin("That is one step too many: i from 0 while i < steps makes steps rounds, and i <= steps one more.",
                        (x, y, start, lr, steps) -> run(x, y, start, lr, steps + 1, true, -1, true)),
                twin("That is one step too few: i from 0 while i < steps makes steps rounds.",
                        (x, y, start, lr, steps) -> run(x, y, start, lr, Math.max(0, steps - 1), true, -1, true)),
                twin("Your w is lr times the gradient and nothing else. A step goes from where w is: w minus lr times the gradient.",
                        (x, y, start, lr, steps) -> {
                            Tensor w = start.copy().requiresGrad(true);
                            for (int i = 0; i < steps; i++) {
                                w.zeroGrad();
                                x.matmul(w).sub(y).pow(2).mean().backward();
                                w.assign(w.grad().mul(lr));
                            }
                            return w;
                        }),
                twin("There is a tanh in your forward pass. This neuron has none: ŷ = x w.",
                        (x, y, start, lr, steps) -> {
                            Tensor w = start.copy().requiresGrad(true);
                            for (int i = 0; i < steps; i++) {
                                w.zeroGrad();
                                x.matmul(w).tanh().sub(y).pow(2).mean().backward();
                                w.assign(w.sub(w.grad().mul(lr)));
                            }
                            return w;
                        }));
    }

    private static Tensor run(Tensor x, Tensor y, Tensor start, double lr, int steps, boolean zeroGrad, int sign, boolean mean) {
        Tensor w = start.copy().requiresGrad(true);
        for (int i = 0; i < steps; i++) {
            if (zeroGrad) w.zeroGrad();
            Tensor errors = x.matmul(w).sub(y).pow(2);
            (mean ? errors.mean() : errors.sum()).backward();
            w.assign(w.add(w.grad().mul(sign * lr)));
        }
        return w;
    }

    @Check("two steps and more agree with gradient descent")
    void agrees(Train yours, Random random) {
        for (int steps = 2; steps <= 6; steps += 2) {
            Tensor x = randn(random, 4 + steps, 3);
            Tensor y = randn(random, 4 + steps, 1);
            Tensor start = randn(random, 3, 1);
            double lr = 0.05 + 0.05 * random.nextDouble();
            close(yours.train(x, y, start, lr, steps), train(x, y, start, lr, steps));
        }
    }

    @Check("no steps leave w as it was, one makes one")
    void few(Train yours, Random random) {
        Tensor x = randn(random, 7, 2);
        Tensor y = randn(random, 7, 1);
        Tensor start = randn(random, 2, 1);
        close(yours.train(x, y, start, 0.1, 0), start);
        close(yours.train(x, y, start, 0.1, 1), train(x, y, start, 0.1, 1));
    }

    @Check("the loss falls")
    void falls(Train yours, Random random) {
        Tensor x = randn(random, 9, 2);
        Tensor y = x.matmul(randn(random, 2, 1));
        Tensor start = randn(random, 2, 1);
        double before = x.matmul(start).sub(y).pow(2).mean().item();
        Tensor w = yours.train(x, y, start, 0.05, 20);
        that(w != null, "it was null");
        double after = x.matmul(w).sub(y).pow(2).mean().item();
        that(after < before, "it was %.4g before and %.4g after 20 steps", before, after);
    }
}
