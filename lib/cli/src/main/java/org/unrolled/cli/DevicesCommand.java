package org.unrolled.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Kernels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "devices", description = "Kernel providers, and what they run on.", mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
    @Mixin Unrolled.Form form = new Unrolled.Form();
    @Spec CommandSpec spec;

    @Option(names = "--lines", hidden = true, description = "the lines of FPGAs, for --beside of another JVM")
    boolean lines;

    @Option(names = "--beside", hidden = true, description = "a file with lines that another JVM has, or that say what is missing")
    @Nullable Path beside;

    /** A line of the JSON form; {@code reason} is "" for a usable device, else why it cannot be used and the fix. */
    record Device(String name, String kind, boolean usable, String reason, @Nullable Long memoryMiB) {}

    @Override public Integer call() throws IOException {
        List<Kernels.Provider> providers = new ArrayList<>(Kernels.available());
        PrintWriter out = spec.commandLine().getOut();
        if (lines) {
            out.println(Unrolled.JSON.toJson(providers.stream().filter(line -> line.name().equals("tornado") || line.name().startsWith("tornado:fpga")).toList()));
            return 0;
        }
        if (beside != null) providers.addAll(List.of(Unrolled.JSON.fromJson(Files.readString(beside), Kernels.Provider[].class)));
        if (form.json) {
            out.println(Unrolled.JSON.toJson(providers.stream().map(DevicesCommand::device).toList()));
        } else {
            for (Kernels.Provider provider : providers) {
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
