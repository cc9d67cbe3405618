package org.unrolled.tornado;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * TornadoVM's way to an FPGA, made safe. TornadoVM writes a kernel's source into a folder, starts a compiler there and loads the binary; which
 * folder and which compiler stands in a configuration file that it reads anew for each plan. It keeps binaries by the method's name alone, so that
 * two plans that share a folder get each other's code. So each plan gets a fresh folder, and what was compiled is kept by the SHA-256 of
 * the source and the compiler's options instead: no source is compiled twice, and since sizes are numbers that a kernel reads, one binary serves every size.
 *
 * <p>Without more the compiler is {@link FpgaCompiler}, for the emulation device. For a board, {@value #CONFIGURATION} names a configuration file in
 * TornadoVM's own form (DEVICE_NAME, COMPILER, FLAGS); its binaries, which take hours, are kept beside that file.
 */
final class FpgaFlow {
    /** The environment variable with a board's configuration file. */
    static final String CONFIGURATION = "TORNADOVM_FPGA_CONF";

    /** How to come to a JVM that has it. */
    static final String FIX = "In a notebook, choose the kernel \"Unrolled on an FPGA\"; ./unrolled doctor says what it needs.";

    /** Where TornadoVM reads its configuration, and what is written there. */
    private static final String CONFIGURATION_PROPERTY = "tornado.fpga.conf.file";

    private static @Nullable FpgaFlow prepared;

    private final Path folder, file, kept;
    private final String device;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private int plans;

    private FpgaFlow(Path folder, @Nullable Path board) throws IOException {
        this.folder = folder;
        this.file = folder.resolve("fpga.conf");
        Map<String, String> settings = board == null ? Map.of() : read(board);
        device = settings.getOrDefault("DEVICE_NAME", "emulator");
        kept = Files.createDirectories(board == null ? folder.resolve("kept") : board.toAbsolutePath().resolveSibling(board.getFileName() + ".binaries"));
        Path compiler = folder.resolve("compiler");
        Files.writeString(compiler, script(settings.get("COMPILER"), settings.getOrDefault("FLAGS", "")));
        if (!compiler.toFile().setExecutable(true)) throw new IOException(compiler + " cannot be made executable.");
    }

    /** To be called before TornadoVM starts: it looks for its configuration's name only then. */
    static synchronized void prepare() {
        if (prepared != null || !isNeeded()) return;
        String board = System.getenv(CONFIGURATION);
        try {
            Path folder = Files.createTempDirectory("unrolled-fpga-");
            // TornadoVM cuts its commands at blanks
            if (folder.toString().matches(".*[\\s=].*")) throw new IOException("the folder for temporary files, " + folder + ", has a blank or = in its name.");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            prepared = new FpgaFlow(folder, board == null || board.isEmpty() ? null : Path.of(board));
            prepared.next("none");
            System.setProperty(CONFIGURATION_PROPERTY, prepared.file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("The FPGA's compiler cannot be prepared: " + e.getMessage(), e);
        }
    }

    /** The folder in which the next plan's kernel will be compiled. */
    static synchronized Path fresh(String kernel) {
        try {
            return prepared().next(kernel);
        } catch (IOException e) {
            throw new UncheckedIOException("A folder for the FPGA's kernel " + kernel + " cannot be made: " + e.getMessage(), e);
        }
    }

    private static FpgaFlow prepared() {
        if (prepared == null) throw new IllegalStateException("TornadoVM was started before its FPGA flow was prepared.");
        return prepared;
    }

    /** Where binaries are kept. */
    static synchronized Path kept() {
        return prepared().kept;
    }

    /** What TornadoVM calls its compiler. */
    static synchronized Path compiler() {
        return prepared().folder.resolve("compiler");
    }

    /** Remembers what TornadoVM wrote for a kernel. */
    static synchronized void written(String kernel, String source) {
        prepared().sources.put(kernel, source);
    }

    /** By the kernel's name. */
    static synchronized Map<String, String> sources() {
        return Map.copyOf(prepared().sources);
    }

    private Path next(String kernel) throws IOException {
        Path next = Files.createDirectory(folder.resolve(plans++ + "-" + kernel));
        Files.writeString(file, "DEVICE_NAME = %s%nCOMPILER = %s%nDIRECTORY_BITSTREAM = %s/%n".formatted(device, folder.resolve("compiler"), next));
        return next;
    }

    /**
     * What TornadoVM calls its compiler. It is called in one of two ways, as {@code SOURCE -board=NAME -o BINARY} and, where Intel's oneAPI is
     * installed, as {@code --input=SOURCE --device=NAME --cmd=build --ir=BINARY.aocx}; the real compiler is called in the first.
     */
    private String script(@Nullable String compiler, String flags) {
        String real = compiler != null ? "%s \"$source\" %s -board=%s".formatted(compiler, flags, device)
            : "%s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp %s %s \"$source\"".formatted(
                quoted(Path.of(System.getProperty("java.home"), "bin", "java").toString()), quoted(System.getProperty("java.class.path")), FpgaCompiler.class.getName());
        return """
            #!/bin/sh
            while [ $# -gt 0 ]; do
              case "$1" in
                *.cl) source="${1#--input=}" ;;
                -o) shift; binary="$1" ;;
                --ir=*) binary="${1#--ir=}"; binary="${binary%%.aocx}" ;;
              esac
              shift
            done
            # the order of a kernel's declarations is another in each session
            kept=%s/$({ grep -Ev '^ *[a-z]+ [a-z]+_[0-9]+(, [a-z]+_[0-9]+)*; *$' "$source"; echo %s; } | sha256sum | cut -c1-64).aocx
            if [ ! -f "$kept" ]; then
              %s -o "$binary" || exit 1
              cp "$binary.aocx" "$kept.$$" && mv "$kept.$$" "$kept"
            fi
            cp "$kept" "$binary.aocx"
            """.formatted(quoted(kept.toString()), quoted(compiler + " " + flags + " " + device), real);
    }

    /** One word to a shell, whatever is in it. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** NAME = value lines; # begins a comment. */
    private static Map<String, String> read(Path file) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.replaceFirst("#.*", "").split("=", 2);
            if (parts.length == 2) settings.merge(parts[0].strip(), parts[1].strip(), (a, b) -> a + " " + b);
        }
        for (String name : List.of("DEVICE_NAME", "COMPILER")) {
            if (!settings.containsKey(name)) throw new IOException(file + " has no line " + name + " = ...; TornadoVM's etc/intel-fpga.conf is an example.");
        }
        return settings;
    }

    /** What was left in a plan's folder by a compiler that failed. */
    static String complaint(Path folder) {
        try (Stream<String> lines = Files.lines(folder.resolve("errorFPGA.log"))) {
            return lines.filter(line -> !line.startsWith("Standard error (if any)") && !line.startsWith("mv: ") && !line.startsWith("-----")).collect(Collectors.joining(" ")).strip();
        } catch (IOException e) {
            return "it said nothing";
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            // a folder of temporary files, which the system clears too
        }
    }

    // ---- whether this TornadoVM has the flow

    /** The version that stands in the name of TornadoVM's jar, such as 4.0.1-jdk25; "" if none does. */
    static String version() {
        Optional<String> jar = ModuleLayer.boot().configuration().findModule("tornado.runtime").map(ResolvedModule::reference)
            .flatMap(reference -> reference.location()).map(location -> location.getPath());
        Matcher name = Pattern.compile(".*/tornado-runtime-(.+)\\.jar").matcher(jar.orElse(""));
        return name.matches() ? name.group(1) : "";
    }

    /** TornadoVM 5.2 still takes an FPGA for one, and writes code for it that is no OpenCL. */
    static boolean isNeeded() {
        return version().startsWith("4.");
    }

    /** Why an FPGA cannot be used in this JVM, in a sentence and its fix; empty if it can. */
    static List<String> obstacle(String platform) {
        if (!isNeeded()) return List.of("TornadoVM " + version() + " has no code for FPGAs.", FIX);
        if (platform.toLowerCase(Locale.ROOT).contains("xilinx")) return List.of("The kit calls Intel's compiler; AMD's (Xilinx) makes its binaries in another way.", "Use Intel's emulator: ./unrolled install --fpga.");
        if (System.getenv("TORNADOVM_HOME") == null) return List.of("TORNADOVM_HOME is not set, and TornadoVM's FPGA flow ends Java without it.", "Start Java as ./unrolled does.");
        if (!Files.isWritable(Path.of(System.getenv("TORNADOVM_HOME")))) return List.of("TornadoVM writes into TORNADOVM_HOME, " + System.getenv("TORNADOVM_HOME") + ", which is not writable.", "Name a folder that is, as ./unrolled does.");
        if (platform.contains("Emulation") && !"False".equals(System.getenv("CL_CONFIG_USE_VECTORIZER"))) {
            return List.of("Intel's emulator computes some convolutions and products wrongly unless CL_CONFIG_USE_VECTORIZER is False.", "Set it before Java starts, as ./unrolled does.");
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) return List.of("Java was started without the Vector API, on which the kernels run that the FPGA does not have.", "Start it with --add-modules jdk.incubator.vector.");
        return List.of();
    }
}
