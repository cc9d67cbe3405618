package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.alg.layered.options.OrderingStrategy;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;
import org.unrolled.nn.Module;
import org.unrolled.tensor.Tensor;

/**
 * The computation graph of a result as autograd remembers it, laid out by the Eclipse Layout Kernel: data and parameters above, the result below, each
 * with its shape. Operations are round; parameters, which get a gradient, are bold boxes; data are dashed ones. Ints (labels, ids) and
 * what no gradient could flow through are not remembered, so they are not drawn.
 */
public final class Graph extends Picture<Graph> {
    private static final int MOST = 250;
    private static final double HEIGHT = 40;
    private static final String FOLD = "…";

    private final Tensor result;
    /** Inputs before what they go into. */
    private final List<Tensor> nodes = new ArrayList<>();
    private Map<Tensor, String> names = new IdentityHashMap<>();

    Graph(Tensor result) {
        if (result.inputs().isEmpty()) {
            throw new IllegalArgumentException("graph: nothing is remembered of how this " + TensorView.of(null, result).shapeText()
                    + " was computed. Hint: some input needs requiresGrad(true), and the computation stays outside noGrad.");
        }
        this.result = result;
        collect();
    }

    private void collect() {
        // depth first without recursion: a chain may be long
        Map<Tensor, Boolean> done = new IdentityHashMap<>();
        List<Tensor> open = new ArrayList<>(List.of(result));
        while (!open.isEmpty()) {
            Tensor t = open.getLast();
            if (done.containsKey(t)) {
                open.removeLast();
                if (!done.put(t, true)) nodes.add(t);
                continue;
            }
            done.put(t, false);
            List<Tensor> inputs = t.inputs();
            for (int i = inputs.size() - 1; i >= 0; i--) {
                if (!done.containsKey(inputs.get(i))) open.add(inputs.get(i));
            }
            if (done.size() > MOST) {
                throw new IllegalArgumentException("graph: more than " + MOST + " operations and inputs are too many to be read. Hint: draw a smaller network, or fewer steps of a sequence.");
            }
        }
    }

    /** Names one tensor, an input or a result on the way. */
    public Graph name(String name, Tensor tensor) {
        return with(g -> {
            g.names = new IdentityHashMap<>(names);
            g.names.put(tensor, name);
        });
    }

    /** Names a module's parameters as its stateDict does. */
    public Graph names(Module module) {
        return with(g -> {
            g.names = new IdentityHashMap<>(names);
            module.namedParameters().forEach((name, tensor) -> g.names.put(tensor, name));
        });
    }

    private boolean leaf(Tensor t) {
        return t.inputs().isEmpty();
    }

    private String label(Tensor t) {
        String name = names.get(t);
        if (!leaf(t)) return name == null ? t.op() : name + " = " + t.op();
        return name != null ? name : t.requiresGrad() ? "parameter" : "data";
    }

    private static String shape(Tensor t) {
        return t.dim() == 0 ? "scalar" : Arrays.stream(t.shape()).mapToObj(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    @Override public Image render() {
        ElkNode root = ElkGraphUtil.createGraph();
        root.setProperty(CoreOptions.ALGORITHM, "org.eclipse.elk.layered");
        root.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
        root.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
        root.setProperty(CoreOptions.PADDING, new ElkPadding(10));
        root.setProperty(CoreOptions.SPACING_NODE_NODE, 18.0);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 30.0);
        // inputs from left to right as the operation names them, where that crosses no arrows
        root.setProperty(LayeredOptions.CONSIDER_MODEL_ORDER_STRATEGY, OrderingStrategy.PREFER_EDGES);
        Map<Tensor, ElkNode> placed = new LinkedHashMap<>();
        for (Tensor t : nodes) {
            ElkNode node = ElkGraphUtil.createNode(root);
            node.setWidth(Math.max(56, Math.max(Svg.textWidth(label(t), 13), Svg.textWidth(shape(t), 11)) + 24));
            node.setHeight(HEIGHT);
            placed.put(t, node);
        }
        List<ElkEdge> edges = new ArrayList<>();
        for (Tensor t : nodes) {
            for (Tensor input : t.inputs()) edges.add(ElkGraphUtil.createSimpleEdge(placed.get(input), placed.get(t)));
        }
        new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
        Svg svg = new Svg();
        svg.raw("<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
                + "<path d=\"M0 0.8 7.5 4 0 7.2z\" fill=\"#6b6b6b\"/></marker></defs><g fill=\"none\" stroke=\"#6b6b6b\" stroke-width=\"1.4\" stroke-linejoin=\"round\">");
        for (ElkEdge edge : edges) {
            for (ElkEdgeSection s : edge.getSections()) {
                StringBuilder d = new StringBuilder("M" + Svg.number(s.getStartX()) + " " + Svg.number(s.getStartY()));
                s.getBendPoints().forEach(p -> d.append("L").append(Svg.number(p.getX())).append(" ").append(Svg.number(p.getY())));
                svg.path(d + "L" + Svg.number(s.getEndX()) + " " + Svg.number(s.getEndY()), "marker-end=\"url(#a)\"");
            }
        }
        svg.raw("</g>");
        placed.forEach((t, node) -> box(svg, t, node));
        return svg.image(root.getWidth(), root.getHeight());
    }

    private void box(Svg svg, Tensor t, ElkNode node) {
        boolean trained = leaf(t) && t.requiresGrad();
        String ink = trained ? Colors.GRADIENT.hex() : t == result ? Colors.TRAIN.hex() : "#4d4d4d";
        svg.raw("<rect x=\"" + Svg.number(node.getX()) + "\" y=\"" + Svg.number(node.getY()) + "\" width=\"" + Svg.number(node.getWidth()) + "\" height=\"" + Svg.number(HEIGHT)
                + "\" rx=\"" + (leaf(t) ? "3" : "20") + "\" fill=\"" + (leaf(t) ? "#fff" : "#f3f4f6") + "\" stroke=\"" + ink + "\" stroke-width=\""
                + (trained || t == result ? "1.8" : "1") + "\"" + (leaf(t) && !trained ? " stroke-dasharray=\"5 3\"" : "") + "/>");
        double middle = node.getX() + node.getWidth() / 2;
        svg.text(middle, node.getY() + 17, label(t), "font-size=\"13\" text-anchor=\"middle\" fill=\"" + (leaf(t) && !trained ? Svg.INK : ink) + "\"" + (trained ? " font-weight=\"bold\"" : ""));
        svg.text(middle, node.getY() + 32, shape(t), "font-size=\"11\" text-anchor=\"middle\" fill=\"" + Svg.QUIET + "\"");
    }

    @Override String describe() {
        long leaves = nodes.stream().filter(this::leaf).count();
        String all = text().replace("\n", "; ");
        return "Computation graph of " + (nodes.size() - leaves) + " operations on " + leaves + " inputs: " + (all.length() > 1500 ? all.substring(0, 1500) + FOLD : all) + ".";
    }

    /** One line for each operation, in the order they were computed: its name, its inputs, its shape. */
    @Override public String text() {
        Map<Tensor, String> called = new IdentityHashMap<>();
        Map<String, Long> count = nodes.stream().collect(Collectors.groupingBy(this::label, Collectors.counting()));
        Map<String, Integer> seen = new LinkedHashMap<>();
        for (Tensor t : nodes) {
            String label = names.getOrDefault(t, label(t));
            called.put(t, count.getOrDefault(label, 1L) > 1 ? label + "#" + seen.merge(label, 1, Integer::sum) : label);
        }
        Collection<String> lines = new ArrayList<>();
        for (Tensor t : nodes) {
            if (leaf(t)) continue;
            String inputs = t.inputs().stream().map(i -> called.get(i) + (leaf(i) ? " " + shape(i) : "")).collect(Collectors.joining(", "));
            lines.add(called.get(t) + " = " + t.op() + "(" + inputs + ") → " + shape(t));
        }
        return String.join("\n", lines);
    }
}
