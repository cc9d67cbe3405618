package io.github.spencerpark.ijava;

import io.github.spencerpark.jupyter.kernel.BaseKernel;

/** Stands where IJava's front door stands, so that the kit's reflection finds a kernel made of IJava's own base library. */
public final class IJava {
    private static BaseKernel kernel;

    private IJava() {}

    public static BaseKernel getKernelInstance() {
        return kernel;
    }

    public static void use(BaseKernel instance) {
        kernel = instance;
    }
}
