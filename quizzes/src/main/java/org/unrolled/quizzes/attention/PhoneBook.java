package org.unrolled.quizzes.attention;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unrolled.nn.AdamW;
import org.unrolled.nn.Metrics;
import org.unrolled.nn.Training;
import org.unrolled.nn.TrainingListener;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Little phone books: lines of a name and a digit, and one of the names to look up. */
public final class PhoneBook {

    /** The names; an id is a place in this list. */
    public static final List<String> NAMES = List.of("ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jon",
            "kim", "lea", "max", "nia", "oto", "pam", "quinn", "ria", "sam", "tia");

    private PhoneBook() {}

    /**
     * B phone books with the same number of lines; all tensors hold ids.
     *
     * @param names (B, lines), all different within a book
     * @param digits (B, lines), 0 to 9
     * @param question (B): the name that is asked for
     * @param answer (B): its digit
     */
    public record Batch(Tensor names, Tensor digits, Tensor question, Tensor answer) {

        /** The names of book {@code b}, line by line. */
        public List<String> namesOf(int b) {
            int lines = names.size(1);
            int[] name = names.toIntArray();
            return IntStream.range(b * lines, (b + 1) * lines).mapToObj(i -> NAMES.get(name[i])).toList();
        }

        /** Book {@code b} as text: {@code ada 3 · ben 7 · question: ben? answer: 7}. */
        public String text(int b) {
            int lines = names.size(1);
            int[] name = names.toIntArray();
            int[] digit = digits.toIntArray();
            String book = IntStream.range(b * lines, (b + 1) * lines).mapToObj(i -> NAMES.get(name[i]) + " " + digit[i])
                    .collect(Collectors.joining(" · "));
            return book + " · question: " + NAMES.get(question.toIntArray()[b]) + "? answer: " + answer.toIntArray()[b];
        }
    }

    /**
     * Trains a reader on books of so many lines and tests it on books it has not seen: 300 steps of AdamW, 64 books a step,
     * learning rate 0.01, the same books for every reader.
     *
     * @param reader from B books to logits (B, 10)
     * @param parameters what is trained
     * @return the share of 1,000 new questions that it answers right
     */
    public static double trainAndTest(Function<Batch, Tensor> reader, List<Tensor> parameters, int lines) {
        Random random = new Random(lines);
        AdamW optimizer = new AdamW(parameters, 0.01, 0.9, 0.999, 0);
        Training.run(300, TrainingListener.NONE, optimizer, Double.POSITIVE_INFINITY, step -> {
            Batch books = batch(random, 64, lines);
            return reader.apply(books).crossEntropy(books.answer());
        });
        Batch test = batch(random, 1000, lines);
        return Metrics.accuracy(Tensors.noGrad(() -> reader.apply(test)), test.answer());
    }

    /** {@code B} random books of {@code lines} lines, 1 to 20. */
    public static Batch batch(Random random, int B, int lines) {
        if (lines < 1 || lines > NAMES.size()) {
            throw new IllegalArgumentException("PhoneBook: " + lines + " lines, but there are names for 1 to " + NAMES.size() + ".");
        }
        int[] names = new int[B * lines];
        int[] digits = new int[B * lines];
        int[] question = new int[B];
        int[] answer = new int[B];
        List<Integer> ids = new ArrayList<>(IntStream.range(0, NAMES.size()).boxed().toList());
        for (int b = 0; b < B; b++) {
            Collections.shuffle(ids, random);
            for (int i = 0; i < lines; i++) {
                names[b * lines + i] = ids.get(i);
                digits[b * lines + i] = random.nextInt(10);
            }
            int asked = b * lines + random.nextInt(lines);
            question[b] = names[asked];
            answer[b] = digits[asked];
        }
        return new Batch(Tensors.ids(names, B, lines), Tensors.ids(digits, B, lines), Tensors.ids(question), Tensors.ids(answer));
    }
}
