package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What one output of a stack of convolutions sees, along one axis: positions are dots, the input is the lowest row, and lines join what
 * a dot is computed from. Without padding; the input is as long as one output needs, with a little beside it that is not seen.
 *
 * <pre>{@code show(receptiveField().layer("conv 3", 3, 1, 1).layer("conv 3, stride 2", 3, 2, 1)); }</pre>
 */
public final class ReceptiveField extends Picture<ReceptiveField> {
    private static final double WIDTH = 470;
    private static final double STEP = 52;
    private static final double MARGIN = 12;
    /** Positions on each side of the input that the output does not see. */
    private static final int BESIDE = 2;

    private record Layer(String name, int kernel, int stride, int dilation) {}

    private List<Layer> layers = List.of();

    ReceptiveField() {}

    /** One more convolution on top. */
    public ReceptiveField layer(String name, int kernel, int stride, int dilation) {
        if (kernel < 1 || stride < 1 || dilation < 1) {
            throw new IllegalArgumentException("receptiveField: kernel " + kernel + ", stride " + stride + ", dilation " + dilation
                    + " of '" + name + "': each is 1 or more");
        }
        List<Layer> more = new ArrayList<>(layers);
        more.add(new Layer(name, kernel, stride, dilation));
        return with(p -> p.layers = List.copyOf(more));
    }

    /** The positions that the one output is computed from, from the top row to the input. */
    private List<TreeSet<Integer>> seen() {
        List<TreeSet<Integer>> rows = new ArrayList<>();
        rows.add(new TreeSet<>(List.of(0)));
        for (Layer layer : layers.reversed()) {
            TreeSet<Integer> below = new TreeSet<>();
            for (int position : rows.getLast()) {
                for (int tap = 0; tap < layer.kernel; tap++) {
                    below.add(position * layer.stride + tap * layer.dilation);
                }
            }
            rows.add(below);
        }
        return rows;
    }

    /** How many inputs lie between the first and the last that the output sees, these two included. */
    private int extent() {
        return seen().getLast().getLast() + 1;
    }

    @Override public Image render() {
        Svg svg = new Svg();
        List<TreeSet<Integer>> rows = seen();
        int inputs = extent() + 2 * BESIDE;
        double spacing = Math.min(26, WIDTH / Math.max(1, inputs - 1));
        double labels = Svg.textWidth("input", 12);
        for (Layer layer : layers) {
            labels = Math.max(labels, Svg.textWidth(layer.name, 12));
        }
        double left = MARGIN + labels + 20;
        double dot = Math.min(6, spacing * 0.36);
        StringBuilder lines = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        // a position's place above the input: its window's middle, step by step
        double step = 1;
        double offset = 0;
        double[] steps = new double[layers.size() + 1];
        double[] offsets = new double[layers.size() + 1];
        for (int k = 0; k <= layers.size(); k++) {
            steps[k] = step;
            offsets[k] = offset;
            if (k < layers.size()) {
                Layer layer = layers.get(k);
                offset += step * layer.dilation * (layer.kernel - 1) / 2.0;
                step *= layer.stride;
            }
        }
        for (int k = 0; k <= layers.size(); k++) {
            TreeSet<Integer> lit = rows.get(layers.size() - k);
            double y = MARGIN + 8 + (layers.size() - k) * STEP;
            int beside = k == 0 ? BESIDE : (int) Math.ceil(BESIDE / steps[k]);
            for (int position = lit.getFirst() - beside; position <= lit.getLast() + beside; position++) {
                double at = offsets[k] + steps[k] * position;
                if (at < -BESIDE || at > extent() - 1 + BESIDE) {
                    continue;
                }
                double x = left + (at + BESIDE) * spacing;
                boolean seen = lit.contains(position);
                dots.append("<circle cx=\"").append(Svg.number(x)).append("\" cy=\"").append(Svg.number(y)).append("\" r=\"").append(Svg.number(dot))
                        .append("\" fill=\"").append(seen ? Colors.FORWARD.hex() : "#fff").append("\" stroke=\"").append(seen ? Colors.FORWARD.hex() : "#b4b4b4").append("\"/>");
                if (seen && k > 0) {
                    Layer layer = layers.get(k - 1);
                    for (int tap = 0; tap < layer.kernel; tap++) {
                        double to = left + (offsets[k - 1] + steps[k - 1] * (position * layer.stride + tap * layer.dilation) + BESIDE) * spacing;
                        lines.append('M').append(Svg.number(x)).append(' ').append(Svg.number(y)).append('L').append(Svg.number(to)).append(' ').append(Svg.number(y + STEP));
                    }
                }
            }
            svg.text(left - 20, y + 4, k == 0 ? "input" : layers.get(k - 1).name, "text-anchor=\"end\"");
            svg.text(left + (inputs - 1) * spacing + 18, y + 4, k == 0 ? "" : "sees " + (1 + span(k)), "fill=\"" + Svg.QUIET + "\"");
        }
        svg.path(lines.toString(), "stroke=\"" + Colors.FORWARD.hex() + "\" stroke-width=\"1\" stroke-opacity=\"0.45\" fill=\"none\"");
        svg.raw(dots.toString());
        return svg.image(left + (inputs - 1) * spacing + 18 + Svg.textWidth("sees 000", 12), 2 * MARGIN + 16 + layers.size() * STEP);
    }

    /** From the first to the last input that one position after the first k layers sees. */
    private int span(int k) {
        int span = 0;
        int jump = 1;
        for (Layer layer : layers.subList(0, k)) {
            span += (layer.kernel - 1) * layer.dilation * jump;
            jump *= layer.stride;
        }
        return span;
    }

    @Override String describe() {
        return "Dots in " + (layers.size() + 1) + " rows, the input lowest; lines join what is computed from what. " + text().replace("\n", "; ") + ".";
    }

    @Override public String text() {
        StringBuilder out = new StringBuilder(title == null ? "" : title + "\n").append("input");
        for (int k = 1; k <= layers.size(); k++) {
            out.append('\n').append(layers.get(k - 1).name).append(": one output sees ").append(1 + span(k)).append(" inputs");
        }
        int used = seen().getLast().size();
        return used == extent() ? out.toString() : out.append('\n').append("but only ").append(used).append(" of these ").append(extent()).append(" are used").toString();
    }
}
