package org.unrolled.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What is told while the cases run, and the table in the end. */
final class Report {
    private final PrintWriter progress;
    private final int cases;
    private final Map<String, String> titles = new LinkedHashMap<>();
    private final Map<String, Set<String>> missing = new LinkedHashMap<>();
    private int done;
    private double busiest;

    Report(PrintWriter progress, int cases) {
        this.progress = progress;
        this.cases = cases;
    }

    void title(String line) {
        int space = line.indexOf(' ');
        titles.merge(line.substring(0, space), line.substring(space + 1), (a, b) -> a.equals(b) ? a : a + "; " + b);
    }

    /** @param line a peer, a space, a case that it has nothing for */
    void missing(String line) {
        int space = line.indexOf(' ');
        missing.computeIfAbsent(line.substring(0, space), peer -> new LinkedHashSet<>()).add(line.substring(space + 1));
    }

    /** Watches for a second, in which nothing is timed, what else the machine has to do. Only Linux tells. */
    void lookAround() throws IOException, InterruptedException {
        Path stat = Path.of("/proc/stat");
        if (!Files.isReadable(stat)) return;
        long[] before = ticks(stat);
        Thread.sleep(1000);
        long[] after = ticks(stat);
        double all = after[0] - before[0], idle = after[1] - before[1];
        busiest = Math.max(busiest, (1 - idle / Math.max(1, all)) * Runtime.getRuntime().availableProcessors());
    }

    /** All ticks of all processors, and those in which they had nothing to do. */
    private static long[] ticks(Path stat) throws IOException {
        long[] fields = Arrays.stream(Files.readAllLines(stat).getFirst().trim().split("\\s+")).skip(1).mapToLong(Long::parseLong).toArray();
        return new long[] {Arrays.stream(fields).limit(8).sum(), fields[3] + fields[4]};     // idle and waiting for a disk; guests are counted in the first two
    }

    void done(Row row) {
        done++;
        progress.printf("unrolled: %d of %d, %s, %s%n", done, cases, row.name(), threads(row.threads()));
        progress.flush();
    }

    /** A row in the designed form, with the spread and the rates beside it. */
    static Map<String, Object> json(Row row) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("case", row.name());
        form.put("unit", row.unit());
        form.put("threads", row.threads());
        form.put("unrolled", row.unrolled());
        form.put("peers", row.peers());
        form.put("ratio", row.ratio());
        form.put("spread", row.spread());
        form.put("gflops", row.gflops());
        form.put("gbytes", row.gbytes());
        return form;
    }

    void print(PrintWriter out, List<Row> rows) {
        out.println(machine());
        titles.forEach((name, title) -> out.printf("%-9s %s%n", name, title));
        Set<String> peers = peers(rows);
        if (!peers.isEmpty()) out.printf("%nRatio: the peer's time by Unrolled's, above 1 where Unrolled is faster; in brackets its quartiles over rounds.%n");
        int threads = 0;
        for (Row row : rows) {
            if (row.threads() != threads) {
                threads = row.threads();
                out.printf("%n%-49s %12s %14s", threads(threads), "a call", "");
                peers.forEach(peer -> out.printf("   %-22s", peer));
                out.println();
            }
            out.printf(Locale.ROOT, "%-49s %12s %14s", row.name(), time(row.unrolled()), rate(row));
            for (String peer : peers) {
                Double ratio = row.ratio().get(peer);
                double[] spread = row.spread().get(peer);
                out.printf("   %-22s", ratio == null || spread == null ? "-" : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratio, spread[0], spread[1]));
            }
            out.println();
        }
        if (!missing.isEmpty()) out.println();
        missing.forEach((peer, what) -> out.println(peer + " has nothing of the kind, or nothing with the same results, for: " + String.join("; ", what) + "."));
        if (busiest > 0.3) out.printf(Locale.ROOT, "%nThe machine had other work: up to %.1f processes beside this one. Such a table says little, least for libraries whose threads wait by spinning. Run it again when the machine is quiet.%n", busiest);
        out.flush();
    }

    private static Set<String> peers(List<Row> rows) {
        Set<String> peers = new LinkedHashSet<>();
        rows.forEach(row -> peers.addAll(row.peers().keySet()));
        return peers;
    }

    private static String threads(int n) {
        return n == 1 ? "1 thread" : n + " threads";
    }

    private static String time(double micros) {
        return micros < 1000 ? String.format(Locale.ROOT, "%.1f us", micros) : String.format(Locale.ROOT, "%.2f ms", micros / 1000);
    }

    private static String rate(Row row) {
        if (row.gflops() > 0) return String.format(Locale.ROOT, "%.1f GF/s", row.gflops());
        return row.gbytes() > 0 ? String.format(Locale.ROOT, "%.1f GB/s", row.gbytes()) : "";
    }

    private static String machine() {
        String cpu = System.getProperty("os.arch");
        try {
            Path info = Path.of("/proc/cpuinfo");
            if (Files.isReadable(info)) {
                cpu = Files.readAllLines(info).stream().filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse(cpu);
            }
        } catch (IOException e) {
            // the name of the processor is a remark, nothing depends on it
        }
        return "%s, %d processors, %s %s".formatted(cpu, Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"), System.getProperty("os.version"));
    }
}
