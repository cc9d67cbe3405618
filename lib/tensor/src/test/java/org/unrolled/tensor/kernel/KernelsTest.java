package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

    /** As an FPGA's are: three of the contract's methods are its own, all else is the CPU's. */
    private static final class Parts extends VectorKernels {
        final List<String> calls = new ArrayList<>();

        @Override protected boolean wholeLayers() { return false; }

        @Override public void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB, boolean transposeA, boolean transposeB, boolean acc) {
            calls.add("matmul");
            super.matmul(c, a, b, batch, M, N, K, strideA, strideB, transposeA, transposeB, acc);
        }

        @Override public void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0, Buffer lengths, boolean reverse, int B, int T, int H) {
            calls.add("lstm");
            super.lstm(gates, h, c, hN, cN, weight, bias, h0, c0, lengths, reverse, B, T, H);
        }

        @Override public void attention(Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
            calls.add("attention");
            super.attention(y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift);
        }
    }

    @Test void aLayerCallsThePartsThatASubclassComputes() {
        int B = 3, T = 40, H = 4, D = 16, C = H * D;
        Random random = new Random(1);
        Buffer x = draw(random, B * T * 3 * C), hidden = draw(random, B * C), bias = draw(random, 4 * C), weight = draw(random, 4 * C * C), weightIh = draw(random, 4 * C * 3 * C);
        Buffer lengths = Buffer.of(new int[] {T, 0, 7});
        Parts parts = new Parts();
        float[][][] results = new float[2][][];
        for (int run = 0; run < 2; run++) {
            Kernels k = run == 0 ? parts : new VectorKernels();
            Buffer y = k.floats(B * T * C), log = k.floats(B * H * T), gates = k.floats(B * T * 4 * C), h = k.floats(B * T * C), c = k.floats(B * T * C), hN = k.floats(B * C), cN = k.floats(B * C);
            k.selfAttention(y, log, x, Buffer.of(new float[1]), new int[4], B, H, T, D, 0.25f, 0);
            k.lstmLayer(gates, h, c, hN, cN, x, weightIh, bias, weight, bias, hidden, hidden, lengths, false, B, T, 3 * C, C);
            results[run] = new float[][] {k.host(y), k.host(log), k.host(h), k.host(hN), k.host(cN)};
        }
        assertThat(parts.calls).containsExactly("attention", "matmul", "lstm");
        for (int i = 0; i < results[0].length; i++) {
            for (int j = 0; j < results[0][i].length; j++) assertThat(results[0][i][j]).as("result %d, element %d", i, j).isCloseTo(results[1][i][j], within(1e-4f));
        }
    }

    private static Buffer draw(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian() * 0.2f;
        return Buffer.of(x);
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
