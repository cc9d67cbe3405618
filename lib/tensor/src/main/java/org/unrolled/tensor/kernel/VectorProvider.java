package org.unrolled.tensor.kernel;

/** Finds VectorKernels where the JDK was started with the Vector API. Touches none of its classes before that is known. */
public final class VectorProvider implements KernelsProvider {
    private static final System.Logger LOG = System.getLogger(VectorProvider.class.getName());

    @Override public String name() {
        return "vector";
    }

    @Override public int rank() {
        return 10;
    }

    @Override public Kernels.Provider availability() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new Kernels.Provider(name(), false, "Java was started without the Vector API.",
                    "Start it with --add-modules jdk.incubator.vector; the kernelspec \"unrolled\" does, and ./unrolled lab installs it.");
        }
        return new Kernels.Provider(name(), true, "", "");
    }

    @Override public Kernels create() {
        VectorKernels kernels = new VectorKernels();
        LOG.log(System.Logger.Level.DEBUG, "kernels \"vector\": {0} bit registers, {1} threads", VectorMath.FLOATS.vectorBitSize(), Workers.THREADS);
        return kernels;
    }
}
