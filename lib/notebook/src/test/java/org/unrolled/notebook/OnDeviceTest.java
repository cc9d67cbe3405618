package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unrolled.notebook.cell.CellFailure;
import org.unrolled.notebook.cell.CellSession;
import org.unrolled.tensor.kernel.DeviceRun;

/** A kernel in a cell, as far as it goes without a device; with one: DeviceRunTest in lib/tornado, CellKernelTest in lib/kernel. */
class OnDeviceTest {
    private static final String IMPORTS = "import static org.unrolled.notebook.Notebook.*;\nimport org.unrolled.tensor.kernel.*;";
    private static final String SAXPY = """
            static void saxpy(float a, float[] x, float[] y, float[] out) {
                for (@Parallel int i = 0; i < out.length; i++) out[i] = a * x[i] + y[i];
            }""";

    @Test void itIsPlainJava() {
        try (CellSession notebook = CellSession.open()) {
            notebook.run(IMPORTS);
            notebook.run(SAXPY);
            notebook.run("float[] out = new float[2];\nsaxpy(2, new float[] {1, 2}, new float[] {10, 20}, out);");
            assertThat(notebook.run("out")).isEqualTo(new float[] {12, 24});
        }
    }

    @Test void withoutADeviceTheErrorSaysHowToGetOne() {
        try (CellSession notebook = CellSession.open()) {
            notebook.run(IMPORTS);
            notebook.run(SAXPY);
            assertThatThrownBy(() -> notebook.run("onDevice(\"saxpy\", 2f, new float[2], new float[2], new float[2])")).isInstanceOf(CellFailure.class)
                    .hasMessage("IllegalStateException: Kernels \"tornado\" cannot be used here: the kit was built without TornadoVM. "
                            + "./unrolled doctor says how to get its SDK; then choose the notebook kernel \"Unrolled on TornadoVM\".");
            assertThatThrownBy(() -> notebook.run("onDevice(\"reference\", \"saxpy\", 2f, new float[2], new float[2], new float[2])")).isInstanceOf(CellFailure.class)
                    .hasMessage("IllegalArgumentException: \"reference\" is no device: its kernels are Java. Name one of those that ./unrolled devices lists, such as \"tornado:gpu\".");
            assertThat(notebook.run("hasDevice()")).isEqualTo(false);
        }
    }

    @Test void theDeviceGetsTheCodeWithoutPolls() throws Exception {
        try (CellSession notebook = CellSession.open()) {
            notebook.run(IMPORTS);
            notebook.run("static float root(float x) {\n    float r = x;\n    while (r * r > x) r = (r + x / r) / 2;\n    return r;\n}");
            notebook.run("static void roots(float[] x, float[] out) {\n    for (@Parallel int i = 0; i < out.length; i++) out[i] = root(x[i]);\n}");
            Method kernel = notebook.cells().deviceMethod("roots", 2).device();
            float[] out = new float[1];
            kernel.setAccessible(true);
            kernel.invoke(null, new float[] {9}, out);
            assertThat(out[0]).isCloseTo(3, org.assertj.core.api.Assertions.within(1e-3f));
            ClassLoader loader = kernel.getDeclaringClass().getClassLoader();
            Class<?> helper = loader.loadClass(notebook.cells().deviceMethod("root", 1).device().getDeclaringClass().getName());
            assertThat(helper.getClassLoader()).as("what a kernel calls is a twin too").isSameAs(loader);
            for (Class<?> type : List.of(kernel.getDeclaringClass(), helper)) {
                try (InputStream bytes = loader.getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
                    assertThat(new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1)).contains("roots".substring(0, 4)).doesNotContain("notebook/cell/Poll");
                }
            }
            notebook.run("static float root(float x) {\n    return 7;\n}");
            kernel = notebook.cells().deviceMethod("roots", 2).device();
            kernel.setAccessible(true);
            kernel.invoke(null, new float[] {9}, out);
            assertThat(out[0]).as("the helper as it was defined last").isEqualTo(7);
        }
    }

    @Test void anArrayOfAWorkItemsOwnBeginsWithZerosOnADeviceToo() throws Exception {
        try (CellSession notebook = CellSession.open()) {
            notebook.run(IMPORTS);
            notebook.run("static void sums(float[] x, float[] out) {\n    for (@Parallel int i = 0; i < out.length; i++) {\n        float[] s = new float[3];\n"
                    + "        for (int j = 0; j < 7; j++) s[j % 3] += x[i];\n        out[i] = s[0] + 10 * s[1] + 100 * s[2];\n    }\n}");
            Method kernel = notebook.cells().deviceMethod("sums", 2).device();
            kernel.setAccessible(true);
            float[] out = new float[2];
            kernel.invoke(null, new float[] {1, 2}, out);
            assertThat(out).containsExactly(223, 446);
            Class<?> home = kernel.getDeclaringClass();
            try (InputStream bytes = home.getClassLoader().getResourceAsStream(home.getName().replace('.', '/') + ".class")) {
                List<Instruction> code = ClassFile.of().parse(bytes.readAllBytes()).methods().stream().filter(method -> method.methodName().equalsString("sums")).findFirst().orElseThrow()
                        .code().orElseThrow().elementStream().filter(Instruction.class::isInstance).map(Instruction.class::cast).toList();
                int made = IntStream.range(0, code.size()).filter(at -> code.get(at).opcode() == Opcode.NEWARRAY).findFirst().orElseThrow();
                assertThat(code.subList(made + 1, made + 13)).extracting(Instruction::opcode).containsExactly(Opcode.DUP, Opcode.ICONST_0, Opcode.FCONST_0, Opcode.FASTORE,
                        Opcode.DUP, Opcode.ICONST_1, Opcode.FCONST_0, Opcode.FASTORE, Opcode.DUP, Opcode.ICONST_2, Opcode.FCONST_0, Opcode.FASTORE);
            }
        }
    }

    @Test void anIndexBesideAnArrayIsFoundBeforeADeviceWritesThere() {
        try (CellSession notebook = CellSession.open()) {
            notebook.run(IMPORTS);
            notebook.run("static void shift(float[] x, float[] out) {\n    for (@Parallel int i = 0; i < out.length; i++) out[i] = x[i + 1];\n}");
            notebook.run("static void forever(float[] x) {\n    for (@Parallel int i = 0; i < x.length; i++) while (x[i] == 0) x[0]++;\n}");
            float[] out = new float[2];
            Method shift = notebook.cells().deviceMethod("shift", 2).java();
            assertThatThrownBy(() -> DeviceTrial.inJava(shift, new float[] {1, 2}, out))
                    .hasMessage("shift fails as plain Java, and a device would not notice but compute something. "
                            + "ArrayIndexOutOfBoundsException: Index 2 out of bounds for length 2, at In[2] line 2 in shift: for (@Parallel int i = 0; i < out.length; i++) out[i] = x[i + 1];");
            assertThat((float[]) DeviceTrial.inJava(shift, new float[] {1, 2, 3}, out).orElseThrow()[1]).as("what Java computes, to be compared").containsExactly(2, 3);
            assertThat(out).as("only copies are written").containsExactly(0, 0);
            assertThat(DeviceTrial.inJava(notebook.cells().deviceMethod("forever", 1).java(), new float[2])).as("nothing to compare").isEmpty();
        }
    }

    @Test void anotherResultThanJavasIsTold() {
        Object[] java = {2f, new float[] {1, 2, Float.NaN, 1000}, new int[] {4, 5}};
        assertThat(DeviceTrial.difference("k", java, new Object[] {2f, new float[] {1.05f, 2, Float.NaN, 1000}, new int[] {4, 5}})).as("rounding, and NaN where Java has it").isEmpty();
        assertThat(DeviceTrial.difference("k", java, new Object[] {2f, new float[] {1, 3, Float.NaN, 999}, new int[] {4, 6}})).hasValue(
                "The device's numbers are not those of k as plain Java. In argument 2, 2 of 4 elements differ; the first is [1], 3.0 on the device and 2.0 in Java. "
                        + "In argument 3, 1 of 2 elements differ; the first is [1], 6 on the device and 5 in Java. Does a round of a @Parallel loop read or change an element that another round writes, "
                        + "or does code outside of it write one? If not, see what Parallel says of devices: they round otherwise, now and then.");
        assertThat(DeviceTrial.difference("k", java, new Object[] {2f, new float[] {1, 2, 0, 1000}, new int[] {4, 5}}).orElseThrow()).contains("1 of 4 elements differ; the first is [2], 0.0 on the device and NaN in Java.");
        assertThat(DeviceTrial.difference("k", new Object[] {new float[0]}, new Object[] {new float[0]})).isEmpty();
    }

    @Test void whatIsNoKernel() {
        try (CellSession notebook = CellSession.open()) {
            notebook.run(IMPORTS);
            assertThatThrownBy(() -> notebook.cells().deviceMethod("saxpy", 4)).hasMessage("No cell defines a method saxpy. Run the cell that does; its name has to be the same, letter by letter, and a method inside a class is not looked for.");
            notebook.run("float saxpy = 1;");
            assertThatThrownBy(() -> notebook.cells().deviceMethod("saxpy", 4)).hasMessage("saxpy, which In[2] defines, is no method. A device runs a method: static void saxpy(float[] x, ...) { ... }");
            notebook.run(SAXPY);
            assertThatThrownBy(() -> notebook.cells().deviceMethod("saxpy", 3)).hasMessage("saxpy takes 4 arguments and got 3. Its declaration in In[3]: void saxpy(float a, float[] x, float[] y, float[] out)");
            notebook.run(SAXPY.replace("y[i]", "z[i]"));  // JShell waits for a z
            assertThatThrownBy(() -> notebook.cells().deviceMethod("saxpy", 4)).hasMessageStartingWith("In[4] defines saxpy and does not compile: line 2: no cell defines the variable z");
        }
    }

    @Test void aRunIsShownByTheTimeOfItsParts() {
        DeviceRun run = new DeviceRun("saxpy", "A device", "OpenCL C", "__kernel void saxpy() {\n  if (a < b) {}\n}", "static void saxpy() {}", 210, 0.25, 1, 0.25, 2, 8 << 20, 4 << 20, List.of(1048576L), 15);
        Outputs output = Outputs.of(null, run);
        assertThat(output.text()).isEqualTo("""
                saxpy on A device, 1,048,576 work items, median of 15 warm runs
                                 ms  share  moved
                set up, wait    0.5   25 %
                copy in        0.25   13 %  8.0 MiB
                kernel            1   50 %
                copy out       0.25   13 %  4.0 MiB
                one warm call     2  100 %
                compile, once   210""");
        assertThat(output.html()).contains("1,048,576 work items", "margin-left:37.5%;width:50.0%", "<details open><summary>OpenCL C for saxpy, 3 lines</summary>", "if (a &lt; b) {}");
        assertThat(DeviceRuns.sources(run)).contains("<strong>Java</strong>", "static void saxpy() {}", "<strong>OpenCL C</strong>");
        assertThat(DeviceRuns.html(null, new DeviceRun("k", "d", "PTX", "x\n".repeat(41), "", 1, 1, 1, 1, 1, 1, 1, List.of(2L), 1))).contains("<details><summary>PTX for k, 41 lines");
    }
}
