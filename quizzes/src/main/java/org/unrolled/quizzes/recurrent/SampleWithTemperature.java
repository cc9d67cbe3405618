package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Drawing the next character: softmax with a temperature, and one random number. */
@Question(id = "recurrent/sample-with-temperature", points = 3, lesson = "05-rnn-bptt", title = "Sampling with a temperature", forbids = {"Recurrent.*", "Counts.*"})
public final class SampleWithTemperature implements CodeQuestion<SampleWithTemperature.Sample> {

    public interface Sample {
        int sample(Tensor logits, double temperature, double u);
    }

    // BEGIN ANSWER
    /** logits (N), a temperature above 0, u from 0 to 1 (drawn by the caller) -> the index that u falls on. */
    static int sample(Tensor logits, double temperature, double u) {
        // BEGIN SOLUTION probabilities first, then walk along them until u is reached
        Tensor p = softmax(logits.div(temperature));
        double sum = 0;
        for (int i = 0; i < p.size(0); i++) {
            sum += p.get(i);
            if (u < sum) {
                return i;
            }
        }
        return p.size(0) - 1;   // rounding: the sum may end a little below 1
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Sample solution() {
        return SampleWithTemperature::sample;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `sample`: probabilities by equation (5.14), then the index on which $u$ falls. Lay the probabilities end to end: \
                they fill the line from 0 to 1, index 0 first. The answer is the piece in which $u$ lies. `p.get(i)` is $p_i$.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Temperature acts before softmax: it divides the logits. Then add up probabilities from the left until the sum exceeds u.",
                "Tensor p = softmax(logits.div(temperature)); and a loop over i with sum += p.get(i); which condition ends it?",
                "if (u < sum) return i; and after the loop return the last index, in case rounding kept the sum below u.");
    }

    private static int walk(Tensor p, double u) {
        double sum = 0;
        for (int i = 0; i < p.size(0); i++) {
            sum += p.get(i);
            if (u < sum) {
                return i;
            }
        }
        return p.size(0) - 1;
    }

    @Override
    public List<Misconception<Sample>> misconceptions() {
        return List.of(
                twin("The temperature has no effect: divide the logits by it, before softmax.",
                        (logits, temperature, u) -> walk(softmax(logits), u)),
                twin("You multiplied by the temperature. A high temperature then makes the choice sharper; it should make it more even: divide.",
                        (logits, temperature, u) -> walk(softmax(logits.mul(temperature)), u)),
                twin("You divided the probabilities by the temperature. Their sum is no longer 1. Divide the logits, and take softmax of that.",
                        (logits, temperature, u) -> walk(softmax(logits).div(temperature), u)),
                twin("You always take the likeliest index: u has no say. Add up the probabilities until the sum exceeds u.",
                        (logits, temperature, u) -> logits.argmax(0).toIntArray()[0]),
                twin("You compare u with each probability by itself. Keep a running sum: the pieces lie end to end.",
                        (logits, temperature, u) -> {
                            Tensor p = softmax(logits.div(temperature));
                            for (int i = 0; i < p.size(0); i++) {
                                if (u < p.get(i)) {
                                    return i;
                                }
                            }
                            return p.size(0) - 1;
                        }),
                twin("You draw every index with the same probability: u times the number of indexes. The logits have to say how likely each is.",
                        (logits, temperature, u) -> (int) (u * logits.size(0))),
                twin("There is no softmax: logits are no probabilities, they can be negative and don't sum to 1.",
                        (logits, temperature, u) -> walk(logits.div(temperature), u)),
                twin("One index too far: the sum must hold p_i itself before it is compared with u.",
                        (logits, temperature, u) -> {
                            Tensor p = softmax(logits.div(temperature));
                            double sum = 0;
                            for (int i = 0; i < p.size(0); i++) {
                                if (u < sum) {
                                    return i;
                                }
                                sum += p.get(i);
                            }
                            return p.size(0) - 1;
                        }));
    }

    @Check("evenly spread u find each index as often as it is likely")
    void frequencies(Sample yours, Random random) {
        for (double temperature : new double[] {0.4, 1, 3}) {
            Tensor logits = randn(random, 5);
            int[] counts = new int[5];
            int[] expected = new int[5];
            for (int i = 0; i < 20; i++) {
                double u = (i + random.nextDouble()) / 20;
                int drawn = yours.sample(logits, temperature, u);
                that(drawn >= 0 && drawn < 5, "index %d of 5 logits", drawn);
                counts[drawn]++;
                expected[sample(logits, temperature, u)]++;
            }
            close(counts, expected);
        }
    }

    @Check("the index on which u falls")
    void index(Sample yours, Random random) {
        for (int n : new int[] {2, 3, 7}) {
            for (int i = 0; i < 8; i++) {
                Tensor logits = randn(random, n);
                double temperature = 0.3 + 2 * random.nextDouble();
                double u = random.nextDouble();
                that(yours.sample(logits, temperature, u) == sample(logits, temperature, u), "another index, for %d logits, temperature %.2f and u = %.3f", n,
                        temperature, u);
            }
        }
    }

    @Check("cold: nearly always the likeliest")
    void cold(Sample yours, Random random) {
        for (int i = 0; i < 5; i++) {
            Tensor logits = randn(random, 6).mul(3);
            int likeliest = logits.argmax(0).toIntArray()[0];
            double u = 0.001 + 0.998 * random.nextDouble();
            int expected = sample(logits, 0.01, u);
            that(yours.sample(logits, 0.01, u) == expected, "at temperature 0.01 the likeliest is %d", likeliest);
        }
    }
}
