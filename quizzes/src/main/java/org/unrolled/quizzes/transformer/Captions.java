package org.unrolled.quizzes.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.unrolled.nn.data.Shapes32;
import org.unrolled.nn.data.Split;
import org.unrolled.nn.data.Vocabulary;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** What lesson 08 says about the captions of {@link Shapes32}, and how it counts what is right in them. */
public final class Captions {

    /** What the six words of a caption that differ from picture to picture tell, in their order. */
    public static final List<String> KINDS = List.of("texture", "colour", "shape", "place", "small colour", "small shape");

    /** No caption has more words than this, the dot included. */
    public static final int LONGEST = 11;

    private static final Set<String> FIXED = Set.of("a", "of", "small", ".");

    /**
     * How much of some captions is right.
     *
     * @param kinds for each of {@link #KINDS} the share of captions in which that word is right
     * @param words the mean of these six
     * @param whole the share of captions that are right from the first word to the last
     */
    public record Score(double[] kinds, double words, double whole) {}

    private Captions() {}

    /** The pictures of the lesson: 2,000 whose captions make the vocabulary and the baseline, and 500 for the test; training draws its own. */
    public static Split pictures() {
        return Shapes32.split(2000, 0, 500, 7);
    }

    /** The words that differ from picture to picture: of "a striped red circle left of a small blue square ." six. */
    static List<String> telling(String caption) {
        return Vocabulary.words(caption).stream().filter(word -> !FIXED.contains(word)).toList();
    }

    /** Compares word by word; a word that is missing is wrong. */
    public static Score score(List<String> said, List<String> truth) {
        if (said.size() != truth.size() || said.isEmpty()) {
            throw new IllegalArgumentException("Captions: " + said.size() + " captions for " + truth.size() + " pictures: each picture has one, and there is at least one.");
        }
        double[] right = new double[KINDS.size()];
        double whole = 0;
        for (int i = 0; i < said.size(); i++) {
            List<String> mine = telling(said.get(i)), wanted = telling(truth.get(i));
            for (int k = 0; k < right.length; k++) if (k < mine.size() && mine.get(k).equals(wanted.get(k))) right[k] += 1.0 / said.size();
            if (said.get(i).equals(truth.get(i))) whole += 1.0 / said.size();
        }
        return new Score(right, Arrays.stream(right).average().orElseThrow(), whole);
    }

    /** The caption made of the most frequent word of each kind: the best that one caption for all pictures can do, word by word. */
    public static String usual(List<String> captions) {
        String[] usual = new String[KINDS.size()];
        for (int k = 0; k < usual.length; k++) {
            int kind = k;
            Map<String, Integer> counts = new LinkedHashMap<>();
            captions.forEach(caption -> counts.merge(telling(caption).get(kind), 1, Integer::sum));
            usual[k] = counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
        }
        String of = Set.of("left", "right").contains(usual[3]) ? " of" : "";
        return "a %s %s %s %s%s a small %s %s .".formatted(usual[0], usual[1], usual[2], usual[3], of, usual[4], usual[5]);
    }

    /** A caption with its wrong words marked, each with the right one behind it: "a striped ✗green (red) circle …". */
    public static String marked(String said, String truth) {
        List<String> right = telling(truth);
        StringBuilder marked = new StringBuilder();
        int k = 0;
        for (String word : Vocabulary.words(said)) {
            if (!marked.isEmpty()) marked.append(' ');
            if (FIXED.contains(word)) {
                marked.append(word);
            } else {
                String wanted = k < right.size() ? right.get(k) : "nothing";
                marked.append(word.equals(wanted) ? word : "✗" + word + " (" + wanted + ")");
                k++;
            }
        }
        return marked + (k < right.size() ? " ✗ (" + String.join(" ", right.subList(k, right.size())) + ")" : "");
    }

    /**
     * Writes n captions side by side, always with the likeliest next word, each up to its dot.
     *
     * @param logits what is written, (n, t) ids from the id that begins, gives (n, t, words)
     */
    public static List<String> write(Vocabulary vocabulary, int n, UnaryOperator<Tensor> logits) {
        int[] begin = new int[n];
        Arrays.fill(begin, vocabulary.size());
        Tensor before = Tensors.ids(begin, n, 1);
        for (int t = 0; t < LONGEST; t++) {
            before = Tensors.cat(1, before, logits.apply(before).select(1, -1).argmax(1).reshape(n, 1));
        }
        return read(vocabulary, before.slice(1, 1, LONGEST + 1));
    }

    /** Rows of ids as text, each up to its first dot. */
    public static List<String> read(Vocabulary vocabulary, Tensor ids) {
        List<String> captions = new ArrayList<>();
        for (int i = 0; i < ids.size(0); i++) {
            String text = vocabulary.decode(ids.select(0, i));
            int dot = text.indexOf('.');
            captions.add(dot < 0 ? text : text.substring(0, dot + 1));
        }
        return captions;
    }

    /** A picture (3, H, W) beside itself as bright as it is looked at, (2, 3, H, W); weights (rows · columns) of a grid over it, the largest is full light. */
    public static Tensor lit(Tensor picture, Tensor weights, int rows) {
        int h = picture.size(1), w = picture.size(2), columns = weights.numel() / rows;
        float[] light = new float[h * w], weight = weights.toArray();
        float most = 0;
        for (float v : weight) most = Math.max(most, v);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) light[y * w + x] = 0.12f + 0.88f * weight[y * rows / h * columns + x * columns / w] / most;
        }
        return Tensors.stack(0, picture, picture.mul(Tensors.tensor(light, h, w)));
    }
}
