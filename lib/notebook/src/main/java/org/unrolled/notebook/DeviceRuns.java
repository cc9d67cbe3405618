package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.DeviceRun;

/** One kernel on a device: where its time went, drawn along the time of a warm call, and the code that the device was given. */
final class DeviceRuns {
    /** Longer code is folded away. */
    private static final int LONG = 20;
    private static final String CODE = "margin:.3em 0;background:none;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;font-size:.85em;line-height:1.35";

    private DeviceRuns() {}

    /** A part of a warm call, and when it begins. */
    private record Part(String name, double ms, double from, String moved, Colors color) {}

    private static List<Part> parts(DeviceRun run) {
        double in = run.overheadMs();
        double kernel = in + run.copyInMs();
        double out = kernel + run.kernelMs();
        return List.of(new Part("set up, wait", run.overheadMs(), 0, "", Colors.SIXTH),
                new Part("copy in", run.copyInMs(), in, bytes(run.bytesIn()), Colors.FIRST),
                new Part("kernel", run.kernelMs(), kernel, "", Colors.SECOND),
                new Part("copy out", run.copyOutMs(), out, bytes(run.bytesOut()), Colors.THIRD));
    }

    static String html(@Nullable String caption, DeviceRun run) {
        StringBuilder out = new StringBuilder("<table style=\"border-collapse:collapse;margin:.5em 0\"><caption style=\"text-align:left;caption-side:top;")
                .append(Html.QUIET).append("\">").append(Html.escape(title(caption, run))).append("</caption><thead><tr>");
        for (String head : List.of("", "ms", "share", "moved")) out.append("<th scope=\"col\" style=\"").append(cell(!head.isEmpty())).append("\">").append(head).append("</th>");
        out.append("<th scope=\"col\" style=\"").append(cell(false)).append(";min-width:16em\">along a warm call</th></tr></thead><tbody>");
        double all = all(run);
        for (Part part : parts(run)) row(out, part.name(), part.ms(), share(part.ms(), all), part.moved(), bar(part, all));
        row(out, "one warm call", all, "100 %", "", "");
        row(out, "compile, once", run.compileMs(), "", "", "");
        out.append("</tbody></table>");
        return out + code(run.language() + " for " + run.kernel(), run.source());
    }

    private static void row(StringBuilder out, String name, double ms, String share, String moved, String bar) {
        out.append("<tr><th scope=\"row\" style=\"font-weight:normal;").append(cell(false)).append("\">").append(name).append("</th>");
        for (String text : List.of(ms(ms), share, moved)) out.append("<td style=\"").append(cell(true)).append("\">").append(Html.escape(text)).append("</td>");
        out.append("<td style=\"").append(cell(false)).append("\">").append(bar).append("</td></tr>");
    }

    private static String cell(boolean right) {
        return "padding:.15em .9em;text-align:" + (right ? "right;font-variant-numeric:tabular-nums;white-space:nowrap" : "left");
    }

    private static String bar(Part part, double all) {
        if (all <= 0) return "";
        return String.format(Locale.ROOT, "<div style=\"margin-left:%.1f%%;width:%.1f%%;min-width:2px;height:.8em;background:%s\"></div>",
                Math.min(99, 100 * part.from() / all), 100 * part.ms() / all, part.color().hex());
    }

    /** A call by Java's clock; medians of its parts may exceed it by a little. */
    private static double all(DeviceRun run) {
        return run.overheadMs() + run.copyInMs() + run.kernelMs() + run.copyOutMs();
    }

    private static String title(@Nullable String caption, DeviceRun run) {
        return (caption == null ? "" : caption + ": ") + run.kernel() + " on " + run.device() + ", "
                + run.workItems().stream().map(n -> String.format(Locale.ROOT, "%,d", n)).collect(Collectors.joining(" × ")) + " work items, median of " + run.warmRuns() + " warm runs";
    }

    private static String share(double ms, double all) {
        return all > 0 ? Math.round(100 * ms / all) + " %" : "";
    }

    private static String ms(double ms) {
        return Numbers.brief(ms, 3);
    }

    private static String bytes(long n) {
        return Costs.brief(n, 1024, "B");
    }

    static String text(@Nullable String caption, DeviceRun run) {
        List<List<String>> rows = new ArrayList<>();
        for (Part part : parts(run)) rows.add(List.of(part.name(), ms(part.ms()), share(part.ms(), all(run)), part.moved()));
        rows.add(List.of("one warm call", ms(all(run)), "100 %", ""));
        rows.add(List.of("compile, once", ms(run.compileMs()), "", ""));
        return title(caption, run) + "\n" + TextTable.of(List.of("", "ms", "share", "moved"), rows);
    }

    /** Code under a line that folds it away; open where it is short. */
    private static String code(String title, String code) {
        long lines = code.strip().lines().count();
        return "<details" + (lines <= LONG ? " open" : "") + "><summary>" + Html.escape(title) + ", " + lines + " lines</summary>" + pre(code) + "</details>";
    }

    private static String pre(String code) {
        return "<pre style=\"" + CODE + "\">" + Html.escape(code.strip()) + "</pre>";
    }

    static String sources(DeviceRun run) {
        if (run.java().isEmpty()) return code(run.language() + " for " + run.kernel(), run.source());
        String column = "flex:1 1 24em;min-width:0";
        return "<div style=\"display:flex;flex-wrap:wrap;gap:1.5em\"><div style=\"" + column + "\"><strong>Java</strong>" + pre(run.java())
                + "</div><div style=\"" + column + "\"><strong>" + Html.escape(run.language()) + "</strong>" + pre(run.source()) + "</div></div>";
    }

    static String sourcesText(DeviceRun run) {
        return (run.java().isEmpty() ? "" : "Java\n" + run.java() + "\n\n") + run.language() + "\n" + run.source().strip();
    }
}
