package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unrolled.tensor.Tensor;

/** The rows that a cell collects before it shows them as a table. */
final class Rows {
    private final List<Object[]> rows = new ArrayList<>();

    synchronized void add(Object... cells) {
        Object[] row = new Object[cells.length];
        for (int i = 0; i < cells.length; i++) {
            row[i] = cells[i] instanceof Tensor t && t.numel() == 1 ? (t.isInt() ? (Object) (int) t.item() : t.item()) : cells[i];
        }
        rows.add(row);
    }

    /** Hands the collected rows over and forgets them, also when they do not fit the header: the next table starts empty. */
    synchronized List<Object[]> take(int columns) {
        List<Object[]> taken = List.copyOf(rows);
        rows.clear();
        for (int i = 0; i < taken.size(); i++) {
            if (taken.get(i).length != columns) {
                throw new IllegalArgumentException("showRows: row " + i + " has " + taken.get(i).length + " cells and the header has " + columns
                        + " names: give each column a name");
            }
        }
        return taken;
    }

    /** The rows as text. Small decimals in one column get equally many places: 1.000 above 0.865, not 1. */
    static List<List<String>> texts(List<Object[]> rows, int columns) {
        List<List<String>> texts = new ArrayList<>();
        for (Object[] row : rows) {
            texts.add(new ArrayList<>(Arrays.stream(row).map(Rows::text).toList()));
        }
        for (int j = 0; j < columns; j++) {
            int column = j;
            if (rows.stream().allMatch(row -> (row[column] instanceof Double || row[column] instanceof Float) && Math.abs(((Number) row[column]).doubleValue()) <= 10)
                    && texts.stream().noneMatch(row -> row.get(column).contains("e"))) {
                int places = Math.min(4, texts.stream().mapToInt(row -> places(row.get(column))).max().orElse(0));
                for (int i = 0; i < rows.size(); i++) {
                    texts.get(i).set(j, Numbers.fixed(((Number) rows.get(i)[j]).doubleValue(), places));
                }
            }
        }
        return texts;
    }

    private static int places(String number) {
        int point = number.indexOf('.');
        return point < 0 ? 0 : number.length() - 1 - point;
    }

    static String text(Object cell) {
        return cell == null ? "" : cell instanceof Double || cell instanceof Float ? Numbers.brief(((Number) cell).doubleValue(), 4)
                : cell instanceof Tensor t ? TensorView.of(null, t).shapeText() : cell.toString();
    }
}
