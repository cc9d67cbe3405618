package org.unrolled.bench;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Kernels;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ./unrolled bench}. Every number of threads gets a JVM of its own, told that the machine has no more processors, so that all
 * libraries of it keep to the number.
 */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "The kernels' speed on this machine, alone or beside other libraries.")
public final class Bench implements Callable<Integer> {
    private static final Gson JSON = new Gson();
    /** What a child JVM's row begins with on standard output. */
    private static final String ROW = "row ", TITLE = "title ", MISSING = "missing ", CEILINGS = "ceilings ";

    @Parameters(arity = "0..1", paramLabel = "FILTER", description = "Only cases whose name holds this text, such as \"gemm\" or \"conv 3x3\".")
    @Nullable String filter;
    @Option(names = "--against", split = ",", paramLabel = "PEER", description = "Libraries to run beside Unrolled, in turns: pytorch, mkl, onednn, nd4j.")
    List<String> against = List.of();
    @Option(names = "--threads", split = ",", paramLabel = "N", description = "Numbers of threads (default: 1 and all).")
    List<Integer> threads = List.of();
    @Option(names = "--rounds", defaultValue = "9", description = "Rounds of a case; the figures are medians over them (default: ${DEFAULT-VALUE}).")
    int rounds;
    @Option(names = "--seconds", defaultValue = "0.15", description = "How long a round lasts at least (default: ${DEFAULT-VALUE}).")
    double seconds;
    @Option(names = "--json", description = "One JSON document on standard output, nothing else there.")
    boolean json;
    @Option(names = "--roofline", paramLabel = "FILE", description = "Also draws the machine's ceilings and the cases under them, as SVG.")
    @Nullable Path roofline;
    @Option(names = "--list", description = "Only the cases' names.")
    boolean list;
    @Option(names = "--pytorch", paramLabel = "PYTHON", description = "A Python that has torch (default: an environment made on demand).")
    @Nullable Path pytorch;
    @Option(names = "--child", hidden = true)
    int child;
    @Spec CommandSpec spec;

    /** @param args as {@code ./unrolled bench} takes them */
    public static void main(String[] args) {
        CommandLine command = new CommandLine(new Bench()).setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println("unrolled: " + e.getMessage());
            if (System.getenv("UNROLLED_TRACE") != null) e.printStackTrace(line.getErr());
            return 1;
        });
        System.exit(command.execute(args));
    }

    @Override public Integer call() throws IOException, InterruptedException {
        List<Case> cases = Cases.all().stream().filter(c -> filter == null || c.name().toLowerCase(Locale.ROOT).contains(filter.toLowerCase(Locale.ROOT))).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (cases.isEmpty()) throw new ParameterException(spec.commandLine(), "No case's name holds \"" + filter + "\". ./unrolled bench --list shows them.");
        if (rounds < 1 || seconds <= 0) throw new ParameterException(spec.commandLine(), "--rounds and --seconds are above 0; got " + rounds + " and " + seconds + ".");
        if (list) {
            cases.forEach(c -> out.println(c.name()));
            return 0;
        }
        if (child > 0) {
            play(cases, out);
            return 0;
        }
        int all = Runtime.getRuntime().availableProcessors();
        List<Integer> numbers = threads.isEmpty() ? List.copyOf(new LinkedHashSet<>(List.of(1, all))) : threads;
        for (int n : numbers) {
            if (n < 1 || n > all) throw new ParameterException(spec.commandLine(), "--threads " + n + ": this machine has 1 to " + all + ".");
        }
        Report report = new Report(spec.commandLine().getErr(), cases.size() * numbers.size());
        List<Row> rows = new ArrayList<>();
        IllegalStateException ended = null;
        report.lookAround();
        for (int n : numbers) {
            try {
                inChild(n, report, rows);
            } catch (IllegalStateException e) {
                ended = e;      // what was measured until then took minutes, and is good
                break;
            }
            report.lookAround();
        }
        if (ended != null && rows.isEmpty()) throw ended;
        if (json) out.println(JSON.toJson(rows.stream().map(report::json).toList()));
        else report.print(out, rows);
        out.flush();
        if (roofline != null) Files.writeString(roofline, report.roofline(rows));
        if (ended != null) throw ended;
        return 0;
    }

    /** In a child JVM: plays the cases, and prints a line for each. */
    private void play(List<Case> cases, PrintWriter out) {
        Kernels.current();
        List<Entrant> entrants = new ArrayList<>();
        try {
            ceilings(out);
            entrants.add(new UnrolledEntrant());
            for (String peer : against) entrants.add(peer(peer));
            entrants.forEach(entrant -> out.println(TITLE + entrant.name() + " " + entrant.title()));
            out.flush();
            Match match = new Match(entrants, child, rounds, seconds);
            for (Case what : cases) {
                out.println(ROW + JSON.toJson(match.play(what, (peer, name) -> out.println(MISSING + peer + " " + name))));
                out.flush();
            }
            ceilings(out);
        } finally {
            entrants.forEach(Entrant::close);
        }
    }

    /** Before the first case and after the last, since the better of the two counts. Machine computes with the Vector API; without it there are none. */
    private static void ceilings(PrintWriter out) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) return;
        out.println(CEILINGS + JSON.toJson(Ceilings.measure()));
        out.flush();
    }

    private Entrant peer(String name) {
        if (name.equals("pytorch")) {
            if (pytorch == null) throw new IllegalStateException("--against pytorch needs --pytorch PYTHON, a Python that has torch; ./unrolled bench makes one on demand.");
            return new PyTorchEntrant(pytorch, child);
        }
        List<String> known = new ArrayList<>(List.of("pytorch"));
        for (Entrant entrant : ServiceLoader.load(Entrant.class)) {
            if (entrant.name().equals(name)) return entrant;
            known.add(entrant.name());
        }
        throw new IllegalStateException("There is no peer \"" + name + "\" here, only " + String.join(", ", known) + ".");
    }

    /** Runs this command again in a JVM that sees {@code n} processors. */
    private void inChild(int n, Report report, List<Row> rows) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:ActiveProcessorCount=" + n, "-cp", System.getProperty("java.class.path"), Bench.class.getName(), "--child", Integer.toString(n),
            "--rounds", Integer.toString(rounds), "--seconds", Double.toString(seconds)));
        if (!against.isEmpty()) command.addAll(List.of("--against", String.join(",", against)));
        if (pytorch != null) command.addAll(List.of("--pytorch", pytorch.toString()));
        if (filter != null) command.add(filter);
        ProcessBuilder builder = new ProcessBuilder(command);
        for (String variable : List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")) builder.environment().put(variable, Integer.toString(n));
        // Intel's OpenMP lets its threads spin for 200 ms after a call: they would take the processors from whoever comes next
        builder.environment().put("KMP_BLOCKTIME", "1");
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));     // a child that nobody listens to would go on for minutes
        PrintWriter err = spec.commandLine().getErr();
        // the Vector API's incubator warning, which no option turns off, is no news
        Thread errors = Thread.ofVirtual().start(() -> process.errorReader().lines().filter(line -> !line.startsWith("WARNING: Using incubator modules")).forEach(line -> {
            err.println(line);
            err.flush();
        }));
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(ROW)) {
                    rows.add(JSON.fromJson(line.substring(ROW.length()), Row.class));
                    report.done(rows.getLast());
                } else if (line.startsWith(TITLE)) {
                    report.title(line.substring(TITLE.length()));
                } else if (line.startsWith(CEILINGS)) {
                    report.ceilings(JSON.fromJson(line.substring(CEILINGS.length()), Ceilings.class));
                } else if (line.startsWith(MISSING)) {
                    report.missing(line.substring(MISSING.length()));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        int status = process.waitFor();
        errors.join();
        if (status != 0) throw new IllegalStateException("The run with " + n + (n == 1 ? " thread" : " threads") + " ended with status " + status + "; what it said stands above, and cases after that one were not run.");
    }
}
