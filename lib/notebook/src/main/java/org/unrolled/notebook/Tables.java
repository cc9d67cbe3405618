package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Tablesaw tables as accessible HTML. The only class that touches Tablesaw, so that nothing loads it before the first table. */
final class Tables {
    private static final int MOST_ROWS = 50;

    private Tables() {}

    /** Rows of anything as a table: a column of numbers where every cell is one, of text elsewhere. */
    static Table table(String[] header, List<Object[]> rows) {
        List<Column<?>> columns = new ArrayList<>();
        for (int j = 0; j < header.length; j++) {
            int column = j;
            // an empty or repeated head is fine to a reader, not to Tablesaw: zero-width spaces tell them apart
            String name = header[j] + "\u200b".repeat(j);
            if (rows.stream().allMatch(row -> row[column] instanceof Number)) {
                columns.add(DoubleColumn.create(name, rows.stream().mapToDouble(row -> ((Number) row[column]).doubleValue()).toArray()));
            } else {
                columns.add(StringColumn.create(name, rows.stream().map(row -> Rows.text(row[column])).toArray(String[]::new)));
            }
        }
        return Table.create(columns);
    }

    static HtmlTable render(@Nullable String caption, Table table) {
        List<String> header = new ArrayList<>();
        for (Column<?> column : table.columns()) {
            header.add(column.name().replace("\u200b", ""));
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
