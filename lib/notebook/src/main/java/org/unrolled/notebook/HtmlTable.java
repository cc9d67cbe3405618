package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table that a screen reader can walk: a caption, column heads and row heads with their scope. */
record HtmlTable(@Nullable String caption, List<String> header, List<? extends List<String>> rows, int left) {
    String html() {
        StringBuilder out = new StringBuilder("<table style=\"border-collapse:collapse;margin:.5em 0\">");
        if (caption != null) {
            out.append("<caption style=\"text-align:left;caption-side:top;").append(Html.QUIET).append("\">").append(Html.escape(caption)).append("</caption>");
        }
        List<Boolean> numeric = new ArrayList<>();
        for (int j = 0; j < header.size(); j++) {
            int column = j;
            numeric.add(rows.stream().allMatch(row -> column >= row.size() || TextTable.isNumber(row.get(column))));
        }
        out.append("<thead><tr>");
        for (int j = 0; j < header.size(); j++) {
            out.append("<th scope=\"col\" style=\"").append(cell(numeric.get(j))).append("\">").append(Html.escape(header.get(j))).append("</th>");
        }
        out.append("</tr></thead><tbody>");
        for (List<String> row : rows) {
            out.append("<tr>");
            for (int j = 0; j < row.size(); j++) {
                boolean head = j == 0;
                out.append(head ? "<th scope=\"row\" style=\"font-weight:normal;" : "<td style=\"").append(cell(numeric.get(j))).append("\">")
                        .append(Html.escape(Numbers.typeset(row.get(j), TextTable.isNumber(row.get(j))))).append(head ? "</th>" : "</td>");
            }
            out.append("</tr>");
        }
        out.append("</tbody></table>");
        if (left > 0) {
            out.append("<div style=\"").append(Html.QUIET).append("\">and ").append(left).append(" more rows</div>");
        }
        return out.toString();
    }

    private static String cell(boolean numeric) {
        return "padding:.15em .9em;text-align:" + (numeric ? "right;font-variant-numeric:tabular-nums" : "left");
    }

    String text() {
        return (caption == null ? "" : caption + "\n") + TextTable.of(header, rows) + (left > 0 ? "\nand " + left + " more rows" : "");
    }
}
