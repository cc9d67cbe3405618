package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KernelsTest {
    @Test void theReferenceIsAlwaysThere() {
        assertThat(Kernels.available()).contains(new Kernels.Provider("reference", true, "", ""));
        assertThat(Kernels.named("reference")).isInstanceOf(ReferenceKernels.class);
    }

    @Test void anUnknownNameListsTheKnown() {
        assertThatThrownBy(() -> Kernels.use("abacus")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("There are no kernels named \"abacus\". Known here: ")
                .hasMessageContaining("reference")
                .hasMessageEndingWith(". Kernels.available() says what each needs.");
    }

    @Test void withReachesAsFarAsItsBody() {
        Kernels before = Kernels.current(), other = new ReferenceKernels();
        assertThat(Kernels.with(other, Kernels::current)).isSameAs(other);
        assertThat(Kernels.current()).isSameAs(before);
    }

    /** Random123's known answers for philox4x32-10 (kat_vectors), first word. */
    @Test void philoxAgreesWithItsAuthors() {
        assertThat(Philox.bits(0, 0, 0, 0, 0, 0)).isEqualTo(0x6627e8d5);
        assertThat(Philox.bits(-1, -1, -1, -1, -1, -1)).isEqualTo(0x408f276d);
        assertThat(Philox.bits(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)).isEqualTo(0xd16cfe09);
    }

    /** Values of Abramowitz and Stegun, table 7.1. */
    @Test void erf() {
        assertThat(Unary.erf(0)).isZero();
        assertThat(Unary.erf(0.5)).isCloseTo(0.5204998778, within(1e-10));
        assertThat(Unary.erf(-1)).isCloseTo(-0.8427007929, within(1e-10));
        assertThat(Unary.erf(2)).isCloseTo(0.9953222650, within(1e-10));
        assertThat(Unary.erf(7)).isEqualTo(1);
        assertThat(Unary.erf(Double.NaN)).isNaN();
    }

    @Test void aBufferOfAnotherKindSaysSo() {
        assertThatThrownBy(() -> Buffer.of(new int[1]).floats()).hasMessage("This buffer holds int[], not float[]. "
                + "A buffer is used with the provider that made it: read it with host() and upload it to the other.");
        assertThatThrownBy(() -> Buffer.of(new float[3]).slice(2, 2)).hasMessage(
                "slice: elements 2 to 4 of a buffer of 3. A slice lies within its buffer.");
    }
}
