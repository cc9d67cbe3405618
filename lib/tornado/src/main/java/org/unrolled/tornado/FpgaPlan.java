package org.unrolled.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unrolled.tensor.kernel.Buffer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A kernel on an FPGA with arrays of its own, as {@link EagerPlan} is one on another device. TornadoVM's FPGA flow knows one form of work alone: one
 * dimension, in groups of 64. With another it starts nothing and says nothing.
 */
final class FpgaPlan implements DeviceKernel.Arguments {
    private static final int GROUP = 64;

    private final Object[] arrays;
    private final IntArray n = new IntArray(FpgaLoops.ELEMENTS + 1);
    private final FloatArray c = new FloatArray(Loops.NAN + 1);
    private final WorkerGrid grid = new WorkerGrid1D(GROUP);
    private final TornadoExecutionPlan plan;
    private final String source;

    FpgaPlan(DeviceCall first, List<Integer> capacities, Devices.Device device) {
        arrays = new Object[capacities.size()];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = first.buffers().get(i).type() == Buffer.Type.FLOAT ? new FloatArray(capacities.get(i)) : new IntArray(capacities.get(i));
        }
        c.set(Loops.NAN, Float.NaN);
        grid.setLocalWork(GROUP, 1, 1);
        String name = first.kernel().name();
        Path folder = FpgaFlow.fresh(name);
        TaskGraph graph = new TaskGraph(name).transferToDevice(DataTransferMode.EVERY_EXECUTION, arrays).transferToDevice(DataTransferMode.EVERY_EXECUTION, n, c);
        first.kernel().join().add(graph, "t", this);
        for (int i = 0; i < first.written(); i++) graph.transferToHost(DataTransferMode.EVERY_EXECUTION, arrays[i]);
        plan = new TornadoExecutionPlan(graph.snapshot()).withDevice(device.tornado()).withGridScheduler(new GridScheduler(name + ".t", grid));
        try {
            plan.withPreCompilation();
            source = Files.readString(folder.resolve("backup_source.cl"));
        } catch (Exception | Error e) {
            throw GeneratedCode.refused(first.kernel(), e);
        }
        if (!Files.exists(folder.resolve(name + ".aocx"))) throw new IllegalStateException("The FPGA's compiler could not compile the kernel " + name + ": " + FpgaFlow.complaint(folder));
        GeneratedCode.requireParallel(source, name, first.kernel().loops());
    }

    /** The OpenCL C that TornadoVM wrote. */
    String source() {
        return source;
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

    /** @param elements what work items there is work for */
    void run(DeviceCall call, int elements) {
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
        int items = Math.ceilDiv(elements, GROUP) * GROUP;
        n.set(FpgaLoops.ITEMS, items);
        n.set(FpgaLoops.ELEMENTS, elements);
        grid.setGlobalWork(items, 1, 1);
        plan.execute();
        for (int i = 0; i < call.written(); i++) {
            Buffer buffer = buffers.get(i);
            MemorySegment.copy(((FloatArray) arrays[i]).getSegment(), ValueLayout.JAVA_FLOAT, 0, buffer.floats(), buffer.offset(), buffer.length());
        }
    }
}
