package org.unrolled.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts ./unrolled as a person would. */
final class Launcher {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent().getParent();

    record Said(int status, String out, String err) {}

    private Launcher() {}

    static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("unrolled.launcher.python", "python3"),
                System.getProperty("unrolled.launcher", ROOT.resolve("unrolled").toString())));
        command.addAll(arguments);
        return command;
    }

    static Said run(String... arguments) throws IOException, InterruptedException {
        File out = File.createTempFile("unrolled", ".out"), err = File.createTempFile("unrolled", ".err");
        try {
            Process process = new ProcessBuilder(command(List.of(arguments))).directory(ROOT.toFile())
                    .redirectOutput(out).redirectError(err).start();
            if (!process.waitFor(15, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("./unrolled " + String.join(" ", arguments) + " did not end within 15 minutes");
            }
            return new Said(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
        } finally {
            out.delete();
            err.delete();
        }
    }

    /** A nested build would write into the folders that Maven is testing: the kit must be installed before. */
    static void requireFreshKit() throws IOException, InterruptedException {
        for (DoctorCommand.Finding line : Unrolled.JSON.fromJson(run("doctor", "--json").out(), DoctorCommand.Finding[].class)) {
            if (List.of("kit", "kernel", "Python packages").contains(line.check()) && !line.ok()) {
                throw new AssertionError("the " + line.check() + " is " + line.value()
                        + ": these tests run what is installed. Run ./unrolled install first, or the tests through ./unrolled test.");
            }
        }
    }
}
