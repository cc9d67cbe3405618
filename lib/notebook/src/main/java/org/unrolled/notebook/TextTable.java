package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;

/** A table in plain text: columns padded to their widest cell, numbers to the right. */
final class TextTable {
    private TextTable() {}

    static String of(List<String> header, List<? extends List<String>> rows) {
        List<List<String>> lines = new ArrayList<>();
        if (!header.isEmpty()) {
            lines.add(header);
        }
        lines.addAll(rows);
        List<Integer> widths = new ArrayList<>();
        for (List<String> line : lines) {
            for (int j = 0; j < line.size(); j++) {
                int width = line.get(j).length();
                if (j == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(j, Math.max(widths.get(j), width));
                }
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int j = 0; j < line.size(); j++) {
                String cell = line.get(j);
                String pad = " ".repeat(widths.get(j) - cell.length());
                row.append(j == 0 ? "" : "  ").append(leftAligned(rows, j) ? cell + pad : pad + cell);
            }
            out.append(row.toString().stripTrailing()).append('\n');
        }
        return out.toString().stripTrailing();
    }

    private static boolean leftAligned(List<? extends List<String>> rows, int column) {
        for (List<String> row : rows) {
            if (column < row.size() && !isNumber(row.get(column))) {
                return true;
            }
        }
        return false;
    }

    static boolean isNumber(String cell) {
        return cell.isEmpty() || cell.equals("…") || cell.equals("NaN") || cell.matches("[-−+]?(∞|[0-9.]+(e[-−+]?[0-9]+)?)( ?[%×])?");
    }
}
