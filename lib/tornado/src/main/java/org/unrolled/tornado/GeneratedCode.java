package org.unrolled.tornado;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.SchedulableTask;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * What TornadoVM made of a kernel. A loop whose {@code @Parallel} was lost still computes the right numbers, as a single work item; that is
 * a mistake of the build or of Java's options that nobody would notice, so it is an error here.
 */
final class GeneratedCode {
    /** How the source of a parallel loop asks which work item it is, and that of a kernel for work groups. */
    private static final Pattern WHO_AM_I = Pattern.compile("get_global_id|get_group_id");

    private GeneratedCode() { }

    /** Compiles a task of OpenCL's and refuses it if its loop is not parallel. (TornadoVM names the code of PTX and CUDA otherwise; there only the options are checked.) */
    static void requireParallel(TornadoExecutionPlan plan, String task, DeviceKernel kernel) {
        if (plan.getDevice(0).getTornadoVMBackend() == TornadoVMBackendType.OPENCL) requireParallel(source(plan, task, kernel.name()), kernel.name(), kernel.loops());
    }

    /** The source that was compiled for an OpenCL device. */
    static String source(TornadoExecutionPlan plan, String task, String method) {
        Object code = installed(plan, task, method);
        if (code == null) throw new IllegalStateException("The code of " + task + " cannot be read from TornadoVM: it has none by the name of " + method + ".");
        try {
            return (String) code.getClass().getMethod("getGeneratedSourceCode").invoke(code);
        } catch (ReflectiveOperationException e) {
            throw unreadable(task, e);
        }
    }

    /** The same for a device of any kind: PTX has another name for a task's code. */
    static String source(TornadoExecutionPlan plan, String name, SchedulableTask task, String method) {
        if (plan.getDevice(0).getTornadoVMBackend() != TornadoVMBackendType.PTX) return source(plan, name, method);
        Object context = plan.getDevice(0).getDeviceContext();
        try {
            Method kernelName = context.getClass().getClassLoader().loadClass("uk.ac.manchester.tornado.drivers.ptx.graal.PTXCodeUtil").getMethod("buildKernelName", String.class, SchedulableTask.class);
            Object code = context.getClass().getMethod("getInstalledCode", long.class, String.class).invoke(context, plan.getId(), kernelName.invoke(null, method, task));
            return (String) code.getClass().getMethod("getGeneratedSourceCode").invoke(code);
        } catch (ReflectiveOperationException e) {
            throw unreadable(name, e);
        }
    }

    /** What the API has no name for lies in the driver's classes. */
    private static @Nullable Object installed(TornadoExecutionPlan plan, String task, String method) {
        Object context = plan.getDevice(0).getDeviceContext();
        try {
            return context.getClass().getMethod("getInstalledCode", long.class, String.class, String.class).invoke(context, plan.getId(), task, method);
        } catch (ReflectiveOperationException e) {
            throw unreadable(task, e);
        }
    }

    private static IllegalStateException unreadable(String task, ReflectiveOperationException e) {
        Throwable cause = e instanceof InvocationTargetException thrown ? thrown.getCause() : e;
        return new IllegalStateException("The code of " + task + " cannot be read from TornadoVM: " + cause + ". Is its version the one in CONTRIBUTING.md?", e);
    }

    /** The error for a kernel that TornadoVM gives up: what it says first, without the colours and the trace. */
    static IllegalStateException refused(DeviceKernel kernel, Throwable e) {
        String said = String.valueOf(e.getMessage()).replaceAll("\u001B\\[[0-9;]*m", "").strip();
        return new IllegalStateException("The kernel " + kernel.name() + " cannot be compiled for the device: " + cause(kernel.loops(), kernel.name(), said.lines().findFirst().orElse(e.toString())), e);
    }

    /** Refuses a kernel that was compiled for one work item. */
    static void requireParallel(String source, String kernel, Class<?> loops) {
        if (WHO_AM_I.matcher(source).find()) return;
        throw new IllegalStateException("The kernel " + kernel + " lost its @Parallel loop and would run as a single work item: " + cause(loops, kernel, "no loop of it is marked @Parallel."));
    }

    /** What can be seen to be amiss, else what is given. */
    private static String cause(Class<?> loops, String kernel, String otherwise) {
        if (!ParallelReader.class.getName().equals(System.getProperty("tornado.load.annotation.implementation"))) {
            return "Java was started without -Dtornado.load.annotation.implementation=" + ParallelReader.class.getName() + ". Start it with the options that ./unrolled gives.";
        }
        try (InputStream bytes = ClassLoader.getSystemResourceAsStream(loops.getName().replace('.', '/') + ".class")) {
            if (bytes == null) return "TornadoVM cannot find the bytes of " + loops.getSimpleName() + ". The class must lie on Java's class path.";
            for (MethodModel method : ClassFile.of().parse(bytes.readAllBytes()).methods()) {
                boolean named = method.methodName().equalsString(kernel) && method.code().isPresent();
                if (named && method.code().get().findAttribute(Attributes.localVariableTable()).isEmpty()) {
                    return loops.getSimpleName() + " was compiled without the names of its variables. Compile it with javac -g.";
                }
            }
        } catch (IOException e) {
            return "the bytes of " + loops.getSimpleName() + " cannot be read: " + e + ".";
        }
        return otherwise;
    }
}
