package org.unrolled.nn.data;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.op.Shapes;

/**
 * Examples that belong together: inputs x with one example on each entry of the first axis, and for each example a label (an int, with
 * the names of the classes) or a target (any shape). Nothing can be learned from them before they are {@linkplain Split split}.
 */
public final class Examples {
    final @Nullable Rows x;
    final List<String> texts;
    final Rows y;
    final int @Nullable [] lengths;
    private final List<String> classes;

    Examples(@Nullable Rows x, List<String> texts, Rows y, int @Nullable [] lengths, List<String> classes) {
        this.x = x;
        this.texts = texts;
        this.y = y;
        this.lengths = lengths;
        this.classes = List.copyOf(classes);
        int n = x != null ? x.count() : texts.size();
        if (y.count() != n) {
            throw new IllegalArgumentException("Examples: " + n + (x != null ? " inputs" : " texts") + " and " + y.count()
                    + " labels: each example needs one. Hint: the first axis of x and y counts the examples.");
        }
        if (lengths != null) {
            int longest = x == null || x.shape().length == 0 ? 0 : x.shape()[0];
            if (lengths.length != n) {
                throw new IllegalArgumentException("Examples: " + n + " sequences and " + lengths.length + " lengths: each sequence needs one.");
            }
            for (int i = 0; i < n; i++) {
                if (lengths[i] < 0 || lengths[i] > longest) {
                    throw new IllegalArgumentException("Examples: sequence " + i + " has the length " + lengths[i] + ", and x has room for 0 to " + longest + " steps.");
                }
            }
        }
        if (!classes.isEmpty()) {
            if (!y.isInt() || y.shape().length != 0) {
                throw new IllegalArgumentException("Examples: labels with class names are ints of the shape (N), not "
                        + (y.isInt() ? "ints" : "floats") + " with rows of the shape " + Shapes.text(y.shape()) + ". Hint: ids(...) makes labels.");
            }
            for (int i = 0; i < n; i++) {
                if (y.label(i) < 0 || y.label(i) >= classes.size()) {
                    throw new IllegalArgumentException("Examples: example " + i + " has the label " + y.label(i) + ", and the classes are 0 to "
                            + (classes.size() - 1) + ": " + String.join(", ", classes) + ".");
                }
            }
        }
    }

    /**
     * Inputs and labels.
     *
     * @param x       (N, …)
     * @param y       (N), ints from 0 to the number of classes - 1
     * @param classes their names
     */
    public static Examples of(Tensor x, Tensor y, List<String> classes) {
        if (classes.isEmpty()) throw new IllegalArgumentException("Examples: no class names: labels need them. Hint: of(x, y) takes targets without classes.");
        return new Examples(Rows.of("x", x), List.of(), Rows.of("y", y), null, classes);
    }

    /**
     * Inputs and targets: numbers to predict, or ids for each step.
     *
     * @param x (N, …)
     * @param y (N, …)
     */
    public static Examples of(Tensor x, Tensor y) {
        return new Examples(Rows.of("x", x), List.of(), Rows.of("y", y), null, List.of());
    }

    /**
     * Sequences of unequal lengths, each padded to the longest; a batch is cut to its own longest. Targets with the T of x as their second axis
     * are one for each step and are cut with x; (N, 1, T) keeps a target that only happens to be T numbers whole.
     *
     * @param x       (N, T, …)
     * @param lengths how many of the T steps are real, for each sequence
     * @param y       labels (N), targets (N, …), or targets for each step (N, T, …)
     * @param classes the names of the labels; none for targets
     */
    public static Examples ofSequences(Tensor x, int[] lengths, Tensor y, List<String> classes) {
        return new Examples(Rows.of("x", x), List.of(), Rows.of("y", y), lengths.clone(), classes);
    }

    /** Texts and labels. {@link Split#encoded} turns the texts into token ids. */
    public static Examples ofTexts(List<String> texts, Tensor y, List<String> classes) {
        return new Examples(null, List.copyOf(texts), Rows.of("y", y), null, classes);
    }

    /** How many there are. */
    public int size() {
        return y.count();
    }

    /** The names of the classes; empty if y holds no labels. */
    public List<String> classes() {
        return classes;
    }

    /** (N, …). */
    public Tensor x() {
        return inputs().take(all());
    }

    /** (N) labels, or (N, …) targets. */
    public Tensor y() {
        return y.take(all());
    }

    /** The texts; empty if the examples are none. */
    public List<String> texts() {
        return texts;
    }

    /** A share of the examples of each class for training and for validation, the rest for the test; see {@link Split#stratified}. */
    public Split split(double train, double validation, long seed) {
        return classes.isEmpty() ? Split.random(this, train, validation, seed) : Split.stratified(this, train, validation, seed);
    }

    int[] all() {
        int[] indices = new int[size()];
        Arrays.setAll(indices, i -> i);
        return indices;
    }

    /** These examples' targets, those for each step cut after {@code longest}. */
    Tensor targets(int[] indices, int longest) {
        boolean eachStep = x != null && y.shape().length > 0 && x.shape().length > 0 && y.shape()[0] == x.shape()[0];
        return eachStep ? y.take(indices, longest) : y.take(indices);
    }

    Rows inputs() {
        if (x == null) {
            throw new IllegalStateException("These examples are texts, and a network reads numbers. Hint: split.encoded(Vocabulary.of(split.train()), maxLength) turns words into ids.");
        }
        return x;
    }

    @Override public String toString() {
        return size() + " examples" + (x == null ? ", texts" : " of " + Shapes.text(x.shape())) + (classes.isEmpty() ? "" : ", " + classes.size() + " classes");
    }
}
