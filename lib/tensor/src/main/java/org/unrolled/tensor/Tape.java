package org.unrolled.tensor;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * Reverse mode. Each result remembers its operation's edges and a number that counts up, so a result's number is
 * above those of its inputs: visiting by falling number meets every tensor after all that used it.
 */
final class Tape {
    static final ScopedValue<Boolean> NO_GRAD = ScopedValue.newInstance();
    private static final AtomicLong NEXT = new AtomicLong();

    private Tape() { }

    /** The operation that made a tensor. */
    static final class Node {
        final String op;
        final Edge[] edges;
        final long number = NEXT.getAndIncrement();
        /** The gradient collected so far while backward runs. */
        @Nullable Gradient dout;

        Node(String op, Edge[] edges) {
            this.op = op;
            this.edges = edges;
        }
    }

    /** A gradient on its way. Nodes may share one, where an edge hands it on as it is; who is the last to be done with it gives its floats back. */
    private static final class Gradient {
        final Buffer values;
        /** Of the tape: else it is the caller's, to be read only. */
        private final boolean own;
        private int users = 1;

        Gradient(Buffer values, boolean own) {
            this.values = values;
            this.own = own;
        }

        Gradient share() {
            users++;
            return this;
        }

        boolean mayBeAddedTo() {
            return own && users == 1;
        }

        void done(Kernels k) {
            if (--users == 0 && own) k.release(values);
        }
    }

    static boolean records(Edge[] edges) {
        if (NO_GRAD.isBound()) return false;
        for (Edge edge : edges) {
            if (edge.input().requiresGrad()) return true;
        }
        return false;
    }

    static boolean records(Tensor[] inputs) {
        if (NO_GRAD.isBound()) return false;
        for (Tensor input : inputs) {
            if (input.requiresGrad()) return true;
        }
        return false;
    }

    static void backward(Tensor root, Buffer dout) {
        Kernels k = Kernels.current();
        if (root.node == null) {
            deliver(k, root, Edge.same(root), new Gradient(dout, false));
            return;
        }
        PriorityQueue<Tensor> ready = new PriorityQueue<>(Comparator.comparingLong(t -> -t.number()));
        root.node.dout = new Gradient(dout, false);
        ready.add(root);
        try {
            visit(k, ready);
        } finally {
            // what is left when an operation failed would be taken for this pass's gradients by the next
            for (Tensor y : ready) take(y.node).done(k);
        }
    }

    private static Gradient take(Node node) {
        Gradient dout = node.dout;
        node.dout = null;
        return dout;
    }

    private static void visit(Kernels k, PriorityQueue<Tensor> ready) {
        while (!ready.isEmpty()) {
            Tensor y = ready.remove();
            Gradient dy = take(y.node);
            try {
                if (y.retainsGrad) y.gradBuffer = add(k, y, Edge.same(y), dy.values, y.gradBuffer);
                for (Edge edge : y.node.edges) {
                    if (edge.input().requiresGrad() && deliver(k, edge.input(), edge, dy)) ready.add(edge.input());
                }
            } finally {
                dy.done(k);
            }
        }
    }

    /** Adds an edge's part to its input. True if the input is an intermediate that had no gradient before. */
    private static boolean deliver(Kernels k, Tensor x, Edge edge, Gradient dout) {
        Node node = x.node;
        if (node == null) {
            x.gradBuffer = add(k, x, edge, dout.values, x.gradBuffer);
            return false;
        }
        Gradient before = node.dout;
        if (before == null) {
            node.dout = edge.gradient() == null ? dout.share() : new Gradient(part(k, x, edge, dout.values), true);
            return true;
        }
        if (!before.mayBeAddedTo()) {
            Buffer own = k.scratch(x.numel());
            k.copy(own, before.values);
            node.dout = new Gradient(own, true);
            before.done(k);
        }
        add(k, x, edge, dout.values, node.dout.values);
        return false;
    }

    /** An edge's part alone, which only the tape has. */
    private static Buffer part(Kernels k, Tensor x, Edge edge, Buffer dout) {
        Buffer dx = k.scratch(x.numel());
        try {
            edge.gradient().add(dx, dout, false);
        } catch (RuntimeException | Error e) {
            k.release(dx);
            throw e;
        }
        return dx;
    }

    /** An edge's part added to what there is; the first one is a new buffer, which the tensor may keep. */
    private static Buffer add(Kernels k, Tensor x, Edge edge, Buffer dout, @Nullable Buffer before) {
        Buffer dx = before != null ? before : k.floats(x.numel());
        if (edge.gradient() != null) edge.gradient().add(dx, dout, before != null);
        else if (before != null) k.accumulate(dx, dout);
        else k.copy(dx, dout);
        return dx;
    }
}
