package org.unrolled.quizzes.kernels;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.quiz.AnswerSource;

/** The order of the loops is read from the source. */
class ReorderedTest {
    private static final String LOOP_I = "for (int i = 0; i < M; i++) ", LOOP_J = "for (int j = 0; j < N; j++) ", LOOP_K = "for (int k = 0; k < K; k++) ";
    private static final String ADD = "c[i * N + j] += a[i * K + k] * b[k * N + j];";

    private static void judge(String body) {
        String code = body.replace("I:", LOOP_I).replace("J:", LOOP_J).replace("K:", LOOP_K).replace("ADD", ADD);
        new Reordered().alongTheRows(Reordered::reordered, new AnswerSource("reordered", "void reordered(float[] c, float[] a, float[] b, int M, int N, int K) {\n" + code + "\n}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "for (int e = 0; e < M * N; e++) c[e] = 0; I: K: J: ADD",
        "I: { J: c[i * N + j] = 0; K: { float x = a[i * K + k]; J: { c[i * N + j] += x * b[k * N + j]; } } }",
        "java.util.Arrays.fill(c, 0, M * N, 0f); K: I: { float x = a[i * K + k]; J: ADD }",
        "I: { float[] row = new float[N]; K: { int at = 0; at += k * N; float x = a[i * K + k]; J: row[j] += x * b[at + j]; } J: c[i * N + j] = row[j]; }",
        "float[] right = new float[M * K]; for (int e = 0; e < M * K; e++) right[e] += a[e]; I: K: J: ADD   // not I: J: K: ADD",
    })
    void alongARow(String body) {
        assertThatCode(() -> judge(body)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "I: J: { float sum = 0; K: sum += a[i * K + k] * b[k * N + j]; c[i * N + j] = sum; }",
        "I: { J: { c[i * N + j] = 0; K: { ADD } } }",
        "J: I: { float sum = 0; K: { float x = a[i * K + k]; sum = sum + x * b[k * N + j]; } c[i * N + j] = sum; }",
        "I: J: { c[i * N + j] = 0; for (int k = K - 1; k >= 0; k--) c[i * N + j] = c[i * N + j] + a[i * K + k] * b[k * N + j]; }",
        "I: J: { float sum = 0; for (int k = 0; k < K; ++k) sum = Math.fma(a[i * K + k], b[k * N + j], sum); c[i * N + j] = sum; }",
    })
    void downAColumnOfB(String body) {
        assertThatThrownBy(() -> judge(body)).hasMessage("the loop that adds runs over k, and has no other loop in it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"for (int e = 0; e < M * N; e++) c[e] = 0; K: J: I: ADD", "for (int e = 0; e < M * N; e++) c[e] = 0; J: K: { float y = b[k * N + j]; I: { ADD } }"})
    void downAColumnOfC(String body) {
        assertThatThrownBy(() -> judge(body)).hasMessage("the loop that adds runs over i, and has no other loop in it");
    }

    @Test
    void anAnswerWithoutSourceIsNotJudged() {
        assertThatCode(() -> new Reordered().alongTheRows(Reordered::reordered, AnswerSource.UNKNOWN)).doesNotThrowAnyException();
    }
}
