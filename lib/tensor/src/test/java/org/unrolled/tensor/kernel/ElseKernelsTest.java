package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kernels of a device that fails, and what follows. The device here is one that its test lets fail at a certain call. */
class ElseKernelsTest {
    private final List<String> told = new ArrayList<>();
    private final Kernels reference = new ReferenceKernels();
    private RuntimeException failure = new DeviceException("affine: the device does not answer.");
    private int callsUntilItFails;

    private Kernels device() {
        return KernelCall.watched(new KernelCall.Watcher() {
            @Override public void call(KernelCall call) {
                if (callsUntilItFails-- <= 0) throw failure;
                call.run(reference);
            }

            @Override public Object other(java.lang.reflect.Method method, Object[] args) {
                return method.getName().equals("name") ? "device" : KernelCall.invoke(method, reference, args);
            }
        });
    }

    @Test void theFailedCallIsMadeAgainAndAllLaterOnesToo() {
        Kernels k = ElseKernels.of(device(), reference, told::add);
        callsUntilItFails = 1;
        float[] y = new float[2], x = {1, 2};
        k.affine(Buffer.of(y), Buffer.of(x), 2, 0, false);
        assertThat(k.name()).isEqualTo("device");
        assertThat(told).isEmpty();
        k.affine(Buffer.of(y), Buffer.of(x), 10, 0, true);
        assertThat(y).containsExactly(12, 24);
        assertThat(told).containsExactly("affine: the device does not answer. Going on with \"reference\", as asked.");
        callsUntilItFails = 9;
        k.affine(Buffer.of(y), Buffer.of(x), 1, 0, false);
        assertThat(k.name()).as("the device is not tried again").isEqualTo("reference");
        assertThat(callsUntilItFails).isEqualTo(9);
        assertThat(told).hasSize(1);
    }

    @Test void onlyADevicesFailureIsAReason() {
        failure = new IllegalArgumentException("embedding: 9 at position 0 is outside 0..3.");
        Kernels k = ElseKernels.of(device(), reference, told::add);
        assertThatThrownBy(() -> k.fill(Buffer.of(new float[1]), 1)).isSameAs(failure);
        assertThat(told).isEmpty();
    }

    @Test void aTypoIsAnErrorOnEitherSide() {
        assertThatThrownBy(() -> Kernels.named("reference, else vectr")).hasMessageStartingWith("There are no kernels named \"vectr\".");
        assertThatThrownBy(() -> Kernels.named("referenze, else vector")).hasMessageStartingWith("There are no kernels named \"referenze\".");
    }

    @Test void whatCannotBeUsedIsLeftAtOnce() {
        assertThatThrownBy(() -> Kernels.named("tornado:gpu")).isInstanceOf(IllegalStateException.class);
        assertThat(Kernels.named("tornado:gpu, else reference").name()).isEqualTo("reference");
    }
}
