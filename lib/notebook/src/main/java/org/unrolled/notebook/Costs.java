package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.unrolled.nn.Summary;
import org.unrolled.tensor.kernel.ProfilingKernels;

/** What a model, or a piece of code, costs: as a table. */
final class Costs {
    private static final String[] UNITS = {"", " k", " M", " G", " T", " P"};

    private Costs() {}

    static HtmlTable table(@Nullable String caption, Summary summary) {
        List<List<String>> rows = new ArrayList<>();
        for (Summary.Row row : summary.rows()) {
            int depth = row.name().isEmpty() ? 0 : 1 + (int) row.name().chars().filter(c -> c == '.').count();
            String part = row.name().substring(row.name().lastIndexOf('.') + 1);
            rows.add(List.of("\u2003".repeat(depth) + (part.isEmpty() ? row.type() : part + " · " + row.type()), shape(row.output()),
                    grouped(row.parameters()), brief(row.flops(), 1000, "FLOP"), brief(row.bytes(), 1024, "B")));
        }
        rows.add(List.of("total", "", grouped(summary.parameters()), brief(summary.flops(), 1000, "FLOP"), brief(summary.bytes(), 1024, "B")));
        String title = (caption == null ? "" : caption + ": ") + "input " + shape(summary.input()) + ", forward pass";
        return new HtmlTable(title, List.of("layer", "output", "parameters", "operations", "memory"), rows, 0);
    }

    static HtmlTable table(@Nullable String caption, ProfilingKernels profile) {
        List<List<String>> rows = new ArrayList<>();
        double all = profile.rows().stream().mapToDouble(ProfilingKernels.Row::seconds).sum();
        for (ProfilingKernels.Row row : profile.rows()) {
            rows.add(List.of(row.kernel(), grouped(row.calls()), Numbers.brief(row.seconds() * 1e3, 3), Math.round(100 * row.seconds() / all) + " %",
                    brief(row.bytes(), 1024, "B"), brief(row.flops(), 1000, "FLOP"), Numbers.brief(row.gigabytesPerSecond(), 3), Numbers.brief(row.gigaflopsPerSecond(), 3)));
        }
        return new HtmlTable(caption, List.of("kernel", "calls", "ms", "share", "moved", "operations", "GB/s", "GFLOP/s"), rows, 0);
    }

    private static String shape(@Nullable List<Integer> shape) {
        return shape == null ? "" : shape.toString().replace('[', '(').replace(']', ')');
    }

    /** 25,557,032. */
    private static String grouped(long n) {
        return n == 0 ? "" : String.format(Locale.ROOT, "%,d", n);
    }

    /** 4.1 GFLOP, 97.5 MiB; nothing for 0. */
    static String brief(long n, int step, String unit) {
        if (n == 0) return "";
        double value = n;
        int power = 0;
        while (value >= step && power < UNITS.length - 1) {
            value /= step;
            power++;
        }
        String number = power == 0 || value >= 100 ? String.valueOf(Math.round(value)) : String.format(Locale.ROOT, "%.1f", value);
        return number + (power == 0 ? " " : (step == 1024 ? UNITS[power].toUpperCase(Locale.ROOT) + "i" : UNITS[power])) + unit;
    }
}
