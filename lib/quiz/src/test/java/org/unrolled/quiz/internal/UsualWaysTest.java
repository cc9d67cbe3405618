package org.unrolled.quiz.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.quiz.internal.UsualWays.Pair;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Each usual way of being wrong is recognised in a wrong result and named; a right result and noise are not. */
class UsualWaysTest {

    /** Inputs x of several shapes, what is right for them, and what a wrong answer makes of it. */
    private static Optional<UsualWays.Found> recognise(Function<Tensor, Object> right, BiFunction<Tensor, Tensor, Object> wrong) {
        Random random = new Random(3);
        List<Pair> pairs = new ArrayList<>();
        for (int[] shape : new int[][] {{3, 4}, {5, 4}, {4, 6}}) {
            Tensor x = Tensors.randn(random, shape);
            Object expected = right.apply(x);
            Watch.Call call = new Watch.Call(Arrays.asList(x), null, null, null, List.of());
            pairs.add(new Pair(call, Data.of(wrong.apply(x, expected instanceof Tensor t ? t : x)), Data.of(expected)));
        }
        return UsualWays.recognise(pairs, List.of("x")).or(() -> UsualWays.handedOn(pairs, List.of("x"), Map.of()));
    }

    private static Tensor right(Tensor x) {
        return x.mul(x).add(x).sub(0.3);
    }

    @TestFactory
    Stream<DynamicTest> everyWayHasItsSentence() {
        Map<String, BiFunction<Tensor, Tensor, Object>> ways = new LinkedHashMap<>();
        ways.put("Your result is the right one transposed: rows and columns are exchanged.", (_, y) -> y.transpose());
        ways.put("Your result is the right one with the opposite sign.", (_, y) -> y.neg());
        ways.put("Your result is the absolute value of the right one: signs are lost.", (_, y) -> y.abs());
        ways.put("Your result is one divided by the right one.", (_, y) -> y.pow(-1));
        ways.put("Your result is the square of the right one.", (_, y) -> y.mul(y));
        ways.put("Your result is the right one rounded to whole numbers.", (_, y) -> y.toArray().length == 0 ? y : rounded(y));
        ways.put("Your result is the argument x, unchanged.", (x, _) -> x);
        ways.put("Your result is 2.5 times the right one, whatever the input.", (_, y) -> y.mul(2.5));
        ways.put("Your result is the right one divided by 4, whatever the input.", (_, y) -> y.div(4));
        ways.put("Your result is the right one times the size of x along axis 1.", (x, y) -> y.mul(x.size(1)));
        ways.put("Your result is the right one divided by the square root of the size of x along axis 0.", (x, y) -> y.div(Math.sqrt(x.size(0))));
        ways.put("Your result is the right one minus 1, in every element.", (_, y) -> y.sub(1));
        ways.put("Your result is the right one shifted by one along axis 0, to the end.",
                (_, y) -> Tensors.cat(0, Tensors.zeros(1, y.size(1)), y.slice(0, 0, y.size(0) - 1)));
        ways.put("Your result is the right one shifted by one along axis 1, to the beginning.",
                (_, y) -> Tensors.cat(1, y.slice(1, 1, y.size(1)), Tensors.zeros(y.size(0), 1)));
        ways.put("Your result is the right one in reverse order along axis 1.", (_, y) -> Data.like(y, UsualWays.reversed((Data.Numbers) Data.of(y), 1)));
        ways.put("Your result is right except at the first position along axis 0.",
                (_, y) -> Tensors.cat(0, Tensors.zeros(1, y.size(1)), y.slice(0, 1, y.size(0))));
        ways.put("Your result is right except at the last position along axis 1.",
                (_, y) -> Tensors.cat(1, y.slice(1, 0, y.size(1) - 1), Tensors.ones(y.size(0), 1)));
        ways.put("Your result is right except at the border along axis 0.",
                (_, y) -> Tensors.cat(0, Tensors.zeros(1, y.size(1)), y.slice(0, 1, y.size(0) - 1), Tensors.zeros(1, y.size(1))));
        ways.put("Your result is right at the first position along axis 0 and wrong at the one after it.",
                (x, y) -> Tensors.cat(0, y.slice(0, 0, 1), y.slice(0, 1, y.size(0)).add(x.slice(0, 0, y.size(0) - 1))));
        ways.put("Your result is right at the last position along axis 1 and wrong at the one before it.",
                (x, y) -> Tensors.cat(1, y.slice(1, 0, y.size(1) - 1).add(x.slice(1, 1, y.size(1))), y.slice(1, y.size(1) - 1, y.size(1))));
        return ways.entrySet().stream().map(way -> DynamicTest.dynamicTest(way.getKey(), () ->
                assertThat(recognise(UsualWaysTest::right, way.getValue())).hasValueSatisfying(f -> {
                    assertThat(f.text()).isEqualTo(way.getKey());
                    assertThat(f.fix()).isNotBlank();
                })));
    }

    private static Tensor rounded(Tensor y) {
        float[] values = y.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) values[i];
        }
        return Tensors.tensor(values, y.shape());
    }

    public record Two(Tensor a, Tensor b) {}

    @Test
    void theFirstWrongPartOfARecordIsNamed() {
        assertThat(recognise(x -> new Two(x, x.exp()), (x, _) -> new Two(x, x.exp().neg()))).hasValueSatisfying(f ->
                assertThat(f.text()).isEqualTo("a is right. Your b is the right one with the opposite sign."));
        assertThat(recognise(x -> new Two(x.tanh(), x.exp()), (x, _) -> new Two(x.exp(), x.tanh()))).hasValueSatisfying(f ->
                assertThat(f.text()).isEqualTo("Your a is what b should be."));
    }

    @Test
    void aRightResultAndNoiseAreNotRecognised() {
        assertThat(recognise(UsualWaysTest::right, (_, y) -> y)).isEmpty();
        assertThat(recognise(UsualWaysTest::right, (x, _) -> x.exp().sub(x.mul(3)))).isEmpty();
        assertThat(recognise(UsualWaysTest::right, (_, y) -> y.sum(0))).isEmpty();
    }

    @Test
    void everySecondColumnWrongIsNothingThatIsCarriedAlong() {
        assertThat(recognise(UsualWaysTest::right, (_, y) -> Data.like(y, everySecondNegated(y)))).isEmpty();
    }

    private static Data.Numbers everySecondNegated(Tensor y) {
        Data.Numbers n = (Data.Numbers) Data.of(y.copy());
        for (int i = 1; i < n.values().length; i += 2) {
            n.values()[i] = -n.values()[i];
        }
        return n;
    }
}
