package org.unrolled.tornado;

import static java.lang.constant.ConstantDescs.CD_Float;
import static java.lang.constant.ConstantDescs.CD_Integer;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.unrolled.tensor.kernel.DeviceRun;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.TornadoTaskGraphInterface;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.SchedulableTask;
import uk.ac.manchester.tornado.api.common.TaskPackage;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.TornadoCoreRuntime;
import uk.ac.manchester.tornado.runtime.sketcher.TornadoSketcher;
import uk.ac.manchester.tornado.runtime.tasks.meta.TaskDataContext;

/**
 * Runs somebody's own method on a device: once for its result, and then for its times. All runs work on copies of the arrays; what the first
 * one wrote goes into those that were given.
 */
final class MethodRun {
    private static final String GRAPH = "own", TASK = "kernel";
    /** TornadoVM's tasks take no more. */
    private static final int MOST_ARGUMENTS = 20;
    /** Enough for a median; a slow kernel has fewer. */
    private static final int MOST_WARM_RUNS = 15;
    private static final long ENOUGH_NANOS = 1_000_000_000L;
    private static final AtomicInteger CALLERS = new AtomicInteger();

    private final Devices.Device device;
    private final Method kernel;
    private final Object[] given;
    /** What TornadoVM works on. */
    private final Object[] work;

    private MethodRun(Devices.Device device, Method kernel, Object[] given) {
        this.device = device;
        this.kernel = kernel;
        this.given = given;
        this.work = Arrays.stream(given).map(MethodRun::copy).toArray();
    }

    private static Object copy(Object argument) {
        return switch (argument) {
            case float[] floats -> floats.clone();
            case int[] ints -> ints.clone();
            default -> argument;
        };
    }

    static DeviceRun run(Devices.Device device, Method kernel, Object... arguments) {
        KernelCode.check(kernel);
        return new MethodRun(device, kernel, fitting(kernel, arguments)).run();
    }

    /** The arguments as the method takes them: an int for a float becomes one, as in a call. */
    private static Object[] fitting(Method kernel, Object[] arguments) {
        Class<?>[] parameters = kernel.getParameterTypes();
        if (arguments.length != parameters.length) throw new IllegalArgumentException(kernel.getName() + " takes " + parameters.length + " arguments and got " + arguments.length + ".");
        if (parameters.length == 0 || parameters.length > MOST_ARGUMENTS) throw new IllegalArgumentException(kernel.getName() + " takes " + parameters.length + " arguments, and a device's kernel 1 to " + MOST_ARGUMENTS + ".");
        Object[] fitting = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i] instanceof Integer n && parameters[i] == float.class ? (Object) (float) n : arguments[i];
            Class<?> wanted = MethodType.methodType(parameters[i]).wrap().returnType();
            if (!wanted.isInstance(argument)) {
                throw new IllegalArgumentException("Argument " + (i + 1) + " of " + kernel.getName() + " is " + (argument == null ? "null" : "a " + argument.getClass().getSimpleName())
                    + ", and the method takes a " + parameters[i].getSimpleName() + (argument instanceof Double ? ": write 2f, not 2.0." : "."));
            }
            if (argument instanceof Float number && number.isNaN()) {
                throw new IllegalArgumentException("Argument " + (i + 1) + " of " + kernel.getName() + " is NaN. A number is a constant of the compiled code, and TornadoVM 5.2 cannot write this one down: give it in an array, new float[] {Float.NaN}.");
            }
            fitting[i] = argument;
        }
        return fitting;
    }

    private DeviceRun run() {
        Access[] access = access();
        int[] arrays = IntStream.range(0, work.length).filter(i -> work[i].getClass().isArray()).toArray();
        int[] written = Arrays.stream(arrays).filter(i -> access[i] == Access.WRITE_ONLY || access[i] == Access.READ_WRITE).toArray();
        for (int i : written) {
            for (int j : arrays) {
                if (i != j && given[i] == given[j]) {
                    throw new IllegalArgumentException("Arguments " + (Math.min(i, j) + 1) + " and " + (Math.max(i, j) + 1) + " of " + kernel.getName() + " are one array, and it is written. Rounds that run at the same time would read "
                        + "what others have written or not: give it an array of its own to write.");
                }
            }
            // An array that is only written is not copied in, and what a kernel leaves out comes back as garbage (TornadoVM 5.2). It shall stay as it was.
            access[i] = Access.READ_WRITE;
        }
        for (int i : arrays) device.requireRoom(kernel.getName(), 4L * Array.getLength(work[i]));
        TaskGraph graph = graph(arrays);
        for (int i : written) graph.transferToHost(DataTransferMode.EVERY_EXECUTION, work[i]);
        TornadoExecutionPlan plan = plan(graph);
        try {
            return measured(plan, graph, arrays, written);
        } finally {
            Devices.free(plan);
        }
    }

    private TaskGraph graph(int[] arrays) {
        TaskGraph graph = new TaskGraph(GRAPH);
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, Arrays.stream(arrays).mapToObj(i -> work[i]).toArray());
        try {
            graph.addTask(task());
        } catch (RuntimeException e) {
            throw refused(e);
        }
        return graph;
    }

    private TornadoExecutionPlan plan(TaskGraph graph) {
        return new TornadoExecutionPlan(graph.snapshot()).withDevice(device.tornado()).withProfiler(ProfilerMode.SILENT).withCompilerFlags(TornadoVMBackendType.OPENCL, EagerPlan.FLAGS);
    }

    /** How the kernel uses each argument, as TornadoVM found out; what is changed in it holds for every later plan of this method on this device. */
    private Access[] access() {
        TaskGraph probe = graph(IntStream.range(0, work.length).filter(i -> work[i].getClass().isArray()).toArray());
        plan(probe);     // only a plan that has its device is analysed for it
        SchedulableTask task = task(probe);
        return TornadoSketcher.lookup(TornadoCoreRuntime.getTornadoRuntime().resolveMethod(kernel), task.meta().getBackendIndex(), task.meta().getDeviceIndex()).getArgumentsAccess();
    }

    /** One call by Java's clock, and what TornadoVM's profiler says of it. All in nanoseconds. */
    private record Call(long call, long compile, long copyIn, long kernel, long copyOut) { }

    private DeviceRun measured(TornadoExecutionPlan plan, TaskGraph graph, int[] arrays, int[] written) {
        Call first;
        try {
            first = call(plan);
        } catch (RuntimeException | Error e) {
            throw refused(e);
        }
        TaskDataContext task = (TaskDataContext) task(graph).meta();
        if (first.kernel == 0 && task.getDomain() != null && IntStream.range(0, task.getDomain().getDepth()).anyMatch(axis -> task.getDomain().get(axis).cardinality() < 0)) {
            throw new IllegalArgumentException(kernel.getName() + " cannot run on a device: with these arguments the bound of a @Parallel loop lies below its start. Give it a bound that leaves no round, or some.");
        }
        if (first.kernel == 0) throw device.silent(kernel.getName());
        if (task.getDomain() == null) {
            throw new IllegalArgumentException(kernel.getName() + " cannot run on a device: how many rounds its @Parallel loops have is not known before it starts, so it would be a single work item. "
                + "Let their bounds be numbers or lengths of arrays that it is given.");
        }
        String source = GeneratedCode.source(plan, GRAPH + "." + TASK, task(graph), kernel.getName());
        if (plan.getDevice(0).getTornadoVMBackend() == TornadoVMBackendType.OPENCL) GeneratedCode.requireParallel(source, kernel.getName(), kernel.getDeclaringClass());
        List<Object> results = Arrays.stream(written).mapToObj(i -> copy(work[i])).toList();
        List<Call> warm = new ArrayList<>();
        long begun = System.nanoTime();
        do {
            for (int i : arrays) fill(work[i], given[i]);
            warm.add(call(plan));
        } while (warm.size() < MOST_WARM_RUNS && System.nanoTime() - begun < ENOUGH_NANOS);
        for (int i = 0; i < written.length; i++) fill(given[written[i]], results.get(i));
        return new DeviceRun(kernel.getName(), device.tornado().getPhysicalDevice().getDeviceName().strip(), language(plan), source, "", first.compile / 1e6, median(warm, Call::copyIn), median(warm, Call::kernel),
            median(warm, Call::copyOut), median(warm, Call::call), bytes(arrays), bytes(written), Arrays.stream(task.getGlobalWork()).limit(task.getDomain().getDepth()).boxed().toList(), warm.size());
    }

    private static Call call(TornadoExecutionPlan plan) {
        long begun = System.nanoTime();
        TornadoProfilerResult times = plan.execute().getProfilerResult();
        return new Call(System.nanoTime() - begun, times.getCompileTime(), times.getDeviceWriteTime(), times.getDeviceKernelTime(), times.getDeviceReadTime());
    }

    private static double median(List<Call> calls, ToDoubleFunction<Call> nanos) {
        double[] sorted = calls.stream().mapToDouble(nanos).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2e6;
    }

    private static void fill(Object to, Object from) {
        System.arraycopy(from, 0, to, 0, Array.getLength(to));
    }

    /** TornadoVM's own count is twice this for Java's arrays. */
    private long bytes(int[] arrays) {
        return Arrays.stream(arrays).mapToLong(i -> 4L * Array.getLength(work[i])).sum();
    }

    private static String language(TornadoExecutionPlan plan) {
        return switch (plan.getDevice(0).getTornadoVMBackend()) {
            case OPENCL -> "OpenCL C";
            case CUDA -> "CUDA C";
            default -> plan.getDevice(0).getTornadoVMBackend().name();
        };
    }

    private IllegalArgumentException refused(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalStateException lost) throw lost;
        }
        String said = String.valueOf(e.getMessage()).replaceAll("\u001B\\[[0-9;]*m", "").strip().lines().findFirst().orElse(e.toString());
        // all that TornadoVM says of code that the driver does not take; the driver's own words were printed
        boolean driver = said.startsWith("Bailout is disabled");
        return new IllegalArgumentException(kernel.getName() + " cannot be compiled for the device. " + (driver ? "Its driver does not take the code that TornadoVM made of it; what it says stands above." : "TornadoVM says: " + said), e);
    }

    // ---- TornadoVM's side

    /** The graph's public face does not give out its tasks. */
    private static SchedulableTask task(TaskGraph graph) {
        try {
            Field implementation = TaskGraph.class.getDeclaredField("taskGraphImpl");
            implementation.setAccessible(true);
            return ((TornadoTaskGraphInterface) implementation.get(graph)).getTask(GRAPH + "." + TASK);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("TornadoVM's task cannot be read: " + e + ". Is its version the one in CONTRIBUTING.md?", e);
        }
    }

    /** TornadoVM takes no method, but an object whose {@code apply} calls it, as a method reference has: the class of one is made here. */
    private TaskPackage task() {
        try {
            Class<?> function = Class.forName("uk.ac.manchester.tornado.api.common.TornadoFunctions$Task" + work.length);
            Object apply = MethodHandles.privateLookupIn(kernel.getDeclaringClass(), MethodHandles.lookup()).defineClass(caller(function)).getDeclaredConstructor().newInstance();
            List<Object> arguments = new ArrayList<>(List.of(TASK, apply));
            arguments.addAll(Arrays.asList(work));
            for (Constructor<?> constructor : TaskPackage.class.getConstructors()) {
                if (constructor.getParameterCount() == arguments.size()) return (TaskPackage) constructor.newInstance(arguments.toArray());
            }
            throw new NoSuchMethodException("TaskPackage of " + arguments.size());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("TornadoVM cannot be given " + kernel.getName() + ": " + e + ". Is its version the one in CONTRIBUTING.md?", e);
        }
    }

    private byte[] caller(Class<?> function) {
        Class<?> home = kernel.getDeclaringClass();
        MethodTypeDesc type = MethodTypeDesc.ofDescriptor(MethodType.methodType(void.class, kernel.getParameterTypes()).descriptorString());
        return ClassFile.of().build(ClassDesc.of(home.getPackageName(), "DeviceCall$" + CALLERS.incrementAndGet()), made -> {
            // TornadoVM reads the call's place in the constant pool from one byte: so it comes first
            MethodRefEntry call = made.constantPool().methodRefEntry(ClassDesc.ofDescriptor(home.descriptorString()), kernel.getName(), type);
            made.withInterfaceSymbols(ClassDesc.ofDescriptor(function.descriptorString()));
            made.withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
            made.withMethodBody("apply", MethodTypeDesc.of(CD_void, Collections.nCopies(work.length, CD_Object)), ClassFile.ACC_PUBLIC, code -> {
                for (int i = 0; i < work.length; i++) {
                    Class<?> parameter = kernel.getParameterTypes()[i];
                    code.aload(i + 1);
                    if (parameter == int.class) code.checkcast(CD_Integer).invokevirtual(CD_Integer, "intValue", MethodTypeDesc.of(CD_int));
                    else if (parameter == float.class) code.checkcast(CD_Float).invokevirtual(CD_Float, "floatValue", MethodTypeDesc.of(CD_float));
                    else code.checkcast(ClassDesc.ofDescriptor(parameter.descriptorString()));
                }
                code.invokestatic(call).return_();
            });
        });
    }
}
