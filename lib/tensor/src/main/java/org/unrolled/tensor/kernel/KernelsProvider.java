package org.unrolled.tensor.kernel;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

/**
 * What {@link java.util.ServiceLoader} finds: kernels of one kind, on one device or on several. It says whether they work here
 * before any of their classes is touched: an implementation must load on a machine that lacks everything its kernels need.
 */
public interface KernelsProvider {
    /** The usable provider with the highest rank is the default. ReferenceKernels has 0; a device is below it. */
    int rank();

    /** A line for each device, with the name that {@link Kernels#use} calls it, such as "vector" or "tornado:0:0". */
    List<Kernels.Provider> available();

    /** The line that a name means, if it is one of these; a family may answer to other names too, such as "tornado:gpu". */
    default Optional<Kernels.Provider> find(String name) {
        return available().stream().filter(line -> line.name().equals(name)).findFirst();
    }

    /** The kernels of a usable line of {@link #available}. Called at most once for each. */
    Kernels create(String name);

    /**
     * Runs a method of somebody's own on the device of a usable line of {@link #available}; see {@link Kernels#runOnDevice}.
     *
     * @throws IllegalArgumentException if these kernels compute in this JVM, which has no device
     */
    default DeviceRun runOnDevice(String name, Method kernel, Object... arguments) {
        throw new IllegalArgumentException("\"" + name + "\" is no device: its kernels are Java. Name one of those that ./unrolled devices lists, such as \"tornado:gpu\".");
    }
}
