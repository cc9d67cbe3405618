package org.unrolled.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Kernels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "devices", description = "Kernel providers, and what they run on.", mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
    @Mixin Unrolled.Form form = new Unrolled.Form();
    @Spec CommandSpec spec;

    /** A line of the JSON form; {@code reason} is "" for a usable device, else why it cannot be used and the fix. */
    record Device(String name, String kind, boolean usable, String reason, @Nullable Long memoryMiB) {}

    @Override public Integer call() {
        List<Device> devices = Kernels.available().stream().map(DevicesCommand::device).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (form.json) {
            out.println(Unrolled.JSON.toJson(devices));
        } else {
            for (Device device : devices) {
                out.printf("%s %-14s %-6s %s%n", device.usable ? "✓" : "✗", device.name, device.kind,
                        device.usable ? device.memoryMiB + " MiB for tensors" : device.reason);
            }
        }
        return 0;
    }

    private static Device device(Kernels.Provider provider) {
        // Every provider without a device of its own computes on the CPU, in this JVM's heap.
        String name = provider.name();
        String kind = name.contains(":") ? name.substring(name.indexOf(':') + 1) : "cpu";
        String reason = provider.usable() ? "" : (provider.reason() + " " + provider.fix()).strip();
        return new Device(name, kind, provider.usable(), reason,
                kind.equals("cpu") ? Runtime.getRuntime().maxMemory() >> 20 : null);
    }
}
