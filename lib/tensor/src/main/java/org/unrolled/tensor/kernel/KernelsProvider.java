package org.unrolled.tensor.kernel;

/**
 * What {@link java.util.ServiceLoader} finds: says whether its kernels work here before any of their classes is
 * touched. An implementation must load on a machine that lacks everything its kernels need.
 */
public interface KernelsProvider {
    /** What {@link Kernels#use} calls it, such as "vector" or "tornado:gpu". */
    String name();

    /** The usable provider with the highest rank is the default. ReferenceKernels has 0; a device is below it. */
    int rank();

    /** Whether the kernels work here and, if not, why and what to do. */
    Kernels.Provider availability();

    /** The kernels. Called at most once, and only if {@link #availability} is usable. */
    Kernels create();
}
