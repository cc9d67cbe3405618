package org.unrolled.quiz.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.cell.Diagnostic;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.TextQuestion;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.Verdict.Argument;
import org.unrolled.quiz.Verdict.CheckResult;
import org.unrolled.quiz.Verdict.Counterexample;
import org.unrolled.quiz.Verdict.Finding;
import org.unrolled.quiz.Verdict.Judged;

/**
 * What the notebook shows: HTML of native elements with inline styles, which an untrusted notebook keeps and which follow
 * the page's theme, and the same as plain text.
 *
 * @param json the verdict for programs, or null for a card that is no verdict
 */
public record Card(String html, String text, @Nullable String json) {

    /** The type under which a check cell's output carries {@link #json}. */
    public static final String VERDICT = "application/vnd.unrolled.verdict+json";

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private static final int COLUMNS = 8;

    /** Okabe-Ito's bluish green, vermilion, and red, each with a sign, so that colour is never the only cue. */
    private enum Look {
        RIGHT("✓", "#0b7a53", "11,122,83"), PARTLY("◐", "#b35900", "179,89,0"), WRONG("✗", "#b35900", "179,89,0"),
        OPEN("○", "#777", "120,120,120"), ERROR("⚠", "#a1232b", "161,35,43"), NOTE("✎", "#3a6ea5", "58,110,165");

        final String sign;
        final String edge;
        final String rgb;

        Look(String sign, String edge, String rgb) {
            this.sign = sign;
            this.edge = edge;
            this.rgb = rgb;
        }
    }

    // ---------------------------------------------------------------- verdicts

    public static Card of(Verdict v, Exercise<?> question) {
        Look look = look(v.outcome());
        String name = question.getClass().getSimpleName();
        StringBuilder html = new StringBuilder();
        StringBuilder text = new StringBuilder();
        String points = v.outcome() == Outcome.NOT_ATTEMPTED || v.outcome() == Outcome.AWAITING_TEACHER ? Text.plural(v.maxPoints(), "point")
                : v.points() + " of " + Text.plural(v.maxPoints(), "point");
        html.append("<div><strong>").append(look.sign).append(' ').append(headline(v.outcome())).append("</strong> · ").append(Text.html(v.title()))
                .append(" · ").append(points).append("</div>");
        text.append(look.sign).append(' ').append(headline(v.outcome())).append(" · ").append(v.title()).append(" · ").append(points).append('\n');
        judged(v.judged(), html, text);
        if (v.outcome() == Outcome.NOT_ATTEMPTED && v.finding() == null) {
            String what = question instanceof org.unrolled.quiz.ValueQuestion q
                    ? "Write your answer between the quotation marks of " + code(q.variable()) + " in the cell above and run it, then run this cell again."
                    : "Replace the " + code("throw new Todo(…)") + " in the cell above with your answer and run it, then run this cell again.";
            html.append("<div>").append(what).append("</div>");
            text.append(plain(what)).append('\n');
        }
        finding(v.finding(), html, text);
        checks(v, question, html, text);
        if (v.counterexample() != null) {
            counterexample(v.counterexample(), Where.axes(question), html, text);
        }
        if (question instanceof TextQuestion rubric && (v.outcome() == Outcome.AWAITING_TEACHER || v.outcome() == Outcome.CORRECT)) {
            rubric(rubric, html, text);
        }
        if (v.outcome() == Outcome.PARTIAL || v.outcome() == Outcome.INCORRECT || v.outcome() == Outcome.CRASHED) {
            String next = question.hints().isEmpty() ? "solution(" + name + ".class)" : "hint(" + name + ".class)";
            html.append("<div style=\"opacity:.75\">Next: ").append(code(next)).append("</div>");
            text.append("Next: ").append(next).append('\n');
        }
        return new Card(section(look, html.toString()), text.toString().stripTrailing(), json(v));
    }

    private static Look look(Outcome outcome) {
        return switch (outcome) {
            case CORRECT -> Look.RIGHT;
            case PARTIAL -> Look.PARTLY;
            case INCORRECT -> Look.WRONG;
            case NOT_ATTEMPTED -> Look.OPEN;
            case AWAITING_TEACHER -> Look.NOTE;
            default -> Look.ERROR;
        };
    }

    private static String headline(Outcome outcome) {
        return switch (outcome) {
            case CORRECT -> "Correct";
            case PARTIAL, INCORRECT -> "Not yet";
            case NOT_ATTEMPTED -> "Not attempted";
            case DOES_NOT_COMPILE -> "Does not compile";
            case TIMED_OUT -> "Not finished in time";
            case CRASHED -> "Stopped by an error";
            case QUARANTINED -> "Kept apart";
            case AWAITING_TEACHER -> "Recorded";
            case GRADER_ERROR -> "The grader failed";
        };
    }

    private static void judged(@Nullable Judged judged, StringBuilder html, StringBuilder text) {
        if (judged == null) {
            return;
        }
        String where = "judged " + code(judged.name()) + (judged.executionCount() > 0 ? " from In[" + judged.executionCount() + "]" : "");
        html.append("<details style=\"opacity:.75\"><summary>").append(where).append("</summary>").append(pre(judged.source())).append("</details>");
        text.append(plain(where)).append('\n');
    }

    private static void finding(@Nullable Finding finding, StringBuilder html, StringBuilder text) {
        if (finding == null || finding.text().isBlank()) {
            return;
        }
        html.append("<p style=\"margin:.4em 0;white-space:pre-line\">").append(Text.html(finding.text()));
        if (!finding.fix().isBlank()) {
            html.append(finding.text().contains("\n") ? "\n" : " ").append(Text.html(finding.fix()));
        }
        html.append("</p>");
        text.append(finding.text()).append(finding.fix().isBlank() ? "" : (finding.text().contains("\n") ? "\n" : " ") + finding.fix()).append('\n');
    }

    private static void checks(Verdict v, Exercise<?> question, StringBuilder html, StringBuilder text) {
        // one check that comes with the kind says no more than the headline, or than the finding
        boolean told = question instanceof org.unrolled.quiz.ValueQuestion && v.finding() != null;
        if (v.checks().isEmpty() || v.checks().size() == 1 && (told || v.checks().getFirst().note().isEmpty())) {
            return;
        }
        boolean correct = v.outcome() == Outcome.CORRECT;
        StringBuilder list = new StringBuilder("<ul style=\"margin:.3em 0;list-style:none;padding:0\">");
        for (CheckResult c : v.checks()) {
            String note = c.note().isBlank() || repeats(c.note(), v.finding()) ? "" : " (" + shorten(c.note(), 160) + ")";
            String sign = c.passed() ? "✓" : c.note().equals("not begun") ? "–" : "✗";
            list.append("<li>").append(sign).append(' ').append(Text.html(c.sentence()))
                    .append("<span style=\"opacity:.75\">").append(Text.html(note)).append("</span></li>");
            text.append("  ").append(sign).append(' ').append(c.sentence()).append(note).append('\n');
        }
        list.append("</ul>");
        html.append(correct ? "<details><summary>" + Text.plural(v.checks().size(), "check") + "</summary>" + list + "</details>" : list);
    }

    /** Whether the finding has already told this exception: every check meets it, only the sizes in its message differ. */
    private static boolean repeats(String note, @Nullable Finding finding) {
        int colon = note.indexOf(':');
        return finding != null && colon > 0 && note.substring(0, colon).matches("\\w+(Exception|Error)")
                && finding.text().contains(" threw " + note.substring(0, colon + 1));
    }

    private static void rubric(TextQuestion question, StringBuilder html, StringBuilder text) {
        html.append("<details><summary>rubric and model answer</summary><ul style=\"margin:.3em 0\">");
        text.append("Rubric:\n");
        for (TextQuestion.Criterion c : question.rubric()) {
            html.append("<li>").append(Text.html(c.text())).append(" (").append(Text.plural(c.points(), "point")).append(")</li>");
            text.append("  - ").append(c.text()).append(" (").append(Text.plural(c.points(), "point")).append(")\n");
        }
        html.append("</ul><blockquote style=\"margin:.3em 1em\">").append(Text.html(question.modelAnswer().strip())).append("</blockquote></details>");
        text.append("Model answer: ").append(question.modelAnswer().strip()).append('\n');
    }

    // ---------------------------------------------------------------- yours and expected

    private static void counterexample(Counterexample c, Map<String, Axes> axes, StringBuilder html, StringBuilder text) {
        if (!(c.yours() instanceof Data yours) || !(c.expected() instanceof Data expected)) {
            return;
        }
        Optional<Where> where = Where.of(yours, expected, axes);
        where.ifPresent(w -> where(w, html, text));
        boolean fromEnd = where.isPresent() && where.get().backwards();
        String caption = "smallest failing input: " + String.join(", ", c.input().stream().map(Card::inWords).toList());
        if (yours instanceof Data.Parts y && expected instanceof Data.Parts e && y.parts().size() == e.parts().size()) {
            where.map(Where::first).or(() -> IntStream.range(0, e.parts().size()).boxed().filter(i -> !y.parts().get(i).close(e.parts().get(i))).findFirst())
                    .ifPresent(i -> compare(y.parts().get(i), e.parts().get(i), caption + " · " + e.names().get(i),
                            fromEnd && axes.containsKey(e.names().get(i)), html, text));
        } else {
            compare(yours, expected, caption, fromEnd, html, text);
        }
        StringBuilder values = new StringBuilder();
        for (Argument a : c.input()) {
            Data d = Data.of(a.value());
            if (!(d instanceof Data.Numbers n && n.dims() == 0)) {
                values.append(a.name()).append(" = ").append(literal(d)).append('\n');
            }
        }
        if (!values.isEmpty()) {
            html.append("<details style=\"opacity:.75\"><summary>this input</summary>").append(pre(values.toString())).append("</details>");
        }
    }

    /** A mark for each part of the result, and for each step of it where its axis has a name. */
    private static void where(Where w, StringBuilder html, StringBuilder text) {
        int n = w.parts().stream().filter(Where.Part::steps).mapToInt(p -> p.right().length).max().orElse(0);
        String cell = "padding:.1em .6em;text-align:center";
        html.append("<figure style=\"margin:.4em 0;overflow-x:auto\"><figcaption style=\"opacity:.75\">what is right in it, for the smallest failing input")
                .append(w.sentence().isEmpty() ? "" : ": " + Text.html(w.sentence())).append("</figcaption><table style=\"border-collapse:collapse;margin:.1em 0\">");
        text.append("what is right in it, for the smallest failing input").append(w.sentence().isEmpty() ? "" : ": " + w.sentence()).append('\n');
        if (n > 0) {
            html.append("<tr><th style=\"text-align:left;padding:.1em .8em\">").append(Text.html(w.axis())).append("</th>");
            text.append("  ").append(w.axis()).append(" =");
            for (int i = 0; i < n; i++) {
                html.append("<th style=\"").append(cell).append("\">").append(i).append("</th>");
                text.append(' ').append(i);
            }
            html.append("</tr>");
            text.append('\n');
        }
        for (Where.Part p : w.parts()) {
            String name = p.name().isEmpty() ? "yours" : p.name();
            html.append("<tr><th style=\"text-align:left;padding:.1em .8em\">").append(Text.html(name)).append("</th>");
            text.append("  ").append(name).append(':');
            for (boolean right : p.right()) {
                html.append("<td").append(p.steps() ? "" : " colspan=\"" + Math.max(1, n) + "\"").append(" style=\"").append(cell)
                        .append(right ? "" : ";background:rgba(179,89,0,.18);font-weight:bold").append("\">")
                        .append(right ? "✓" : "✗").append("</td>");
                text.append(right ? " ✓" : " ✗");
            }
            html.append("</tr>");
            text.append('\n');
        }
        html.append("</table></figure>");
    }

    private static String inWords(Argument a) {
        Data d = Data.of(a.value());
        return switch (d) {
            case Data.Numbers n when n.dims() == 0 -> a.name() + " = " + Text.number(n.values()[0]);
            case Data.Numbers n when n.whole() && n.dims() == 1 && n.values().length <= 6 -> a.name() + " = " + literal(n);
            case Data.Numbers n -> a.name() + " " + Data.shape(n.shape());
            case Data.Text t -> a.name() + " = \"" + shorten(t.text(), 30) + "\"";
            default -> a.name() + " " + d.form();
        };
    }

    /** @param fromEnd whether the last row that is wrong is shown, not the first: the result was computed backwards */
    private static void compare(Data yours, Data expected, String caption, boolean fromEnd, StringBuilder html, StringBuilder text) {
        if (!(yours instanceof Data.Numbers y && expected instanceof Data.Numbers e && y.sameShape(e) && e.values().length > 0)) {
            row(html, text, caption, List.of(), List.of(shorten(literal(yours), 200)), List.of(shorten(literal(expected), 200)), List.of(true));
            return;
        }
        double tolerance = Data.tolerance(e);
        int columns = e.dims() == 0 ? 1 : e.shape()[e.dims() - 1];
        int wrong = 0;
        while (wrong < e.values().length - 1 && Data.close(y.values()[wrong], e.values()[wrong], tolerance)) {
            wrong++;
        }
        if (fromEnd) {
            int last = e.values().length - 1;
            while (last > wrong && Data.close(y.values()[last], e.values()[last], tolerance)) {
                last--;
            }
            wrong = last;
        }
        int row = wrong / columns;
        int from = Math.max(0, Math.min(wrong % columns - COLUMNS / 2, columns - COLUMNS));
        int to = Math.min(columns, from + COLUMNS);
        List<String> head = new ArrayList<>();
        List<String> ys = new ArrayList<>();
        List<String> es = new ArrayList<>();
        List<Boolean> off = new ArrayList<>();
        for (int i = from; i < to; i++) {
            double a = y.values()[row * columns + i];
            double b = e.values()[row * columns + i];
            off.add(!Data.close(a, b, tolerance));
            head.add(String.valueOf(i));
            ys.add(digits(a, b));
            es.add(digits(b, a));
        }
        boolean cut = from > 0 || to < columns;
        String where = e.dims() < 2 ? (cut ? " · elements " + from + " to " + (to - 1) : "")
                : " · row " + index(e, row) + (cut ? ", columns " + from + " to " + (to - 1) : "");
        row(html, text, caption + where, e.dims() == 0 ? List.of() : head, ys, es, off);
        if (e.dims() >= 2) {
            map(y, e, tolerance, html);
        }
    }

    private static String index(Data.Numbers e, int row) {
        if (e.dims() == 2) {
            return String.valueOf(row);
        }
        List<String> index = new ArrayList<>();
        int rest = row;
        for (int axis = e.dims() - 2; axis >= 0; axis--) {
            index.addFirst(String.valueOf(rest % e.shape()[axis]));
            rest /= e.shape()[axis];
        }
        return "(" + String.join(", ", index) + ")";
    }

    /** As many digits as it takes to see that the two differ. */
    private static String digits(double v, double other) {
        String s = Text.number(v);
        return v != other && s.equals(Text.number(other)) && Double.isFinite(v) ? String.valueOf((float) v) : s;
    }

    private static void row(StringBuilder html, StringBuilder text, String caption, List<String> head, List<String> yours, List<String> expected, List<Boolean> off) {
        String th = "<th style=\"text-align:left;padding:.1em .8em\">";
        // not a caption of the table: that would be broken into lines as narrow as the table
        html.append("<figure style=\"margin:.4em 0;overflow-x:auto\"><figcaption style=\"opacity:.75\">").append(Text.html(caption))
                .append("</figcaption><table style=\"border-collapse:collapse;margin:.1em 0\">");
        if (!head.isEmpty()) {
            html.append("<tr>").append(th).append("element</th>");
            head.forEach(h -> html.append("<th style=\"padding:.1em .8em;text-align:right\">").append(h).append("</th>"));
            html.append("</tr>");
        }
        html.append("<tr>").append(th).append("yours</th>");
        for (int i = 0; i < yours.size(); i++) {
            html.append("<td style=\"padding:.1em .8em;text-align:right").append(off.get(i) ? ";background:rgba(179,89,0,.18);font-weight:bold" : "").append("\">")
                    .append(Text.html(yours.get(i))).append("</td>");
        }
        html.append("</tr><tr>").append(th).append("expected</th>");
        expected.forEach(v -> html.append("<td style=\"padding:.1em .8em;text-align:right\">").append(Text.html(v)).append("</td>"));
        html.append("</tr></table></figure>");
        text.append(caption).append("\n  yours:    ").append(String.join("  ", yours)).append("\n  expected: ").append(String.join("  ", expected)).append('\n');
    }

    /** Where a matrix is wrong: a pattern (one row, the diagonal, the border) says more than its numbers. */
    private static void map(Data.Numbers y, Data.Numbers e, double tolerance, StringBuilder html) {
        int rows = Math.min(16, e.shape()[e.dims() - 2]);
        int columns = Math.min(24, e.shape()[e.dims() - 1]);
        int width = e.shape()[e.dims() - 1];
        double max = 0;
        for (int i = 0; i < e.values().length; i++) {
            double d = Math.abs(y.values()[i] - e.values()[i]);
            max = Double.isFinite(d) ? Math.max(max, d) : max;
        }
        html.append("<details><summary>where it differs</summary><figure style=\"margin:.3em 0;overflow-x:auto\"><figcaption style=\"opacity:.75\">").append(e.dims() > 2 ? "the first matrix · " : "")
                .append("yours − expected; stronger colour is further away, orange above, blue below, · is right")
                .append("</figcaption><table style=\"border-collapse:collapse;font-size:80%\">");
        for (int r = 0; r < rows; r++) {
            html.append("<tr>");
            for (int c = 0; c < columns; c++) {
                double a = y.values()[r * width + c];
                double b = e.values()[r * width + c];
                boolean close = Data.close(a, b, tolerance);
                double d = a - b;
                double shade = Double.isFinite(d) && max > 0 ? .12 + .5 * Math.abs(d) / max : .62;
                html.append("<td style=\"padding:.1em .4em;min-width:2.5em;text-align:center;border:1px solid rgba(128,128,128,.35)");
                if (!close) {
                    html.append(";background:rgba(").append(d < 0 ? "0,114,178," : "213,94,0,").append(String.format(java.util.Locale.ROOT, "%.2f", shade)).append(')');
                }
                html.append("\">").append(close ? "·" : (d > 0 ? "+" : "") + Text.number(d)).append("</td>");
            }
            html.append("</tr>");
        }
        html.append("</table></figure></details>");
    }

    /** A value as a learner could type it, short. */
    static String literal(Data d) {
        return switch (d) {
            case Data.Numbers n when n.dims() == 0 -> Text.number(n.values()[0]);
            case Data.Numbers n -> block(n, 0, 0) + (n.dims() > 1 ? "   " + Data.shape(n.shape()) : "");
            case Data.Text t -> "\"" + t.text() + "\"";
            case Data.Parts p -> {
                List<String> parts = new ArrayList<>();
                boolean list = p.names().equals(Data.positions(p.names().size()));
                for (int i = 0; i < p.parts().size(); i++) {
                    parts.add((list ? "" : p.names().get(i) + " = ") + literal(p.parts().get(i)));
                }
                yield list ? "[" + String.join(", ", parts) + "]" : String.join(", ", parts);
            }
            case Data.Opaque o -> o.object() == null ? "null" : Data.typeName(o.object());
        };
    }

    private static String block(Data.Numbers n, int axis, int at) {
        int stride = 1;
        for (int i = axis + 1; i < n.dims(); i++) {
            stride *= n.shape()[i];
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < n.shape()[axis]; i++) {
            if (i == 12) {
                parts.add("…");
                break;
            }
            parts.add(axis == n.dims() - 1 ? Text.number(n.values()[at + i]) : block(n, axis + 1, at + i * stride));
        }
        return "{" + String.join(", ", parts) + "}";
    }

    // ---------------------------------------------------------------- other cards

    /** A sentence and what to do, where there is no verdict: unknown name, kernel that cannot be looked into. */
    public static Card note(String headline, String sentence, @Nullable String codeToRun) {
        String html = "<div><strong>" + Look.ERROR.sign + " " + Text.html(headline) + "</strong></div><div>" + Text.html(sentence) + "</div>"
                + (codeToRun == null ? "" : pre(codeToRun));
        return new Card(section(Look.ERROR, html), Look.ERROR.sign + " " + headline + "\n" + sentence + (codeToRun == null ? "" : "\n    " + codeToRun), null);
    }

    public static Card doesNotCompile(Verdict v, String name, String cell, List<Diagnostic> diagnostics) {
        String lines = String.join("\n", diagnostics.stream().map(Diagnostic::toString).toList());
        StringBuilder html = new StringBuilder("<div><strong>" + Look.ERROR.sign + " Does not compile</strong> · the last run of the cell that defines " + code(name)
                + " (" + Text.html(cell) + ") has an error</div>");
        for (Diagnostic d : diagnostics) {
            // the compiler's sentence may break where the card ends; the line must not, or its caret points to nothing
            html.append("<div style=\"margin-top:.4em\">").append(Text.html("line " + d.line() + ": " + d.message())).append("</div>").append(pre(d.marked()));
        }
        return new Card(section(Look.ERROR, html.toString()), Look.ERROR.sign + " Does not compile · the last run of the cell that defines " + name + " (" + cell
                + ") has an error\n" + lines.stripTrailing(), json(v));
    }

    public static Card hint(String title, List<String> hints, int shown, String next) {
        StringBuilder html = new StringBuilder("<div><strong>" + Look.NOTE.sign + " Hint " + shown + " of " + hints.size() + "</strong> · " + Text.html(title) + "</div><ol style=\"margin:.3em 0\">");
        StringBuilder text = new StringBuilder(Look.NOTE.sign + " Hint " + shown + " of " + hints.size() + " · " + title + "\n");
        for (int i = 0; i < shown; i++) {
            html.append(i == shown - 1 ? "<li>" : "<li style=\"opacity:.7\">").append(inlineCode(hints.get(i))).append("</li>");
            text.append("  ").append(i + 1).append(". ").append(hints.get(i).replace("`", "")).append('\n');
        }
        html.append("</ol><div style=\"opacity:.75\">").append(next).append("</div>");
        text.append(plain(next));
        return new Card(section(Look.NOTE, html.toString()), text.toString(), null);
    }

    public static Card solution(String title, String source, String note) {
        return new Card(section(Look.NOTE, "<div><strong>" + Look.NOTE.sign + " A solution</strong> · " + Text.html(title) + "</div>"
                + pre(source) + (note.isEmpty() ? "" : "<div style=\"opacity:.75\">" + Text.html(note) + "</div>")),
                Look.NOTE.sign + " A solution · " + title + "\n" + source.stripTrailing() + (note.isEmpty() ? "" : "\n" + note), null);
    }

    public static Card locked(String title, String sentence) {
        return new Card(section(Look.OPEN, "<div><strong>" + Look.OPEN.sign + " Not open yet</strong> · " + Text.html(title) + "</div><div>" + inlineCode(sentence) + "</div>"),
                Look.OPEN.sign + " Not open yet · " + title + "\n" + sentence.replace("`", ""), null);
    }

    // ---------------------------------------------------------------- pieces

    static String section(String body) {
        return section(Look.NOTE, body);
    }

    private static String section(Look look, String body) {
        return "<section style=\"border-left:5px solid " + look.edge + ";padding:.6em 1em;margin:.6em 0;background:rgba(" + look.rgb + ",.07)\">" + body + "</section>";
    }

    static String code(String code) {
        return "<code>" + Text.html(code) + "</code>";
    }

    /** Markdown's backticks are all that a hint needs. */
    static String inlineCode(String text) {
        return Text.html(text).replaceAll("`([^`]+)`", "<code>$1</code>");
    }

    private static String plain(String html) {
        return html.replaceAll("<[^>]+>", "").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    }

    private static String pre(String text) {
        // Jupyter breaks lines of <pre> anywhere, in the middle of a word too, and a caret then points to nothing
        return "<pre style=\"margin:.4em 0;background:none;white-space:pre;overflow-x:auto\">" + Text.html(text.stripTrailing()) + "</pre>";
    }

    private static String shorten(String text, int max) {
        String line = text.strip().replaceAll("\\s*\\n\\s*", " ");
        return line.length() <= max ? line : line.substring(0, max - 1) + "…";
    }

    private static String json(Verdict v) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("question", v.questionId());
        json.put("outcome", v.outcome().json());
        json.put("points", v.points());
        json.put("max", v.maxPoints());
        json.put("answer", v.judged() == null ? null : v.judged().name());
        json.put("executionCount", v.judged() == null ? null : v.judged().executionCount());
        json.put("finding", v.finding());
        json.put("checks", v.checks());
        json.put("millis", Math.round(v.millis()));
        return GSON.toJson(json);
    }
}
