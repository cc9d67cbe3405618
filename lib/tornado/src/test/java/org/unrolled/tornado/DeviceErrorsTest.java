package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.DeviceException;
import org.unrolled.tensor.kernel.Kernels;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What a device cannot do is a sentence, as far as an OpenCL device on the CPU can be brought to it. */
class DeviceErrorsTest {
    @BeforeAll static void aDeviceIsThere() {
        UsableDevice.require();
    }

    private static Devices.Device device() {
        return Devices.all().stream().filter(device -> device.name().equals(Kernels.named("tornado").name())).findFirst().orElseThrow();
    }

    private static DeviceCall fill(float[] y) {
        DeviceKernel fill = new DeviceKernel(ElementwiseLoops.class, "fill", (g, id, a) -> g.task(id, ElementwiseLoops::fill, a.floats(0), a.n(), a.c()));
        return new DeviceCall(fill, List.of(Buffer.of(y)), 1, false, new int[] {y.length}, new float[] {3});
    }

    @Test void aBufferLargerThanTheDeviceHas() {
        long most = device().tornado().getPhysicalDevice().getDeviceMaxAllocationSize();
        assertThatThrownBy(() -> device().requireRoom("matmul", most + (3 << 20))).isInstanceOf(DeviceException.class)
            .hasMessageStartingWith("matmul: " + device().name() + " (").hasMessageContaining(") has no buffer of " + ((most >> 20) + 3) + " MiB; its largest is " + (most >> 20)
                + " MiB. Use smaller tensors, or the CPU's kernels: Kernels.use(\"vector\")");
        device().requireRoom("matmul", most / 2);
    }

    /** What another JVM, which may use 1 MB of the device, prints. */
    static final class Little {
        public static void main(String[] args) {
            float[] x = new float[200_000], y = {1, 2};
            Kernels k = Kernels.named(args[0]);
            try {
                k.fill(Buffer.of(x), 1);
                System.out.println("no error");
            } catch (DeviceException e) {
                System.out.println(e.getMessage());
            }
            k.affine(Buffer.of(y), Buffer.of(new float[] {1, 2}), 2, 0, false);
            System.out.println("then " + y[1] + " on " + k.name() + ", filled " + x[x.length - 1]);
        }
    }

    @Test void noMemoryLeft() throws IOException, InterruptedException {
        String out = OtherJvm.run(Little.class, List.of("-Dtornado.device.memory=1000000B"), "tornado");
        assertThat(out).contains("fill: tornado:", " has no room for 1 MiB. Of its ", " TornadoVM uses 1000000B at most (Java's option -Dtornado.device.memory). Close compiled steps, use smaller tensors, or the CPU's kernels: Kernels.use(\"vector\")",
            "then 4.0 on tornado:0:0, filled 0.0").doesNotContain("no error");
    }

    @Test void noMemoryLeftAndOtherKernelsAskedFor() throws IOException, InterruptedException {
        assertThat(OtherJvm.run(Little.class, List.of("-Dtornado.device.memory=1000000B"), "tornado, else reference"))
            .contains("no error", " has no room for 1 MiB.", "Going on with \"reference\", as asked.", "then 4.0 on reference, filled 1.0");
    }

    /** Computes nothing: what a device that is gone looks like, since TornadoVM 5.2 takes no notice of a driver's errors. */
    static void nothing(FloatArray y, IntArray n) {
        for (@Parallel int i = 0; i < n.get(1); i++) if (n.get(1) < 0) y.set(i, 1f);
    }

    @Test void aDeviceThatDoesNotAnswer() {
        DeviceKernel nothing = new DeviceKernel(DeviceErrorsTest.class, "nothing", (g, id, a) -> g.task(id, DeviceErrorsTest::nothing, a.floats(0), a.n()));
        float[] y = {1, 2};
        assertThatThrownBy(() -> new EagerPlans(device()).run(new DeviceCall(nothing, List.of(Buffer.of(y)), 1, false, new int[] {2}, new float[0])))
            .isInstanceOf(DeviceException.class).hasMessageStartingWith("nothing: " + device().name() + " (")
            .hasMessageContaining(") does not answer any more: nothing came back from it. Tensors are in the host's memory and keep their values.");
        assertThat(y).containsExactly(1, 2);
    }

    @Test void aDriverThatThrows() {
        EagerPlans plans = new EagerPlans(device());
        float[] y = new float[3];
        // more numbers than a call has: whatever is thrown inside a call
        assertThatThrownBy(() -> plans.run(new DeviceCall(fill(y).kernel(), List.of(Buffer.of(y)), 1, false, new int[100], new float[0]))).isInstanceOf(DeviceException.class)
            .hasMessageStartingWith("fill: " + device().name() + " (").hasMessageContaining(") failed: ");
        plans.run(fill(y));
        assertThat(y).as("the next call has a plan of its own").containsExactly(3, 3, 3);
    }

    @Test void aDeviceThatIsNotListedAnyMore() {
        assertThatThrownBy(() -> Kernels.use("tornado:7:7")).isInstanceOf(IllegalStateException.class).hasMessageStartingWith("There is no device tornado:7:7. TornadoVM has tornado:0:0 (");
        assertThat(Kernels.named("tornado:7:7, else reference").name()).isEqualTo("reference");
    }

    @Test void plansAreBoundByWhatTheyHold() {
        EagerPlans plans = new EagerPlans(device(), 3 << 20);
        for (int length : new int[] {10, 200_000, 300_000, 400_000}) {
            float[] y = new float[length];
            plans.run(fill(y));
            assertThat(y[length - 1]).isEqualTo(3);
            assertThat(plans.bytes()).as("bytes after a buffer of " + length).isLessThanOrEqualTo(3 << 20);
        }
        float[] large = new float[2_000_000];
        plans.run(fill(large));
        assertThat(large[1_999_999]).as("one that is larger than the bound stays alone").isEqualTo(3);
        assertThat(plans.bytes()).isEqualTo(4L << 21);
        plans.run(fill(new float[5]));
        assertThat(plans.bytes()).isEqualTo(4L << 12);
        plans.closeAll();
        assertThat(plans.bytes()).isZero();
    }

    @Test void aSizeIsRoundedUpToOneOfFew() {
        assertThat(List.of(0, 1, 4096, 4097, 16385, 65537, 1 << 22, (1 << 22) + 1, Integer.MAX_VALUE)).extracting(EagerPlans::capacity)
            .containsExactly(4096, 4096, 4096, 16384, 65536, 131072, 1 << 22, 1 << 23, Integer.MAX_VALUE);
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            int n = random.nextInt(Integer.MAX_VALUE);
            assertThat(EagerPlans.capacity(n)).isGreaterThanOrEqualTo(n);
        }
    }

    @Test void aProgramIsSharedByPlansOfOneKernel() {
        EagerPlans plans = new EagerPlans(device());
        plans.run(fill(new float[10]));
        int programs = SharedCode.programs();
        plans.run(fill(new float[10_000]));
        new EagerPlans(device()).run(fill(new float[10]));
        plans.closeAll();
        float[] y = new float[4];
        plans.run(fill(y));
        assertThat(y).as("a closed plan takes no other's program along").containsExactly(3, 3, 3, 3);
        assertThat(SharedCode.programs()).isEqualTo(programs);
    }

    /** The source of a kernel, whatever its arguments. */
    private static String source(DeviceKernel kernel) {
        TaskGraph graph = new TaskGraph("source");
        IntArray n = new IntArray(48);
        FloatArray c = new FloatArray(8);
        List<Object> arrays = new ArrayList<>(List.of(n, c));
        DeviceKernel.Arguments arguments = new DeviceKernel.Arguments() {
            @Override public FloatArray floats(int i) {
                FloatArray array = new FloatArray(16);
                arrays.add(array);
                return array;
            }

            @Override public IntArray ints(int i) {
                IntArray array = new IntArray(16);
                arrays.add(array);
                return array;
            }

            @Override public IntArray n() {
                return n;
            }

            @Override public FloatArray c() {
                return c;
            }
        };
        kernel.join().add(graph, "t", arguments);
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, arrays.toArray());
        TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot()).withDevice(device().tornado()).withCompilerFlags(TornadoVMBackendType.OPENCL, EagerPlan.FLAGS);
        SharedCode.compile(plan, () -> { });
        return GeneratedCode.source(plan, "source.t", kernel.name());
    }

    /** Many small devices have no double precision. (The pragma that every source of TornadoVM's begins with names an extension that a device may lack.) */
    @Test void noKernelComputesWithDoubles() throws IllegalAccessException {
        List<String> seen = new ArrayList<>();
        for (Field field : TornadoKernels.class.getDeclaredFields()) {
            if (field.getType() != DeviceKernel.class || !Modifier.isStatic(field.getModifiers())) continue;
            field.setAccessible(true);
            DeviceKernel kernel = (DeviceKernel) field.get(null);
            seen.add(kernel.name());
            assertThat(source(kernel)).as(kernel.name()).containsPattern("get_global_id|get_group_id").doesNotContainPattern("\\bdouble\\d*\\b");
        }
        assertThat(seen).contains("matmul", "matmulTiled", "conv2dTiled", "softmaxLines", "lstmBackward", "attention", "adam").hasSizeGreaterThan(70);
    }
}
