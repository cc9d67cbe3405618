package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Tablesaw tables as accessible HTML. The only class that touches Tablesaw: its first table scans the class path for readers, which takes
 * a second, so that only those who use one wait for it. Rows that a lesson collects go straight to {@link HtmlTable}.
 */
final class Tables {
    private static final int MOST_ROWS = 50;

    private Tables() {}

    static HtmlTable render(@Nullable String caption, Table table) {
        List<String> header = new ArrayList<>();
        for (Column<?> column : table.columns()) {
            header.add(column.name());
        }
        List<List<String>> rows = new ArrayList<>();
        int shown = Math.min(table.rowCount(), MOST_ROWS);
        for (int i = 0; i < shown; i++) {
            List<String> row = new ArrayList<>();
            for (Column<?> column : table.columns()) {
                row.add(cell(column, i));
            }
            rows.add(row);
        }
        String title = caption != null ? caption : table.name() == null || table.name().isEmpty() ? null : table.name();
        return new HtmlTable(title, header, rows, table.rowCount() - shown);
    }

    private static String cell(Column<?> column, int i) {
        if (column.isMissing(i)) {
            return column.type() == ColumnType.DOUBLE || column.type() == ColumnType.FLOAT ? "NaN" : "";
        }
        Object value = column.get(i);
        return value instanceof Double || value instanceof Float ? Numbers.brief(((Number) value).doubleValue(), 4) : String.valueOf(value);
    }
}
