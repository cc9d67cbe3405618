package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several heat maps with one colour scale in one picture: heads, channels, the matrices of a batch. */
public final class Multiples extends Picture<Multiples> {
    private static final double GAP = 16;

    private final List<Matrix> matrices;
    private final List<String> names;
    private final int left;
    private List<String> rows = List.of();
    private List<String> columns = List.of();
    private @Nullable Range range;
    private double maxWidth = 640;

    /** @param left how many more there are that are not drawn */
    Multiples(List<Matrix> matrices, List<String> names, int left) {
        this.matrices = matrices;
        this.names = names;
        this.left = left;
    }

    /** Labels of the rows, the same in every map. */
    public Multiples rows(List<String> labels) {
        return with(p -> p.rows = List.copyOf(labels));
    }

    /** Labels of the columns, the same in every map. */
    public Multiples columns(List<String> labels) {
        return with(p -> p.columns = List.copyOf(labels));
    }

    /** The values that get the lightest and the darkest colour. */
    public Multiples range(double low, double high) {
        return with(p -> p.range = new Range(low, high));
    }

    private @Nullable Range all() {
        Range all = null;
        for (Matrix m : matrices) {
            all = Range.union(all, Range.of(m.values()));
        }
        return all;
    }

    @Override @Nullable Range range() {
        return range != null ? null : all();
    }

    @Override Multiples within(Range shared) {
        return range != null ? this : with(p -> p.range = shared);
    }

    @Override public Image render() {
        Svg svg = new Svg();
        Range shared = range != null ? range : all();
        int n = matrices.size();
        int across = Math.min(n, n <= 4 ? n : n <= 12 ? 4 : 6);
        double panel = (maxWidth - 60) / across - GAP;
        List<HeatMap> maps = new ArrayList<>();
        for (Matrix m : matrices) {
            HeatMap map = new HeatMap(m).scale(false).cells(34, panel);
            if (shared != null) {
                map = map.within(shared);
            }
            if (!rows.isEmpty()) {
                map = map.rows(rows);
            }
            if (!columns.isEmpty()) {
                map = map.columns(columns);
            }
            maps.add(map);
        }
        double top = 8;
        double widest = 0;
        double firstBottom = 0;
        for (int start = 0; start < n; start += across) {
            double x = 8;
            double bottom = top;
            for (int i = start; i < Math.min(n, start + across); i++) {
                svg.text(x, top + 11, names.get(i), "font-size=\"11\" fill=\"" + Svg.QUIET + "\"");
                double[] size = maps.get(i).draw(svg, x, top + 18);
                bottom = Math.max(bottom, top + 18 + size[1]);
                x += Math.max(size[0], Svg.textWidth(names.get(i), 11)) + GAP;
            }
            widest = Math.max(widest, x);
            firstBottom = firstBottom == 0 ? bottom : firstBottom;
            top = bottom + GAP;
        }
        double right = widest;
        ColorMap colors = maps.getFirst().colors();
        if (colors.high() > colors.low()) {
            right = HeatMap.drawScale(svg, colors, widest, 26, Math.clamp(firstBottom - 26, 46, 120));
        }
        if (left > 0) {
            svg.text(8, top + 8, "and " + left + " more", "font-size=\"11\" fill=\"" + Svg.QUIET + "\"");
            top += 14;
        }
        return svg.image(right + 8, Math.max(top - GAP + 8 + (left > 0 ? 12 : 0), 26 + 60));
    }

    @Override String describe() {
        Matrix first = matrices.getFirst();
        Range values = all();
        return matrices.size() + " heat maps of " + first.rows() + " by " + first.columns() + " with one scale"
                + (values == null ? "" : "; values from " + Numbers.brief(values.low(), 3) + " to " + Numbers.brief(values.high(), 3))
                + (left > 0 ? "; " + left + " more are not drawn" : "") + ".";
    }

    @Override public String text() {
        StringBuilder out = new StringBuilder(title == null ? "" : title + "\n");
        for (int i = 0; i < Math.min(2, matrices.size()); i++) {
            out.append(i == 0 ? "" : "\n").append(names.get(i)).append('\n').append(new HeatMap(matrices.get(i)).text());
        }
        int more = matrices.size() - 2 + left;
        return more > 0 ? out + "\nand " + more + " more" : out.toString();
    }
}
