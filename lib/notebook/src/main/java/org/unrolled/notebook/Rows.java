package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.unrolled.tensor.Tensor;

/** The rows that a cell collects before it shows them as a table. */
final class Rows {
    private final List<Object[]> rows = new ArrayList<>();

    synchronized void add(Object... cells) {
        Object[] row = new Object[cells.length];
        for (int i = 0; i < cells.length; i++) {
            row[i] = cells[i] instanceof Tensor t && t.numel() == 1 ? (Object) (t.isInt() ? (Object) (int) t.item() : t.item()) : cells[i];
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

    static String text(Object cell) {
        return cell == null ? "" : cell instanceof Double || cell instanceof Float ? Numbers.brief(((Number) cell).doubleValue(), 4)
                : cell instanceof Tensor t ? TensorView.of(null, t).shapeText() : cell.toString();
    }
}
