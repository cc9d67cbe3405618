package org.unrolled.quiz.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.quiz.bank.BytesOfFloats;
import org.unrolled.quiz.bank.ProductShape;
import org.unrolled.quiz.bank.WhichGrows;

/** What learners type, read as what they mean. */
class ValuesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            64|64
            64.0|64
            1/8|0.125
            -1 / 4|-0.25
            6.25 %|0.0625
            1.5e6|1500000
            1,000|1000
            1_000|1000
            .5|0.5
            −3|-3
            3 MiB|3
            3mib|3
            """)
    void numbers(String typed, double meant) {
        assertThat(Values.parseNumber(typed, "MiB", "a number")).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"about 3", "3 GiB", "x", "1/2/3", "--3"})
    void notNumbers(String typed) {
        assertThatThrownBy(() -> Values.parseNumber(typed, "MiB", "a number, in MiB")).isInstanceOf(Values.FormError.class)
                .hasMessageStartingWith("The answer is \"" + typed + "\", which cannot be read as a number, in MiB");
    }

    @Test
    void numbersThatAreNone() {
        assertThatThrownBy(() -> Values.parseNumber("0,5", "", "a number")).hasMessage(
                "The answer is \"0,5\", which cannot be read as a number. Write a point before the decimals, \"0.5\".");
        assertThatThrownBy(() -> Values.number(new BytesOfFloats(), () -> "64/0")).hasMessage(
                "The answer is \"64/0\", which is no finite number. Write a number, in B.");
        assertThatThrownBy(() -> Values.number(new BytesOfFloats(), () -> Double.NaN)).isInstanceOf(Values.FormError.class)
                .hasMessageStartingWith("The answer is \"NaN\", which is no finite number.");
        assertThatThrownBy(() -> Values.parseNumber(new int[] {64}, "", "a number")).hasMessageStartingWith("The answer is \"[64]\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(2, 5)", "2, 5", "[2,5]", "2 5", "2x5", "2 × 5", "{2, 5}", " ( 2 , 5 ) "})
    void shapes(String typed) {
        assertThat(Values.parseShape(typed)).isEqualTo(new ProductShape().expected());
    }

    @Test
    void shapesThatAreValues() {
        assertThat(Values.parseShape(new int[] {2, 5})).containsExactly(2, 5);
        assertThat(Values.parseShape(List.of(2, 5))).containsExactly(2, 5);
        assertThat(Values.parseShape(new long[] {2, 5})).containsExactly(2, 5);
        assertThat(Values.parseShape(new Integer[] {2, 5})).containsExactly(2, 5);
        assertThat(Values.parseShape("()")).isEmpty();
        assertThatThrownBy(() -> Values.parseShape("99999999999, 3")).hasMessage(
                "The answer is \"99999999999, 3\", and no tensor is that large. Write the sizes with commas, for example \"(2, 3)\".");
        assertThatThrownBy(() -> Values.parseShape("two by five")).hasMessage(
                "The answer is \"two by five\", which cannot be read as a shape. Write the sizes with commas, for example \"(2, 3)\".");
    }

    @Test
    void letters() {
        WhichGrows question = new WhichGrows();
        assertThat(Values.letters(question, " b) ")).isEqualTo(Values.letters(question, "B"));
        assertThat(Values.letters(question, "C, A")).isEqualTo(Values.letters(question, "AC"));
        assertThatThrownBy(() -> Values.choice(question, () -> "ABC")).hasMessage(
                "The answer is \"ABC\", and only one option is right. Write one letter, A to C, for example \"A\".");
        for (String wrong : List.of("D", "n²", "B because of the square", "?")) {
            assertThatThrownBy(() -> Values.letters(question, wrong)).hasMessage(
                    "The answer is \"" + wrong + "\", which is no option. Write one letter, A to C, for example \"A\".");
        }
    }

    @Test
    void aListIsNoRecord() {
        assertThat(Data.of(List.of("a", "b")).form()).isEqualTo("a list of 2");
        assertThat(Data.of(new int[][] {{}, {0, 1}, {2}}).form()).as("a ragged array").isEqualTo("a list of 3");
        assertThat(Card.literal(Data.of(new int[][] {{}, {0, 1}, {2}}))).isEqualTo("[{}, {0, 1}, {2}]");
    }

    @Test
    void aFunctionIsNamedByItsInterface() {
        java.util.function.DoubleUnaryOperator square = v -> v * v;
        assertThat(Data.of(square).form()).isEqualTo("an object of type DoubleUnaryOperator");
        assertThat(Data.of(new java.util.Random(1)).form()).isEqualTo("an object of type Random");
    }
}
