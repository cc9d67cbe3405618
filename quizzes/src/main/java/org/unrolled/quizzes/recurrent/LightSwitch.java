package org.unrolled.quizzes.recurrent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.unrolled.nn.Metrics;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * A corridor with two buttons. Each minute somebody presses ON (1), or OFF (−1), or nobody comes (0); at the end: is the light on?
 * Minute 0 always has a press. The answer is the last one, however long ago it was: as many minutes of memory as one likes, and one bit to remember.
 */
public final class LightSwitch {

    private LightSwitch() {}

    /**
     * @param x (B, T, 1): 1 for ON, −1 for OFF, 0 for nobody
     * @param on (B): 1 if the light is on at the end, else 0
     * @param age how many minutes ago the last press was, for each sequence
     */
    public record Batch(Tensor x, Tensor on, List<Integer> age) {
        /** One sequence as signs: + for ON, - for OFF, a dot for nobody. */
        public String text(int b) {
            StringBuilder text = new StringBuilder();
            for (int t = 0; t < x.size(1); t++) {
                float v = x.get(b, t, 0);
                text.append(v > 0 ? '+' : v < 0 ? '−' : '·');
            }
            return text.toString();
        }
    }

    /** B sequences of T minutes; the last press was 0 to T − 1 minutes ago, equally often. */
    public static Batch batch(Random random, int B, int T) {
        List<Integer> ages = new ArrayList<>();
        for (int b = 0; b < B; b++) {
            ages.add(random.nextInt(T));
        }
        return batch(random, T, ages);
    }

    /** B sequences of T minutes whose last press was {@code age} minutes ago. */
    public static Batch withAge(Random random, int B, int T, int age) {
        if (age < 0 || age >= T) {
            throw new IllegalArgumentException("LightSwitch: the last press was " + age + " minutes ago in a sequence of " + T
                    + " minutes: it must lie within it. Hint: 0 to " + (T - 1) + ".");
        }
        return batch(random, T, Collections.nCopies(B, age));
    }

    private static Batch batch(Random random, int T, List<Integer> ages) {
        int B = ages.size();
        float[] x = new float[B * T];
        int[] on = new int[B];
        for (int b = 0; b < B; b++) {
            int last = T - 1 - ages.get(b);
            for (int t = 0; t <= last; t++) {
                boolean press = t == 0 || t == last || random.nextDouble() < 0.3;
                x[b * T + t] = press ? random.nextBoolean() ? 1 : -1 : 0;
            }
            on[b] = x[b * T + last] > 0 ? 1 : 0;
        }
        return new Batch(Tensors.tensor(x, B, T, 1), Tensors.ids(on, B), List.copyOf(ages));
    }

    /** The share of sequences that logits (B, 2) get right. */
    public static double accuracy(Tensor logits, Batch batch) {
        return Metrics.accuracy(logits, batch.on());
    }
}
