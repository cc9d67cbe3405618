package org.unrolled.tensor.kernel;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Finds {@link VectorKernels} where the JDK was started with the Vector API. Touches none of its classes before that is known, and says once why not. */
public final class VectorProvider implements KernelsProvider {
    private static final System.Logger LOG = System.getLogger(VectorProvider.class.getName());
    private static final AtomicBoolean SAID = new AtomicBoolean();

    @Override public int rank() {
        return 10;
    }

    @Override public List<Kernels.Provider> available() {
        return List.of(availability(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()));
    }

    static Kernels.Provider availability(boolean vectorApi) {
        if (vectorApi) return new Kernels.Provider("vector", true, "", "");
        String reason = "Java was started without the Vector API, so products run in plain loops.";
        String fix = "Start it with --add-modules jdk.incubator.vector, as ./unrolled lab does.";
        if (SAID.compareAndSet(false, true)) LOG.log(System.Logger.Level.INFO, "kernels \"vector\" are not used: {0} {1}", reason, fix);
        return new Kernels.Provider("vector", false, reason, fix);
    }

    @Override public Kernels create(String name) {
        return new VectorKernels();
    }
}
