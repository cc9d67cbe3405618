package org.unrolled.quizzes.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unrolled.tensor.Tensors.eye;
import static org.unrolled.tensor.Tensors.full;
import static org.unrolled.tensor.Tensors.ids;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.tensor;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.nn.Rnn;
import org.unrolled.tensor.Tensor;

/** What lesson 05 reads, and the functions that its cells share. */
class LessonFunctionsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12})
    void theLightIsWhatTheLastPressMadeOfIt(int T) {
        LightSwitch.Batch batch = LightSwitch.batch(new Random(T), 200, T);
        for (int b = 0; b < 200; b++) {
            String text = batch.text(b);
            int last = Math.max(text.lastIndexOf('+'), text.lastIndexOf('−'));
            assertThat(text).hasSize(T);
            assertThat(text.charAt(0)).as("minute 0 has a press").isNotEqualTo('·');
            assertThat(T - 1 - last).isEqualTo(batch.age().get(b));
            assertThat(batch.on().toIntArray()[b]).isEqualTo(text.charAt(last) == '+' ? 1 : 0);
        }
    }

    @Test
    void agesAreAsAskedAndOutsideTheSequenceRefused() {
        assertThat(LightSwitch.withAge(new Random(1), 5, 8, 3).age()).containsOnly(3);
        assertThatThrownBy(() -> LightSwitch.withAge(new Random(1), 5, 8, 8)).hasMessage(
                "LightSwitch: the last press was 8 minutes ago in a sequence of 8 minutes: it must lie within it. Hint: 0 to 7.");
    }

    @Test
    void statesAreThoseOfTheLibrarysNetwork() {
        Rnn rnn = new Rnn(2, 3, new Random(1));
        Tensor x = randn(new Random(2), 1, 6, 2);
        Tensor b = rnn.stateDict().get("bias_ih_l0").add(rnn.stateDict().get("bias_hh_l0"));
        Tensor ours = Recurrent.states(x.squeeze(0), zeros(3), rnn.stateDict().get("weight_ih_l0"), rnn.stateDict().get("weight_hh_l0"), b);
        assertThat(maxAbsDiff(ours, rnn.forward(x).output().squeeze(0))).isLessThan(1e-6);
    }

    @Test
    void theTermsOfTheSumAddUpToTheGradientAndTheWayBackIsBpttsForALossAtTheEnd() {
        Random random = new Random(3);
        Tensor x = randn(random, 5, 2);
        Tensor start = randn(random, 4).tanh();
        Tensor wH = randn(random, 4, 4).mul(0.5);
        Tensor h = Recurrent.states(x, start, randn(random, 4, 2), wH, zeros(4));
        Bptt.Gradients all = Recurrent.backward(x, h, start, wH, randn(random, 5, 4));
        assertThat(maxAbsDiff(Recurrent.terms(all.dA(), h, start).sum(0), all.dWh())).isLessThan(1e-5);
        Tensor last = randn(random, 4);
        Tensor atEnd = org.unrolled.tensor.Tensors.cat(0, zeros(4, 4), last.unsqueeze(0));
        Tensor dH = Recurrent.backward(x, h, start, wH, atEnd).dH();
        assertThat(maxAbsDiff(Recurrent.backThroughTime(h.mul(h).neg().add(1), wH, last), dH)).isLessThan(1e-6);
    }

    @Test
    void theSpectralRadiusIsTheLargestEigenvalue() {
        assertThat(Recurrent.spectralRadius(eye(5).mul(-0.7))).isCloseTo(0.7, within(1e-6));
        double turn = 0.8;   // eigenvalues 1.3 e^{± 0.8 i}: power iteration on a vector would not settle
        Tensor rotation = tensor(new double[][] {{Math.cos(turn), -Math.sin(turn)}, {Math.sin(turn), Math.cos(turn)}}).mul(1.3);
        assertThat(Recurrent.spectralRadius(rotation)).isCloseTo(1.3, within(1e-6));
        assertThat(Recurrent.spectralRadius(tensor(new double[][] {{0.5, 100}, {0, 0.25}}))).as("not the norm").isCloseTo(0.5, within(1e-5));
        assertThat(Recurrent.spectralRadius(zeros(3, 3))).isZero();
        assertThatThrownBy(() -> Recurrent.spectralRadius(zeros(2, 3))).hasMessage(
                "spectralRadius: a matrix of shape [2, 3] has no eigenvalues: it must be square. Hint: W_h is (H, H).");
    }

    @Test
    void normsNeitherOverflowNorUnderflow() {
        Tensor rows = org.unrolled.tensor.Tensors.stack(0, full(1e30, 4), full(1e-30, 4), zeros(4));
        assertThat(Recurrent.norms(rows).get(0)).isCloseTo(2e30, within(1e24));
        assertThat(Recurrent.norms(rows).get(1)).isCloseTo(2e-30, within(1e-36));
        assertThat(Recurrent.normsBack(rows).get(0)).as("0 has no logarithm").isNaN();
        assertThat(Recurrent.norm(ones(2, 8))).isCloseTo(4, within(1e-9));
    }

    @Test
    void anotherOrderOfTheSteps() {
        Tensor x = randn(new Random(4), 2, 3, 1);
        assertThat(maxAbsDiff(Recurrent.inOrder(x, List.of(2, 0, 1)).select(1, 1), x.select(1, 0))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3", "3, 2"})
    void whatWasNeverCountedIsAsLikelyAsAnythingElse(int n, int V) {
        Counts nothing = new Counts(ids(), V, n);
        assertThat(nothing.perplexity(ids(0, 1, 1, 0, 1), 1)).isCloseTo(V, within(1e-9));
    }

    @Test
    void countsPredictWhatFollows() {
        Tensor text = ids(0, 1, 0, 1, 0, 1, 0, 1);
        assertThat(new Counts(text, 2, 1).perplexity(text, 0.001)).as("as often the one as the other").isCloseTo(2, within(1e-6));
        assertThat(new Counts(text, 2, 2).perplexity(text, 0.001)).as("after the one always the other").isCloseTo(1, within(1e-3));
        // p(1 | 0) = (4 + 1) / (4 + 2), p(0 | 1) = (3 + 1) / (3 + 2)
        assertThat(new Counts(text, 2, 2).perplexity(ids(0, 1, 0), 1)).isCloseTo(1 / Math.sqrt(5.0 / 6 * 4 / 5), within(1e-9));
        assertThatThrownBy(() -> new Counts(text, 2, 0)).hasMessageStartingWith("Counts: n = 0 for 2 symbols: n is 1 or more");
    }
}
