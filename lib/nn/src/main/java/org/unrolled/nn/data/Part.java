package org.unrolled.nn.data;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.tensor.Tensor;

/**
 * One part of a {@link Split}. {@code for (Batch batch : split.train().batches(64, random))} goes through it once.
 * Tensors are made anew at each call, on the provider that is in use then.
 */
public abstract sealed class Part permits TrainingPart, HeldOutPart {
    private final String name;
    final Examples examples;
    final int[] indices;

    Part(String name, Examples examples, int[] indices) {
        this.name = name;
        this.examples = examples;
        this.indices = indices;
    }

    /** "training", "validation" or "test". */
    public String name() {
        return name;
    }

    /** How many examples. */
    public int size() {
        return indices.length;
    }

    /** Where its examples stand in the whole data set. */
    public int[] indices() {
        return indices.clone();
    }

    /** The names of the classes; empty if there are none. */
    public List<String> classes() {
        return examples.classes();
    }

    /** All inputs, (N, …). */
    public Tensor x() {
        return examples.inputs().take(indices);
    }

    /** All labels (N) or targets (N, …). */
    public Tensor y() {
        return examples.y.take(indices);
    }

    /** The texts, if the examples came from texts. */
    public List<String> texts() {
        return examples.texts.isEmpty() ? List.of() : Arrays.stream(indices).mapToObj(examples.texts::get).toList();
    }

    /** How many examples of each class. */
    public int[] counts() {
        int[] counts = new int[classes().size()];
        if (counts.length > 0) {
            for (int i : indices) counts[examples.y.label(i)]++;
        }
        return counts;
    }

    /** Batches in the order of the examples. */
    public Batches batches(int size) {
        return new Batches(this, indices, size);
    }

    /** Batches in a new order, which {@code random} decides: another order each time it is asked. */
    public Batches batches(int size, Random random) {
        return new Batches(this, Split.shuffled(indices, random), size);
    }

    /** Batches in the order that belongs to this seed and epoch, whatever was drawn before: a training can resume at any epoch. */
    public Batches batches(int size, long seed, int epoch) {
        // the golden ratio in 64 bits spreads neighbouring epochs over all seeds (Steele, Lea & Flood 2014, SplitMix)
        return batches(size, new Random(seed + (epoch + 1L) * 0x9E3779B97F4A7C15L));
    }

    @Override public String toString() {
        return name + " part: " + size() + " examples";
    }
}
