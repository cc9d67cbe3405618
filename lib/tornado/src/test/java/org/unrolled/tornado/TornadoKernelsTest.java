package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;

class TornadoKernelsTest {
    @BeforeAll static void aDeviceIsThere() {
        UsableDevice.require();
    }

    @Test void eachDeviceIsALine() {
        assertThat(Kernels.available()).anySatisfy(line -> {
            assertThat(line.name()).matches("tornado:\\d+:\\d+");
            assertThat(line.usable()).as(line.toString()).isTrue();
        });
        assertThat(Kernels.current().name()).as("a device is used only when it is asked for").doesNotStartWith("tornado");
        assertThat(Kernels.named("tornado")).isSameAs(Kernels.named("tornado:0:0"));
    }

    @Test void aKindThatIsNotThereNamesWhatIs() {
        assertThatThrownBy(() -> Kernels.named("tornado:abacus")).hasMessageStartingWith("There is no device tornado:abacus. TornadoVM has tornado:0:0 (");
    }

    @Test void sizesAreNumbersAndNoReasonToCompileAgain() {
        TornadoKernels kernels = (TornadoKernels) Kernels.named("tornado");
        Kernels.with(kernels, () -> {
            Random random = new Random(1);
            Tensors.randn(random, 5, 7).matmul(Tensors.randn(random, 7, 3)).relu();
            long before = kernels.compiled();
            for (int n = 1; n < 30; n++) Tensors.randn(random, n, 7).matmul(Tensors.randn(random, 7, 30 - n)).relu();
            assertThat(kernels.compiled()).isEqualTo(before);
        });
    }

    @Test void tensorsOfTheCpuMix() {
        Tensor a = Tensors.tensor(1, 2, 3);
        Tensor b = Kernels.with(Kernels.named("tornado"), () -> a.add(1));
        assertThat(b.mul(a).toArray()).containsExactly(2, 6, 12);
    }

    /** What another JVM, without TornadoVM's options, prints. */
    static final class WithoutTornado {
        public static void main(String[] args) {
            try {
                Kernels.use("tornado:gpu");
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test void withoutTheOptionsItSaysSo() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
            WithoutTornado.class.getName()).redirectErrorStream(true).start();
        String out = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor()).as(out).isZero();
        assertThat(out).contains("Kernels \"tornado:gpu\" cannot be used here: Java was started without TornadoVM. "
            + "In a notebook, choose the kernel \"Unrolled on TornadoVM\"; ./unrolled doctor says whether its SDK is found.");
    }
}
