package org.unrolled.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.unrolled.tensor.kernel.DeviceException;
import org.unrolled.tensor.kernel.Kernels;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** The devices that TornadoVM sees. Only used where TornadoVM is known to be there. */
final class Devices {
    /**
     * @param kind CPU, GPU, FPGA or ACCELERATOR
     */
    record Device(String name, String kind, TornadoDevice tornado) {
        boolean isFpga() {
            return kind.equals(FPGA);
        }

        Kernels.Provider line() {
            if (isFpga()) return fpgaLine();
            // TornadoVM 4 is there for FPGAs; the kernels for other devices are tested with the one that has no FPGAs
            if (FpgaFlow.isNeeded()) {
                return new Kernels.Provider(name, false, "TornadoVM " + FpgaFlow.version() + " is used for FPGAs only.", "For this device choose the kernel \"Unrolled on TornadoVM\".");
            }
            TornadoTargetDevice physical = tornado.getPhysicalDevice();
            long group = Arrays.stream(physical.getDeviceMaxWorkGroupSize()).max().orElse(0);
            return new Kernels.Provider(name, true, "", "", new Kernels.Device(kind.toLowerCase(Locale.ROOT), physical.getDeviceName().strip() + " (" + tornado.getPlatformName().strip() + ")",
                physical.getDeviceGlobalMemorySize() >> 20, "%d compute units, work groups of up to %d, %d KiB of local memory".formatted(
                    physical.getDeviceMaxComputeUnits(), group, physical.getDeviceLocalMemorySize() >> 10)));
        }

        private String named() {
            return name + " (" + tornado.getPhysicalDevice().getDeviceName().strip() + ")";
        }

        private static String size(long bytes) {
            return bytes < 1 << 20 ? bytes + " bytes" : (bytes >> 20) + " MiB";
        }

        /** Refuses an array that no buffer of the device can hold. */
        void requireRoom(String what, long bytes) {
            long most = tornado.getPhysicalDevice().getDeviceMaxAllocationSize();
            if (bytes + TornadoNativeArray.ARRAY_HEADER >= most) {
                throw new DeviceException(what + ": " + named() + " has no buffer of " + size(bytes) + "; its largest is " + size(most) + ". Use smaller tensors, or the CPU's kernels: " + ELSE);
            }
        }

        /** The error where all that is free is not enough. */
        DeviceException full(String what, long bytes, Throwable cause) {
            return new DeviceException(what + ": " + named() + " has no room for " + size(bytes) + ". Of its " + size(tornado.getPhysicalDevice().getDeviceGlobalMemorySize())
                + " TornadoVM uses " + System.getProperty("tornado.device.memory", "4GB") + " at most (Java's option -Dtornado.device.memory). Close compiled steps, use smaller tensors, or the CPU's kernels: " + ELSE, cause);
        }

        /** The error where the driver says nothing and nothing was computed. */
        DeviceException silent(String what) {
            return new DeviceException(what + ": " + named() + " does not answer any more: nothing came back from it. " + AGAIN);
        }

        /** The error for whatever the driver throws. */
        DeviceException failed(String what, Throwable cause) {
            String said = String.valueOf(cause.getMessage()).replaceAll("\u001B\\[[0-9;]*m", "").strip();
            return new DeviceException(what + ": " + named() + " failed: " + said.lines().findFirst().orElse(cause.toString()) + ". " + AGAIN, cause);
        }

        private static final String ELSE = "Kernels.use(\"vector\"), or Kernels.use(\"tornado:gpu, else vector\") from the start.";
        private static final String AGAIN = "Tensors are in the host's memory and keep their values. ./unrolled devices says whether it is still there; the CPU's kernels go on: " + ELSE;

        private Kernels.Provider fpgaLine() {
            List<String> obstacle = FpgaFlow.obstacle(tornado.getPlatformName());
            TornadoTargetDevice physical = tornado.getPhysicalDevice();
            Kernels.Device device = new Kernels.Device("fpga", physical.getDeviceName().strip(), physical.getDeviceGlobalMemorySize() >> 20,
                "on it: " + String.join(", ", FpgaKernels.ON_THE_FPGA) + "; all other kernels on the CPU");
            return obstacle.isEmpty() ? new Kernels.Provider(name, true, "", "", device) : new Kernels.Provider(name, false, obstacle.getFirst(), obstacle.getLast(), device);
        }
    }

    private static final String FPGA = "FPGA";

    private Devices() { }

    /** TornadoVM itself sees an accelerator, and takes its FPGA flow by the platform's name. */
    private static String kind(TornadoDevice device) {
        String kind = device.getDeviceType().name(), platform = device.getPlatformName().toLowerCase(Locale.ROOT);
        return kind.equals("ACCELERATOR") && (platform.contains("fpga") || platform.contains("xilinx")) ? FPGA : kind;
    }

    /** All of them, in TornadoVM's order. */
    static List<Device> all() {
        return Found.DEVICES;
    }

    /** Gives back what a plan holds on its device. TornadoVM then marks the whole device as reset, and refuses every plan compiled before; they are as good as they were. */
    static void free(TornadoExecutionPlan plan) {
        plan.freeDeviceMemory();
        plan.getDevice(0).getDeviceContext().setResetToFalse();
    }

    /** The same for a plan that failed: what it did not get cannot be given back. */
    static void abandon(TornadoExecutionPlan plan) {
        try {
            free(plan);
        } catch (RuntimeException | TornadoInternalError e) {
            plan.getDevice(0).getDeviceContext().setResetToFalse();
        }
    }

    /** Asked once: TornadoVM starts its drivers with the first question. */
    private static final class Found {
        static final List<Device> DEVICES = find();

        private static List<Device> find() {
            // a kernel that cannot be compiled shall be an error: TornadoVM would run it as plain Java and say nothing
            System.setProperty("tornado.recover.bailout", "false");
            // the driver's fast sin, cos and tan are right to four digits only
            System.setProperty("tornado.enable.nativeFunctions", "false");
            FpgaFlow.prepare();
            List<Device> found = new ArrayList<>();
            int b = 0;
            for (TornadoBackend backend : TornadoExecutionPlan.getTornadoDeviceMap().getAllBackends()) {
                int d = 0;
                for (TornadoDevice device : backend.getAllDevices()) {
                    String kind = kind(device), name = "tornado:" + b + ":" + d++;
                    long fpgas = found.stream().filter(Device::isFpga).count();
                    if (kind.equals(FPGA)) name = fpgas == 0 ? "tornado:fpga" : "tornado:fpga:" + fpgas;
                    found.add(new Device(name, kind, device));
                }
                b++;
            }
            return List.copyOf(found);
        }
    }
}
