package org.unrolled.quiz.internal;

import java.util.List;
import java.util.Map;
import org.unrolled.quiz.Exercise;

/** The overview that {@code progress()} draws: a bar for each lesson, a sign and the points for each question. */
final class ProgressCard {

    private ProgressCard() {}

    static Card of(Map<String, List<Exercise<?>>> lessons, Map<String, Progress.Entry> entries) {
        StringBuilder html = new StringBuilder("<div><strong>Where you stand</strong></div>");
        StringBuilder text = new StringBuilder("Where you stand\n");
        if (lessons.isEmpty()) {
            html.append("<div>There are no questions on the class path.</div>");
            text.append("There are no questions on the class path.\n");
        }
        lessons.forEach((lesson, questions) -> {
            int points = questions.stream().mapToInt(q -> entries.getOrDefault(Engine.id(q), Progress.Entry.NONE).points()).sum();
            int max = questions.stream().mapToInt(Engine::maxPoints).sum();
            long right = questions.stream().filter(q -> entries.getOrDefault(Engine.id(q), Progress.Entry.NONE).best().equals("correct")).count();
            String sum = right + " of " + Text.plural(questions.size(), "question") + " · " + points + " of " + Text.plural(max, "point");
            html.append("<details").append(points < max && points > 0 ? " open" : "").append("><summary><strong>").append(Text.html(lesson)).append("</strong> <progress max=\"")
                    .append(max).append("\" value=\"").append(points).append("\" style=\"width:12em;vertical-align:middle\">").append(points).append(" of ").append(max)
                    .append("</progress> ").append(sum).append("</summary><table style=\"border-collapse:collapse;margin:.3em 1em\">");
            text.append(lesson).append(": ").append(sum).append('\n');
            for (Exercise<?> q : questions) {
                Progress.Entry e = entries.getOrDefault(Engine.id(q), Progress.Entry.NONE);
                String sign = sign(e);
                String state = state(e) + (e.attempts() > 0 ? ", " + Text.plural(e.attempts(), "attempt") : "")
                        + (e.hints() > 0 ? ", " + Text.plural(e.hints(), "hint") : "") + (e.solutionSeen() ? ", solution seen" : "");
                String cell = "<td style=\"padding:.1em .6em;text-align:left\">";
                html.append("<tr>").append(cell).append(sign).append("</td>").append(cell).append(Text.html(Engine.title(q))).append("</td>").append(cell)
                        .append(e.points()).append(" of ").append(Engine.maxPoints(q)).append("</td>").append(cell).append("<span style=\"opacity:.75\">")
                        .append(state).append("</span></td></tr>");
                text.append("  ").append(sign).append(' ').append(Engine.title(q)).append(" · ").append(e.points()).append(" of ").append(Engine.maxPoints(q))
                        .append(" · ").append(state).append('\n');
            }
            html.append("</table></details>");
        });
        return new Card(Card.section(html.toString()), text.toString().stripTrailing(), null);
    }

    private static String sign(Progress.Entry e) {
        return switch (e.best()) {
            case "correct" -> "✓";
            case "partial" -> "◐";
            case "awaitingTeacher" -> "✎";
            case "notAttempted" -> "○";
            default -> "✗";
        };
    }

    private static String state(Progress.Entry e) {
        return switch (e.best()) {
            case "correct" -> "correct";
            case "partial" -> "partly right";
            case "awaitingTeacher" -> "recorded";
            case "notAttempted" -> "not attempted";
            default -> "not yet right";
        };
    }
}
