package org.unrolled.quizzes.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Rounds that run at once: what each writes, and who is in whose way. */
class WorkItemsTest {
    private static WorkItems.Outcome run(String body, float[] y, float[] x) {
        return WorkItems.of("void k(float[] y, float[] x, int n) { " + body + " }", "k").run(y, x, x.length);
    }

    private static float[] y(WorkItems.Outcome outcome) {
        return (float[]) outcome.arguments()[0];
    }

    @Test
    void roundsThatMindTheirOwnElementAreFine() {
        WorkItems.Outcome outcome = run("for (@Parallel int i = 0; i < n; i++) y[i] = 2 * x[i] + y[i];", new float[] {1, 1, 1}, new float[] {1, 2, 3});
        assertThat(outcome.conflicts()).isEmpty();
        assertThat(y(outcome)).containsExactly(3, 5, 7);
    }

    @Test
    void theArgumentsThemselvesStay() {
        float[] y = {0, 0};
        run("for (@Parallel int i = 0; i < n; i++) y[i] = 5;", y, new float[2]);
        assertThat(y).containsExactly(0, 0);
    }

    @Test
    void aSharedSumIsARace() {
        WorkItems.Outcome outcome = run("for (@Parallel int i = 0; i < n; i++) y[0] += x[i];", new float[1], new float[] {1, 2, 3});
        assertThat(outcome.conflicts()).containsExactly("the items (i = 0) and (i = 1) both write y[0]", "the items (i = 0) and (i = 2) both write y[0]");
    }

    @Test
    void aNeighboursElementIsARace() {
        assertThat(run("for (@Parallel int i = 0; i < n - 1; i++) { y[i] += x[i]; y[i + 1] += x[i]; }", new float[3], new float[] {1, 2, 3}).conflicts())
                .containsExactly("the items (i = 0) and (i = 1) both write y[1]");
    }

    @Test
    void nobodySeesWhatAnotherOneWrites() {
        // one after the other: 1, 3, 6
        WorkItems.Outcome outcome = run("for (@Parallel int i = 0; i < n; i++) y[i] = x[i] + (i > 0 ? y[i - 1] : 0);", new float[] {10, 20, 30}, new float[] {1, 2, 3});
        assertThat(outcome.conflicts()).isEmpty();
        assertThat(y(outcome)).containsExactly(1, 12, 23);
    }

    @Test
    void twoMarkedLoopsAreAGrid() {
        WorkItems.Outcome outcome = run("for (@Parallel int i = 0; i < 2; ++i) { for (@Parallel int j = 0; j < 3; j += 1) { y[i * 3 + j] = 10 * i + j; } }", new float[] {-1, -1, -1, -1, -1, -1}, new float[0]);
        assertThat(outcome.conflicts()).isEmpty();
        assertThat(y(outcome)).containsExactly(0, 1, 2, 10, 11, 12);
    }

    @Test
    void saysWhatItCannotTake() {
        float[] none = {};
        assertThatThrownBy(() -> run("for (int i = 0; i < n; i++) y[i] = x[i];", none, none))
                .hasMessage("no loop is marked. Write @Parallel before int in the head of a loop; without it a device runs the whole kernel as one single item");
        assertThatThrownBy(() -> run("// for (@Parallel int i = 0; i < n; i++)\n for (int i = 0; i < n; i++) y[i] = x[i];", none, none)).hasMessageStartingWith("no loop is marked");
        assertThatThrownBy(() -> run("for (@Parallel int i = n - 1; i >= 0; i--) y[i] = x[i];", none, none))
                .hasMessage("a device takes up to three marked loops, each of the form for (@Parallel int i = 0; i < n; i++)");
        assertThatThrownBy(() -> run("for (@Parallel int i = 0; i < n; i++) y[i] = z[i];", none, none)).hasMessageStartingWith("the kernel does not compile on its own: cannot find symbol");
        assertThatThrownBy(() -> run("for (@Parallel int i = 0; i < n; i++) y[i + 9] = 1;", new float[2], new float[2])).hasMessageContaining("a work item threw java.lang.ArrayIndexOutOfBounds");
    }
}
