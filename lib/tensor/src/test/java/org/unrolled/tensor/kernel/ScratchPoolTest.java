package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScratchPoolTest {
    @Test void whatComesBackIsLentAgain() {
        long before = ScratchPool.usage().lent();
        float[] a = ScratchPool.take(1003), b = ScratchPool.take(1003);
        assertThat(a).hasSize(1003).isNotSameAs(b);
        assertThat(ScratchPool.usage().lent() - before).isEqualTo(2 * 4012);
        ScratchPool.give(b);
        assertThat(ScratchPool.take(1003)).as("the last that came back").isSameAs(b);
        assertThat(ScratchPool.take(1004)).as("another length").hasSize(1004);
    }

    @Test void theHighWaterMarkIsTheMostThatWasOutAtOnce() {
        ScratchPool.startOver();
        long start = ScratchPool.usage().highWater();
        float[] a = ScratchPool.take(2000);
        ScratchPool.give(a);
        float[] b = ScratchPool.take(500), c = ScratchPool.take(500);
        assertThat(ScratchPool.usage().highWater() - start).isEqualTo(8000);
        ScratchPool.give(b);
        ScratchPool.give(c);
        ScratchPool.startOver();
        assertThat(ScratchPool.usage().highWater()).isEqualTo(start);
    }

    @Test void lengthsThatTakeTurnsAreAllKept() {
        float[] a = ScratchPool.take(70_001);
        ScratchPool.give(a);
        float[] b = ScratchPool.take(70_002);
        ScratchPool.give(b);
        assertThat(ScratchPool.take(70_001)).isSameAs(a);
        assertThat(ScratchPool.take(70_002)).isSameAs(b);
        ScratchPool.give(a);
        ScratchPool.give(b);
    }

    @Test void lengthsThatDoNotComeAgainAreNotKeptForEver() {
        for (int n = 1; n < 3000; n++) ScratchPool.give(ScratchPool.take(100_000 + n));
        assertThat(ScratchPool.usage().kept()).as("of 1.2 GB").isLessThan(100L << 20);
    }

    @Test void anArrayForWhichThereIsNoRoomIsNotLent() {
        long before = ScratchPool.usage().lent(), most = ScratchPool.usage().highWater();
        assertThatThrownBy(() -> ScratchPool.take(Integer.MAX_VALUE)).isInstanceOf(OutOfMemoryError.class);
        assertThat(ScratchPool.usage().lent()).isEqualTo(before);
        assertThat(ScratchPool.usage().highWater()).isEqualTo(most);
    }
}
