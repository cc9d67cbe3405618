package org.unrolled.tornado;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.unrolled.tensor.kernel.DeviceRun;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.KernelsProvider;

/**
 * Finds TornadoVM's devices, one {@code tornado:backend:device} each; {@code tornado:gpu}, {@code tornado:cpu} and
 * {@code tornado:accelerator} are the first device of that kind. An FPGA is {@code tornado:fpga}, and needs Java started on another TornadoVM. Touches no class of TornadoVM before it knows that it is there.
 */
public final class TornadoProvider implements KernelsProvider {
    private static final String FPGA = "tornado:fpga";

    @Override public int rank() {
        return -10;
    }

    @Override public List<Kernels.Provider> available() {
        if (ModuleLayer.boot().findModule("tornado.runtime").isEmpty() || System.getProperty("tornado.load.runtime.implementation") == null) {
            return List.of(missing("Java was started without TornadoVM.", "In a notebook, choose the kernel \"Unrolled on TornadoVM\"; ./unrolled doctor says whether its SDK is found."));
        }
        try {
            List<Kernels.Provider> lines = Devices.all().stream().map(Devices.Device::line).toList();
            return lines.isEmpty() ? List.of(missing("TornadoVM found no device.", "Install a driver with OpenCL for the GPU, or an OpenCL CPU device: ./unrolled doctor says how.")) : lines;
        } catch (Throwable e) {
            // its native library, its drivers, the JVM's options: whatever is amiss there must not take the CPU's kernels along
            return List.of(missing("TornadoVM does not start: " + rootCause(e) + ".", "./unrolled doctor looks at its SDK."));
        }
    }

    private static Kernels.Provider missing(String reason, String fix) {
        return new Kernels.Provider("tornado", false, reason, fix);
    }

    private static String rootCause(Throwable e) {
        while (e.getCause() != null) e = e.getCause();
        return e.toString();
    }

    @Override public Optional<Kernels.Provider> find(String name) {
        if (!name.equals("tornado") && !name.startsWith("tornado:")) return Optional.empty();
        List<Kernels.Provider> lines = available();
        if (name.startsWith(FPGA) && lines.stream().noneMatch(line -> line.name().equals(name))) {
            return Optional.of(new Kernels.Provider(name, false, FpgaFlow.isNeeded() ? "TornadoVM found no FPGA of that name." : "Java was started without a TornadoVM for FPGAs.", FpgaFlow.FIX));
        }
        if (lines.getFirst().device() == null) return Optional.of(lines.getFirst());     // no device at all: why
        String kind = name.substring(Math.min(name.length(), "tornado:".length())).toUpperCase(Locale.ROOT);
        Optional<Kernels.Provider> found = Devices.all().stream()
            .filter(device -> name.equals("tornado") || device.name().equals(name) || device.kind().equals(kind)).map(Devices.Device::line)
            .min(Comparator.comparing(line -> !line.usable()));
        if (found.isEmpty()) {
            throw new IllegalStateException("There is no device " + name + ". TornadoVM has "
                + Devices.all().stream().map(device -> device.name() + " (" + device.kind() + ")").collect(Collectors.joining(", ")) + ".");
        }
        return found;
    }

    @Override public Kernels create(String name) {
        Devices.Device device = device(name);
        return device.isFpga() ? new FpgaKernels(device) : new TornadoKernels(device);
    }

    @Override public DeviceRun runOnDevice(String name, Method kernel, Object... arguments) {
        Devices.Device device = device(name);
        if (device.isFpga()) {
            // its code generator gets some questions with || wrong and says nothing; the kit's own loops are checked for that
            throw new IllegalArgumentException("Kernels from a cell run on GPUs and CPUs; on an FPGA TornadoVM may compute them wrongly. Choose the notebook kernel \"Unrolled on TornadoVM\".");
        }
        return MethodRun.run(device, kernel, arguments);
    }

    private static Devices.Device device(String name) {
        return Devices.all().stream().filter(device -> device.name().equals(name)).findFirst().orElseThrow();
    }
}
