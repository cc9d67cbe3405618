package org.unrolled.nn.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.unrolled.tensor.Tensors;

/**
 * Synthetic sentences with labels, from two grammars that lie beside this class ({@code sentiment.grammar}, {@code tickets.grammar}): nobody said or wrote
 * them, and what is found on them holds for them only. {@code Sentences.sentiment().split(7)} is the short way; the methods below make the data harder.
 *
 * <ul>
 * <li>Negation ("not bad") and "but" decide labels, so the words alone do not.
 * <li>No sentence is in two parts.
 * <li>Many words have synonyms, and some of these stand <em>in the test only</em>: the test asks whether a model got the
 *     structure, and its score is lower than the validation's for that reason. Nothing trained from scratch can know such a word.
 * </ul>
 */
public final class Sentences {
    private final String what;
    private final Grammar grammar;
    private final double[] shares;
    private final double typos;
    private final double labelNoise;
    private final double unseen;

    Sentences(String what, Grammar grammar, double[] shares, double typos, double labelNoise, double unseen) {
        this.what = what;
        this.grammar = grammar;
        this.shares = shares;
        this.typos = typos;
        this.labelNoise = labelNoise;
        this.unseen = unseen;
    }

    /** Synthetic opinions about a place to eat: negative (0) or positive (1), as many of each. */
    public static Sentences sentiment() {
        return new Sentences("sentiment", new Grammar("sentiment.grammar", Resources.text("sentiment.grammar")), new double[] {0.5, 0.5}, 0, 0, 0.3);
    }

    /**
     * Synthetic messages to the support of a shop: delivery 40 %, billing 25 %, technical 20 %, account 10 %, cancellation 5 %. Easier than the opinions: the words
     * mostly give the department away, and the imbalance is what there is to see; {@link #typos} and {@link #labelNoise} make it harder.
     */
    public static Sentences tickets() {
        return new Sentences("tickets", new Grammar("tickets.grammar", Resources.text("tickets.grammar")), new double[] {0.4, 0.25, 0.2, 0.1, 0.05}, 0, 0, 0.3);
    }

    /** The grammar as it stands in its file: rules, and words by part. */
    public String grammar() {
        return Resources.text(what + ".grammar");
    }

    /** The names of the classes. */
    public List<String> classes() {
        return grammar.classes();
    }

    /** Other shares of the classes, in every part; they are scaled to sum to 1. */
    public Sentences balance(double... shares) {
        double sum = 0;
        for (double share : shares) {
            if (!(share >= 0)) throw new IllegalArgumentException("balance: a share of " + share + ": shares are 0 or more.");
            sum += share;
        }
        if (shares.length != classes().size() || sum == 0) {
            throw new IllegalArgumentException("balance: " + shares.length + " shares that sum to " + sum + " for the classes " + String.join(", ", classes())
                    + ": each class needs one, and one must be more than 0.");
        }
        double[] scaled = shares.clone();
        for (int i = 0; i < scaled.length; i++) scaled[i] /= sum;
        return new Sentences(what, grammar, scaled, typos, labelNoise, unseen);
    }

    /** How often a word of four letters or more is misspelt, in every part: two letters swapped, one left out, or one doubled. None at first. */
    public Sentences typos(double share) {
        return new Sentences(what, grammar, shares, share("typos", share), labelNoise, unseen);
    }

    /** How often a label of training and validation is replaced by another, drawn evenly. The test keeps its labels. None at first. */
    public Sentences labelNoise(double share) {
        return new Sentences(what, grammar, shares, typos, share("labelNoise", share), unseen);
    }

    /** How often, in the test, a word that has synonyms is one that training never has: 0.3 at first; 0 asks for known words only. */
    public Sentences unseenWords(double share) {
        return new Sentences(what, grammar, shares, typos, labelNoise, share("unseenWords", share));
    }

    private static double share(String what, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + "(" + value + "): a share is from 0 to 1.");
        }
        return value;
    }

    /** 4,000 sentences, see {@link #split(int, long)}. */
    public Split split(long seed) {
        return split(4000, seed);
    }

    /** Different sentences in three parts: 70 % training, 15 % validation, 15 % test. The same seed gives the same sentences. */
    public Split split(int n, long seed) {
        if (n < 1) {
            throw new IllegalArgumentException("split(" + n + "): at least 1 sentence.");
        }
        Random random = new Random(seed);
        // of its own, so that noise changes labels and not sentences
        Random noise = new Random(seed + 1);
        int[] ends = {(int) Math.round(0.7 * n), (int) Math.round(0.85 * n), n};
        List<String> texts = new ArrayList<>();
        int[] labels = new int[n];
        Set<String> seen = new HashSet<>();
        int k = classes().size();
        for (int i = 0; i < n; i++) {
            boolean test = i >= ends[1];
            int label = draw(random);
            String text;
            int tries = 0;
            do {
                if (tries++ == 10_000) {
                    throw new IllegalArgumentException("split(" + n + "): the grammar has no more different sentences for '" + classes().get(label)
                            + "' after " + i + ". Hint: ask for fewer.");
                }
                text = misspelt(grammar.sentence(classes().get(label), test, unseen, random), random);
            } while (!seen.add(text));
            texts.add(text);
            boolean flipped = noise.nextDouble() < labelNoise && !test;
            labels[i] = flipped ? (label + 1 + noise.nextInt(k - 1)) % k : label;
        }
        Examples all = Examples.ofTexts(texts, Tensors.ids(labels), classes());
        return Split.of(all, "synthetic " + what + ", seed " + seed, IntStream.range(0, ends[0]).toArray(), IntStream.range(ends[0], ends[1]).toArray(),
                IntStream.range(ends[1], n).toArray());
    }

    private int draw(Random random) {
        double u = random.nextDouble();
        for (int c = 0; c < shares.length; c++) {
            u -= shares[c];
            if (u < 0) return c;
        }
        // rounding: the last class that has a share
        int last = shares.length - 1;
        while (shares[last] == 0) last--;
        return last;
    }

    private String misspelt(String text, Random random) {
        if (typos == 0) return text;
        StringBuilder out = new StringBuilder();
        for (String word : text.split(" ")) {
            out.append(out.isEmpty() ? "" : " ");
            if (word.length() < 4 || random.nextDouble() >= typos) {
                out.append(word);
                continue;
            }
            int at = random.nextInt(word.length() - 1);
            switch (random.nextInt(3)) {
                case 0 -> out.append(word, 0, at).append(word.charAt(at + 1)).append(word.charAt(at)).append(word, at + 2, word.length());
                case 1 -> out.append(word, 0, at).append(word, at + 1, word.length());
                default -> out.append(word, 0, at + 1).append(word, at, word.length());
            }
        }
        return out.toString();
    }
}
