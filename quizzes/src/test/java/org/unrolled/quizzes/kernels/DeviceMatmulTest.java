package org.unrolled.quizzes.kernels;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.quiz.AnswerSource;

/** Kernels that are right in plain Java and not on a device: the check says why, whatever form they have. */
class DeviceMatmulTest {
    private static final String HEAD = "void deviceMatmul(float[] c, float[] a, float[] b, int M, int N, int K) {\n";
    private static final String SUM = "float sum = 0; for (int k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j];";

    private static void judge(String body) {
        new DeviceMatmul().atOnce(DeviceMatmul::deviceMatmul, new Random(1), new AnswerSource("deviceMatmul", HEAD + body + "}"));
    }

    @Test
    void onlyTheOuterLoopMarkedIsRight() {
        assertThatCode(() -> judge("for (@Parallel int i = 0; i < M; i++) for (int j = 0; j < N; j++) {" + SUM + "c[i * N + j] = sum; }")).doesNotThrowAnyException();
    }

    @Test
    void oneMarkedLoopOverAllElementsIsRight() {
        assertThatCode(() -> judge("for (@Parallel int t = 0; t < M * N; t++) { int i = t / N, j = t % N; " + SUM + "c[t] = sum; }")).doesNotThrowAnyException();
    }

    @Test
    void theFirstItemOfARowMayNotClearIt() {
        assertThatThrownBy(() -> judge("for (@Parallel int i = 0; i < M; i++) for (@Parallel int j = 0; j < N; j++) { if (j == 0) for (int q = 0; q < N; q++) c[i * N + q] = 0;"
                + SUM + "c[i * N + j] += sum; }")).hasMessageContaining("both write c[1]");
    }

    @Test
    void anItemMayNotReadItsNeighbour() {
        // in the order of plain Java the neighbour holds its sum already, and what is added is 0
        assertThatThrownBy(() -> judge("for (@Parallel int i = 0; i < M; i++) for (@Parallel int j = 0; j < N; j++) {" + SUM
                + "float left = 0; if (j > 0) { for (int k = 0; k < K; k++) left += a[i * K + k] * b[k * N + j - 1]; left = c[i * N + j - 1] - left; } c[i * N + j] = sum + left; }"))
                .hasMessageStartingWith("an item reads what another one writes, a dependency carried by the loop: all at once, ");
    }

    @Test
    void aMarkAtTheSumIsARace() {
        assertThatThrownBy(() -> judge("for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) { c[i * N + j] = 0; for (@Parallel int k = 0; k < K; k++) c[i * N + j] += a[i * K + k] * b[k * N + j]; }"))
                .hasMessageMatching("(?s)the items \\(k = 0\\) and \\(k = 1\\) both write c\\[0\\].*");
    }

    @Test
    void withoutADeviceAWrongAnswerDoesNotEarnTheDevicesPoint() {
        assertThatThrownBy(() -> new DeviceMatmul().onDevice((c, a, b, M, N, K) -> { }, new Random(1), new AnswerSource("deviceMatmul", HEAD + "}")))
                .hasMessageStartingWith("not tried: ");
    }
}
