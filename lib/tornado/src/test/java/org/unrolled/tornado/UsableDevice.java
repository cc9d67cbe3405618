package org.unrolled.tornado;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.unrolled.tensor.kernel.Kernels;

/** A machine may have an SDK and no device that can be used: then the tests of devices are skipped, with the reason. */
final class UsableDevice {
    private UsableDevice() { }

    static void require() {
        assumeTrue(Kernels.available().stream().anyMatch(line -> line.name().startsWith("tornado") && line.usable()), () -> "no usable device: " + Kernels.available());
    }
}
