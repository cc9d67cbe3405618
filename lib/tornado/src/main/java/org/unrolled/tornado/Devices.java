package org.unrolled.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.unrolled.tensor.kernel.Kernels;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** The devices that TornadoVM sees. Only used where TornadoVM is known to be there. */
final class Devices {
    /**
     * @param kind CPU, GPU or ACCELERATOR
     */
    record Device(String name, String kind, TornadoDevice tornado) {
        Kernels.Provider line() {
            TornadoTargetDevice physical = tornado.getPhysicalDevice();
            long group = Arrays.stream(physical.getDeviceMaxWorkGroupSize()).max().orElse(0);
            return new Kernels.Provider(name, true, "", "", new Kernels.Device(kind.toLowerCase(Locale.ROOT), physical.getDeviceName().strip() + " (" + tornado.getPlatformName().strip() + ")",
                physical.getDeviceGlobalMemorySize() >> 20, "%d compute units, work groups of up to %d, %d KiB of local memory".formatted(
                    physical.getDeviceMaxComputeUnits(), group, physical.getDeviceLocalMemorySize() >> 10)));
        }
    }

    private Devices() { }

    /** All of them, in TornadoVM's order. */
    static List<Device> all() {
        return Found.DEVICES;
    }

    /** Gives back what a plan holds on its device. TornadoVM then marks the whole device as reset, and refuses every plan compiled before; they are as good as they were. */
    static void free(TornadoExecutionPlan plan) {
        plan.freeDeviceMemory();
        plan.getDevice(0).getDeviceContext().setResetToFalse();
    }

    /** Asked once: TornadoVM starts its drivers with the first question. */
    private static final class Found {
        static final List<Device> DEVICES = find();

        private static List<Device> find() {
            // a kernel that cannot be compiled shall be an error: TornadoVM would run it as plain Java and say nothing
            System.setProperty("tornado.recover.bailout", "false");
            List<Device> found = new ArrayList<>();
            int b = 0;
            for (TornadoBackend backend : TornadoExecutionPlan.getTornadoDeviceMap().getAllBackends()) {
                int d = 0;
                for (TornadoDevice device : backend.getAllDevices()) found.add(new Device("tornado:" + b + ":" + d++, device.getDeviceType().name(), device));
                b++;
            }
            return List.copyOf(found);
        }
    }
}
