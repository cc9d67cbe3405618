package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.Expect.that;
import static org.unrolled.quiz.Misconception.twin;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** The tape of a graph: an order in which every node stands after its inputs (a topological order). */
@Question(id = "backpropagation/topological-order", points = 4, lesson = "01-backpropagation", title = "The order on the tape")
public final class TopologicalOrder implements CodeQuestion<TopologicalOrder.Order> {

    public interface Order {
        int[] tape(int[][] inputs, int loss);
    }

    // BEGIN ANSWER
    /** Puts the node on the tape, after everything it was computed from. */
    static void visit(int node, int[][] inputs, Set<Integer> done, List<Integer> tape) {
        // BEGIN SOLUTION once only, and its inputs first
        if (!done.add(node)) return;         // add says false if it was there already
        for (int input : inputs[node]) visit(input, inputs, done, tape);
        tape.add(node);
        // END SOLUTION
    }

    /** inputs[n]: what node n was computed from -> all nodes that loss needs, each after its inputs. */
    static int[] tape(int[][] inputs, int loss) {
        List<Integer> tape = new ArrayList<>();
        visit(loss, inputs, new HashSet<>(), tape);
        return tape.stream().mapToInt(n -> n).toArray();
    }
    // END ANSWER

    @Override
    public Order solution() {
        return TopologicalOrder::tape;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** The nodes of a graph are numbered in any order, and `inputs[n]` lists the nodes that node `n` was computed from. \
                Complete `visit`, so that `tape` holds every node that the loss depends on, once, and **after all its inputs**. \
                `done.add(node)` returns `false` if the node was in the set already.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "When may a node go on the tape? When all its inputs are on it. So call visit for each of them before you add the node itself.",
                "A node may be reached on several ways. The set done remembers who was visited: begin with if (!done.add(node)) return;",
                "Three lines: leave if it was done; visit each input; then tape.add(node).");
    }

    @Override
    public List<Misconception<Order>> misconceptions() {
        return List.of(
                twin("The node goes on the tape before its inputs. Read the tape from the front and you meet results before what they were"
                                + " computed from. Visit the inputs first, then add the node.",
                        (inputs, loss) -> {
                            List<Integer> tape = new ArrayList<>();
                            first(loss, inputs, new HashSet<>(), tape);
                            return ints(tape);
                        }),
                twin("A node that is used twice stands on your tape twice. On the way back it would hand its gradient on twice. Leave at once if"
                                + " done.add(node) says false.",
                        (inputs, loss) -> {
                            List<Integer> tape = new ArrayList<>();
                            again(loss, inputs, tape);
                            return ints(tape);
                        }),
                twin("You went level by level from the loss and turned that around. A node with a short way to the loss and a long one gets the"
                                + " place of the short one, before nodes it needs. Only \"all inputs first\" keeps the order.",
                        (inputs, loss) -> {
                            Set<Integer> seen = new LinkedHashSet<>(List.of(loss));
                            Deque<Integer> queue = new ArrayDeque<>(seen);
                            while (!queue.isEmpty()) {
                                for (int input : inputs[queue.remove()]) {
                                    if (seen.add(input)) queue.add(input);
                                }
                            }
                            List<Integer> tape = new ArrayList<>(seen);
                            Collections.reverse(tape);
                            return ints(tape);
                        }),
                twin("The tape is empty. done.add(node) says true for a node that is new, and you left at each of these: leave where it says false,"
                                + " if (!done.add(node)) return;",
                        (inputs, loss) -> new int[0]),
                twin("tape.add(node) stands in the loop over the inputs. So a node goes on the tape once for each input, and one without inputs never:"
                                + " after the loop, once.",
                        (inputs, loss) -> {
                            List<Integer> tape = new ArrayList<>();
                            forEachInput(loss, inputs, new HashSet<>(), tape);
                            return ints(tape);
                        }),
                twin("These are the needed nodes by their numbers. The numbers say nothing about who was computed first: follow inputs.",
                        (inputs, loss) -> Arrays.stream(tape(inputs, loss)).sorted().toArray()),
                twin("The tape is empty but for the loss: its inputs were not visited. Call visit for each of inputs[node].",
                        (inputs, loss) -> new int[] {loss}),
                twin("The nodes that have no inputs are left out. They are the parameters and the data: the gradients we are after end there, so"
                                + " they belong on the tape.",
                        (inputs, loss) -> Arrays.stream(tape(inputs, loss)).filter(n -> inputs[n].length > 0).toArray()));
    }

    private static void first(int node, int[][] inputs, Set<Integer> done, List<Integer> tape) {
        if (!done.add(node)) return;
        tape.add(node);
        for (int input : inputs[node]) first(input, inputs, done, tape);
    }

    private static void again(int node, int[][] inputs, List<Integer> tape) {
        for (int input : inputs[node]) again(input, inputs, tape);
        tape.add(node);
    }

    private static void forEachInput(int node, int[][] inputs, Set<Integer> done, List<Integer> tape) {
        if (!done.add(node)) return;
        for (int input : inputs[node]) {
            forEachInput(input, inputs, done, tape);
            tape.add(node);
        }
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(n -> n).toArray();
    }

    @Check("each node that the loss needs is there, once, and no other")
    void complete(Order yours, Random random) {
        for (Graph graph : graphs(random)) {
            int[] tape = call(yours, graph);
            int[] sorted = tape.clone();
            Arrays.sort(sorted);
            int[] needed = tape(graph.inputs, graph.loss);
            Arrays.sort(needed);
            that(Arrays.equals(sorted, needed), "the tape was %s; in some order it should hold %s", Arrays.toString(tape), Arrays.toString(needed));
        }
    }

    @Check("no node stands before one of its inputs")
    void inOrder(Order yours, Random random) {
        for (Graph graph : graphs(random)) {
            int[] tape = call(yours, graph);
            Set<Integer> before = new HashSet<>();
            for (int node : tape) {
                that(node >= 0 && node < graph.inputs.length, "there is no node %s", node);
                for (int input : graph.inputs[node]) {
                    that(before.contains(input), "on the tape %s node %s stands before its input %s", Arrays.toString(tape), node, input);
                }
                before.add(node);
            }
        }
    }

    private static int[] call(Order yours, Graph graph) {
        int @Nullable [] tape = yours.tape(graph.inputs, graph.loss);
        that(tape != null, "it was null");
        return tape;
    }

    private record Graph(int[][] inputs, int loss) {}

    /** A short way and a long way from 0 to the end, under shuffled numbers; then larger ones by chance. */
    private static List<Graph> graphs(Random random) {
        List<Graph> graphs = new ArrayList<>();
        graphs.add(shuffled(new int[][] {{}, {}, {0, 1}, {2, 2}}, random));
        graphs.add(shuffled(new int[][] {{}, {0}, {1}, {2, 0}, {3, 1, 0}, {1, 2}}, random, 4));
        for (int size = 7; size <= 11; size += 2) {
            int[][] inputs = new int[size][];
            for (int n = 0; n < size; n++) {
                int before = n;
                inputs[n] = n < 2 ? new int[0] : n == size - 1 ? new int[] {n - 1, n - 2, 0} : random.ints(2, 0, before).toArray();
            }
            graphs.add(shuffled(inputs, random));
        }
        return graphs;
    }

    private static Graph shuffled(int[][] inputs, Random random) {
        return shuffled(inputs, random, inputs.length - 1);
    }

    private static Graph shuffled(int[][] inputs, Random random, int loss) {
        List<Integer> names = new ArrayList<>();
        for (int n = 0; n < inputs.length; n++) names.add(n);
        do {
            Collections.shuffle(names, random);
        } while (names.get(0) < names.get(loss));   // never the order of computing
        int[][] renamed = new int[inputs.length][];
        for (int n = 0; n < inputs.length; n++) {
            renamed[names.get(n)] = Arrays.stream(inputs[n]).map(names::get).toArray();
        }
        return new Graph(renamed, names.get(loss));
    }
}
