package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The measured ceilings: their units, and that nothing goes through them. */
class MachineTest {
    private static final Machine MACHINE = Machine.measure();
    /** Other programs may take a part of the machine while a ceiling is measured, and leave it to the kernel that is held to it. */
    private static final double NOISE = 2;

    @Test
    void aProductStaysBelowTheArithmeticCeiling() {
        int n = 384;
        float[] a = new float[n * n], b = new float[n * n], c = new float[n * n];
        double best = 0;
        for (GemmLadder.Step step : GemmLadder.steps()) {
            if (step.number() >= 4) best = Math.max(best, 2.0 * n * n * n / Timing.seconds(() -> step.gemm().multiply(c, a, b, n, n, n)) * 1e-9);
        }
        assertThat(best).isLessThan(NOISE * MACHINE.all().gigaflops());
        // and within its reach, which it would not be if lanes, chains or the two operations of a multiply-add were counted wrongly
        assertThat(best).isGreaterThan(MACHINE.all().gigaflops() / 8);
    }

    @Test
    void aCopyOfLargeArraysStaysBelowTheMemoryCeiling() {
        float[] from = new float[1 << 24], to = new float[1 << 24];
        double copied = 8.0 * from.length / Timing.seconds(() -> System.arraycopy(from, 0, to, 0, from.length)) * 1e-9;
        // a copy may spare fetching the line that it overwrites; the triad counts 12 of the 16 bytes that it moves
        assertThat(copied).isBetween(MACHINE.all().gigabytes() / 8, NOISE * 16 / 12 * MACHINE.all().gigabytes());
    }

    @Test
    void moreThreadsAreNotSlower() {
        assertThat(MACHINE.all().gigaflops()).isGreaterThan(MACHINE.one().gigaflops() / NOISE);
        assertThat(MACHINE.all().gigabytes()).isGreaterThan(MACHINE.one().gigabytes() / NOISE);
        assertThat(MACHINE.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theRoofBendsAtTheRidge() {
        Machine.Ceiling roof = new Machine.Ceiling(100, 20);
        assertThat(roof.ridge()).isEqualTo(5);
        assertThat(roof.attainable(0.5)).isEqualTo(10);
        assertThat(roof.attainable(5)).isEqualTo(100);
        assertThat(roof.attainable(80)).isEqualTo(100);
    }

    @Test
    void theMedianIsTheMiddle() {
        assertThat(Timing.median(9, 1, 2)).isEqualTo(2);
        assertThat(Timing.median(1, 2, 4, 100)).isEqualTo(3);
    }

    @Test
    void secondsAreSeconds() {
        // sleeping takes as long as asked, or a little longer
        assertThat(Timing.seconds(() -> sleep(20))).isBetween(0.0199, 0.06);
        assertThat(Timing.seconds(() -> { })).isCloseTo(0, within(1e-4));
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
