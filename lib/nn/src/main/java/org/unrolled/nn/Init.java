package org.unrolled.nn;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * Initial values of parameters, written over a tensor in place and outside autograd, as torch.nn.init does. The fan-in of a
 * weight (out, in) is in, of a kernel (out, in, kH, kW) in·kH·kW: how many numbers each output adds up; the fan-out counts
 * from the other end, out·kH·kW.
 */
public final class Init {
    /** Whether the variance of the activations (in) or of the gradients (out) is to stay the same from layer to layer. */
    public enum Fan { IN, OUT }

    private Init() { }

    /**
     * By how much an activation shrinks what passes it, to be made up for by the weights: 1 for "linear" and "sigmoid", 5/3
     * for "tanh", √2 for "relu", 3/4 for "selu" (the values PyTorch recommends).
     */
    public static double gain(String activation) {
        return switch (activation) {
            case "linear", "sigmoid" -> 1;
            case "tanh" -> 5.0 / 3;
            case "relu" -> Math.sqrt(2);
            case "selu" -> 0.75;
            default -> throw new IllegalArgumentException("gain: the activation \"" + activation
                    + "\" has none here. Hint: linear, sigmoid, tanh, relu or selu; gain(slope) is leaky ReLU's.");
        };
    }

    /** The gain of a leaky ReLU, √(2/(1 + slope²)). */
    public static double gain(double negativeSlope) {
        return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
    }

    /** Uniform in ±√(6/fanIn), for ReLU (He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015). */
    public static Tensor kaimingUniform(Tensor weight, Random random) {
        return kaimingUniform(weight, 0, Fan.IN, random);
    }

    /** Uniform in ±gain·√(3/fan), for a leaky ReLU. */
    public static Tensor kaimingUniform(Tensor weight, double negativeSlope, Fan fan, Random random) {
        return weight.assign(uniform(random, gain(negativeSlope) * Math.sqrt(3.0 / fan("kaimingUniform", weight, fan)), weight.shape()));
    }

    /** Normal with standard deviation √(2/fanIn), for ReLU (He et al. 2015). */
    public static Tensor kaimingNormal(Tensor weight, Random random) {
        return kaimingNormal(weight, 0, Fan.IN, random);
    }

    /** Normal with standard deviation gain/√fan, for a leaky ReLU. */
    public static Tensor kaimingNormal(Tensor weight, double negativeSlope, Fan fan, Random random) {
        return weight.assign(Tensors.randn(random, weight.shape()).mul(gain(negativeSlope) / Math.sqrt(fan("kaimingNormal", weight, fan))));
    }

    /** Uniform in ±gain·√(6/(fanIn + fanOut)) (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010). */
    public static Tensor xavierUniform(Tensor weight, double gain, Random random) {
        double fans = fan("xavierUniform", weight, Fan.IN) + (double) fan("xavierUniform", weight, Fan.OUT);
        return weight.assign(uniform(random, gain * Math.sqrt(6 / fans), weight.shape()));
    }

    /** Normal with standard deviation gain·√(2/(fanIn + fanOut)) (Glorot and Bengio 2010). */
    public static Tensor xavierNormal(Tensor weight, double gain, Random random) {
        double fans = fan("xavierNormal", weight, Fan.IN) + (double) fan("xavierNormal", weight, Fan.OUT);
        return weight.assign(Tensors.randn(random, weight.shape()).mul(gain * Math.sqrt(2 / fans)));
    }

    /**
     * gain times a matrix whose rows are orthonormal, or its columns if it has more rows than columns; all axes after the first
     * count as columns (Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
     * neural networks", 2014). Lengths of vectors that pass it stay the same.
     */
    public static Tensor orthogonal(Tensor weight, double gain, Random random) {
        requireMatrix("orthogonal", weight);
        int rows = weight.size(0), columns = rows == 0 ? 0 : weight.numel() / rows, n = Math.min(rows, columns), length = Math.max(rows, columns);
        double[][] basis = new double[n][length];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < length; k++) basis[i][k] = random.nextGaussian();
            // Gram and Schmidt, twice: once loses digits where vectors are nearly parallel
            for (int round = 0; round < 2; round++) {
                for (int j = 0; j < i; j++) {
                    double dot = dot(basis[i], basis[j]);
                    for (int k = 0; k < length; k++) basis[i][k] -= dot * basis[j][k];
                }
                double norm = Math.sqrt(dot(basis[i], basis[i]));
                for (int k = 0; k < length; k++) basis[i][k] /= norm;
            }
        }
        float[] values = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) values[r * columns + c] = (float) (gain * (rows <= columns ? basis[r][c] : basis[c][r]));
        }
        return weight.assign(values);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) sum += a[k] * b[k];
        return sum;
    }

    private static int fan(String op, Tensor weight, Fan fan) {
        requireMatrix(op, weight);
        int taps = 1;
        for (int axis = 2; axis < weight.dim(); axis++) taps *= weight.size(axis);
        return weight.size(fan == Fan.IN ? 1 : 0) * taps;
    }

    private static void requireMatrix(String op, Tensor weight) {
        if (weight.dim() < 2) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(weight.shape())
                    + " has fewer than 2 axes, so it has no fan-in and fan-out. Hint: a bias begins at zeros(n).");
        }
    }

    // ---- for layers

    /** Uniform in ±bound. */
    static Tensor uniform(Random random, double bound, int... shape) {
        return Tensors.rand(random, shape).mul(2 * bound).sub(bound);
    }

    /** Uniform in ±1/√fanIn, with which PyTorch's layers begin: {@link #kaimingUniform} for a leaky ReLU of slope √5. */
    static Tensor fanInUniform(Random random, int fanIn, int... shape) {
        return uniform(random, fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn), shape);
    }

    static void requireGroups(String layer, int in, int out, int groups) {
        if (groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(layer + ": groups = " + groups + " does not divide "
                    + (in == out ? in + " channels" : in + " channels in and " + out + " out")
                    + ": each group has equally many. Hint: choose a number that divides " + (in == out ? "it." : "both."));
        }
    }
}
