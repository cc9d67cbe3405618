package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.CodeQuestion.intermediate;
import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
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

/** Batch normalisation while training (Ioffe and Szegedy 2015, algorithm 1; section 3.2 for feature maps). */
@Question(id = "pooling/batch-norm", points = 3, lesson = "03-pooling-lenet", title = "Batch normalisation", forbids = {"BatchNorm2d.*", "*.batchNorm", "*.layerNorm", "*.groupNorm"})
public final class BatchNormForward implements CodeQuestion<BatchNormForward.Norm> {

    public interface Norm {
        Tensor normalise(Tensor x, Tensor gamma, Tensor beta);
    }

    // BEGIN ANSWER
    /** x (B, C, H, W), gamma and beta (C) -> (B, C, H, W): mean 0 and variance 1 in each channel, then γ, β. */
    static Tensor normalise(Tensor x, Tensor gamma, Tensor beta) {
        double eps = 1e-5;
        int C = x.size(1);
        // BEGIN SOLUTION mean and variance of each channel, over the batch and all its pixels
        Tensor mean = x.mean(3, true).mean(2, true).mean(0, true);                       // (1, C, 1, 1)
        Tensor centred = x.sub(mean);
        Tensor variance = centred.mul(centred).mean(3, true).mean(2, true).mean(0, true);
        Tensor unit = centred.div(variance.add(eps).sqrt());
        return unit.mul(gamma.reshape(C, 1, 1)).add(beta.reshape(C, 1, 1));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Norm solution() {
        return BatchNormForward::normalise;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `normalise`, equations (3.6) and (3.7), for a batch of feature maps. `x.mean(3, true)` averages along the \
                last axis and keeps it, so that the result can still be subtracted; apply it to three axes, one after the other. \
                `gamma.reshape(C, 1, 1)` makes a column of channels that broadcasts over pixels and batch.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "How many means are there? One for each channel, C of them: average over every axis but the channel's.",
                "mean = x.mean(3, true).mean(2, true).mean(0, true) has the shape (1, C, 1, 1). The variance is the mean of (x − mean)², taken in the"
                        + " same way.",
                "x.sub(mean).div(variance.add(eps).sqrt()), then .mul(gamma.reshape(C, 1, 1)).add(beta.reshape(C, 1, 1)).");
    }

    @Override
    public List<Intermediate<Norm>> intermediates() {
        return List.of(
                intermediate("the maps less their channel's mean, not yet divided", (x, gamma, beta) -> x.sub(mean(x, 0, 2, 3))),
                intermediate("the normalised maps, before γ and β", (x, gamma, beta) -> unit(x, 1e-5, 0, 2, 3)));
    }

    private static Tensor mean(Tensor x, int... dims) {
        Tensor mean = x;
        for (int dim : dims) {
            mean = mean.mean(dim, true);
        }
        return mean;
    }

    private static Tensor unit(Tensor x, double eps, int... dims) {
        Tensor centred = x.sub(mean(x, dims));
        return centred.div(mean(centred.mul(centred), dims).add(eps).sqrt());
    }

    private static Tensor affine(Tensor unit, Tensor gamma, Tensor beta) {
        int c = unit.size(1);
        return unit.mul(gamma.reshape(c, 1, 1)).add(beta.reshape(c, 1, 1));
    }

    @Override
    public List<Misconception<Norm>> misconceptions() {
        return List.of(
                twin("You averaged over channels and pixels of each picture: that is layer normalisation, which does not know the batch. Here each"
                                + " channel has one mean, taken over the batch and all pixels.",
                        (x, gamma, beta) -> affine(unit(x, 1e-5, 1, 2, 3), gamma, beta)),
                twin("You averaged over the pixels of each picture alone: that is instance normalisation. The batch belongs to the mean as well:"
                                + " .mean(0, true), too.",
                        (x, gamma, beta) -> affine(unit(x, 1e-5, 2, 3), gamma, beta)),
                twin("You averaged over the batch alone, so that each pixel has a mean of its own. A filter does the same at every pixel, so its"
                                + " channel has one mean: average over the pixels, too.",
                        (x, gamma, beta) -> affine(unit(x, 1e-5, 0), gamma, beta)),
                twin("One mean for everything: the channels are normalised together. Each channel gets a mean and a variance of its own.",
                        (x, gamma, beta) -> affine(unit(x, 1e-5, 0, 1, 2, 3), gamma, beta)),
                twin("One mean for everything, and a variance that divides by N − 1: x.mean() and x.variance() know no channels. Each channel gets a mean"
                                + " and a variance of its own.",
                        (x, gamma, beta) -> affine(x.sub(x.mean()).div(x.variance().add(1e-5).sqrt()), gamma, beta)),
                twin("ε stands outside the root. In (3.7) it is added to the variance, and the root is taken of both: variance.add(eps).sqrt().",
                        (x, gamma, beta) -> {
                            Tensor centred = x.sub(mean(x, 0, 2, 3));
                            return affine(centred.div(mean(centred.mul(centred), 0, 2, 3).sqrt().add(1e-5)), gamma, beta);
                        }),
                twin("ε is missing: a channel whose numbers are nearly equal is blown up, and one whose numbers are equal becomes 0/0.",
                        (x, gamma, beta) -> {
                            Tensor centred = x.sub(mean(x, 0, 2, 3));
                            return affine(centred.div(mean(centred.mul(centred), 0, 2, 3).sqrt()), gamma, beta);
                        }),
                twin("γ is missing: each channel is multiplied by its γ before β is added.",
                        (x, gamma, beta) -> unit(x, 1e-5, 0, 2, 3).add(beta.reshape(x.size(1), 1, 1))),
                twin("β is missing: each channel is multiplied by its γ, and then its β is added.",
                        (x, gamma, beta) -> unit(x, 1e-5, 0, 2, 3).mul(gamma.reshape(x.size(1), 1, 1))),
                twin("You divided by the variance. Numbers with variance 1 come from dividing by its square root.",
                        (x, gamma, beta) -> {
                            Tensor centred = x.sub(mean(x, 0, 2, 3));
                            return affine(centred.div(mean(centred.mul(centred), 0, 2, 3).add(1e-5)), gamma, beta);
                        }),
                twin("The mean is not subtracted before the division: the channel's variance is 1, but its mean is not 0.",
                        (x, gamma, beta) -> {
                            Tensor centred = x.sub(mean(x, 0, 2, 3));
                            return affine(x.div(mean(centred.mul(centred), 0, 2, 3).add(1e-5).sqrt()), gamma, beta);
                        }),
                twin("The variance is the mean of x², without subtracting the mean first: (x − mean)² is what has to be averaged.",
                        (x, gamma, beta) -> affine(x.sub(mean(x, 0, 2, 3)).div(mean(x.mul(x), 0, 2, 3).add(1e-5).sqrt()), gamma, beta)),
                twin("The variance divides by N − 1, as a statistician's estimate does. While training, equation (3.6) divides by N; only the"
                                + " running variance is kept the other way.",
                        (x, gamma, beta) -> {
                            double n = (double) x.numel() / x.size(1);
                            Tensor centred = x.sub(mean(x, 0, 2, 3));
                            return affine(centred.div(mean(centred.mul(centred), 0, 2, 3).mul(n / (n - 1)).add(1e-5).sqrt()), gamma, beta);
                        }),
                twin("β was added before γ: then γ scales β, too. First γ, then β.",
                        (x, gamma, beta) -> {
                            int c = x.size(1);
                            return unit(x, 1e-5, 0, 2, 3).add(beta.reshape(c, 1, 1)).mul(gamma.reshape(c, 1, 1));
                        }),
                twin("γ and β are exchanged: γ multiplies, β is added.",
                        (x, gamma, beta) -> affine(unit(x, 1e-5, 0, 2, 3), beta, gamma)));
    }

    @Check("each channel gets the mean β and the standard deviation |γ|")
    void statistics(Norm yours, Random random) {
        Tensor x = randn(random, 4, 3, 5, 6).mul(3).add(2);
        Tensor gamma = randn(random, 3).add(2);
        Tensor beta = randn(random, 3);
        Tensor y = yours.normalise(x, gamma, beta);
        shape(y, 4, 3, 5, 6);
        for (int c = 0; c < 3; c++) {
            Tensor channel = y.select(1, c);
            that(Math.abs(channel.mean().item() - beta.get(c)) < 1e-3, "channel %d has the mean %.3f where β is %.3f", c,
                    channel.mean().item(), beta.get(c));
            double deviation = Math.sqrt(channel.sub(channel.mean()).pow(2).mean().item());
            that(Math.abs(deviation - Math.abs(gamma.get(c))) < 1e-3 * Math.max(1, Math.abs(gamma.get(c))),
                    "channel %d has the standard deviation %.3f where |γ| is %.3f", c, deviation, Math.abs(gamma.get(c)));
        }
    }

    @Check("a channel of nearly equal numbers stays small: ε stands under the root")
    void nearlyEqual(Norm yours, Random random) {
        Tensor x = randn(random, 3, 2, 2, 3).mul(1e-3);
        Tensor gamma = randn(random, 2).add(3);
        Tensor beta = randn(random, 2);
        close(yours.normalise(x, gamma, beta), normalise(x, gamma, beta));
    }

    @Check("agrees with the equation")
    void agrees(Norm yours, Random random) {
        int[][] sizes = {{2, 1, 1, 2}, {3, 2, 2, 3}, {2, 4, 3, 5}};
        for (int[] n : sizes) {
            Tensor x = randn(random, n[0], n[1], n[2], n[3]).mul(2).add(1);
            Tensor gamma = randn(random, n[1]);
            Tensor beta = randn(random, n[1]);
            close(yours.normalise(x, gamma, beta), normalise(x, gamma, beta));
        }
    }
}
