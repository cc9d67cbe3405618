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
final class FpgaPlan implements DeviceKernel.Arguments, DevicePlan {
    private static final int GROUP = 64;

    private final Object[] arrays;
    private final IntArray n = new IntArray(FpgaLoops.ELEMENTS + 1);
    private final FloatArray c = new FloatArray(Loops.NAN + 1);
    private final WorkerGrid grid = new WorkerGrid1D(GROUP);
    private final Devices.Device device;
    private final long bytes;
    private final TornadoExecutionPlan plan;

    /** @param first its last int is how many work items there is work for */
    FpgaPlan(DeviceCall first, List<Integer> capacities, Devices.Device device) {
        this.device = device;
        for (int capacity : capacities) device.requireRoom(first.kernel().name(), 4L * capacity);
        bytes = 4 * capacities.stream().mapToLong(Integer::longValue).sum();
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
        String source;
        try {
            plan.withPreCompilation();
            // TornadoVM goes on when its compiler has failed
            if (Files.notExists(folder.resolve(name + ".aocx"))) throw new IllegalStateException("the FPGA's compiler says: " + FpgaFlow.complaint(folder));
            source = Files.readString(folder.resolve("backup_source.cl"));
        } catch (Exception | Error e) {
            throw GeneratedCode.refused(first.kernel(), e);
        }
        GeneratedCode.requireParallel(source, name, first.kernel().loops());
        FpgaFlow.written(name, source);
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

    @Override public long bytes() {
        return bytes;
    }

    @Override public void run(DeviceCall call) {
        List<Buffer> buffers = call.buffers();
        for (int i = 0; i < arrays.length; i++) {
            n.set(i, 0);
            EagerPlan.send(buffers.get(i), arrays[i]);
        }
        // a launch that was refused makes no error: what the last destination, which every kernel overwrites, held before would still be there
        MemorySegment last = EagerPlan.segment(arrays[call.written() - 1]);
        if (!call.reads()) last.set(ValueLayout.JAVA_INT, 0, EagerPlan.UNWRITTEN);
        int numbers = call.ints().length - 1, elements = call.ints()[numbers], items = Math.ceilDiv(elements, GROUP) * GROUP;
        for (int i = 0; i < numbers; i++) n.set(arrays.length + i, call.ints()[i]);
        n.set(FpgaLoops.ELEMENTS, elements);
        n.set(FpgaLoops.ITEMS, items);
        for (int i = 0; i < call.floats().length; i++) c.set(i, call.floats()[i]);
        grid.setGlobalWork(items, 1, 1);
        plan.execute();
        if (!call.reads() && buffers.get(call.written() - 1).length() > 0 && last.get(ValueLayout.JAVA_INT, 0) == EagerPlan.UNWRITTEN) throw device.silent(call.kernel().name());
        for (int i = 0; i < call.written(); i++) EagerPlan.fetch(arrays[i], buffers.get(i));
    }

    @Override public void close() {
        Devices.free(plan);
    }

    @Override public void abandon() {
        Devices.abandon(plan);
    }
}
