package org.unrolled.nn.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * Examples in three parts without a common example: one to learn from, one to decide by, one to report on.
 * What is fitted before the network ({@link Scaler}, {@link Vocabulary}) takes a {@link TrainingPart}, which only {@link #train()} gives,
 * so it cannot have seen the other two.
 */
public final class Split {
    private final Examples examples;
    private final String how;
    private final int[] train;
    private final int[] validation;
    private final int[] test;

    private Split(Examples examples, String how, int[] train, int[] validation, int[] test) {
        this.examples = examples;
        this.how = how;
        this.train = train;
        this.validation = validation;
        this.test = test;
    }

    /** Parts that a class of this package has cut. */
    static Split of(Examples examples, String how, int[] train, int[] validation, int[] test) {
        return new Split(examples, how, train, validation, test);
    }

    /** Each class keeps its share in each part, as far as whole examples allow: a class of one or two may be missing from validation or test, never from training. */
    public static Split stratified(Examples examples, double trainShare, double validationShare, long seed) {
        shares(trainShare, validationShare);
        if (examples.classes().isEmpty()) {
            throw new IllegalArgumentException("stratified: these examples have no classes to keep in balance. Hint: random splits them without.");
        }
        List<int[]> parts = byClass(examples, examples.size(), trainShare, validationShare, seed);
        return new Split(examples, "stratified, seed " + seed, parts.get(0), parts.get(1), parts.get(2));
    }

    /** The first {@code count} examples dealt class by class into three parts, each in order. */
    static List<int[]> byClass(Examples examples, int count, double first, double second, long seed) {
        Map<Integer, List<Integer>> groups = new TreeMap<>();
        for (int i = 0; i < count; i++) groups.computeIfAbsent(examples.y.label(i), _ -> new ArrayList<>()).add(i);
        Random random = new Random(seed);
        List<List<Integer>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (List<Integer> group : groups.values()) deal(group, first, second, random, parts);
        return parts.stream().map(Split::sorted).toList();
    }

    /** Without regard to classes. */
    public static Split random(Examples examples, double trainShare, double validationShare, long seed) {
        shares(trainShare, validationShare);
        List<List<Integer>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        deal(new ArrayList<>(Arrays.stream(examples.all()).boxed().toList()), trainShare, validationShare, new Random(seed), parts);
        return new Split(examples, "random, seed " + seed, sorted(parts.get(0)), sorted(parts.get(1)), sorted(parts.get(2)));
    }

    /** The first for training, the next for validation, the last for the test: what comes later is never learned from. */
    public static Split byTime(Examples examples, double trainShare, double validationShare) {
        shares(trainShare, validationShare);
        int n = examples.size();
        int a = (int) Math.round(n * trainShare);
        int b = (int) Math.round(n * (trainShare + validationShare));
        int[] all = examples.all();
        return new Split(examples, "by time", Arrays.copyOfRange(all, 0, a), Arrays.copyOfRange(all, a, b), Arrays.copyOfRange(all, b, n));
    }

    /**
     * Whole groups: all examples of a writer, a patient, a template lie in one part. The shares count groups.
     *
     * @param groups the group of each example
     */
    public static Split byGroup(Examples examples, int[] groups, double trainShare, double validationShare, long seed) {
        shares(trainShare, validationShare);
        if (groups.length != examples.size()) {
            throw new IllegalArgumentException("byGroup: " + groups.length + " groups for " + examples.size() + " examples: each example belongs to one.");
        }
        Map<Integer, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < groups.length; i++) members.computeIfAbsent(groups[i], _ -> new ArrayList<>()).add(i);
        List<List<Integer>> dealt = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        deal(new ArrayList<>(members.keySet()), trainShare, validationShare, new Random(seed), dealt);
        List<int[]> parts = new ArrayList<>();
        for (List<Integer> part : dealt) {
            List<Integer> rows = new ArrayList<>();
            for (int group : part) rows.addAll(members.get(group));
            parts.add(sorted(rows));
        }
        return new Split(examples, "by group, seed " + seed, parts.get(0), parts.get(1), parts.get(2));
    }

    /** Parts that somebody else decided. An example may lie in one of them only, or in none. */
    public static Split byIndex(Examples examples, int[] train, int[] validation, int[] test) {
        String[] owner = new String[examples.size()];
        claim(owner, "training", train);
        claim(owner, "validation", validation);
        claim(owner, "test", test);
        return new Split(examples, "by index", train.clone(), validation.clone(), test.clone());
    }

    private static void claim(String[] owner, String part, int[] indices) {
        for (int i : indices) {
            if (i < 0 || i >= owner.length) {
                throw new IllegalArgumentException("byIndex: the " + part + " part names example " + i + ", and the examples are 0 to " + (owner.length - 1) + ".");
            }
            if (owner[i] != null) {
                throw new IllegalArgumentException("byIndex: example " + i + " is in the " + owner[i] + " part and in the " + part
                        + " part: what was learned from cannot also judge. Hint: leave it in one.");
            }
            owner[i] = part;
        }
    }

    private static void shares(double train, double validation) {
        if (!(train > 0) || !(validation >= 0) || !(train + validation <= 1 + 1e-9)) {
            throw new IllegalArgumentException("A split into " + train + " for training and " + validation
                    + " for validation: shares are 0 or more (training more than 0) and together at most 1; the rest is the test part.");
        }
    }

    /** Shuffles the members and deals their first share (at least one), the second, and what is left. */
    private static void deal(List<Integer> members, double first, double second, Random random, List<List<Integer>> parts) {
        shuffle(members, random);
        int n = members.size();
        int a = Math.max(Math.min(1, n), (int) Math.round(n * first));
        int b = Math.max(a, (int) Math.round(n * (first + second)));
        parts.get(0).addAll(members.subList(0, a));
        parts.get(1).addAll(members.subList(a, Math.min(b, n)));
        parts.get(2).addAll(members.subList(Math.min(b, n), n));
    }

    private static void shuffle(List<Integer> list, Random random) {
        for (int i = list.size() - 1; i > 0; i--) Collections.swap(list, i, random.nextInt(i + 1));
    }

    static int[] shuffled(int[] indices, Random random) {
        List<Integer> list = new ArrayList<>(Arrays.stream(indices).boxed().toList());
        shuffle(list, random);
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] sorted(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    /** What may be learned from. */
    public TrainingPart train() {
        return new TrainingPart(examples, train);
    }

    /** What decisions are made by: when to stop, which model. */
    public HeldOutPart validation() {
        return new HeldOutPart("validation", examples, validation);
    }

    /** What is reported, once. */
    public HeldOutPart test() {
        return new HeldOutPart("test", examples, test);
    }

    /** The names of the classes; empty if there are none. */
    public List<String> classes() {
        return examples.classes();
    }

    /**
     * The same split with inputs standardised by what the function fits on the training part:
     * {@code split.scaled(Scaler::perFeature)}.
     */
    public Split scaled(Function<TrainingPart, Scaler> fit) {
        return mapped(fit.apply(train())::apply);
    }

    /** The same split with inputs and targets standardised by one scale, as a series needs that predicts itself: {@code scaledWithTargets(Scaler::standard)}. */
    public Split scaledWithTargets(Function<TrainingPart, Scaler> fit) {
        if (examples.y.isInt()) {
            throw new IllegalArgumentException("scaledWithTargets: the targets are labels, and a label has no scale. Hint: scaled standardises the inputs only.");
        }
        Scaler scaler = fit.apply(train());
        Examples mapped = new Examples(Rows.of("x", scaler.apply(examples.x())), List.of(), Rows.of("y", scaler.apply(examples.y())), examples.lengths, classes());
        return new Split(mapped, how, train, validation, test);
    }

    /**
     * The same split with texts as token ids, (N, T), each padded to the longest or cut after {@code maxLength} tokens; batches know the lengths.
     * A text without a token counts as one unknown token, so that no length is 0.
     */
    public Split encoded(Vocabulary vocabulary, int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("encoded: texts cut after " + maxLength + " tokens: at least 1 must remain.");
        }
        if (examples.x != null) {
            throw new IllegalStateException("encoded: the inputs of these examples are numbers already. Hint: vocabulary.encode(batch.texts()) turns captions into ids.");
        }
        List<int[]> rows = new ArrayList<>();
        int longest = 0;
        for (String text : examples.texts) {
            int[] ids = vocabulary.encode(text);
            rows.add(ids.length == 0 ? new int[] {Vocabulary.UNKNOWN} : ids.length > maxLength ? Arrays.copyOf(ids, maxLength) : ids);
            longest = Math.max(longest, rows.getLast().length);
        }
        int[] x = new int[rows.size() * longest];
        int[] lengths = new int[rows.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = rows.get(i).length;
            System.arraycopy(rows.get(i), 0, x, i * longest, lengths[i]);
        }
        Examples encoded = new Examples(Rows.of("x", Tensors.ids(x, rows.size(), longest)), examples.texts, examples.y, lengths, classes());
        return new Split(encoded, how, train, validation, test);
    }

    /**
     * The same split with other inputs: a function of all examples at once that treats each alone, such as {@code x -> x.reshape(-1, 64)} or
     * {@code x -> Images.resize(x, 32, 32)}. What is estimated from data belongs into {@link #scaled}.
     */
    public Split mapped(UnaryOperator<Tensor> inputs) {
        Tensor x = inputs.apply(examples.x());
        if (x.dim() == 0 || x.size(0) != examples.size()) {
            throw new IllegalArgumentException("mapped: " + examples.size() + " examples became " + Shapes.text(x.shape())
                    + ", whose first axis no longer counts them. Hint: keep the first axis, as in x.reshape(-1, 64).");
        }
        return new Split(new Examples(Rows.of("x", x), examples.texts, examples.y, examples.lengths, classes()), how, train, validation, test);
    }

    @Override public String toString() {
        return examples + ": " + train.length + " training, " + validation.length + " validation, " + test.length + " test (" + how + ")";
    }
}
