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
        @Nullable Buffer dout;
        /** dout is another node's too, so it may be read but not added to. */
        boolean shared;

        Node(String op, Edge[] edges) {
            this.op = op;
            this.edges = edges;
        }
    }

    static boolean records(Edge[] edges) {
        if (NO_GRAD.isBound()) return false;
        for (Edge edge : edges) {
            if (edge.input().requiresGrad()) return true;
        }
        return false;
    }

    static void backward(Tensor root, Buffer dout) {
        Kernels k = Kernels.current();
        if (root.node == null) {
            deliver(k, root, Edge.same(root), dout);
            return;
        }
        PriorityQueue<Tensor> ready = new PriorityQueue<>(Comparator.comparingLong(t -> -t.number()));
        root.node.dout = dout;
        root.node.shared = true;
        ready.add(root);
        try {
            visit(k, ready);
        } finally {
            // what is left when an operation failed would be taken for this pass's gradients by the next
            for (Tensor y : ready) y.node.dout = null;
        }
    }

    private static void visit(Kernels k, PriorityQueue<Tensor> ready) {
        while (!ready.isEmpty()) {
            Tensor y = ready.remove();
            Node node = y.node;
            Buffer dy = node.dout;
            node.dout = null;
            if (y.retainsGrad) deliverTo(k, y, dy);
            for (Edge edge : node.edges) {
                if (edge.input().requiresGrad() && deliver(k, edge.input(), edge, dy)) ready.add(edge.input());
            }
        }
    }

    /** Adds an edge's part to its input. True if the input is an intermediate that had no gradient before. */
    private static boolean deliver(Kernels k, Tensor x, Edge edge, Buffer dout) {
        Node node = x.node;
        if (node == null) {
            Buffer grad = x.gradBuffer;
            x.gradBuffer = add(k, x, edge, dout, grad);
            return false;
        }
        if (node.dout == null) {
            node.shared = edge.gradient() == null;
            node.dout = node.shared ? dout : add(k, x, edge, dout, null);
            return true;
        }
        if (node.shared) {
            Buffer own = k.floats(x.numel());
            k.copy(own, node.dout);
            node.dout = own;
            node.shared = false;
        }
        add(k, x, edge, dout, node.dout);
        return false;
    }

    private static Buffer add(Kernels k, Tensor x, Edge edge, Buffer dout, @Nullable Buffer before) {
        Buffer dx = before != null ? before : k.floats(x.numel());
        if (edge.gradient() != null) edge.gradient().add(dx, dout, before != null);
        else if (before != null) k.accumulate(dx, dout);
        else k.copy(dx, dout);
        return dx;
    }

    private static void deliverTo(Kernels k, Tensor y, Buffer dy) {
        y.gradBuffer = add(k, y, Edge.same(y), dy, y.gradBuffer);
    }
}
