package org.unrolled.tensor.kernel;

import java.util.List;

/** Finds {@link ReferenceKernels}, which work everywhere. */
public final class ReferenceProvider implements KernelsProvider {
    @Override public int rank() {
        return 0;
    }

    @Override public List<Kernels.Provider> available() {
        return List.of(new Kernels.Provider("reference", true, "", ""));
    }

    @Override public Kernels create(String name) {
        return new ReferenceKernels();
    }
}
