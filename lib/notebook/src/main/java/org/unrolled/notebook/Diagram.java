package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Boxes on a grid and arrows between them: how an equation flows, with the shapes on the way.
 * Values are boxes with square corners and a colour by meaning; operations are round. Arrows run along the rows, then into the box.
 *
 * <pre>{@code
 * diagram().box(0, 0, "Q", "(T, d_k)", Colors.QUERY).box(0, 1, "K", "(T, d_k)", Colors.KEY)
 *     .op(1, 0, "Q·Kᵀ", "(T, T)").op(2, 0, "softmax", "rows sum to 1")
 *     .arrow("Q", "Q·Kᵀ").arrow("K", "Q·Kᵀ").arrow("Q·Kᵀ", "softmax");
 * }</pre>
 */
public final class Diagram extends Picture<Diagram> {
    private record Box(int column, int row, String label, String detail, @Nullable Colors color, boolean operation) {
        double width() {
            return Math.max(44, Math.max(Svg.textWidth(label, 14), Svg.textWidth(detail, 11)) + 24);
        }
    }

    private record Arrow(String from, String to, String label) {}

    private static final double HEIGHT = 44;
    private static final double COLUMN_GAP = 36;
    private static final double ROW_GAP = 24;
    private static final double MARGIN = 10;

    private Map<String, Box> boxes = Map.of();
    private List<Arrow> arrows = List.of();

    Diagram() {}

    static Diagram flow(String... boxes) {
        Diagram diagram = new Diagram();
        String before = null;
        int column = 0;
        for (String box : boxes) {
            int bar = box.indexOf('|');
            String label = (bar < 0 ? box : box.substring(0, bar)).strip();
            diagram = diagram.op(column++, 0, label, bar < 0 ? "" : box.substring(bar + 1).strip());
            if (before != null) {
                diagram = diagram.arrow(before, label);
            }
            before = label;
        }
        return diagram;
    }

    /** A value: its name, which arrows refer to, and its shape. */
    public Diagram box(int column, int row, String label, String detail) {
        return add(new Box(column, row, label, detail, Colors.named(label).orElse(null), false));
    }

    /** A value with a meaning. */
    public Diagram box(int column, int row, String label, String detail, Colors color) {
        return add(new Box(column, row, label, detail, color, false));
    }

    /** An operation, and the shape of its result. */
    public Diagram op(int column, int row, String label, String detail) {
        return add(new Box(column, row, label, detail, null, true));
    }

    /** An operation. */
    public Diagram op(int column, int row, String label) {
        return op(column, row, label, "");
    }

    private Diagram add(Box box) {
        if (boxes.containsKey(box.label)) {
            throw new IllegalArgumentException("diagram: there is a box '" + box.label + "' already, and arrows find boxes by their label: give one another label");
        }
        Map<String, Box> more = new LinkedHashMap<>(boxes);
        more.put(box.label, box);
        return with(p -> p.boxes = more);
    }

    /** An arrow between two boxes, which are named by their labels. */
    public Diagram arrow(String from, String to) {
        return arrow(from, to, "");
    }

    /** An arrow with a word on it. */
    public Diagram arrow(String from, String to, String label) {
        for (String end : List.of(from, to)) {
            if (!boxes.containsKey(end)) {
                throw new IllegalArgumentException("diagram: no box '" + end + "' for the arrow " + from + " → " + to + "; boxes are " + boxes.keySet());
            }
        }
        List<Arrow> more = new ArrayList<>(arrows);
        more.add(new Arrow(from, to, label));
        return with(p -> p.arrows = List.copyOf(more));
    }

    @Override public Image render() {
        TreeMap<Integer, Double> widths = new TreeMap<>();
        int rows = 0;
        for (Box b : boxes.values()) {
            widths.merge(b.column, b.width(), Math::max);
            rows = Math.max(rows, b.row + 1);
        }
        Map<Integer, Double> centers = new LinkedHashMap<>();
        double x = MARGIN;
        for (int c = 0; !widths.isEmpty() && c <= widths.lastKey(); c++) {
            double w = widths.getOrDefault(c, 20.0);
            double gap = COLUMN_GAP;
            for (Arrow a : arrows) {
                if (boxes.get(a.from).column == c - 1 && boxes.get(a.from).row == boxes.get(a.to).row) {
                    gap = Math.max(gap, Svg.textWidth(a.label, 11) + 24);
                }
            }
            x += c == 0 ? 0 : gap;
            centers.put(c, x + w / 2);
            x += w;
        }
        Svg svg = new Svg();
        svg.raw("<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
                + "<path d=\"M0 0.8 7.5 4 0 7.2z\" fill=\"#6b6b6b\"/></marker></defs>");
        svg.raw("<g fill=\"none\" stroke=\"#6b6b6b\" stroke-width=\"1.4\">");
        for (Arrow a : arrows) {
            svg.path(route(boxes.get(a.from), boxes.get(a.to), centers), "marker-end=\"url(#a)\"");
        }
        svg.raw("</g>");
        for (Arrow a : arrows) {
            if (!a.label.isEmpty()) {
                Box from = boxes.get(a.from);
                Box to = boxes.get(a.to);
                boolean across = from.row == to.row;
                double left = centers.get(from.column) + from.width() / 2;
                double right = centers.get(to.column) - to.width() / 2;
                double lx = across ? (left + right) / 2 - 3 : centers.get(to.column) + 8;
                double ly = across ? middle(from) - 7 : (middle(from) + middle(to)) / 2 + 4;
                svg.text(lx, ly, a.label, "font-size=\"11\" fill=\"" + Svg.QUIET + "\"" + (across ? " text-anchor=\"middle\"" : ""));
            }
        }
        for (Box b : boxes.values()) {
            String ink = b.color == null ? "#4d4d4d" : b.color.hex();
            double w = b.operation ? b.width() : b.width();
            svg.raw("<rect x=\"" + Svg.number(centers.get(b.column) - w / 2) + "\" y=\"" + Svg.number(top(b)) + "\" width=\"" + Svg.number(w) + "\" height=\""
                    + Svg.number(HEIGHT) + "\" rx=\"" + (b.operation ? "22" : "3") + "\" fill=\"" + (b.operation ? "#f3f4f6" : "#fff") + "\" stroke=\"" + ink
                    + "\" stroke-width=\"" + (b.operation ? "1" : "1.8") + "\"/>");
            svg.text(centers.get(b.column), middle(b) + (b.detail.isEmpty() ? 5 : -2), b.label, "font-size=\"14\" text-anchor=\"middle\" fill=\"" + (b.color == null ? Svg.INK : ink) + "\""
                    + (b.operation ? "" : " font-weight=\"bold\""));
            if (!b.detail.isEmpty()) {
                svg.text(centers.get(b.column), middle(b) + 14, b.detail, "font-size=\"11\" text-anchor=\"middle\" fill=\"" + Svg.QUIET + "\"");
            }
        }
        return svg.image(x + MARGIN, 2 * MARGIN + rows * HEIGHT + Math.max(0, rows - 1) * ROW_GAP);
    }

    private static double top(Box b) {
        return MARGIN + b.row * (HEIGHT + ROW_GAP);
    }

    private static double middle(Box b) {
        return top(b) + HEIGHT / 2;
    }

    private String route(Box from, Box to, Map<Integer, Double> centers) {
        double fromX = centers.get(from.column);
        double toX = centers.get(to.column);
        if (from.column == to.column) {
            boolean down = to.row > from.row;
            return "M" + Svg.number(fromX) + " " + Svg.number(down ? top(from) + HEIGHT : top(from)) + "V" + Svg.number(down ? top(to) : top(to) + HEIGHT);
        }
        boolean right = toX > fromX;
        double start = right ? fromX + from.width() / 2 : fromX - from.width() / 2;
        if (from.row == to.row) {
            return "M" + Svg.number(start) + " " + Svg.number(middle(from)) + "H" + Svg.number(right ? toX - to.width() / 2 : toX + to.width() / 2);
        }
        boolean down = to.row > from.row;
        double r = 8;
        return "M" + Svg.number(start) + " " + Svg.number(middle(from)) + "H" + Svg.number(right ? toX - r : toX + r)
                + "Q" + Svg.number(toX) + " " + Svg.number(middle(from)) + " " + Svg.number(toX) + " " + Svg.number(middle(from) + (down ? r : -r))
                + "V" + Svg.number(down ? top(to) : top(to) + HEIGHT);
    }

    @Override String describe() {
        return "Diagram: " + text().replace("\n", "; ") + ".";
    }

    @Override public String text() {
        List<String> lines = new ArrayList<>();
        for (Arrow a : arrows) {
            lines.add(named(a.from) + " → " + (a.label.isEmpty() ? "" : a.label + " → ") + named(a.to));
        }
        return arrows.isEmpty() ? String.join("\n", boxes.keySet()) : String.join("\n", lines);
    }

    private String named(String label) {
        String detail = boxes.get(label).detail;
        return detail.isEmpty() ? label : label + " " + detail;
    }
}
