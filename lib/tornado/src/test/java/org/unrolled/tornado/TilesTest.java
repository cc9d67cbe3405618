package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unrolled.tornado.Tiles.Choice;
import org.unrolled.tornado.Tiles.Kind;

/** The rule by kinds of devices: no device is needed. */
class TilesTest {
    private static final Tiles CPU = new Tiles(Choice.CHOSEN, Kind.CPU, 256 << 10, 8192, 2);
    private static final Tiles GPU = new Tiles(Choice.CHOSEN, Kind.GPU, 48 << 10, 1024, 132);
    private static final Tiles OTHER = new Tiles(Choice.CHOSEN, Kind.OTHER, 256 << 10, 8192, 64);

    @Test void tornadoNamesTheKinds() {
        assertThat(Kind.of("CPU")).isEqualTo(Kind.CPU);
        assertThat(Kind.of("GPU")).isEqualTo(Kind.GPU);
        assertThat(Kind.of("ACCELERATOR")).isEqualTo(Kind.OTHER);
    }

    @Test void aLargeProductIsComputedInTilesOnCpuAndGpu() {
        assertThat(CPU.product(1, 1024, 1024, 1024)).isTrue();
        assertThat(GPU.product(1, 1024, 1024, 1024)).isTrue();
        assertThat(OTHER.product(1, 1024, 1024, 1024)).as("nothing is known of such a device").isFalse();
    }

    @Test void aProductOfFewTilesLeavesAGpuIdle() {
        // 16 tiles for 132 multiprocessors; the plain loop has 65,536 items
        assertThat(CPU.product(1, 256, 256, 256)).isTrue();
        assertThat(GPU.product(1, 256, 256, 256)).isFalse();
        assertThat(GPU.product(4, 256, 256, 256)).isTrue();
    }

    @Test void aTileThatIsHardlyFilledIsNotWorthIt() {
        assertThat(CPU.product(64, 2, 64, 64)).isFalse();
        assertThat(CPU.product(64, 10, 64, 64)).isTrue();
        assertThat(GPU.product(64, 10, 64, 64)).isFalse();
        assertThat(GPU.product(64, 32, 64, 64)).isTrue();
    }

    @Test void aHandfulOfNumbersIsLeftToThePlainLoop() {
        assertThat(CPU.product(1, 8, 8, 8)).isFalse();
        assertThat(CPU.line(64)).isFalse();
        assertThat(CPU.line(128)).isTrue();
        assertThat(GPU.line(64)).isTrue();
        assertThat(CPU.attention(32, 32, 16, 16)).isTrue();
        assertThat(CPU.attentionGradient(32, 32, 16, 16)).isFalse();
        assertThat(GPU.attentionGradient(32, 32, 16, 16)).isTrue();
        assertThat(CPU.units(16)).isFalse();
        assertThat(CPU.units(32)).isTrue();
        assertThat(GPU.units(8)).isTrue();
    }

    @Test void whatDoesNotFitIsNeverGrouped() {
        assertThat(CPU.attention(512, 512, 65, 64)).as("a key longer than local memory's share of it").isFalse();
        Tiles little = new Tiles(Choice.ALWAYS, Kind.GPU, 32 << 10, 1024, 10);
        assertThat(little.attention(512, 512, 64, 64)).as("40 KiB of 32").isFalse();
        assertThat(little.product(1, 512, 512, 512)).as("8 KiB of 32").isTrue();
        Tiles narrow = new Tiles(Choice.ALWAYS, Kind.GPU, 64 << 10, 128, 10);
        assertThat(narrow.product(1, 512, 512, 512)).as("256 items of 128").isFalse();
        assertThat(narrow.units(256)).as("256 items of 128").isFalse();
        assertThat(narrow.line(1000)).as("64 items of 128").isTrue();
    }

    @Test void oneVersionCanBeForced() {
        assertThat(new Tiles(Choice.ALWAYS, Kind.OTHER, 256 << 10, 8192, 2).product(1, 1, 1, 1)).isTrue();
        assertThat(new Tiles(Choice.NEVER, Kind.CPU, 256 << 10, 8192, 2).product(1, 1024, 1024, 1024)).isFalse();
    }
}
