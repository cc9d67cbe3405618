package org.unrolled.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.Notebook;
import org.unrolled.notebook.Roofline;
import org.unrolled.tensor.kernel.Machine;

/** What is told while the cases run, the table in the end, and the roofline. */
final class Report {
    private static final Map<String, Case> CASES = Cases.all().stream().collect(Collectors.toMap(Case::name, Function.identity()));

    private final PrintWriter progress;
    private final int cases;
    private final Map<String, String> titles = new LinkedHashMap<>();
    private final Map<String, Set<String>> missing = new LinkedHashMap<>();
    private final Map<Integer, Ceilings> ceilings = new TreeMap<>();
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

    /** What the machine reached once; it may be told several times. */
    void ceilings(Ceilings measured) {
        ceilings.merge(measured.threads(), measured, Ceilings::or);
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

    /** A row in the designed form, then what the table is made of: spread, rates, the ceilings and the share of the one that binds, the goals. */
    Map<String, Object> json(Row row) {
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
        form.put("heap", row.heap().fresh());
        form.put("scratch", row.heap().scratch());
        Case.Goal goal = goal(row);
        form.put("group", goal.group());
        form.put("goal", goal.ratios());
        Ceilings ceiling = ceilings.get(row.threads());
        if (ceiling != null) {
            form.put("ceilings", Map.of("gflops", Row.round(ceiling.gflops()), "gbytes", Row.round(ceiling.gbytes())));
            Share share = share(row);
            if (share != null) {
                form.put("bound", share.bound().name().toLowerCase(Locale.ROOT));
                form.put("share", Row.round(share.reached()));
                if (goal.share() > 0) form.put("shareGoal", goal.share());
            }
        }
        return form;
    }

    private static Case.Goal goal(Row row) {
        Case what = CASES.get(row.name());
        return what == null ? Case.Goal.NONE : what.goal();
    }

    /** Which ceiling binds a case, and which part of it was reached. */
    private record Share(Ceilings.Bound bound, double reached) { }

    /** Null where nothing is counted, or no ceiling was measured. */
    private @Nullable Share share(Row row) {
        Case what = CASES.get(row.name());
        Ceilings ceiling = ceilings.get(row.threads());
        if (what == null || ceiling == null || what.flops() == 0) return null;
        return new Share(ceiling.bound(what), ceiling.share(what, row.unrolled()));
    }

    void print(PrintWriter out, List<Row> rows) {
        out.printf("%s, %d processors, %s %s%n", Machine.processorName(), Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"), System.getProperty("os.version"));
        ceilings.forEach((n, ceiling) -> out.printf("%-9s %s%n", threads(n), ceiling));
        titles.forEach((name, title) -> out.printf("%-9s %s%n", name, title));
        Set<String> peers = peers(rows);
        if (!peers.isEmpty()) {
            out.printf("%nRatio: the peer's time by Unrolled's, above 1 where Unrolled is faster; in brackets its quartiles over rounds; then the goal, and \"below\" where it is not reached.%n");
        }
        if (!ceilings.isEmpty()) {
            out.println("Ceiling: which part was reached of what the machine does in multiply-adds (FMA), or, where arrays larger than any cache bind a case, moves through memory (the triad).");
        }
        out.println("New heap: what a call allocates. Scratch: the most that is out at once of the arrays that the kernels lend again and again, such as a backward pass's gradients.");
        List<String> below = new ArrayList<>();
        int threads = 0;
        for (Row row : rows) {
            if (row.threads() != threads) {
                threads = row.threads();
                out.printf("%n%-49s %11s %11s %-26s %10s %10s", threads(threads), "a call", "", "ceiling", "new heap", "scratch");
                peers.forEach(peer -> out.printf("   %s", pad(peer, peer)));
                out.println();
            }
            out.printf(Locale.ROOT, "%-49s %11s %11s %-26s %10s %10s", row.name(), time(row.unrolled()), rate(row), ofCeiling(row, below), memory(row.heap().fresh()), memory(row.heap().scratch()));
            for (String peer : peers) {
                Double ratio = row.ratio().get(peer);
                double[] spread = row.spread().get(peer);
                String text = ratio == null || spread == null ? "-" : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratio, spread[0], spread[1])
                    + judged(ratio, goal(row).ratios().get(peer), peer + ", " + row.name() + ", " + threads(threads), below);
                out.printf("   %s", pad(peer, text));
            }
            out.println();
        }
        means(rows).forEach(mean -> out.printf(Locale.ROOT, "%n%s", "Geometric mean, " + mean.group + ", " + threads(mean.threads) + ", " + mean.count + " cases against " + mean.peer + ": "
            + String.format(Locale.ROOT, "%.2f", mean.ratio) + judged(mean.ratio, mean.peer.equals("pytorch") ? Cases.MEANS.get(mean.group) : null,
            mean.peer + ", geometric mean of " + mean.group + ", " + threads(mean.threads), below)));
        out.println();
        if (!below.isEmpty()) out.printf("%nBelow the goal: %s.%n", String.join("; ", below));
        if (!missing.isEmpty()) out.println();
        missing.forEach((peer, what) -> out.println(peer + " has nothing of the kind, or nothing with the same results, for: " + String.join("; ", what) + "."));
        if (busiest > 0.3) out.printf(Locale.ROOT, "%nThe machine had other work: up to %.1f processes beside this one. Such a table says little, least for libraries whose threads wait by spinning. Run it again when the machine is quiet.%n", busiest);
        out.flush();
    }

    /** The goal behind a figure; one that is not reached is remembered under its name. */
    private static String judged(double reached, @Nullable Double goal, String name, List<String> below) {
        if (goal == null) return "";
        boolean met = reached >= goal;
        if (!met) below.add(String.format(Locale.ROOT, "%s %.2f of %.2f", name, reached, goal));
        return String.format(Locale.ROOT, " goal %.1f%s", goal, met ? "" : ", below");
    }

    private String ofCeiling(Row row, List<String> below) {
        Share share = share(row);
        if (share == null) return "-";
        String of = share.bound == Ceilings.Bound.FMA ? "FMA" : "memory", text = String.format(Locale.ROOT, "%3.0f %% %s", 100 * share.reached, of);
        double goal = goal(row).share();
        if (goal == 0) return text;
        boolean met = share.reached >= goal;
        if (!met) below.add(String.format(Locale.ROOT, "%s, %s, %.0f %% of the %s ceiling, not %.0f", row.name(), threads(row.threads()), 100 * share.reached, of, 100 * goal));
        return text + String.format(Locale.ROOT, " goal %.0f%s", 100 * goal, met ? "" : ", below");
    }

    /** The ratios of a group's cases to one peer, taken together. */
    private record Mean(String group, int threads, String peer, int count, double ratio) { }

    /** Where a group is complete in no other sense than that it was run: a mean of one case is left out. */
    private static List<Mean> means(List<Row> rows) {
        List<Mean> means = new ArrayList<>();
        for (int threads : rows.stream().map(Row::threads).distinct().toList()) {
            for (String group : Cases.MEANS.keySet()) {
                List<Row> of = rows.stream().filter(row -> row.threads() == threads && goal(row).group().equals(group)).toList();
                for (String peer : peers(of)) {
                    double[] logs = of.stream().filter(row -> row.ratio().containsKey(peer)).mapToDouble(row -> Math.log(row.ratio().get(peer))).toArray();
                    if (logs.length > 1) means.add(new Mean(group, threads, peer, logs.length, Math.exp(Arrays.stream(logs).average().orElseThrow())));
                }
            }
        }
        return means;
    }

    /**
     * The machine's roofs, one for each number of threads, and the cases under those of the largest. What fits into a cache may lie above the slope,
     * which is the memory's.
     */
    String roofline(List<Row> rows) {
        if (ceilings.isEmpty()) throw new IllegalStateException("--roofline needs the machine's ceilings, which are measured with the Vector API. Start Java with --add-modules jdk.incubator.vector, as ./unrolled bench does.");
        Roofline picture = Notebook.roofline();
        for (Ceilings roof : ceilings.values()) picture = picture.roof(threads(roof.threads()), roof.gflops(), roof.gbytes());
        int most = rows.stream().mapToInt(Row::threads).max().orElse(0);
        for (Row row : rows) {
            Case what = CASES.get(row.name());
            if (row.threads() != most || what == null || what.flops() == 0 || what.bytes() == 0) continue;
            picture = picture.point(row.name(), what.flops() / what.bytes(), row.gflops());
        }
        return new String(picture.render().bytes(), StandardCharsets.UTF_8);
    }

    private static Set<String> peers(List<Row> rows) {
        Set<String> peers = new LinkedHashSet<>();
        rows.forEach(row -> peers.addAll(row.peers().keySet()));
        return peers;
    }

    /** As wide as this peer's longest text. */
    private static String pad(String peer, String text) {
        boolean withGoals = CASES.values().stream().anyMatch(what -> what.goal().ratios().containsKey(peer));
        return String.format("%-" + (withGoals ? 38 : 22) + "s", text);
    }

    private static String threads(int n) {
        return n == 1 ? "1 thread" : n + " threads";
    }

    private static String time(double micros) {
        return micros < 1000 ? String.format(Locale.ROOT, "%.1f us", micros) : String.format(Locale.ROOT, "%.2f ms", micros / 1000);
    }

    private static String memory(long bytes) {
        if (bytes == 0) return "-";
        return bytes < 1 << 20 ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0) : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    private String rate(Row row) {
        Share share = share(row);
        if (row.gbytes() > 0 && (share != null && share.bound == Ceilings.Bound.MEMORY || row.gflops() == 0)) return String.format(Locale.ROOT, "%.1f GB/s", row.gbytes());
        return row.gflops() > 0 ? String.format(Locale.ROOT, "%.1f GF/s", row.gflops()) : "";
    }
}
