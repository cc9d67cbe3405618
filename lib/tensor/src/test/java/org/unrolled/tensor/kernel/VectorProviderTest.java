package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Where the Vector API is resolved it is the default; where not, the reference is, with the reason and the fix. */
class VectorProviderTest {
    @Test
    void isTheDefaultHere() {
        assertThat(Kernels.available().getFirst()).isEqualTo(new Kernels.Provider("vector", true, "", ""));
        assertThat(Kernels.current()).isInstanceOf(VectorKernels.class);
    }

    /** What another JVM, without the module, prints. */
    static final class WithoutVectorApi {
        public static void main(String[] args) {
            System.out.println(Kernels.current().name());
            Kernels.current();
            System.out.println(Kernels.available());
            try {
                Kernels.use("vector");
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withoutTheModuleItSaysWhyAndHow() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
            WithoutVectorApi.class.getName()).redirectErrorStream(true).start();
        String out = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor()).as(out).isZero();
        String reason = "Java was started without the Vector API, so products run in plain loops.";
        String fix = "Start it with --add-modules jdk.incubator.vector, as ./unrolled lab does.";
        assertThat(out).contains("reference\n", "Provider[name=vector, usable=false, reason=" + reason + ", fix=" + fix + ", device=null]",
            "Kernels \"vector\" cannot be used here: " + reason + " " + fix);
        assertThat(out.split("INFO: kernels \"vector\" are not used: ", -1)).as("logged once").hasSize(2);
    }
}
