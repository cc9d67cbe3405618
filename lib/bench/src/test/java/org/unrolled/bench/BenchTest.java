package org.unrolled.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.kernel.Kernels;
import picocli.CommandLine;

class BenchTest {
    /** Answers what it is told, and takes the time that it is told. */
    private static final class Fake implements Entrant {
        final String name;
        final float[] result;
        final double seconds;
        final List<String> order;

        Fake(String name, double seconds, List<String> order, float... result) {
            this.name = name;
            this.seconds = seconds;
            this.order = order;
            this.result = result;
        }

        @Override public String name() { return name; }
        @Override public String title() { return name; }
        @Override public boolean prepare(Case what) { return result.length > 0; }
        @Override public List<float[]> results() { return List.of(result); }
        @Override public void close() { }

        @Override public double round(double least) {
            order.add(name);
            return seconds;
        }
    }

    private static final Case CASE = Case.of("a case", "matmul", 2e6, 0, 1e-4, Case.Goal.NONE, "M", 1);

    @Test void aRatioAboveOneMeansThatUnrolledIsFaster() {
        List<String> order = new ArrayList<>();
        Row row = new Match(List.of(new Fake("unrolled", 0.001, order, 1, 2), new Fake("slow", 0.003, order, 1, 2)), 1, 4, 0.1).play(CASE, (peer, what) -> { });
        assertThat(row.unrolled()).isEqualTo(1000);
        assertThat(row.unit()).isEqualTo("us");
        assertThat(row.ratio()).containsEntry("slow", 3.0);
        assertThat(row.gflops()).as("2 million operations in a millisecond").isEqualTo(2.0, within(1e-9));
        List<String> rounds = order.subList(order.size() - 8, order.size());
        assertThat(rounds).as("in turns, and each is first in turn").containsExactly("unrolled", "slow", "slow", "unrolled", "unrolled", "slow", "slow", "unrolled");
    }

    @Test void anotherResultIsNotTimed() {
        List<String> order = new ArrayList<>();
        Match match = new Match(List.of(new Fake("unrolled", 1, order, 1, 2), new Fake("other", 1, order, 1, 2.001f)), 1, 2, 0.1);
        assertThatThrownBy(() -> match.play(CASE, (peer, what) -> { })).hasMessageContaining("a case: output 0 of other differs by 0.001").hasMessageContaining("A time of another result says nothing.");
        Match nan = new Match(List.of(new Fake("unrolled", 1, order, 1, 2), new Fake("other", 1, order, 1, Float.NaN)), 1, 2, 0.1);
        assertThatThrownBy(() -> nan.play(CASE, (peer, what) -> { })).hasMessageContaining("differs by Infinity");
        Match infinite = new Match(List.of(new Fake("unrolled", 1, order, 1, 2), new Fake("other", 1, order, 1, Float.POSITIVE_INFINITY)), 1, 2, 0.1);
        assertThatThrownBy(() -> infinite.play(CASE, (peer, what) -> { })).hasMessageContaining("differs by Infinity, where the largest element is 1.00");
        Case adamW = Cases.all().stream().filter(c -> c.op().equals("adamw")).findFirst().orElseThrow();
        Match decay = new Match(List.of(new Fake("unrolled", 1, order, 1, 0.5f), new Fake("other", 1, order, 1 + 1e-5f, 0.5f)), 1, 2, 0.1);
        assertThatThrownBy(() -> decay.play(adamW, (peer, what) -> { })).as("AdamW without its decay").hasMessageContaining("A time of another result says nothing.");
        assertThat(order).isEmpty();
    }

    @Test void whoHasNothingOfTheKindIsNamed() {
        List<String> missing = new ArrayList<>();
        Row row = new Match(List.of(new Fake("unrolled", 1, new ArrayList<>(), 1), new Fake("none", 1, new ArrayList<>())), 1, 1, 0.1).play(CASE, (peer, what) -> missing.add(peer + ": " + what));
        assertThat(missing).containsExactly("none: a case");
        assertThat(row.ratio()).isEmpty();
    }

    @Test void aPythonWithoutTorchIsTold(@TempDir Path folder) throws IOException {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\nexit 1\n");
        assumeTrue(python.toFile().setExecutable(true) && Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
        assertThatThrownBy(() -> new PyTorchEntrant(python, 1)).hasMessage("PyTorch does not start in " + python + "; what it said stands above. Give --pytorch a Python that has torch, "
            + "or leave it out: ./unrolled bench makes one on demand.");
        assertThatThrownBy(() -> new PyTorchEntrant(folder.resolve("none"), 1)).hasMessageStartingWith("PyTorch cannot be started with " + folder.resolve("none") + ": ").hasMessageEndingWith("Give --pytorch a Python that has torch.");
    }

    /** A peer that dies in the second case: the first one's figures are not lost. */
    @Test void whatWasMeasuredBeforeAPeerDiedIsPrinted(@TempDir Path folder) throws IOException {
        Path python = Files.writeString(folder.resolve("python"), """
            #!/bin/sh
            echo '{"title": "dies"}'
            read line
            echo '{"ok": false}'
            read line
            """);
        assumeTrue(python.toFile().setExecutable(true) && Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
        String[] said = run(1, "softmax", "--threads", "1", "--rounds", "1", "--seconds", "0.01", "--json", "--against", "pytorch", "--pytorch", python.toString());
        var rows = JsonParser.parseString(said[0]).getAsJsonArray();
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).getAsJsonObject().get("case").getAsString()).isEqualTo("softmax 8192x1024");
        assertThat(said[1]).contains("PyTorch's process cannot go on: ", "The run with 1 thread ended with status 1; what it said stands above, and cases after that one were not run.");
    }

    private static Row row(String name, int threads, double micros, double ratio) {
        return new Row(name, "us", threads, micros, Map.of("pytorch", micros * ratio), Map.of("pytorch", ratio), Map.of("pytorch", new double[] {ratio, ratio}), 0, 0, new Entrant.Heap(4096, 0));
    }

    /** A machine of 100 GFLOP/s and 10 GB/s: a product of 512, 2·512³ operations, takes it 2.684 ms; the 64 MiB of layer norm 6.711 ms. */
    @Test void aShareIsOfTheCeilingThatBinds() {
        Ceilings ceilings = new Ceilings(1, 80, 10, 1 << 20).or(new Ceilings(1, 100, 8, 1 << 20));
        Case gemm = named("gemm 512"), norm = named("layer norm 8192x1024"), small = named("softmax 64x64");
        assertThat(ceilings.bound(gemm)).isEqualTo(Ceilings.Bound.FMA);
        assertThat(ceilings.share(gemm, 2 * 2684.35456)).isEqualTo(0.5, within(1e-6));
        assertThat(ceilings.bound(norm)).isEqualTo(Ceilings.Bound.MEMORY);
        assertThat(ceilings.share(norm, 6710.8864)).isEqualTo(1, within(1e-6));
        assertThat(ceilings.bound(small)).as("it fits into a cache").isEqualTo(Ceilings.Bound.FMA);
    }

    private static Case named(String name) {
        return Cases.all().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    @Test void theTableSaysWhichGoalsAreMet() throws IOException {
        StringWriter table = new StringWriter();
        Report report = new Report(new PrintWriter(new StringWriter()), 4);
        report.ceilings(new Ceilings(2, 100, 10, 1 << 20));
        report.print(new PrintWriter(table), List.of(row("gemm 512", 2, 2 * 2684.35456, 1.5), row("layer norm 8192x1024", 2, 7000, 0.9),
            row("small ViT, a training step", 2, 1000, 4), row("LeNet-5 batch 64, a training step", 2, 1000, 1)));
        assertThat(table.toString()).contains("2 threads 100.0 GFLOP/s (FMA), 10.0 GB/s (memory)", " 50 % FMA goal 85, below", " 96 % memory goal 80 ", "1.50 (1.50 to 1.50) goal 1.0",
            "0.90 (0.90 to 0.90) goal 1.0, below", "Geometric mean, training steps, 2 threads, 2 cases against pytorch: 2.00 goal 1.5\n", "4.0 KiB",
            "Below the goal: gemm 512, 2 threads, 50 % of the FMA ceiling, not 85; pytorch, layer norm 8192x1024, 2 threads 0.90 of 1.00.");
    }

    @Test void theRooflineHasARoofForEachNumberOfThreads() {
        Report report = new Report(new PrintWriter(new StringWriter()), 2);
        report.ceilings(new Ceilings(1, 50, 8, 1 << 20));
        report.ceilings(new Ceilings(2, 100, 10, 1 << 20));
        Row gemm = new Row("gemm 512", "us", 2, 5000, Map.of(), Map.of(), Map.of(), 54, 1, new Entrant.Heap(0, 0)), step = row("small ViT, a training step", 2, 1000, 1);
        assertThat(report.roofline(List.of(gemm, step))).startsWith("<svg").contains("1 thread: 50 GFLOP/s, 8 GB/s", "2 threads: 100 GFLOP/s, 10 GB/s", "gemm 512").doesNotContain("ViT");
    }

    @Test void everyGroupWithAMeanHasCases() {
        Cases.MEANS.keySet().forEach(group -> assertThat(Cases.all()).filteredOn(c -> c.goal().group().equals(group)).as(group).hasSizeGreaterThan(3));
        assertThat(Cases.all()).allSatisfy(c -> assertThat(c.goal().ratios()).as(c.name()).containsKey("pytorch"));
    }

    @Test void quantilesLieBetweenValues() {
        assertThat(Row.quantile(new double[] {4, 1, 3, 2}, 0.5)).isEqualTo(2.5);
        assertThat(Row.quantile(new double[] {5, 1, 3}, 0.25)).isEqualTo(2);
        assertThat(Row.quantile(new double[] {7}, 0.75)).isEqualTo(7);
    }

    @Test void inputsAreTheFormulas() {
        // by hand: (7919·i + 104729·s) mod 2003 for i = 0, 1 and s = 2 is 1146 and 1053
        assertThat(Inputs.floats(2, 2, 2)).containsExactly((1146 - 1001) / 1001f * 2, (1053 - 1001) / 1001f * 2);
        assertThat(Inputs.ids(2, 2, 10)).containsExactly(6, 3);
        for (float v : Inputs.floats(500_000, 3, 1)) assertThat(v).as("no overflow: 7919·i leaves the ints at i = 271,000").isBetween(-1f, 1f);
    }

    static List<Case> smallOnes() {
        return Cases.all().stream().filter(c -> c.name().equals("gemm 64") || c.name().equals("softmax 64x64") || c.name().startsWith("LSTM of lesson")).toList();
    }

    /** The reference kernels stand in for a peer here, so that what the entrant computes is seen without one. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("smallOnes")
    void theEntrantComputesTheSameByTheReferenceKernels(Case what) {
        UnrolledEntrant entrant = new UnrolledEntrant();
        String before = Kernels.available().stream().filter(Kernels.Provider::usable).map(Kernels.Provider::name).findFirst().orElseThrow();
        assertThat(entrant.prepare(what)).isTrue();
        float[] fast = entrant.results().getFirst().clone();
        try {
            Kernels.use("reference");
            entrant.prepare(what);
            assertThat(entrant.results().getFirst()).containsExactly(fast, within((float) what.tolerance()));
        } finally {
            Kernels.use(before);
        }
    }

    @Test void namesAreOfOneCaseEach() {
        assertThat(Cases.all()).extracting(Case::name).doesNotHaveDuplicates();
    }

    private static String[] run(int status, String... args) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        int was = new CommandLine(new Bench()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
        assertThat(was).as(out + " " + err).isEqualTo(status);
        return new String[] {out.toString(), err.toString()};
    }

    @Test void aFilterThatNothingHoldsIsAnError() {
        assertThat(run(2, "nonsense")[1]).contains("No case's name holds \"nonsense\". ./unrolled bench --list shows them.");
        assertThat(run(2, "gemm", "--threads", "100000")[1]).contains("--threads 100000: this machine has 1 to ");
        assertThat(run(0, "--list", "gemm")[0]).contains("gemm 64").doesNotContain("softmax");
    }

    @Test void theJsonForm() {
        String[] said = run(0, "gemm 64", "--threads", "1", "--rounds", "1", "--seconds", "0.01", "--json");
        var rows = JsonParser.parseString(said[0]).getAsJsonArray();
        assertThat(rows).hasSize(1);
        var row = rows.get(0).getAsJsonObject();
        assertThat(row.keySet()).contains("case", "unit", "threads", "unrolled", "peers", "ratio");
        assertThat(row.get("case").getAsString()).isEqualTo("gemm 64");
        assertThat(row.get("threads").getAsInt()).isEqualTo(1);
        assertThat(row.get("unrolled").getAsDouble()).isPositive();
        assertThat(row.get("heap").getAsLong()).as("a result of 64 x 64 floats, and vectors as objects until the method is compiled").isGreaterThanOrEqualTo(4L * 64 * 64);
        assertThat(row.getAsJsonObject("goal").get("nd4j").getAsDouble()).isEqualTo(1.5);
        assertThat(row.getAsJsonObject("ceilings").get("gflops").getAsDouble()).isPositive();
        assertThat(row.get("share").getAsDouble()).isBetween(0.0, 2.0);
        assertThat(Map.of("progress", said[1])).extractingByKey("progress").asString().contains("1 of 1, gemm 64, 1 thread");
    }
}
