package org.unrolled.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.CompiledStep;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A recorded step as task graphs of TornadoVM. Each storage of the recording has an array of its own; the calls are tasks of a chain of
 * graphs in one plan, run one after the other.
 */
final class DeviceStep implements CompiledStep {
    /** TornadoVM 5.2 holds a graph's code in {@value} bytes, 15 and 5 for each argument of a task. */
    private static final int GRAPH_BYTES = 8192;
    private static final int MOST_TASKS = 60;

    /** Where the calls' arrays are: one for each storage. */
    private final Map<Object, Object> arrays = new IdentityHashMap<>();
    private final Map<List<Integer>, IntArray> numbers = new HashMap<>();
    private final Map<List<Float>, FloatArray> constants = new HashMap<>();
    private final Devices.Device device;
    private final List<Buffer> inputs, outputs;
    private final TornadoExecutionPlan plan;
    private final int graphs;
    private final int tasks;
    private TornadoExecutionResult last;

    DeviceStep(Devices.Device device, List<DeviceCall> calls, List<Buffer> inputs, List<Buffer> outputs, Progress progress) {
        this.device = device;
        this.inputs = inputs;
        for (DeviceCall call : calls) for (Buffer b : call.buffers()) device.requireRoom(call.kernel().name(), 4L * Array.getLength(b.storage()));
        this.outputs = List.copyOf(outputs);
        this.tasks = calls.size();
        Set<Object> sent = identities(inputs), fetched = identities(outputs);
        List<List<DeviceCall>> parts = split(calls);
        graphs = parts.size();
        Map<Object, Integer> lastUse = new IdentityHashMap<>();
        for (int k = 0; k < graphs; k++) for (DeviceCall call : parts.get(k)) for (Buffer b : call.buffers()) lastUse.put(array(b), k);
        for (Buffer output : outputs) {
            if (!lastUse.containsKey(array(output))) throw new IllegalArgumentException("compile: an output of " + output.length() + " elements is not touched by the step. Name buffers that it writes.");
        }
        GridScheduler scheduler = new GridScheduler();
        List<ImmutableTaskGraph> chain = new ArrayList<>();
        Set<Object> there = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Object> earlier = new ArrayList<>();
        for (int k = 0; k < graphs; k++) {
            TaskGraph graph = new TaskGraph("g" + k);
            // every later graph takes over what the earlier ones left on the device
            if (k > 0) graph.consumeFromDevice("g" + (k - 1), earlier.toArray());
            for (DeviceCall call : parts.get(k)) {
                Arguments arguments = new Arguments(call);
                for (Buffer b : call.buffers()) declare(graph, array(b), sent.contains(array(b)), there, earlier);
                declare(graph, arguments.n(), false, there, earlier);
                declare(graph, arguments.c(), false, there, earlier);
            }
            int t = 0;
            for (DeviceCall call : parts.get(k)) {
                String id = "t" + t++;
                call.kernel().join().add(graph, id, new Arguments(call));
                scheduler.addWorkerGrid("g" + k + "." + id, EagerPlan.grid(call));
            }
            for (Object o : earlier) {
                if (fetched.contains(o) && lastUse.get(o) == k) graph.transferToHost(DataTransferMode.EVERY_EXECUTION, o);
                else graph.persistOnDevice(o);
            }
            chain.add(graph.snapshot());
        }
        plan = new TornadoExecutionPlan(chain.toArray(ImmutableTaskGraph[]::new));
        plan.withDevice(device.tornado()).withGridScheduler(scheduler).withCompilerFlags(TornadoVMBackendType.OPENCL, EagerPlan.FLAGS);
        int[] done = {0};
        progress.compiled(0, tasks);
        int before = 0;
        for (int k = 0; k < graphs; k++) {
            List<DeviceCall> part = parts.get(k);
            try {
                SharedCode.compile(plan.withGraph(k), () -> progress.compiled(++done[0], tasks));
            } catch (RuntimeException | TornadoInternalError e) {
                throw device.failed("compile", e);
            }
            for (int t = 0; t < part.size(); t++) GeneratedCode.requireParallel(plan, "g" + k + ".t" + t, part.get(t).kernel());
            before += part.size();
            if (done[0] < before) progress.compiled(done[0] = before, tasks);
        }
    }

    private static void declare(TaskGraph graph, Object array, boolean input, Set<Object> there, List<Object> earlier) {
        if (!there.add(array)) return;
        earlier.add(array);
        graph.transferToDevice(input ? DataTransferMode.EVERY_EXECUTION : DataTransferMode.FIRST_EXECUTION, array);
    }

    /** The arrays of these buffers' storages. */
    private Set<Object> identities(List<Buffer> buffers) {
        Set<Object> found = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Buffer b : buffers) found.add(array(b));
        return found;
    }

    private static List<List<DeviceCall>> split(List<DeviceCall> calls) {
        List<List<DeviceCall>> parts = new ArrayList<>(List.of(new ArrayList<>()));
        int bytes = 0;
        for (DeviceCall call : calls) {
            int more = 15 + 5 * (call.buffers().size() + 2);
            // half of it: what the graph sends and keeps is written there too
            if (parts.getLast().size() == MOST_TASKS || bytes + more > GRAPH_BYTES / 2) {
                parts.add(new ArrayList<>());
                bytes = 0;
            }
            parts.getLast().add(call);
            bytes += more;
        }
        return parts;
    }

    /** The array of a storage, with what the storage holds now. */
    private Object array(Buffer buffer) {
        return arrays.computeIfAbsent(buffer.storage(), storage -> storage instanceof float[] floats ? FloatArray.fromArray(floats) : IntArray.fromArray((int[]) storage));
    }

    private final class Arguments implements DeviceKernel.Arguments {
        private final DeviceCall call;

        Arguments(DeviceCall call) {
            this.call = call;
        }

        @Override public FloatArray floats(int i) {
            return (FloatArray) array(call.buffers().get(i));
        }

        @Override public IntArray ints(int i) {
            return (IntArray) array(call.buffers().get(i));
        }

        @Override public IntArray n() {
            List<Integer> all = new ArrayList<>();
            for (Buffer b : call.buffers()) all.add(b.offset());
            for (int i : call.ints()) all.add(i);
            return numbers.computeIfAbsent(all, list -> IntArray.fromArray(list.stream().mapToInt(i -> i).toArray()));
        }

        @Override public FloatArray c() {
            List<Float> all = new ArrayList<>();
            for (int i = 0; i < Loops.NAN; i++) all.add(i < call.floats().length ? call.floats()[i] : 0f);
            all.add(Float.NaN);
            return constants.computeIfAbsent(all, list -> {
                FloatArray c = new FloatArray(list.size());
                for (int i = 0; i < list.size(); i++) c.set(i, list.get(i));
                return c;
            });
        }
    }

    @Override public void replay() {
        // the first replay sends what the arrays hold, so they are marked from the second on
        boolean marked = last != null;
        if (marked) for (Buffer output : outputs) if (mark(output)) segment(output).set(ValueLayout.JAVA_INT, 4L * output.offset(), EagerPlan.UNWRITTEN);
        try {
            for (int k = 0; k < graphs; k++) last = plan.withGraph(k).execute();
        } catch (TornadoOutOfMemoryException e) {
            throw device.full("replay", 4L * arrays.keySet().stream().mapToLong(Array::getLength).sum(), e);
        } catch (RuntimeException | TornadoInternalError e) {
            throw device.failed("replay", e);
        }
        for (Buffer output : outputs) {
            if (marked && mark(output) && segment(output).get(ValueLayout.JAVA_INT, 4L * output.offset()) == EagerPlan.UNWRITTEN) throw device.silent("replay");
            fetch(output);
        }
    }

    /** Whether an output can be marked: not what each replay sends. */
    private boolean mark(Buffer output) {
        return output.length() > 0 && inputs.stream().noneMatch(output::sharesStorage);
    }

    private MemorySegment segment(Buffer buffer) {
        return array(buffer) instanceof FloatArray floats ? floats.getSegment() : ((IntArray) array(buffer)).getSegment();
    }

    @Override public void upload(Buffer input, float... values) {
        requireInput(input, values.length);
        FloatArray array = (FloatArray) array(input);
        for (int i = 0; i < input.length(); i++) array.set(input.offset() + i, values[i]);
    }

    @Override public void upload(Buffer input, int... values) {
        if (input.type() == Buffer.Type.FLOAT) {
            float[] floats = new float[values.length];
            for (int i = 0; i < values.length; i++) floats[i] = values[i];
            upload(input, floats);
            return;
        }
        requireInput(input, values.length);
        IntArray array = (IntArray) array(input);
        for (int i = 0; i < input.length(); i++) array.set(input.offset() + i, values[i]);
    }

    @Override public void upload(Buffer input) {
        requireInput(input, input.length());
        if (array(input) instanceof FloatArray floats) {
            MemorySegment.copy(input.floats(), input.offset(), floats.getSegment(), ValueLayout.JAVA_FLOAT, 4L * input.offset(), input.length());
        } else {
            MemorySegment.copy(input.ints(), input.offset(), ((IntArray) array(input)).getSegment(), ValueLayout.JAVA_INT, 4L * input.offset(), input.length());
        }
    }

    private void requireInput(Buffer input, int values) {
        if (values != input.length()) throw new IllegalArgumentException("upload: " + values + " values for a buffer of " + input.length() + ". Give each element one.");
        if (!inputs.contains(input)) {
            throw new IllegalArgumentException("upload: this buffer of " + input.length() + " is not one of the recording's " + inputs.size()
                + " declared inputs, and only these change between replays. Name it in record(…).");
        }
    }

    @Override public void download(Buffer buffer) {
        if (last == null) return;
        Object array = arrays.get(buffer.storage());
        if (array == null) throw new IllegalArgumentException("download: the step does not touch this buffer of " + buffer.length() + " elements.");
        last.transferToHost(array);
        fetch(buffer);
    }

    private void fetch(Buffer buffer) {
        Object array = array(buffer);
        if (array instanceof FloatArray floats) {
            MemorySegment.copy(floats.getSegment(), ValueLayout.JAVA_FLOAT, 4L * buffer.offset(), buffer.floats(), buffer.offset(), buffer.length());
        } else {
            MemorySegment.copy(((IntArray) array).getSegment(), ValueLayout.JAVA_INT, 4L * buffer.offset(), buffer.ints(), buffer.offset(), buffer.length());
        }
    }

    @Override public int tasks() {
        return tasks;
    }

    @Override public int graphs() {
        return graphs;
    }

    @Override public void close() {
        Devices.free(plan);
    }
}
