package org.unrolled.quizzes.attention;

import java.time.LocalDate;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Dates as people write them, and as {@code yyyy-mm-dd}: {@code march 5, 1998}, {@code 5 march 1998}, {@code thursday 5 mar 1998}
 * all become {@code 1998-03-05}. The years run from 1000 to 2999. Dates whose day number is a multiple of 5 are kept for
 * {@link #test}: {@link #train} never shows them.
 */
public final class Dates {

    /** What can be read; a character's id is its place here, and 0 is padding. */
    public static final String READ = "\0 ,0123456789abcdefghijklmnopqrstuvwxyz";

    /** What can be written; a character's id is its place here. */
    public static final String WRITE = "0123456789-";

    /** How long an answer is: {@code 1998-03-05}. */
    public static final int LENGTH = 10;

    private Dates() {}

    /**
     * @param texts B dates as written by people
     * @param chars their characters (B, T), padded to the longest
     * @param padding (B, 1, T): 1 where there is padding
     * @param answers B dates as {@code yyyy-mm-dd}
     * @param target their characters (B, 10)
     */
    public record Batch(List<String> texts, Tensor chars, Tensor padding, List<String> answers, Tensor target) {}

    /** {@code B} random dates to learn from. */
    public static Batch train(Random random, int B) {
        return sample(random, B, false);
    }

    /** {@code B} random dates, none of which can come from {@link #train}. */
    public static Batch test(Random random, int B) {
        return sample(random, B, true);
    }

    /**
     * Each character with two neighbours on both sides, side by side: embeddings (B, T, d) give (B, T, 5d); beyond the ends
     * there are zeros.
     */
    public static Tensor window(Tensor x) {
        int T = x.size(1);
        Tensor beyond = Tensors.zeros(x.size(0), 2, x.size(2));
        Tensor wide = Tensors.cat(1, beyond, x, beyond);
        return Tensors.cat(2, IntStream.rangeClosed(0, 4).mapToObj(shift -> wide.slice(1, shift, shift + T)).toArray(Tensor[]::new));
    }

    /** Dates of your own, for example {@code Dates.of("july 20, 1969")}; their target is all zeros. */
    public static Batch of(String... texts) {
        return batch(Arrays.stream(texts).map(text -> text.toLowerCase(Locale.ROOT)).toList(),
                Arrays.stream(texts).map(_ -> "0000000000").toList());
    }

    /** The dates that logits (B, 10, 11) say, by their largest entry. */
    public static List<String> read(Tensor logits) {
        int[] best = logits.argmax(-1).toIntArray();
        List<String> texts = new ArrayList<>();
        for (int b = 0; b < best.length / LENGTH; b++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < LENGTH; i++) {
                text.append(WRITE.charAt(best[b * LENGTH + i]));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /** The share of dates that logits (B, 10, 11) get right in all ten characters. */
    public static double accuracy(Tensor logits, Batch batch) {
        List<String> read = read(logits);
        int right = 0;
        for (int b = 0; b < read.size(); b++) {
            right += read.get(b).equals(batch.answers().get(b)) ? 1 : 0;
        }
        return (double) right / read.size();
    }

    /**
     * Of the characters of an answer that are copied from the text (the year's four digits and the day's last), the share
     * whose largest weight lies on the very character they are copied from. Weights (B, 10, T).
     */
    public static double aligned(Tensor weights, Batch batch) {
        int[] best = weights.argmax(-1).toIntArray();
        int hits = 0;
        int all = 0;
        for (int b = 0; b < batch.texts().size(); b++) {
            int[] source = sources(batch.texts().get(b));
            for (int i = 0; i < LENGTH; i++) {
                if (source[i] >= 0) {
                    all++;
                    hits += best[b * LENGTH + i] == source[i] ? 1 : 0;
                }
            }
        }
        return (double) hits / all;
    }

    /** For each of the ten characters of the answer the place in the text that it is copied from, or -1. */
    static int[] sources(String text) {
        int[] source = new int[LENGTH];
        Arrays.fill(source, -1);
        for (int i = 0; i < 4; i++) {
            source[i] = text.length() - 4 + i;
        }
        for (int i = text.length() - 5; i >= 0; i--) {
            if (Character.isDigit(text.charAt(i))) {
                source[9] = i;
                break;
            }
        }
        return source;
    }

    private static Batch sample(Random random, int B, boolean held) {
        List<String> texts = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        while (texts.size() < B) {
            LocalDate date = LocalDate.of(1000, 1, 1).plusDays(random.nextInt(730_485));
            int form = random.nextInt(3);
            if ((date.toEpochDay() % 5 == 0) == held) {
                texts.add(write(date, form));
                answers.add(date.toString());
            }
        }
        return batch(texts, answers);
    }

    static String write(LocalDate date, int form) {
        String month = date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).toLowerCase(Locale.ROOT);
        String day = date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH).toLowerCase(Locale.ROOT);
        return switch (form) {
            case 0 -> month + " " + date.getDayOfMonth() + ", " + date.getYear();
            case 1 -> date.getDayOfMonth() + " " + month + " " + date.getYear();
            default -> day + " " + date.getDayOfMonth() + " " + month.substring(0, 3) + " " + date.getYear();
        };
    }

    private static Batch batch(List<String> texts, List<String> answers) {
        int B = texts.size();
        int T = texts.stream().mapToInt(String::length).max().orElseThrow();
        int[] chars = new int[B * T];
        float[] padding = new float[B * T];
        int[] target = new int[B * LENGTH];
        for (int b = 0; b < B; b++) {
            String text = texts.get(b);
            for (int t = 0; t < T; t++) {
                chars[b * T + t] = t < text.length() ? id(text, t) : 0;
                padding[b * T + t] = t < text.length() ? 0 : 1;
            }
            for (int i = 0; i < LENGTH; i++) {
                target[b * LENGTH + i] = WRITE.indexOf(answers.get(b).charAt(i));
            }
        }
        return new Batch(texts, Tensors.ids(chars, B, T), Tensors.tensor(padding, B, 1, T), answers, Tensors.ids(target, B, LENGTH));
    }

    private static int id(String text, int t) {
        int id = READ.indexOf(text.charAt(t));
        if (id <= 0) {
            throw new IllegalArgumentException("Dates: cannot read '" + text.charAt(t) + "' in \"" + text
                    + "\". It reads letters a to z, digits, blanks and commas.");
        }
        return id;
    }
}
