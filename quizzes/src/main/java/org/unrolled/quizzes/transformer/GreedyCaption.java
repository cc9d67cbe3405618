package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.ids;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.Remote;
import org.unrolled.tensor.Tensor;

/** Writing with a decoder: the likeliest word, again and again, up to the word that ends. */
@Question(id = "transformer/greedy", points = 4, lesson = "08-transformer", title = "Write until the end word", forbids = {"Captions.*", "Transformer.*"})
public final class GreedyCaption implements CodeQuestion<GreedyCaption.Write> {

    /** A decoder that has its memory already. */
    @Remote
    public interface Decoder {
        /** before: t ids -> (t, words): row i says what follows the ids 0 to i. */
        Tensor logits(Tensor before);
    }

    public interface Write {
        Tensor greedy(Decoder decoder, int begin, int end, int most);
    }

    // BEGIN ANSWER
    /** Ids of the written words: without begin; end is the last, unless most words come before it. */
    static Tensor greedy(GreedyCaption.Decoder decoder, int begin, int end, int most) {
        Tensor before = ids(begin);
        // BEGIN SOLUTION append the likeliest next word until it is end, or most words are written
        for (int i = 0; i < most; i++) {
            int word = decoder.logits(before).select(0, -1).argmax(0).toIntArray()[0];
            before = cat(0, before, ids(word));
            if (word == end) break;
        }
        return before.slice(0, 1, before.size(0));
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Write solution() {
        return GreedyCaption::greedy;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `greedy`, for one picture. `decoder.logits(before)` knows the memory; it takes the ids written so far, begin \
                first, and returns a row of logits for each. Which row speaks about the next word? Stop behind the word `end`, and never write more than `most` words. \
                `cat(0, before, ids(word))` appends; `row.argmax(0).toIntArray()[0]` is the likeliest id.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("The decoder is causal: row i has seen the ids 0 to i. Only the last row has seen everything that is written.",
                "decoder.logits(before).select(0, -1) is that row. Append its likeliest id, then ask whether it was end.",
                "for (int i = 0; i < most; i++) { … before = cat(0, before, ids(word)); if (word == end) break; } return before.slice(0, 1, before.size(0));");
    }

    private static int likeliest(Tensor logits, int row) {
        return logits.select(0, row).argmax(0).toIntArray()[0];
    }

    private static Tensor unending(Decoder decoder, int begin, int most) {
        return greedy(decoder, begin, -1, most);
    }

    @Override
    public List<Misconception<Write>> misconceptions() {
        return List.of(
                twin("You write on after the end word. The loop stops when the word that was appended is end: without that, every caption has the full length.",
                        (decoder, begin, end, most) -> unending(decoder, begin, most)),
                twin("The decoder gets only the last word. It has no state as an RNN has: what it wrote before, it knows only if it reads it again, so hand it all of before.",
                        (decoder, begin, end, most) -> {
                            Tensor before = ids(begin);
                            int last = begin;
                            for (int i = 0; i < most && (i == 0 || last != end); i++) {
                                last = likeliest(decoder.logits(ids(last)), -1);
                                before = cat(0, before, ids(last));
                            }
                            return before.slice(0, 1, before.size(0));
                        }),
                twin("You read the first row of the logits. It says what follows begin, whatever came later; the next word is in the last row.",
                        (decoder, begin, end, most) -> {
                            Tensor before = ids(begin);
                            for (int i = 0; i < most; i++) {
                                int word = likeliest(decoder.logits(before), 0);
                                before = cat(0, before, ids(word));
                                if (word == end) break;
                            }
                            return before.slice(0, 1, before.size(0));
                        }),
                twin("begin is still in the answer. It is what the decoder reads to start with, not a word that it wrote: cut it off.",
                        (decoder, begin, end, most) -> cat(0, ids(begin), greedy(decoder, begin, end, most))),
                twin("The end word is missing: append the word first, then ask whether it was end.",
                        (decoder, begin, end, most) -> {
                            int[] words = greedy(decoder, begin, end, most).toIntArray();
                            int n = words.length > 0 && words[words.length - 1] == end ? words.length - 1 : words.length;
                            return ids(java.util.Arrays.copyOf(words, n));
                        }),
                twin("One word too many: begin is no word of the caption, but the loop runs once for each of the most words, not once more.",
                        (decoder, begin, end, most) -> greedy(decoder, begin, end, most + 1)),
                twin("One word too few: begin does not count, so most words may be written besides it.",
                        (decoder, begin, end, most) -> greedy(decoder, begin, end, most - 1)),
                twin("You ask once and take the likeliest word of every row. Later rows need the words that you have not written yet: ask again after each word.",
                        (decoder, begin, end, most) -> decoder.logits(ids(begin)).argmax(1)));
    }

    /** A decoder whose next word depends on all words and their places; end gets likelier with each of them. */
    static Decoder decoder(Random random, int words, int end, double hurry) {
        float[][] table = randn(random, words + 1, words).mul(2).toArray2d();
        return before -> {
            int[] read = before.toIntArray();
            double[][] rows = new double[read.length][words];
            double[] sum = new double[words];
            for (int t = 0; t < read.length; t++) {
                for (int w = 0; w < words; w++) {
                    sum[w] = -0.8 * sum[w] + table[read[t]][w];
                    rows[t][w] = sum[w] + (w == end ? hurry * t - 4 : 0);
                }
            }
            return tensor(rows);
        };
    }

    @Check("the likeliest word, again and again, up to the end word")
    void writes(Write yours, Random random) {
        for (int i = 0; i < 12; i++) {
            int words = 6 + i % 4, end = i % words;
            Decoder decoder = decoder(random, words, end, 1.5);
            close(yours.greedy(decoder, words, end, 20), greedy(decoder, words, end, 20));
        }
    }

    @Check("never more than most words, and begin is none of them")
    void stops(Write yours, Random random) {
        for (int i = 0; i < 6; i++) {
            int most = 1 + i;
            Decoder decoder = decoder(random, 7, 2, -100);
            Tensor written = yours.greedy(decoder, 7, 2, most);
            that(written != null && written.numel() == most, "no end word came, and with most = %s it wrote %s", most, written == null ? "nothing" : written.numel());
            close(written, greedy(decoder, 7, 2, most));
        }
    }
}
