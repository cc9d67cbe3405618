package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.tensor;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Drawing the next token with a temperature. */
@Question(id = "transformer/sample", points = 3, lesson = "08-transformer", title = "Draw the next token", forbids = "Transformer.*")
public final class SampleToken implements CodeQuestion<SampleToken.Sampler> {

    public interface Sampler {
        int sample(Tensor logits, double temperature, double u);
    }

    // BEGIN ANSWER
    /** logits (V), temperature above 0, u from 0 to 1 -> the id of the drawn token. */
    static int sample(Tensor logits, double temperature, double u) {
        // BEGIN SOLUTION probabilities as in (8.16); the first id at which their running sum is above u
        float[] p = softmax(logits.div(temperature)).toArray();
        double sum = 0;
        for (int id = 0; id < p.length; id++) {
            sum += p[id];
            if (sum > u) return id;
        }
        return p.length - 1;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Sampler solution() {
        return SampleToken::sample;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `sample`. Put the probabilities (8.16) end to end on a line from 0 to 1; `u` is a random point on it, and the \
                answer is the id of the stretch in which it lies: the first id at which the running sum is above `u`.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("softmax(logits.div(temperature)).toArray() are the probabilities.",
                "Add them up one by one; as soon as the sum is above u, return that id. Floats may sum to a little less than 1: then it is the last.",
                "for (int id = 0; id < p.length; id++) { sum += p[id]; if (sum > u) return id; } return p.length - 1;");
    }

    private static int drawn(float[] p, double u) {
        double sum = 0;
        for (int id = 0; id < p.length; id++) {
            sum += p[id];
            if (sum > u) return id;
        }
        return p.length - 1;
    }

    @Override
    public List<Misconception<Sampler>> misconceptions() {
        return List.of(
                twin("You multiply by the temperature. A high temperature makes the choice more even, so the logits are divided by it.",
                        (logits, t, u) -> drawn(softmax(logits.mul(t)).toArray(), u)),
                twin("You always take the most likely token. Here chance decides, with the probabilities of (8.16) and the point u.",
                        (logits, t, u) -> logits.argmax(0).toIntArray()[0]),
                twin("The temperature has no effect: divide the logits by it before softmax.", (logits, t, u) -> drawn(softmax(logits).toArray(), u)),
                twin("Softmax is missing: logits are no probabilities and don't sum to 1.", (logits, t, u) -> drawn(logits.div(t).toArray(), u)),
                twin("The comparison is turned around: go on as long as the running sum is not above u, and return the first id at which it is.",
                        (logits, t, u) -> {
                            float[] p = softmax(logits.div(t)).toArray();
                            double sum = 0;
                            for (int id = 0; id < p.length; id++) {
                                sum += p[id];
                                if (sum < u) return id;
                            }
                            return p.length - 1;
                        }),
                twin("That is the id after the one in whose stretch u lies: add the probability first, then compare.",
                        (logits, t, u) -> {
                            float[] p = softmax(logits.div(t)).toArray();
                            double sum = 0;
                            for (int id = 0; id < p.length; id++) {
                                if (sum > u) return id;
                                sum += p[id];
                            }
                            return p.length - 1;
                        }),
                twin("When u lies behind the last sum, since floats may sum to a little less than 1, you return no id. It is the last token.",
                        (logits, t, u) -> {
                            float[] p = softmax(logits.div(t)).toArray();
                            double sum = 0;
                            for (int id = 0; id < p.length; id++) {
                                sum += p[id];
                                if (sum > u) return id;
                            }
                            return -1;
                        }),
                twin("The probabilities are divided by the temperature after softmax, so they no longer sum to 1. Divide the logits.",
                        (logits, t, u) -> drawn(softmax(logits).div(t).toArray(), u)),
                twin("That is the id before the one in whose stretch u lies: add the probability first, then compare.",
                        (logits, t, u) -> Math.max(0, drawn(softmax(logits.div(t)).toArray(), u) - 1)),
                twin("You return the first id whose own probability is above u. What counts is the running sum.",
                        (logits, t, u) -> {
                            float[] p = softmax(logits.div(t)).toArray();
                            for (int id = 0; id < p.length; id++) if (p[id] > u) return id;
                            return p.length - 1;
                        }),
                twin("Every token is equally likely to you: u times the number of tokens ignores the logits.",
                        (logits, t, u) -> (int) (u * logits.numel())));
    }

    @Check("the stretch in which u lies")
    void drawn(Sampler yours, Random random) {
        Tensor three = tensor(1, 2, 0.5);
        for (double u : new double[] {0.05, 0.3, 0.5, 0.8, 0.95}) close(yours.sample(three, 1, u), sample(three, 1, u));
        for (int i = 0; i < 60; i++) {
            Tensor logits = randn(random, 3 + i % 5).mul(2);
            double temperature = List.of(0.3, 0.7, 1.0, 2.5).get(i % 4), u = random.nextDouble();
            close(yours.sample(logits, temperature, u), sample(logits, temperature, u));
        }
    }

    @Check("u at the very end of the line is the last token's")
    void end(Sampler yours, Random random) {
        close(yours.sample(tensor(0, 0, 0, 0).mul(random.nextDouble()), 1, 1), 3);       // four quarters sum to 1, which is not above 1
    }

    @Check("a low temperature takes the most likely token")
    void cold(Sampler yours, Random random) {
        for (int i = 0; i < 5; i++) {
            Tensor logits = randn(random, 6).mul(3);
            int likely = logits.argmax(0).toIntArray()[0], got = yours.sample(logits, 0.01, 0.5);
            that(got == likely || sample(logits, 0.01, 0.5) == got, "at temperature 0.01 it was token %s, and the most likely is %s", got, likely);
        }
    }
}
