package org.unrolled.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.unrolled.tensor.kernel.Buffer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A compiled kernel with arrays of its own. A call copies its buffers into them, runs the kernel between two transfers, and copies
 * what was written back. TornadoVM compiles for arrays, not for their contents, so one plan serves every call whose buffers fit.
 */
final class EagerPlan implements DeviceKernel.Arguments, AutoCloseable {
    /** Rank {@value org.unrolled.tensor.kernel.Kernels#MAX_RANK} needs a size and two strides an axis, and there are an offset a buffer and some sizes. */
    private static final int NUMBERS = 48;
    /** Work items of a group, and of all groups at most: loops stride over what is left. */
    private static final int GROUP = 64, MOST = 1 << 16;

    /** The default, fast-relaxed-math, takes it that nothing is infinite or NaN. */
    static final String FLAGS = "-cl-mad-enable";

    private final Object[] arrays;
    private final IntArray n = new IntArray(NUMBERS);
    private final FloatArray c = new FloatArray(Loops.NAN + 1);
    private final TornadoExecutionPlan plan;
    private final WorkerGrid grid;

    /** @param capacities elements of each buffer's array */
    EagerPlan(DeviceCall first, List<Integer> capacities, Devices.Device device) {
        arrays = new Object[capacities.size()];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = first.buffers().get(i).type() == Buffer.Type.FLOAT ? new FloatArray(capacities.get(i)) : new IntArray(capacities.get(i));
        }
        c.set(Loops.NAN, Float.NaN);
        String name = first.kernel().name();
        TaskGraph graph = new TaskGraph(name).transferToDevice(DataTransferMode.EVERY_EXECUTION, arrays).transferToDevice(DataTransferMode.EVERY_EXECUTION, n, c);
        first.kernel().join().add(graph, "t", this);
        for (int i = 0; i < first.written(); i++) graph.transferToHost(DataTransferMode.EVERY_EXECUTION, arrays[i]);
        grid = grid(first);
        plan = new TornadoExecutionPlan(graph.snapshot()).withDevice(device.tornado()).withGridScheduler(new GridScheduler(name + ".t", grid))
            .withCompilerFlags(TornadoVMBackendType.OPENCL, FLAGS);
        try {
            SharedCode.compile(plan, () -> { });
        } catch (RuntimeException | Error e) {
            throw GeneratedCode.refused(first.kernel(), e);
        }
        GeneratedCode.requireParallel(plan, name + ".t", first.kernel());
    }

    /** As many work items as the largest destination has elements, in whole groups. */
    private static int workItems(DeviceCall call) {
        int most = call.buffers().stream().limit(call.written()).mapToInt(Buffer::length).max().orElse(1);
        return (Math.clamp(most, 1, MOST) + GROUP - 1) / GROUP * GROUP;
    }

    static WorkerGrid grid(DeviceCall call) {
        WorkerGrid grid = new WorkerGrid1D(workItems(call));
        grid.setLocalWork(GROUP, 1, 1);
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
        return c;
    }

    void run(DeviceCall call) {
        List<Buffer> buffers = call.buffers();
        for (int i = 0; i < arrays.length; i++) {
            Buffer buffer = buffers.get(i);
            n.set(i, 0);
            if (arrays[i] instanceof FloatArray floats) {
                MemorySegment.copy(buffer.floats(), buffer.offset(), floats.getSegment(), ValueLayout.JAVA_FLOAT, 0, buffer.length());
            } else {
                MemorySegment.copy(buffer.ints(), buffer.offset(), ((IntArray) arrays[i]).getSegment(), ValueLayout.JAVA_INT, 0, buffer.length());
            }
        }
        for (int i = 0; i < call.ints().length; i++) n.set(arrays.length + i, call.ints()[i]);
        for (int i = 0; i < call.floats().length; i++) c.set(i, call.floats()[i]);
        grid.setGlobalWork(workItems(call), 1, 1);
        plan.execute();
        for (int i = 0; i < call.written(); i++) {
            Buffer buffer = buffers.get(i);
            if (arrays[i] instanceof FloatArray floats) {
                MemorySegment.copy(floats.getSegment(), ValueLayout.JAVA_FLOAT, 0, buffer.floats(), buffer.offset(), buffer.length());
            } else {
                MemorySegment.copy(((IntArray) arrays[i]).getSegment(), ValueLayout.JAVA_INT, 0, buffer.ints(), buffer.offset(), buffer.length());
            }
        }
    }

    @Override public void close() {
        Devices.free(plan);
    }
}
