package org.unrolled.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.RecurrentWeights;
import org.unrolled.tensor.op.Shapes;

/**
 * What {@link Rnn}, {@link Lstm} and {@link Gru} have in common: layers one above the other, each in one direction or in both. The
 * parameters have PyTorch's names, {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0}, those of
 * the other direction {@code weight_ih_l0_reverse} and so on, and are uniform in ±1/√hiddenSize at first.
 */
abstract class RecurrentLayers extends Module {
    private final int numLayers;
    private final int directions;
    private final int hiddenSize;
    private final List<RecurrentWeights> weights = new ArrayList<>();
    private final List<Dropout> dropouts = new ArrayList<>();

    RecurrentLayers(int gates, int inputSize, int hiddenSize, int numLayers, boolean bidirectional, double dropout, Random random) {
        String name = getClass().getSimpleName();
        if (inputSize < 1 || hiddenSize < 1 || numLayers < 1) {
            throw new IllegalArgumentException(name + ": inputSize " + inputSize + ", hiddenSize " + hiddenSize + " and numLayers " + numLayers
                    + " must each be 1 or more. Hint: new " + name + "(inputSize, hiddenSize, random)");
        }
        if (dropout != 0 && numLayers == 1) {
            throw new IllegalArgumentException(name + ": dropout " + dropout + " comes between layers, and there is one layer. Hint: numLayers 2, or a Dropout after this one.");
        }
        this.numLayers = numLayers;
        this.hiddenSize = hiddenSize;
        directions = bidirectional ? 2 : 1;
        for (int layer = 0; layer < numLayers; layer++) {
            if (layer > 0 && dropout != 0) dropouts.add(module("dropout_l" + layer, new Dropout(dropout, random)));
            for (int direction = 0; direction < directions; direction++) {
                weights.add(weights(this, "_l" + layer + (direction == 0 ? "" : "_reverse"), gates, layer == 0 ? inputSize : directions * hiddenSize, hiddenSize, random));
            }
        }
    }

    /** The four parameters of one layer in one direction, or of a cell. */
    static RecurrentWeights weights(Module of, String suffix, int gates, int inputSize, int hiddenSize, Random random) {
        double bound = 1 / Math.sqrt(hiddenSize);
        return new RecurrentWeights(of.parameter("weight_ih" + suffix, Init.uniform(random, bound, gates * hiddenSize, inputSize)),
                of.parameter("weight_hh" + suffix, Init.uniform(random, bound, gates * hiddenSize, hiddenSize)),
                of.parameter("bias_ih" + suffix, Init.uniform(random, bound, gates * hiddenSize)),
                of.parameter("bias_hh" + suffix, Init.uniform(random, bound, gates * hiddenSize)));
    }

    /** A cell's input as a sequence of one step: (B, inputSize) → (B, 1, inputSize). */
    static Tensor oneStep(String cell, Tensor x, RecurrentWeights weights) {
        int inputSize = weights.weightIh().size(1);
        if (x.dim() != 2 || x.size(1) != inputSize) {
            throw new IllegalArgumentException(cell + ": the input " + Shapes.text(x.shape()) + " of one step is (B, inputSize) = (B, " + inputSize + "). Hint: "
                    + (x.dim() == 3 ? "select(1, t) is step t of a batch of sequences." : x.dim() == 1 ? "unsqueeze(0) makes a batch of one."
                    : "weight_ih " + Shapes.text(weights.weightIh().shape()) + " fixes the inputSize."));
        }
        return x.unsqueeze(1);
    }

    /** The parameters, layer by layer, in each the forward direction first. */
    final List<RecurrentWeights> weights() {
        return weights;
    }

    /** The size of h, of each direction. */
    public final int hiddenSize() {
        return hiddenSize;
    }

    /** What one layer makes of a sequence in one direction, or all of them, their last states one above the other. */
    record Pass(Tensor output, Tensor hN, @Nullable Tensor cN) { }

    /** One layer in one direction. */
    abstract Pass layer(Tensor x, RecurrentWeights weights, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths, boolean reverse);

    final Pass layers(Tensor x, @Nullable Tensor h0, @Nullable Tensor c0, @Nullable Tensor lengths) {
        requireStates("h0", h0, x);
        requireStates("c0", c0, x);
        List<Tensor> hN = new ArrayList<>(), cN = new ArrayList<>();
        Tensor y = x;
        for (int layer = 0; layer < numLayers; layer++) {
            if (layer > 0 && !dropouts.isEmpty()) y = run(dropouts.get(layer - 1), y);
            List<Tensor> outputs = new ArrayList<>();
            for (int direction = 0; direction < directions; direction++) {
                int place = layer * directions + direction;
                Pass pass = layer(y, weights.get(place), h0 == null ? null : h0.select(0, place), c0 == null ? null : c0.select(0, place), lengths, direction == 1);
                outputs.add(pass.output);
                hN.add(pass.hN);
                if (pass.cN != null) cN.add(pass.cN);
            }
            y = directions == 1 ? outputs.getFirst() : Tensors.cat(-1, outputs.toArray(Tensor[]::new));
        }
        return new Pass(y, stack(hN), cN.isEmpty() ? null : stack(cN));
    }

    private static Tensor stack(List<Tensor> states) {
        return states.size() == 1 ? states.getFirst().unsqueeze(0) : Tensors.stack(0, states.toArray(Tensor[]::new));
    }

    private void requireStates(String name, @Nullable Tensor states, Tensor x) {
        if (states == null || x.dim() != 3) return;
        int places = numLayers * directions;
        if (states.dim() != 3 || states.size(0) != places || states.size(1) != x.size(0) || states.size(2) != hiddenSize) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the first state " + name + " " + Shapes.text(states.shape()) + " is (layers · directions, B, hiddenSize) = "
                    + Shapes.text(new int[] {places, x.size(0), hiddenSize}) + ". Hint: " + name.charAt(0) + "N of an earlier call fits, or none at all.");
        }
    }
}
