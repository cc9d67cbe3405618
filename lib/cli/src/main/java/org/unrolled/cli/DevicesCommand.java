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
            for (Kernels.Provider provider : Kernels.available()) {
                Device line = device(provider);
                Kernels.Device on = provider.device();
                out.printf("%s %-14s %-6s %s%n", line.usable ? "✓" : "✗", line.name, line.kind, !line.usable ? line.reason
                        : on == null ? line.memoryMiB + " MiB for tensors" : "%s, %d MiB, %s".formatted(on.title(), on.memoryMiB(), on.limits()));
            }
        }
        return 0;
    }

    private static Device device(Kernels.Provider provider) {
        // a provider without a device of its own computes on the CPU, in this JVM's heap
        Kernels.Device on = provider.device();
        String reason = provider.usable() ? "" : (provider.reason() + " " + provider.fix()).strip();
        Long memory = on != null ? Long.valueOf(on.memoryMiB()) : provider.usable() ? Long.valueOf(Runtime.getRuntime().maxMemory() >> 20) : null;
        return new Device(provider.name(), on != null ? on.kind() : "cpu", provider.usable(), reason, memory);
    }
}
