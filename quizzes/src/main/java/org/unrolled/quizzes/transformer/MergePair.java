package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.pattern;
import static org.unrolled.quiz.Misconception.twin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** One merge of byte-pair encoding (Sennrich, Haddow and Birch 2016, algorithm 1). */
@Question(id = "transformer/merge-pair", points = 3, lesson = "08-transformer", title = "One merge of BPE", forbids = "Bpe.*")
public final class MergePair implements CodeQuestion<MergePair.Merge> {

    public interface Merge {
        List<String> merge(List<String> tokens, String left, String right);
    }

    // BEGIN ANSWER
    /** Replaces each left followed by right by one token, from left to right; a new list. */
    static List<String> merge(List<String> tokens, String left, String right) {
        List<String> merged = new ArrayList<>();
        // BEGIN SOLUTION walk along the tokens; where left and right meet, add one token and step over both
        for (int i = 0; i < tokens.size(); i++) {
            boolean pair = i + 1 < tokens.size() && tokens.get(i).equals(left) && tokens.get(i + 1).equals(right);
            merged.add(pair ? left + right : tokens.get(i));
            if (pair) i++;
        }
        return merged;
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Merge solution() {
        return MergePair::merge;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write one merge. `merge(["b", "a", "n", "a", "n", "a"], "a", "n")` is `["b", "an", "an", "a"]`. From left to right: \
                a token that was used in a pair is not used again.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("Go through the places i. A pair stands at i if token i is left and token i + 1 is right; the last place has no i + 1.",
                "Strings are compared with equals. Found a pair: add left + right and step one place further, so that right is not looked at again.",
                "if (i + 1 < tokens.size() && tokens.get(i).equals(left) && tokens.get(i + 1).equals(right)) { merged.add(left + right); i++; } else merged.add(tokens.get(i));");
    }

    @Override
    public List<Misconception<Merge>> misconceptions() {
        return List.of(
                pattern("== asks whether two strings are one and the same object, not whether they have the same characters. Compare with equals.",
                        "\\)\\s*[=!]=\\s*(?:left|right)\\b|\\b(?:left|right)\\s*[=!]=", "tokens.get(i) == left"),
                twin("No pair is found, and the list stays as it is. Strings are compared with equals.", (tokens, left, right) -> List.copyOf(tokens)),
                twin("The right half of a pair stays behind as a token of its own: after adding left + right, step over both.",
                        (tokens, left, right) -> {
                            List<String> out = new ArrayList<>();
                            for (int i = 0; i < tokens.size(); i++) {
                                boolean pair = i + 1 < tokens.size() && tokens.get(i).equals(left) && tokens.get(i + 1).equals(right);
                                out.add(pair ? left + right : tokens.get(i));
                            }
                            return out;
                        }),
                twin("Only the first pair is merged. A merge is done wherever the pair stands.",
                        (tokens, left, right) -> {
                            List<String> out = new ArrayList<>();
                            boolean done = false;
                            for (int i = 0; i < tokens.size(); i++) {
                                boolean pair = !done && i + 1 < tokens.size() && tokens.get(i).equals(left) && tokens.get(i + 1).equals(right);
                                out.add(pair ? left + right : tokens.get(i));
                                if (pair) {
                                    i++;
                                    done = true;
                                }
                            }
                            return out;
                        }),
                twin("The last token gets lost. It has no neighbour to its right, and it stays in the list all the same.",
                        (tokens, left, right) -> {
                            List<String> out = new ArrayList<>();
                            for (int i = 0; i + 1 < tokens.size(); i++) {
                                boolean pair = tokens.get(i).equals(left) && tokens.get(i + 1).equals(right);
                                out.add(pair ? left + right : tokens.get(i));
                                if (pair) i++;
                            }
                            return out;
                        }),
                twin("You merged from right to left. In \"a a a\" the first two become one token, not the last two.",
                        (tokens, left, right) -> {
                            List<String> out = new ArrayList<>();
                            for (int i = tokens.size() - 1; i >= 0; i--) {
                                boolean pair = i > 0 && tokens.get(i - 1).equals(left) && tokens.get(i).equals(right);
                                out.addFirst(pair ? left + right : tokens.get(i));
                                if (pair) i--;
                            }
                            return out;
                        }),
                twin("The order does not matter to you: right followed by left is another pair, and stays as it is.",
                        (tokens, left, right) -> {
                            List<String> out = new ArrayList<>();
                            for (int i = 0; i < tokens.size(); i++) {
                                boolean pair = i + 1 < tokens.size() && (tokens.get(i).equals(left) && tokens.get(i + 1).equals(right)
                                        || tokens.get(i).equals(right) && tokens.get(i + 1).equals(left));
                                out.add(pair ? tokens.get(i) + tokens.get(i + 1) : tokens.get(i));
                                if (pair) i++;
                            }
                            return out;
                        }),
                twin("The merged token is right + left: the order of the two is the text's.",
                        (tokens, left, right) -> {
                            List<String> out = new ArrayList<>();
                            for (int i = 0; i < tokens.size(); i++) {
                                boolean pair = i + 1 < tokens.size() && tokens.get(i).equals(left) && tokens.get(i + 1).equals(right);
                                out.add(pair ? right + left : tokens.get(i));
                                if (pair) i++;
                            }
                            return out;
                        }));
    }

    @Check("merges every pair, from left to right, and nothing else")
    void merges(Merge yours, Random random) {
        close(yours.merge(tokens("b", "a", "n", "a", "n", "a"), "a", "n"), List.of("b", "an", "an", "a"));
        close(yours.merge(tokens("a", "a", "a", "b"), "a", "a"), List.of("aa", "a", "b"));
        close(yours.merge(tokens("an", "b", "an", "an"), "b", "an"), List.of("an", "ban", "an"));
        for (int n = 0; n < 12; n++) {
            String[] tokens = new String[n];
            for (int i = 0; i < n; i++) tokens[i] = List.of("t", "h", "th", "e").get(random.nextInt(4));
            close(yours.merge(tokens(tokens), "t", "h"), merge(tokens(tokens), "t", "h"));
        }
    }

    /** Strings of their own, as they come out of a text: literals would be equal by == too. */
    private static List<String> tokens(String... tokens) {
        return Arrays.stream(tokens).map(String::new).toList();
    }
}
