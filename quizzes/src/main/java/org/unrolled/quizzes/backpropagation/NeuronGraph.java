package org.unrolled.quizzes.backpropagation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.Diagram;
import org.unrolled.notebook.Notebook;

/** The graph of one neuron and its loss, L = (tanh(w x + b) − y)², with what is known at each node. */
public final class NeuronGraph {
    /** The nodes in the order in which the way back reaches them. */
    public static final List<String> BACKWARDS = List.of("L", "e", "h", "z", "p", "b", "w", "x");

    private NeuronGraph() {}

    /**
     * The graph with a value and a gradient d at each node; a question mark where a map has none.
     *
     * @param values    by node: x, w, b, p = w·x, z = p + b, h = tanh z, y, e = h − y, L = e·e
     * @param gradients by node
     */
    public static Diagram picture(Map<String, Double> values, Map<String, Double> gradients) {
        Diagram graph = Notebook.diagram();
        String[][] nodes = {{"x", "x"}, {"w", "w"}, {"p", "p = w·x"}, {"b", "b"}, {"z", "z = p + b"}, {"h", "h = tanh z"}, {"y", "y"}, {"e", "e = h − y"}, {"L", "L = e·e"}};
        int[][] places = {{0, 0}, {0, 1}, {1, 0}, {1, 2}, {2, 0}, {3, 0}, {3, 1}, {4, 0}, {5, 0}};
        for (int i = 0; i < nodes.length; i++) {
            String node = nodes[i][0];
            String detail = number(values.get(node)) + (node.equals("y") ? "" : " · d " + number(gradients.get(node)));
            graph = nodes[i][1].length() == 1 ? graph.box(places[i][0], places[i][1], node, detail) : graph.op(places[i][0], places[i][1], nodes[i][1], detail);
        }
        return graph.arrow("x", "p = w·x").arrow("w", "p = w·x").arrow("p = w·x", "z = p + b").arrow("b", "z = p + b").arrow("z = p + b", "h = tanh z")
                .arrow("h = tanh z", "e = h − y").arrow("y", "e = h − y").arrow("e = h − y", "L = e·e");
    }

    private static String number(@Nullable Double value) {
        return value == null ? "\u2007?\u2007 " : String.format(Locale.ROOT, "%.2f", value).replace('-', '−');
    }
}
