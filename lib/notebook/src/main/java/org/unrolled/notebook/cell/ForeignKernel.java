package org.unrolled.notebook.cell;

import java.lang.reflect.Field;
import java.util.Optional;
import jdk.jshell.JShell;
import org.jspecify.annotations.Nullable;

/** A stock kernel, known by reflection only, so that the kit compiles and runs without any. */
record ForeignKernel(Object kernel, JShell shell) {
    private static final String[][] ENTRIES = {
        {"org.dflib.jjava.jupyter.kernel.BaseKernel", "notebookKernel"},
        {"org.dflib.jjava.JJava", "getKernelInstance"},
        {"io.github.spencerpark.ijava.IJava", "getKernelInstance"},
    };

    static Optional<ForeignKernel> find() {
        for (String[] entry : ENTRIES) {
            try {
                Object kernel = Class.forName(entry[0]).getMethod(entry[1]).invoke(null);
                if (kernel != null) return Optional.of(new ForeignKernel(kernel, shell(kernel)));
            } catch (ReflectiveOperationException | RuntimeException notThisOne) {
                // the next one
            }
        }
        return Optional.empty();
    }

    private static JShell shell(Object kernel) throws ReflectiveOperationException {
        try {
            return (JShell) kernel.getClass().getMethod("getJShell").invoke(kernel);
        } catch (NoSuchMethodException ijava) {
            Object evaluator = field(kernel, "evaluator");
            return (JShell) evaluator.getClass().getMethod("getShell").invoke(evaluator);
        }
    }

    /** Both kernels count up before they evaluate. */
    int executionCount() {
        try {
            return ((Number) field(kernel, "executionCount")).intValue() - 1;
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return 0;
        }
    }

    /** The running cell's code: JJava keeps the request for its comms. */
    @Nullable String code() {
        try {
            Object comms = kernel.getClass().getMethod("getCommManager").invoke(kernel);
            Object message = field(comms, "context");
            Object request = message.getClass().getMethod("getContent").invoke(message);
            return (String) request.getClass().getMethod("getCode").invoke(request);
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return null;
        }
    }

    private static Object field(Object object, String name) throws ReflectiveOperationException {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Field field = type.getDeclaredField(name);
                field.setAccessible(true);
                return field.get(object);
            } catch (NoSuchFieldException higher) {
                // a superclass has it
            }
        }
        throw new NoSuchFieldException(name);
    }
}
