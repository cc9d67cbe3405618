package org.unrolled.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The kernels of the four core equations for an FPGA. A work item does what it does on a GPU; what differs is the loop around it. For an FPGA
 * TornadoVM writes a kernel of whole groups of 64 (reqd_work_group_size) and leaves the loop's bound out, so there are work items past the last
 * element. The loop therefore runs to their number, n[ITEMS], and each asks for itself whether it has an element of the n[ELEMENTS].
 * (Were it the same number in both places, the compiler would see that the question is always answered yes, and leave it out.)
 */
final class FpgaLoops {
    /** Places in n behind every call's own. */
    static final int ITEMS = 46, ELEMENTS = 47;

    private FpgaLoops() { }

    /** {@link MatrixLoops#matmul}. */
    static void matmul(FloatArray c, FloatArray a, FloatArray b, IntArray n) {
        int items = n.get(ITEMS), elements = n.get(ELEMENTS);
        for (@Parallel int e = 0; e < items; e++) {
            if (e < elements) MatrixLoops.element(c, a, b, n, e);
        }
    }

    /** {@link AxisLoops#softmax}. */
    static void softmax(FloatArray y, FloatArray x, IntArray n) {
        int items = n.get(ITEMS), lines = n.get(ELEMENTS), y0 = n.get(0), x0 = n.get(1), count = n.get(3), inner = n.get(4);
        for (@Parallel int e = 0; e < items; e++) {
            if (e < lines) AxisLoops.softmaxLine(y, y0, x, x0, count, inner, e);
        }
    }

    /** {@link AttentionLoops#attention}. */
    static void attention(FloatArray y, FloatArray logSum, FloatArray q, FloatArray k, FloatArray v, FloatArray bias, IntArray n, FloatArray c) {
        int items = n.get(ITEMS), queries = n.get(ELEMENTS);
        for (@Parallel int e = 0; e < items; e++) {
            if (e < queries) AttentionLoops.query(y, logSum, q, k, v, bias, n, c, e);
        }
    }

    /** {@link WindowLoops#conv2d}. */
    static void conv2d(FloatArray y, FloatArray x, FloatArray weight, IntArray n) {
        int items = n.get(ITEMS), elements = n.get(ELEMENTS);
        for (@Parallel int e = 0; e < items; e++) {
            if (e < elements) WindowLoops.conv2dElement(y, x, weight, n, e);
        }
    }

    /** {@link RecurrentLoops#rnn}. */
    static void rnn(FloatArray h, FloatArray hN, FloatArray weight, FloatArray bias, FloatArray h0, IntArray lengths, IntArray n, FloatArray special) {
        int items = n.get(ITEMS), B = n.get(ELEMENTS);
        for (@Parallel int b = 0; b < items; b++) {
            if (b < B) RecurrentLoops.rnnSequence(h, hN, weight, bias, h0, lengths, n, special, b);
        }
    }

    /** {@link RecurrentLoops#lstm}. What a work item does is too much for TornadoVM to inline, so its outline stands here again. */
    static void lstm(FloatArray gates, FloatArray h, FloatArray c, FloatArray hN, FloatArray cN, FloatArray weight, FloatArray bias, FloatArray h0, FloatArray c0,
                     IntArray lengths, IntArray n, FloatArray special) {
        int items = n.get(ITEMS), B = n.get(ELEMENTS);
        int a0 = n.get(0), hAt = n.get(1), cAt = n.get(2), hState = n.get(3), cState = n.get(4), w0 = n.get(5), b0 = n.get(6), hFirst = n.get(7), cFirst = n.get(8), l0 = n.get(9);
        int reverse = n.get(10), T = n.get(12), H = n.get(13);
        for (@Parallel int b = 0; b < items; b++) {
            if (b < B) {
                int length = RecurrentLoops.steps(lengths.get(l0 + b), T), hs = hState + b * H, cs = cState + b * H;
                RecurrentLoops.begin(hN, hs, h0, hFirst + b * H, H, lengths.get(l0 + b), T, special);
                RecurrentLoops.begin(cN, cs, c0, cFirst + b * H, H, lengths.get(l0 + b), T, special);
                for (int s = 0; s < length; s++) {
                    int t = reverse != 0 ? length - 1 - s : s, row = b * T + t;
                    RecurrentLoops.lstmStep(gates, a0 + row * 4 * H, h, hAt + row * H, c, cAt + row * H, hN, hs, cN, cs, weight, w0, bias, b0, H);
                }
                RecurrentLoops.zero(gates, a0 + (b * T + length) * 4 * H, a0 + (b + 1) * T * 4 * H);
                RecurrentLoops.zero(h, hAt + (b * T + length) * H, hAt + (b + 1) * T * H);
                RecurrentLoops.zero(c, cAt + (b * T + length) * H, cAt + (b + 1) * T * H);
            }
        }
    }
}
