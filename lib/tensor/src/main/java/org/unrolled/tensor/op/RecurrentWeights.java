package org.unrolled.tensor.op;

import org.unrolled.tensor.Tensor;

/**
 * The parameters of one recurrent layer in one direction, as PyTorch has them: G = H for an RNN, 4H for an LSTM (i, f, g, o), 3H for
 * a GRU (r, z, n), one part above the other.
 *
 * @param weightIh (G, I)
 * @param weightHh (G, H)
 * @param biasIh   (G)
 * @param biasHh   (G)
 */
public record RecurrentWeights(Tensor weightIh, Tensor weightHh, Tensor biasIh, Tensor biasHh) { }
