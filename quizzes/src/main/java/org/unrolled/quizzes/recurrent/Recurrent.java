package org.unrolled.quizzes.recurrent;

import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.tanh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.unrolled.notebook.Colors;
import org.unrolled.notebook.Diagram;
import org.unrolled.notebook.Notebook;
import org.unrolled.tensor.Tensor;

/**
 * The functions that lesson 05 derives, for the cells that come after their question: no cell of the lesson depends on
 * what the learner wrote. Questions forbid them where they would be the answer.
 *
 * <p>Steps count from 0, the state before the first step is {@code start}; x (T, D) holds the inputs, h (T, H) the states,
 * row t is step t. Matrices stand on the left of a vector, as in the papers: wX (H, D), wH (H, H), b (H).
 */
public final class Recurrent {

    private Recurrent() {}

    /** h_t = tanh(W_x x_t + W_h h_{t−1} + b): x (D), h (H) gives (H). Elman 1990. */
    public static Tensor step(Tensor x, Tensor h, Tensor wX, Tensor wH, Tensor b) {
        return tanh(wX.matmul(x).add(wH.matmul(h)).add(b));
    }

    /** All states: x (T, D), start (H) gives (T, H). */
    public static Tensor states(Tensor x, Tensor start, Tensor wX, Tensor wH, Tensor b) {
        Tensor h = start;
        Tensor[] all = new Tensor[x.size(0)];
        for (int t = 0; t < all.length; t++) {
            h = step(x.select(0, t), h, wX, wH, b);
            all[t] = h;
        }
        return stack(0, all);
    }

    /** Backpropagation through time by hand; g (T, H) is what the losses say about each state. Werbos 1990. */
    public static Bptt.Gradients backward(Tensor x, Tensor h, Tensor start, Tensor wH, Tensor g) {
        return Bptt.bptt(x, h, start, wH, g);
    }

    /**
     * dh_t for each t where a loss at the last step alone sends back {@code last} (H): slope (T, H) holds what an element of
     * the state multiplies by on its way, 1 − h² for tanh and 1 for none. The result is (T, H).
     */
    public static Tensor backThroughTime(Tensor slope, Tensor wH, Tensor last) {
        Tensor[] dH = new Tensor[slope.size(0)];
        Tensor back = wH.transpose();
        Tensor dh = last;
        for (int t = dH.length - 1; t >= 0; t--) {
            dH[t] = dh;
            dh = back.matmul(dh.mul(slope.select(0, t)));
        }
        return stack(0, dH);
    }

    /** The terms of dW_h, one for each step: da_t h_{t−1}ᵀ. dA (T, H), h (T, H), start (H) gives (T, H, H). */
    public static Tensor terms(Tensor dA, Tensor h, Tensor start) {
        Tensor before = cat(0, start.unsqueeze(0), h.slice(0, 0, h.size(0) - 1));
        return dA.unsqueeze(2).mul(before.unsqueeze(1));
    }

    /** The norm of each row of (T, …), in double: a float's square over- or underflows where the norm itself does not. */
    public static List<Double> norms(Tensor rows) {
        int T = rows.size(0);
        float[] values = rows.toArray();
        List<Double> norms = new ArrayList<>();
        for (int t = 0; t < T; t++) {
            double squares = 0;
            for (int i = t * (values.length / T); i < (t + 1) * (values.length / T); i++) {
                squares += (double) values[i] * values[i];
            }
            norms.add(Math.sqrt(squares));
        }
        return norms;
    }

    /** The norm of all elements together, in double. */
    public static double norm(Tensor x) {
        return norms(x.reshape(1, -1)).get(0);
    }

    /** The norms of each row counted from the last one back, with a gap where one is 0: for a logarithmic axis. */
    public static List<Double> normsBack(Tensor rows) {
        List<Double> norms = new ArrayList<>(norms(rows));
        Collections.reverse(norms);
        norms.replaceAll(v -> v > 0 && v < Double.POSITIVE_INFINITY ? v : Double.NaN);
        return norms;
    }

    /**
     * The spectral radius of a square matrix, the largest |λ|: how fast repeated multiplication grows in the end, measured as
     * ‖Wⁿ‖^(1/n) with n = 2²⁴ (Gelfand's formula; W is squared 24 times).
     */
    public static double spectralRadius(Tensor w) {
        int n = w.size(0);
        if (w.dim() != 2 || w.size(1) != n) {
            throw new IllegalArgumentException("spectralRadius: a matrix of shape " + Arrays.toString(w.shape())
                    + " has no eigenvalues: it must be square. Hint: W_h is (H, H).");
        }
        float[] from = w.toArray();
        double[] power = new double[n * n];
        for (int i = 0; i < power.length; i++) {
            power[i] = from[i];
        }
        double logRadius = 0;
        double exponent = 1;
        for (int doubling = 0; doubling < 24; doubling++) {
            double norm = 0;
            for (double v : power) {
                norm += v * v;
            }
            norm = Math.sqrt(norm);
            if (norm == 0) {
                return 0;
            }
            logRadius += Math.log(norm) / exponent;
            exponent *= 2;
            double[] squared = new double[n * n];
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < n; k++) {
                    double v = power[i * n + k] / norm;
                    for (int j = 0; j < n; j++) {
                        squared[i * n + j] += v * power[k * n + j] / norm;
                    }
                }
            }
            power = squared;
        }
        return Math.exp(logRadius);
    }

    /** The network unrolled over T steps: one box for each step, the same weights at every arrow. */
    public static Diagram picture(int T) {
        Diagram diagram = Notebook.diagram().box(0, 1, "h₋₁", "start");
        String before = "h₋₁";
        String digits = "₀₁₂₃₄₅₆₇₈₉";
        for (int t = 0; t < T; t++) {
            char at = digits.charAt(t);
            diagram = diagram.box(t + 1, 0, "loss L" + at, "", Colors.GRADIENT).op(t + 1, 1, "h" + at, "tanh").box(t + 1, 2, "x" + at, "input", Colors.FORWARD)
                    .arrow(before, "h" + at, "W_h").arrow("x" + at, "h" + at, "W_x").arrow("h" + at, "loss L" + at);
            before = "h" + at;
        }
        return diagram;
    }

    /** The steps of (B, T, D) in another order. */
    public static Tensor inOrder(Tensor x, List<Integer> order) {
        return stack(1, order.stream().map(t -> x.select(1, t)).toArray(Tensor[]::new));
    }

    /** The index that u (0 to 1) falls on, with probabilities softmax(logits / temperature); logits (N). */
    public static int sample(Tensor logits, double temperature, double u) {
        return SampleWithTemperature.sample(logits, temperature, u);
    }
}
