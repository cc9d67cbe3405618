package org.unrolled.quizzes.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;

import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.tensor.Tensor;

/** What lesson 07 reads, and the functions that its cells share. */
class LessonDataTest {

    @ParameterizedTest
    @CsvSource({"0, 'march 5, 1998'", "1, 5 march 1998", "2, thursday 5 mar 1998"})
    void aDateIsWrittenInThreeForms(int form, String written) {
        assertThat(Dates.write(LocalDate.of(1998, 3, 5), form)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({"'march 5, 1998', 5", "15 march 1998, 5", "thursday 5 mar 1998, 5", "'july 20, 1969', 0"})
    void copiedCharactersComeFromWhereTheyStand(String text, char lastOfDay) {
        int[] source = Dates.sources(text);
        for (int i = 0; i < 4; i++) {
            assertThat(source[i]).isEqualTo(text.length() - 4 + i);
        }
        assertThat(text.charAt(source[9])).isEqualTo(lastOfDay);
        assertThat(text.substring(0, text.length() - 4).lastIndexOf(lastOfDay)).isEqualTo(source[9]);
    }

    @Test
    void noTestDateIsEverTrainedOn() {
        Set<String> trained = new HashSet<>(Dates.train(new Random(1), 20_000).answers());
        assertThat(Dates.test(new Random(2), 2_000).answers()).doesNotContainAnyElementsOf(trained);
    }

    @Test
    void targetsPaddingAndAccuracyBelongTogether() {
        Dates.Batch batch = Dates.train(new Random(3), 8);
        int T = batch.chars().size(1);
        assertThat(batch.target().shape()).containsExactly(8, 10);
        assertThat(batch.padding().shape()).containsExactly(8, 1, T);
        int[] chars = batch.chars().toIntArray();
        for (int b = 0; b < 8; b++) {
            for (int t = 0; t < T; t++) {
                assertThat(chars[b * T + t] == 0).isEqualTo(batch.padding().get(b, 0, t) == 1);
            }
        }
        Tensor perfect = org.unrolled.tensor.Tensors.oneHot(batch.target(), Dates.WRITE.length());
        assertThat(Dates.read(perfect)).isEqualTo(batch.answers());
        assertThat(Dates.accuracy(perfect, batch)).isEqualTo(1);
    }

    @Test
    void aWindowHoldsTwoNeighboursOnBothSides() {
        Tensor x = randn(new Random(4), 1, 3, 2);
        Tensor window = Dates.window(x);
        assertThat(window.shape()).containsExactly(1, 3, 10);
        assertThat(maxAbsDiff(window.slice(2, 4, 6), x)).as("the character itself").isZero();
        assertThat(window.get(0, 0, 0)).as("two before the first: nothing").isZero();
        assertThat(window.get(0, 0, 6)).as("one after the first: the second").isEqualTo(x.get(0, 1, 0));
        assertThat(window.get(0, 2, 1)).as("two before the third: the first").isEqualTo(x.get(0, 0, 1));
    }

    @Test
    void anUnreadableCharacterIsNamed() {
        assertThatThrownBy(() -> Dates.of("5 märz 1998")).hasMessage(
                "Dates: cannot read 'ä' in \"5 märz 1998\". It reads letters a to z, digits, blanks and commas.");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 20})
    void aPhoneBookHasEachNameOnceAndTheAnswerIsInIt(int lines) {
        PhoneBook.Batch books = PhoneBook.batch(new Random(lines), 50, lines);
        int[] digits = books.digits().toIntArray();
        for (int b = 0; b < 50; b++) {
            List<String> names = books.namesOf(b);
            assertThat(names).hasSize(lines).doesNotHaveDuplicates();
            int line = names.indexOf(PhoneBook.NAMES.get(books.question().toIntArray()[b]));
            assertThat(digits[b * lines + line]).isEqualTo(books.answer().toIntArray()[b]);
            assertThat(books.text(b)).endsWith("? answer: " + digits[b * lines + line]);
        }
    }

    @Test
    void aPhoneBookOfNoLinesIsRefused() {
        assertThatThrownBy(() -> PhoneBook.batch(new Random(1), 2, 21)).hasMessage("PhoneBook: 21 lines, but there are names for 1 to 20.");
    }

    @Test
    void anUnknownWordIsNamedWithTheKnownOnes() {
        assertThatThrownBy(() -> Sentence.of("the wombat left")).hasMessageStartingWith("Sentence: \"wombat\" has no hand-made vectors. Known words: a animal ");
    }

    @Test
    void paddingOffersAndLooksForNothing() {
        Sentence padded = Sentence.of("the animal slept").padTo(5);
        assertThat(padded.length()).isEqualTo(5);
        for (Tensor part : List.of(padded.queries(), padded.keys(), padded.values())) {
            assertThat(part.slice(0, 3, 5).abs().sum().item()).isZero();
        }
    }

    @Test
    void softmaxBackwardIsAutograds() {
        Tensor s = randn(new Random(5), 3, 4).requiresGrad(true);
        Tensor dA = randn(new Random(6), 3, 4);
        Tensor a = softmax(s);
        a.backward(dA);
        assertThat(maxAbsDiff(Attention.softmaxBackward(a.detach(), dA), s.grad())).isLessThan(1e-6);
    }

    @Test
    void mergeUndoesSplit() {
        Tensor x = randn(new Random(7), 2, 3, 8);
        assertThat(Attention.split(x, 4).shape()).containsExactly(2, 4, 3, 2);
        assertThat(maxAbsDiff(Attention.merge(Attention.split(x, 4)), x)).isZero();
    }
}
