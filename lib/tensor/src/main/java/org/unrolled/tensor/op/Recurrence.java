package org.unrolled.tensor.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;

/**
 * What the recurrent operations have in common: sizes and their errors, and how gradients pass.
 *
 * <p>The tape sees two stages. The first has the parameters, the input and the first states as inputs; its gradient is da, that of
 * the gates' arguments at every step. The second goes from there to the states h_t, its gradient is back through time. The last
 * states are of the second stage too: theirs are kept here until back through time begins, and what it finds for the first
 * states is kept until the first stage hands it on.
 */
final class Recurrence {
    final Kernels k = Kernels.current();
    final int B;
    final int T;
    final int I;
    final int H;
    /** Gates' arguments at each step: H, 4H or 3H. */
    final int G;
    final Tensor x;
    final RecurrentWeights w;
    final Buffer weight;
    final Buffer bias;
    final Buffer lengths;
    private final String op;
    private final Buffer zeros;
    /** The gradients that came to the last states of h and of c in this backward pass. */
    private final @Nullable Buffer[] last = new Buffer[2];
    /** The gradients of the first states of h and of c that this backward pass found. */
    final Buffer[] first = new Buffer[2];

    /** What {@link #lendRecurrent} lent, until the last edge that reads it. */
    private @Nullable Buffer recurrent;
    /** The gradient of both biases, from the first one's edge to the second's. */
    private @Nullable Buffer biasGradient;

    Recurrence(String op, int gates, Tensor x, RecurrentWeights w, @Nullable Tensor lengths) {
        this.op = op;
        this.x = x;
        this.w = w;
        for (Tensor t : new Tensor[] {x, w.weightIh(), w.weightHh(), w.biasIh(), w.biasHh()}) Shapes.requireFloats(op, t);
        if (w.weightHh().dim() != 2 || w.weightHh().size(0) != gates * w.weightHh().size(1)) {
            throw new IllegalArgumentException(op + ": the weight_hh " + Shapes.text(w.weightHh().shape()) + " is (" + (gates == 1 ? "" : gates + "·")
                    + "hiddenSize, hiddenSize). Hint: the gates' weights stand one above the other.");
        }
        H = w.weightHh().size(1);
        G = gates * H;
        if (w.weightIh().dim() != 2 || w.weightIh().size(0) != G) {
            throw new IllegalArgumentException(op + ": the weight_ih " + Shapes.text(w.weightIh().shape()) + " with weight_hh " + Shapes.text(w.weightHh().shape())
                    + ": it has one row for each of the " + G + " of weight_hh. Hint: (" + G + ", inputSize)");
        }
        I = w.weightIh().size(1);
        for (Tensor b : new Tensor[] {w.biasIh(), w.biasHh()}) {
            if (b.dim() != 1 || b.numel() != G) {
                throw new IllegalArgumentException(op + ": a bias " + Shapes.text(b.shape()) + " with weight_hh " + Shapes.text(w.weightHh().shape())
                        + ": it has one element for each row. Hint: zeros(" + G + ")");
            }
        }
        if (x.dim() != 3 || x.size(2) != I) {
            throw new IllegalArgumentException(op + ": the input " + Shapes.text(x.shape()) + " is (B, T, " + I + "): the batch first, then the steps. Hint: "
                    + (x.dim() == 2 ? "unsqueeze(0) makes a batch of one sequence." : "the last size is that of weight_ih " + Shapes.text(w.weightIh().shape()) + "."));
        }
        B = x.size(0);
        T = x.size(1);
        weight = w.weightHh().buffer();
        bias = w.biasHh().buffer();
        zeros = k.floats(B * H);
        this.lengths = lengths == null ? allSteps() : checked(lengths);
    }

    private Buffer allSteps() {
        int[] all = new int[B];
        Arrays.fill(all, T);
        Buffer lengths = k.ints(B);
        k.upload(lengths, all);
        return lengths;
    }

    private Buffer checked(Tensor lengths) {
        Shapes.requireInts(op, "lengths", lengths);
        if (lengths.dim() != 1 || lengths.numel() != B) {
            throw new IllegalArgumentException(op + ": lengths " + Shapes.text(lengths.shape()) + " for a batch of " + B
                    + ": each sequence has one. Hint: ids(…) with " + B + " numbers from 0 to T = " + T);
        }
        return lengths.buffer();
    }

    /** The elements of a first state, 0 if there is none. */
    Buffer state(String name, @Nullable Tensor state) {
        if (state == null) return zeros;
        Shapes.requireFloats(op, state);
        if (state.dim() != 2 || state.size(0) != B || state.size(1) != H) {
            throw new IllegalArgumentException(op + ": the first state " + name + " " + Shapes.text(state.shape()) + " is (B, hiddenSize) = " + Shapes.text(new int[] {B, H})
                    + ". Hint: zeros(" + B + ", " + H + "), or none at all.");
        }
        return state.buffer();
    }

    /** Whether a gradient may be asked for, which needs the gates. */
    boolean isRecorded(@Nullable Tensor... states) {
        for (Tensor state : states) if (state != null && Tensor.isRecorded(state)) return true;
        return Tensor.isRecorded(x, w.weightIh(), w.biasIh(), w.weightHh(), w.biasHh());
    }

    /** (B, T, n), or no elements if they are not kept. */
    Buffer kept(boolean keep, int n) {
        return k.floats(keep ? Shapes.count(B, T, n) : 0);
    }

    /** Room for the gradient (B, T, G) of the recurrent part's own argument, where that is another one than da: lent until the last edge that reads it. */
    Buffer lendRecurrent() {
        // a pass that failed left it
        giveRecurrentBack();
        return recurrent = k.scratch(Shapes.count(B, T, G));
    }

    /** After back through time: what no edge will read goes back at once. */
    void giveRecurrentBackIfUnread() {
        if (!w.weightHh().requiresGrad() && !w.biasHh().requiresGrad()) giveRecurrentBack();
    }

    private Buffer recurrent(Buffer da) {
        return recurrent == null ? da : recurrent;
    }

    private void giveRecurrentBack() {
        if (recurrent != null) k.release(recurrent);
        recurrent = null;
    }

    /** The first stage, from everything that is given to the gates' arguments. */
    Tensor arguments(Buffer a, Buffer h, Buffer h0, @Nullable Tensor firstH, @Nullable Tensor firstC, boolean reverse) {
        int rows = B * T;
        Edge[] edges = {
            Edge.to(x, (dx, da, acc) -> k.matmul(dx, da, w.weightIh().buffer(), 1, rows, I, G, 0, 0, false, false, acc)),
            Edge.to(w.weightIh(), (dw, da, acc) -> k.matmul(dw, da, x.buffer(), 1, G, I, rows, 0, 0, true, false, acc)),
            Edge.to(w.biasIh(), (db, da, acc) -> biasBackward(db, da, recurrent == null, acc)),
            Edge.to(w.weightHh(), (dw, da, acc) -> {
                k.recurrentWeightBackward(dw, recurrent(da), h, h0, lengths, B, T, G, H, reverse, acc);
                if (!w.biasHh().requiresGrad()) giveRecurrentBack();
            }),
            Edge.to(w.biasHh(), (db, da, acc) -> {
                Buffer same = w.biasIh().requiresGrad() ? biasGradient : null;
                biasGradient = null;
                if (same == null) k.sum(db, recurrent(da), 1, rows, G, 1, acc);
                else k.affine(db, same, 1, 0, acc);
                giveRecurrentBack();
            })};
        edges = withFirst(edges, firstH, 0);
        return Tensor.of(op, new int[] {B, T, G}, a, withFirst(edges, firstC, 1));
    }

    /** @param both whether b_hh has the same gradient: it is summed once */
    private void biasBackward(Buffer db, Buffer da, boolean both, boolean acc) {
        if (!both || !w.biasHh().requiresGrad()) {
            k.sum(db, da, 1, B * T, G, 1, acc);
            return;
        }
        Buffer sum = k.floats(G);
        k.sum(sum, da, 1, B * T, G, 1, false);
        k.affine(db, sum, 1, 0, acc);
        biasGradient = sum;
    }

    private Edge[] withFirst(Edge[] edges, @Nullable Tensor state, int which) {
        if (state == null) return edges;
        Edge[] more = Arrays.copyOf(edges, edges.length + 1);
        more[edges.length] = Edge.to(state, (d, da, acc) -> {
            if (acc) k.accumulate(d, first[which]);
            else k.copy(d, first[which]);
        });
        return more;
    }

    /** The last state of h (0) or c (1), whose gradient waits for the second stage's. */
    Tensor lastState(Tensor states, Buffer values, int which) {
        return Tensor.of(op, new int[] {B, H}, values, Edge.to(states, (dstates, dout, acc) -> {
            if (!acc) k.fill(dstates, 0);
            // a copy: the tape uses dout's floats for something else before the second stage comes
            last[which] = k.floats(dout.length());
            k.copy(last[which], dout);
        }));
    }

    /** What came to a last state in this pass, 0 if nothing did. */
    Buffer takeLast(int which) {
        Buffer gradient = last[which];
        last[which] = null;
        return gradient == null ? k.floats(B * H) : gradient;
    }
}
