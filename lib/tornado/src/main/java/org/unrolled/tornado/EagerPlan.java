package org.unrolled.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unrolled.tensor.kernel.Buffer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A kernel with arrays of its own. A call copies its buffers into them, runs the kernel between two transfers, and copies what was written
 * back. TornadoVM compiles for arrays, not for their contents, so one plan serves every call whose buffers fit.
 */
final class EagerPlan implements DeviceKernel.Arguments, DevicePlan {
    /** Rank {@value org.unrolled.tensor.kernel.Kernels#MAX_RANK} needs a size and two strides an axis, and there are an offset a buffer and some sizes. */
    private static final int NUMBERS = 48;
    /** Work items of a group, and of all groups at most: loops stride over what is left. */
    private static final int GROUP = 64, MOST = 1 << 16;
    /** Stands in a destination before a call: a NaN of a kind that no kernel computes. TornadoVM 5.2 prints an error of the driver and goes on as if there were none. */
    static final int UNWRITTEN = 0x7fc0dead;

    /** The default, fast-relaxed-math, takes it that nothing is infinite or NaN. */
    static final String FLAGS = "-cl-mad-enable";

    private final Devices.Device device;
    private final Object[] arrays;
    private final IntArray n = new IntArray(NUMBERS);
    private final FloatArray c = new FloatArray(Loops.NAN + 1);
    private final boolean reads;
    private final long bytes;
    private final TornadoExecutionPlan plan;
    private final WorkerGrid grid;
    private boolean asksForC;

    /** @param capacities elements of each buffer's array */
    EagerPlan(DeviceCall first, List<Integer> capacities, Devices.Device device) {
        this.device = device;
        for (int capacity : capacities) device.requireRoom(first.kernel().name(), 4L * capacity);
        arrays = new Object[capacities.size()];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = first.buffers().get(i).type() == Buffer.Type.FLOAT ? new FloatArray(capacities.get(i)) : new IntArray(capacities.get(i));
        }
        bytes = 4 * capacities.stream().mapToLong(Integer::longValue).sum();
        reads = first.reads();
        c.set(Loops.NAN, Float.NaN);
        graph(first);     // learns whether the kernel has c among its arguments
        TaskGraph graph = graph(first);
        grid = grid(first);
        plan = new TornadoExecutionPlan(graph.snapshot()).withDevice(device.tornado()).withGridScheduler(new GridScheduler(first.kernel().name() + ".t", grid))
            .withCompilerFlags(TornadoVMBackendType.OPENCL, FLAGS);
        try {
            SharedCode.compile(plan, () -> { });
        } catch (RuntimeException | Error e) {
            throw GeneratedCode.refused(first.kernel(), e);
        }
        GeneratedCode.requireParallel(plan, first.kernel().name() + ".t", first.kernel());
    }

    private TaskGraph graph(DeviceCall call) {
        List<Object> sent = new ArrayList<>(Arrays.asList(arrays).subList(call.written(), arrays.length));
        sent.add(n);
        if (asksForC) sent.add(c);
        TaskGraph graph = new TaskGraph(call.kernel().name()).transferToDevice(DataTransferMode.EVERY_EXECUTION, sent.toArray());
        Object[] written = Arrays.copyOf(arrays, call.written());
        // what is overwritten is sent once, so that what was there before is known: see UNWRITTEN
        graph.transferToDevice(reads ? DataTransferMode.EVERY_EXECUTION : DataTransferMode.FIRST_EXECUTION, written);
        call.kernel().join().add(graph, "t", this);
        return graph.transferToHost(DataTransferMode.EVERY_EXECUTION, written);
    }

    /** Whole groups of work items: as the kernel groups them, else as many items as the largest destination has elements. */
    private static long[] workItems(DeviceCall call) {
        DeviceKernel.Groups groups = call.kernel().groups();
        if (groups != null) {
            int[] count = groups.count().of(call.ints());
            return new long[] {(long) count[0] * groups.width(), (long) count[1] * groups.height()};
        }
        int most = call.buffers().stream().limit(call.written()).mapToInt(Buffer::length).max().orElse(1);
        return new long[] {(Math.clamp(most, 1, MOST) + GROUP - 1) / GROUP * GROUP, 1};
    }

    static WorkerGrid grid(DeviceCall call) {
        long[] items = workItems(call);
        DeviceKernel.Groups groups = call.kernel().groups();
        WorkerGrid grid = groups == null ? new WorkerGrid1D((int) items[0]) : new WorkerGrid2D((int) items[0], (int) items[1]);
        grid.setLocalWork(groups == null ? GROUP : groups.width(), groups == null ? 1 : groups.height(), 1);
        return grid;
    }

    @Override public FloatArray floats(int i) {
        return (FloatArray) arrays[i];
    }

    @Override public IntArray ints(int i) {
        return (IntArray) arrays[i];
    }

    @Override public IntArray n() {
        return n;
    }

    @Override public FloatArray c() {
        asksForC = true;
        return c;
    }

    @Override public long bytes() {
        return bytes;
    }

    @Override public void run(DeviceCall call) {
        List<Buffer> buffers = call.buffers();
        for (int i = 0; i < arrays.length; i++) {
            n.set(i, 0);
            if (i >= call.written() || reads) send(buffers.get(i), arrays[i]);
            else segment(arrays[i]).set(ValueLayout.JAVA_INT, 0, UNWRITTEN);
        }
        for (int i = 0; i < call.ints().length; i++) n.set(arrays.length + i, call.ints()[i]);
        for (int i = 0; i < call.floats().length; i++) c.set(i, call.floats()[i]);
        long[] items = workItems(call);
        grid.setGlobalWork(items[0], items[1], 1);
        plan.execute();
        for (int i = 0; i < call.written() && !reads; i++) {
            if (buffers.get(i).length() > 0 && segment(arrays[i]).get(ValueLayout.JAVA_INT, 0) == UNWRITTEN) throw device.silent(call.kernel().name());
        }
        for (int i = 0; i < call.written(); i++) fetch(arrays[i], buffers.get(i));
    }

    static MemorySegment segment(Object array) {
        return array instanceof FloatArray floats ? floats.getSegment() : ((IntArray) array).getSegment();
    }

    static void send(Buffer from, Object to) {
        if (to instanceof FloatArray floats) MemorySegment.copy(from.floats(), from.offset(), floats.getSegment(), ValueLayout.JAVA_FLOAT, 0, from.length());
        else MemorySegment.copy(from.ints(), from.offset(), ((IntArray) to).getSegment(), ValueLayout.JAVA_INT, 0, from.length());
    }

    static void fetch(Object from, Buffer to) {
        if (from instanceof FloatArray floats) MemorySegment.copy(floats.getSegment(), ValueLayout.JAVA_FLOAT, 0, to.floats(), to.offset(), to.length());
        else MemorySegment.copy(((IntArray) from).getSegment(), ValueLayout.JAVA_INT, 0, to.ints(), to.offset(), to.length());
    }

    @Override public void close() {
        Devices.free(plan);
    }

    @Override public void abandon() {
        Devices.abandon(plan);
    }
}
