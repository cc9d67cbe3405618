package org.unrolled.tensor.kernel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * A device's kernels until it fails, then others, for good: what {@code Kernels.use("tornado:gpu, else vector")} gives. The call that failed
 * is made again: a {@link DeviceException} promises that its destinations are as they were, and both kinds of kernels keep their buffers
 * in the host's memory.
 */
final class ElseKernels implements InvocationHandler {
    private final Kernels instead;
    private final Consumer<String> tell;
    private volatile Kernels on;

    private ElseKernels(Kernels device, Kernels instead, Consumer<String> tell) {
        this.on = device;
        this.instead = instead;
        this.tell = tell;
    }

    /** @param tell is told once why the device is left */
    static Kernels of(Kernels device, Kernels instead, Consumer<String> tell) {
        Class<?>[] kinds = device instanceof StepCompiler ? new Class<?>[] {StepCompiler.class} : new Class<?>[] {Kernels.class};
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), kinds, new ElseKernels(device, instead, tell));
    }

    @Override public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> proxy == args[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> on.name();
            };
        }
        Kernels before = on;
        // a compiled step is the device's or nobody's: after the failure the sentence for kernels that compile nothing
        if (method.getName().equals("compile") && before == instead) throw RecordingKernels.compilesNothing(instead);
        try {
            return method.invoke(before, args);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof DeviceException failure) || before == instead || method.getName().equals("compile")) throw e.getCause();
            leave(failure);
        }
        try {
            return method.invoke(instead, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private synchronized void leave(DeviceException failure) {
        if (on == instead) return;
        on = instead;
        tell.accept(failure.getMessage() + " Going on with \"" + instead.name() + "\", as asked.");
    }
}
