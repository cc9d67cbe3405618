package org.unrolled.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private final Set<String> remarks = new LinkedHashSet<>();
    private int done;

    Report(PrintWriter progress, int cases) {
        this.progress = progress;
        this.cases = cases;
    }

    void title(String line) {
        int space = line.indexOf(' ');
        titles.merge(line.substring(0, space), line.substring(space + 1), (a, b) -> a.equals(b) ? a : a + "; " + b);
    }

    void remark(String line) {
        remarks.add(line);
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
        List<String> peers = rows.getFirst().peers().isEmpty() && rows.size() == 1 ? List.of() : new ArrayList<>(peers(rows));
        out.printf("%nRatio: the peer's time by Unrolled's, above 1 where Unrolled is faster; in brackets its quartiles over rounds.%n");
        int threads = 0;
        for (Row row : rows) {
            if (row.threads() != threads) {
                threads = row.threads();
                out.printf("%n%-46s %12s %14s", threads(threads), "a call", "");
                peers.forEach(peer -> out.printf("   %-22s", peer));
                out.println();
            }
            out.printf(Locale.ROOT, "%-46s %12s %14s", row.name(), time(row.unrolled()), rate(row));
            for (String peer : peers) {
                Double ratio = row.ratio().get(peer);
                double[] spread = row.spread().get(peer);
                out.printf("   %-22s", ratio == null || spread == null ? "-" : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratio, spread[0], spread[1]));
            }
            out.println();
        }
        remarks.forEach(remark -> out.println("  - " + remark));
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
