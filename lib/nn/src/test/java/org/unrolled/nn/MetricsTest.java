package org.unrolled.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Metrics are scikit-learn's (recorded by record_metrics.py, with zero_division=0). */
class MetricsTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    private record Case(String name, int classes, int[] labels, int[] predictions, int[][] matrix, double accuracy, double[] precision, double[] recall,
                        double[] f1, double macroPrecision, double macroRecall, double macroF1) { }

    private record Perplexity(float[] logits, int[] labels, double perplexity) { }

    private record File(List<Case> cases, Perplexity perplexity) { }

    private static File recorded() {
        try (var in = MetricsTest.class.getResourceAsStream("/metrics.json")) {
            return new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), File.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @TestFactory Stream<DynamicTest> confusion() {
        return recorded().cases.stream().map(c -> dynamicTest(c.name, () -> {
            ConfusionMatrix m = ConfusionMatrix.of(c.classes, Tensors.ids(c.labels), Tensors.ids(c.predictions));
            float[] flat = new float[c.classes * c.classes];
            for (int i = 0; i < flat.length; i++) flat[i] = c.matrix[i / c.classes][i % c.classes];
            assertThat(m.toTensor().toArray()).isEqualTo(flat);
            assertThat(m.total()).isEqualTo(c.labels.length);
            assertThat(m.accuracy()).isCloseTo(c.accuracy, CLOSE);
            for (int k = 0; k < c.classes; k++) {
                assertThat(m.precision(k)).as("precision " + k).isCloseTo(c.precision[k], CLOSE);
                assertThat(m.recall(k)).as("recall " + k).isCloseTo(c.recall[k], CLOSE);
                assertThat(m.f1(k)).as("f1 " + k).isCloseTo(c.f1[k], CLOSE);
            }
            assertThat(m.macroPrecision()).isCloseTo(c.macroPrecision, CLOSE);
            assertThat(m.macroRecall()).isCloseTo(c.macroRecall, CLOSE);
            assertThat(m.macroF1()).isCloseTo(c.macroF1, CLOSE);
            int half = c.labels.length / 2;
            ConfusionMatrix parts = ConfusionMatrix.of(c.classes, Tensors.ids(Arrays.copyOf(c.labels, half)), Tensors.ids(Arrays.copyOf(c.predictions, half)))
                .plus(ConfusionMatrix.of(c.classes, Tensors.ids(Arrays.copyOfRange(c.labels, half, c.labels.length)),
                    Tensors.ids(Arrays.copyOfRange(c.predictions, half, c.labels.length))));
            assertThat(parts).hasToString(m.toString());
        }));
    }

    @Test void perplexityOfLogits() {
        Perplexity p = recorded().perplexity;
        Tensor logits = Tensors.tensor(p.logits, p.labels.length, 5);
        assertThat(Metrics.perplexity(logits, Tensors.ids(p.labels))).isCloseTo(p.perplexity, within(1e-6 * p.perplexity));
        assertThat(Metrics.perplexity(Tensors.zeros(3, 7), Tensors.ids(0, 3, -100))).isCloseTo(7, within(1e-5));
    }

    @Test void accuracyOfLogits() {
        assertThat(Metrics.accuracy(Tensors.tensor(new double[][] {{1, 2}, {3, 0}, {0, 1}}), Tensors.ids(1, 0, 0))).isCloseTo(2 / 3.0, CLOSE);
        assertThat(Metrics.accuracy(Tensors.zeros(0, 2), Tensors.ids())).isNaN();
        assertThat(Metrics.accuracy(Tensors.tensor(new double[][] {{5, Double.NaN}, {Double.NaN, Double.NaN}, {7, 7}}), Tensors.ids(1, 0, 0))).isEqualTo(1);
        assertThat(ConfusionMatrix.of(3, Tensors.ids(), Tensors.ids()).macroF1()).isZero();
    }

    @Test void errors() {
        assertThatThrownBy(() -> ConfusionMatrix.of(2, Tensors.ids(0, 1), Tensors.ids(0))).hasMessage(
            "ConfusionMatrix: labels (2) and predictions (1): each label has one prediction, so the shapes are equal. Hint: logits.argmax(-1)");
        assertThatThrownBy(() -> ConfusionMatrix.of(2, Tensors.ids(0, 2), Tensors.ids(0, 1))).hasMessage(
            "ConfusionMatrix: 2 at position 1 is outside 0..1. Hint: give the number of classes.");
        assertThatThrownBy(() -> ConfusionMatrix.of(2, Tensors.ids(0), Tensors.ids(0)).plus(ConfusionMatrix.of(3, Tensors.ids(0), Tensors.ids(0)))).hasMessage(
            "ConfusionMatrix: 2 classes plus 3: both have the same classes. Hint: of(classes, labels, predictions)");
    }
}
