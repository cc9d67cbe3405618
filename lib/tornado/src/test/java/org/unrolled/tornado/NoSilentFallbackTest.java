package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.lang.management.ManagementFactory;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What TornadoVM would compute in another way than asked, without a word, is an error that names its cause. */
class NoSilentFallbackTest {
    @BeforeAll static void aDeviceIsThere() {
        UsableDevice.require();
    }

    private static void run(DeviceKernel kernel) {
        ((TornadoKernels) Kernels.named("tornado")).run(new DeviceCall(kernel, List.of(Buffer.of(new float[4])), 1, false, new int[] {4}, new float[0]));
    }

    /** No loop is parallel. */
    static void sequential(FloatArray y, IntArray n) {
        for (int i = 0; i < n.get(1); i++) y.set(i, i);
    }

    @Test void aLoopThatNobodyMarked() {
        assertThatThrownBy(() -> run(new DeviceKernel(NoSilentFallbackTest.class, "sequential", (g, id, a) -> g.task(id, NoSilentFallbackTest::sequential, a.floats(0), a.n()))))
            .hasMessage("The kernel sequential lost its @Parallel loop and would run as a single work item: no loop of it is marked @Parallel.");
    }

    /** PoCL ends the JVM when it launches a kernel of this name. */
    @Test void aKernelNamedLikeAFunctionOfOpenCl() {
        assertThatThrownBy(() -> new DeviceKernel(NoSilentFallbackTest.class, "max", (g, id, a) -> g.task(id, NoSilentFallbackTest::sequential, a.floats(0), a.n())))
            .hasMessage("The kernel NoSilentFallbackTest.max has the name of a function or word of OpenCL C, and some drivers end Java when it is launched. Give the method another name.");
    }

    /** An array of a size that only a running kernel knows is nothing that a device has. */
    static void bailsOut(FloatArray y, IntArray n) {
        for (@Parallel int i = 0; i < 4; i++) {
            float[] own = new float[n.get(1)];
            own[i] = i;
            y.set(i, own[n.get(1) - 1]);
        }
    }

    @Test void aKernelThatCannotBeCompiled() {
        assertThatThrownBy(() -> run(new DeviceKernel(NoSilentFallbackTest.class, "bailsOut", (g, id, a) -> g.task(id, NoSilentFallbackTest::bailsOut, a.floats(0), a.n()))))
            .hasMessageStartingWith("The kernel bailsOut cannot be compiled for the device: ");
        float[] y = {1, 2};
        Kernels.named("tornado").affine(Buffer.of(y), Buffer.of(new float[] {1, 2}), 2, 0, false);
        assertThat(y).as("the next kernel is compiled as if nothing had been").containsExactly(2, 4);
    }

    /** What another JVM, with other options or other class files, says of a kernel. */
    static final class Elsewhere {
        public static void main(String[] args) {
            try {
                float[] y = new float[2];
                Kernels.named("tornado").fill(Buffer.of(y), 3);
                System.out.println("no error");
            } catch (RuntimeException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String elsewhere(List<String> options, String classPath) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, Elsewhere.class.getName()));
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor()).as(out).isZero();
        return out;
    }

    private static List<String> options() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(option -> !option.startsWith("-Xmx")).toList();
    }

    @Test void javaStartedWithoutOurReaderOfAnnotations() throws IOException, InterruptedException {
        String reader = "-Dtornado.load.annotation.implementation=";
        List<String> others = options().stream().map(option -> option.startsWith(reader) ? reader + "uk.ac.manchester.tornado.annotation.ASMClassVisitor" : option).toList();
        assertThat(others).as("the options of this JVM").isNotEqualTo(options());
        assertThat(elsewhere(others, System.getProperty("java.class.path"))).contains("The kernel fill lost its @Parallel loop and would run as a single work item: "
            + "Java was started without -Dtornado.load.annotation.implementation=org.unrolled.tornado.ParallelReader. Start it with the options that ./unrolled gives.");
    }

    @Test void classesWithoutTheNamesOfTheirVariables(@TempDir Path folder) throws IOException, InterruptedException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        Path source = Path.of("src/main/java/org/unrolled/tornado/ElementwiseLoops.java");
        assertThat(Files.exists(source)).as(source.toAbsolutePath().toString()).isTrue();
        assertThat(javac.run(null, null, null, "-g:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), source.toString())).isZero();
        assertThat(elsewhere(options(), folder + java.io.File.pathSeparator + System.getProperty("java.class.path")))
            .contains("The kernel fill ", "ElementwiseLoops was compiled without the names of its variables. Compile it with javac -g.").doesNotContain("no error");
    }
}
