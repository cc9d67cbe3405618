package org.unrolled.tensor;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.AvgPool;
import org.unrolled.tensor.op.BatchNorm;
import org.unrolled.tensor.op.BceWithLogits;
import org.unrolled.tensor.op.Cat;
import org.unrolled.tensor.op.Conv2d;
import org.unrolled.tensor.op.ConvTranspose2d;
import org.unrolled.tensor.op.CrossEntropy;
import org.unrolled.tensor.op.Dropout;
import org.unrolled.tensor.op.Embedding;
import org.unrolled.tensor.op.GroupNorm;
import org.unrolled.tensor.op.Linear;
import org.unrolled.tensor.op.Losses;
import org.unrolled.tensor.op.MaxPool;
import org.unrolled.tensor.op.ScaledDotProductAttention;
import org.unrolled.tensor.op.Shapes;
import org.unrolled.tensor.op.Softmax;
import org.unrolled.tensor.op.Unfold;
import org.unrolled.tensor.op.Where;

/**
 * Functions that make and combine tensors, for static import, so that a cell reads like its equation:
 * {@code softmax(q.matmul(k.transpose()).div(sqrt(dK))).matmul(v)}.
 */
public class Tensors {
    /** For those who add functions of their own to one static import. */
    protected Tensors() { }

    // ---- making tensors

    /** A vector of these numbers. */
    public static Tensor tensor(double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) floats[i] = (float) values[i];
        return tensor(floats, values.length);
    }

    /** A matrix of these rows. */
    public static Tensor tensor(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] floats = new float[rows.length * columns];
        for (int r = 0; r < rows.length; r++) {
            if (rows[r].length != columns) {
                throw new IllegalArgumentException("tensor: row " + r + " has " + rows[r].length + " numbers and row 0 has " + columns
                        + ": the rows of a matrix are equally long. Hint: pad the shorter ones.");
            }
            for (int c = 0; c < columns; c++) floats[r * columns + c] = (float) rows[r][c];
        }
        return tensor(floats, rows.length, columns);
    }

    /** These numbers in row-major order with a shape; the array is copied. */
    public static Tensor tensor(float[] data, int... shape) {
        requireCount("tensor", data.length, shape);
        Buffer buffer = Kernels.current().floats(data.length);
        Kernels.current().upload(buffer, data);
        return Tensor.of(shape.clone(), buffer);
    }

    /** A vector of ints: token ids, class labels, positions. */
    public static Tensor ids(int... ids) {
        return ids(ids, ids.length);
    }

    /** Ints in row-major order with a shape; the array is copied. */
    public static Tensor ids(int[] data, int... shape) {
        requireCount("ids", data.length, shape);
        Buffer buffer = Kernels.current().ints(data.length);
        Kernels.current().upload(buffer, data);
        return Tensor.of(shape.clone(), buffer);
    }

    private static void requireCount(String op, int n, int[] shape) {
        int count = count(op, shape);
        if (count != n) {
            throw new IllegalArgumentException(op + ": " + n + " numbers for the shape " + Shapes.text(shape) + ", which has "
                    + count + ". Hint: the sizes must multiply to the number of elements.");
        }
    }

    private static int count(String op, int... shape) {
        for (int size : shape) {
            if (size < 0) throw new IllegalArgumentException(op + ": the shape " + Shapes.text(shape) + " has a negative size. Hint: sizes are 0 or more.");
        }
        return Shapes.count(shape);
    }

    /** All 0. */
    public static Tensor zeros(int... shape) {
        return allocate("zeros", shape);
    }

    /** A float tensor of the kernels' own zeros: nothing passes through the host's memory. */
    private static Tensor allocate(String op, int... shape) {
        return Tensor.of(shape.clone(), Kernels.current().floats(count(op, shape)));
    }

    /** All 1. */
    public static Tensor ones(int... shape) {
        return full(1, shape);
    }

    /** All {@code value}. */
    public static Tensor full(double value, int... shape) {
        Tensor y = allocate("full", shape);
        Kernels.current().fill(y.buffer(), (float) value);
        return y;
    }

    /** 0, 1, …, n - 1 as floats. */
    public static Tensor arange(int n) {
        float[] data = new float[count("arange", n)];
        for (int i = 0; i < n; i++) data[i] = i;
        return tensor(data, n);
    }

    /** The identity matrix. */
    public static Tensor eye(int n) {
        float[] data = new float[count("eye", n, n)];
        for (int i = 0; i < n; i++) data[i * n + i] = 1;
        return tensor(data, n, n);
    }

    /** Independent standard normal numbers, the same for the same state of {@code random}. */
    public static Tensor randn(Random random, int... shape) {
        float[] data = new float[count("randn", shape)];
        for (int i = 0; i < data.length; i++) data[i] = (float) random.nextGaussian();
        return tensor(data, shape);
    }

    /** Independent numbers, uniform in [0, 1). */
    public static Tensor rand(Random random, int... shape) {
        float[] data = new float[count("rand", shape)];
        for (int i = 0; i < data.length; i++) data[i] = random.nextFloat();
        return tensor(data, shape);
    }

    /** (T, T) with 1 above the diagonal: what position t must not see, since it comes later. */
    public static Tensor causalMask(int T) {
        float[] mask = new float[count("causalMask", T, T)];
        for (int t = 0; t < T; t++) Arrays.fill(mask, t * T + t + 1, (t + 1) * T, 1);
        return tensor(mask, T, T);
    }

    /** (B, T) with 1 from each sequence's length on: the padding, which nobody should see. */
    public static Tensor paddingMask(int[] lengths, int T) {
        float[] mask = new float[count("paddingMask", lengths.length, T)];
        for (int b = 0; b < lengths.length; b++) {
            if (lengths[b] < 0 || lengths[b] > T) {
                throw new IllegalArgumentException("paddingMask: sequence " + b + " has length " + lengths[b] + ", and T is " + T
                        + ". Hint: T is the longest length.");
            }
            Arrays.fill(mask, b * T + lengths[b], (b + 1) * T, 1);
        }
        return tensor(mask, lengths.length, T);
    }

    /** (…, n) with 1 at each id and 0 elsewhere. */
    public static Tensor oneHot(Tensor ids, int n) {
        if (!ids.isInt()) {
            throw new IllegalArgumentException("oneHot: the ids " + Shapes.text(ids.shape()) + " are floats, and ids are ints. Hint: make them with ids(...).");
        }
        int[] shape = Arrays.copyOf(ids.shape(), ids.dim() + 1);
        shape[ids.dim()] = n;
        Buffer y = Kernels.current().floats(count("oneHot", shape));
        Kernels.current().oneHot(y, ids.buffer(), ids.numel(), n);
        return Tensor.of(shape, y);
    }

    // ---- combining tensors

    /** Along an axis, one after the other. */
    public static Tensor cat(int dim, Tensor... tensors) {
        return Cat.apply(dim, tensors);
    }

    /** Tensors of one shape along a new axis {@code dim} of the result. */
    public static Tensor stack(int dim, Tensor... tensors) {
        return Cat.stack(dim, tensors);
    }

    /** The same elements in reverse order along these axes: a kernel turned by 180 degrees is {@code flip(k, -2, -1)}. */
    public static Tensor flip(Tensor x, int... dims) {
        Tensor y = x;
        for (int dim : dims) {
            Tensor whole = y;
            Tensor[] parts = new Tensor[whole.size(dim)];
            Arrays.setAll(parts, i -> whole.slice(dim, parts.length - 1 - i, parts.length - i));
            y = parts.length < 2 ? whole : cat(dim, parts);
        }
        return y;
    }

    /** The table's rows that the ids name: table (V, C), ids (…) → (…, C). */
    public static Tensor embedding(Tensor table, Tensor ids) {
        return Embedding.apply(table, ids);
    }

    /** The same where one id stands for padding: its row gets no gradient. */
    public static Tensor embedding(Tensor table, Tensor ids, int padding) {
        return Embedding.apply(table, ids, padding);
    }

    /** x·Wᵀ + b with W (out, in). */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return Linear.apply(x, weight, bias);
    }

    /** a where the mask is not 0, b elsewhere; the three are broadcast. */
    public static Tensor where(Tensor mask, Tensor a, Tensor b) {
        return Where.apply(mask, a, b);
    }

    // ---- convolution, pooling, normalisation; stride, padding and dilation as in PyTorch

    /** Convolution with stride 1 and no padding: x (B, C, H, W), weight (Cout, C, kH, kW), bias (Cout) or null → (B, Cout, H - kH + 1, W - kW + 1). */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return conv2d(x, weight, bias, 1, 0);
    }

    /** Convolution: x (B, C, H, W), weight (Cout, C, kH, kW), bias (Cout) or null → (B, Cout, ⌊(H + 2·padding - kH)/stride⌋ + 1, …). */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding) {
        return conv2d(x, weight, bias, stride, padding, 1, 1);
    }

    /** Convolution with dilation and groups: weight (Cout, C/groups, kH, kW) (see {@link Conv2d}). */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding, int dilation, int groups) {
        return Conv2d.apply(x, weight, bias, new int[] {stride}, new int[] {padding}, new int[] {dilation}, groups);
    }

    /** Convolution whose stride, padding and dilation differ between rows and columns, given in this order. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, int[] stride, int[] padding, int[] dilation, int groups) {
        return Conv2d.apply(x, weight, bias, stride, padding, dilation, groups);
    }

    /** Convolution along one axis: x (B, C, L), weight (Cout, C, k), bias (Cout) or null → (B, Cout, L - k + 1). */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return conv1d(x, weight, bias, 1, 0, 1, 1);
    }

    /** Convolution along one axis: weight (Cout, C/groups, k) → (B, Cout, ⌊(L + 2·padding - dilation·(k - 1) - 1)/stride⌋ + 1). */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding, int dilation, int groups) {
        return Conv2d.line(x, weight, bias, stride, padding, dilation, groups);
    }

    /** Transposed convolution: x (B, C, H, W), weight (C, Cout, kH, kW), bias (Cout) or null → (B, Cout, (H - 1)·stride - 2·padding + kH, …). */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding) {
        return convTranspose2d(x, weight, bias, stride, padding, 0, 1, 1);
    }

    /** Transposed convolution with output padding, groups and dilation, in PyTorch's order (see {@link ConvTranspose2d}). */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding, int outputPadding, int groups, int dilation) {
        return ConvTranspose2d.apply(x, weight, bias, new int[] {stride}, new int[] {padding}, new int[] {outputPadding}, groups, new int[] {dilation});
    }

    /** Each place of a kernel x kernel window as a column, stride 1, no padding: (B, C, H, W) → (B, C·kernel², places). */
    public static Tensor unfold(Tensor x, int kernel) {
        return unfold(x, kernel, 1, 0, 1);
    }

    /** Each place of a sliding window as a column ("im2col"): (B, C, H, W) → (B, C·kernel², places). The order is conv2d's; PyTorch's unfold has dilation, padding, stride. */
    public static Tensor unfold(Tensor x, int kernel, int stride, int padding, int dilation) {
        return Unfold.apply(x, new int[] {kernel}, new int[] {stride}, new int[] {padding}, new int[] {dilation});
    }

    /** Columns added back to where unfold took them: (B, C·kernel², places) → (B, C, H, W). */
    public static Tensor fold(Tensor columns, int H, int W, int kernel, int stride, int padding, int dilation) {
        return Unfold.fold(columns, H, W, new int[] {kernel}, new int[] {stride}, new int[] {padding}, new int[] {dilation});
    }

    /** The largest of each kernel x kernel window; windows lie side by side: (B, C, H, W) → (B, C, ⌊H/kernel⌋, ⌊W/kernel⌋). */
    public static Tensor maxPool2d(Tensor x, int kernel) {
        return maxPool2d(x, kernel, kernel, 0);
    }

    /** The largest of each kernel x kernel window: (B, C, H, W) → (B, C, ⌊(H + 2·padding - kernel)/stride⌋ + 1, …). */
    public static Tensor maxPool2d(Tensor x, int kernel, int stride, int padding) {
        return MaxPool.planes(x, new int[] {kernel}, new int[] {stride}, new int[] {padding}, new int[] {1});
    }

    /** The largest of each window of {@code kernel} neighbours: (B, C, L) → (B, C, ⌊(L + 2·padding - kernel)/stride⌋ + 1). */
    public static Tensor maxPool1d(Tensor x, int kernel, int stride, int padding) {
        return MaxPool.line(x, kernel, stride, padding);
    }

    /** The mean of each kernel x kernel window; windows lie side by side: (B, C, H, W) → (B, C, ⌊H/kernel⌋, ⌊W/kernel⌋). */
    public static Tensor avgPool2d(Tensor x, int kernel) {
        return avgPool2d(x, kernel, kernel, 0);
    }

    /** The mean of each kernel x kernel window, the padding's zeros included: (B, C, H, W) → (B, C, ⌊(H + 2·padding - kernel)/stride⌋ + 1, …). */
    public static Tensor avgPool2d(Tensor x, int kernel, int stride, int padding) {
        return AvgPool.planes(x, new int[] {kernel}, new int[] {stride}, new int[] {padding});
    }

    /** The mean of each window of {@code kernel} neighbours: (B, C, L) → (B, C, ⌊(L + 2·padding - kernel)/stride⌋ + 1). */
    public static Tensor avgPool1d(Tensor x, int kernel, int stride, int padding) {
        return AvgPool.line(x, kernel, stride, padding);
    }

    /** The means of outH x outW parts of each plane, whatever its size: (B, C, H, W) → (B, C, outH, outW). */
    public static Tensor adaptiveAvgPool2d(Tensor x, int outH, int outW) {
        return AvgPool.adaptive(x, outH, outW);
    }

    /** Batch normalisation by channel, axis 1; in training the running mean and variance are updated (see {@link BatchNorm}). */
    public static Tensor batchNorm(Tensor x, Tensor runningMean, Tensor runningVar, Tensor gamma, Tensor beta, boolean training, double momentum, double eps) {
        return BatchNorm.apply(x, runningMean, runningVar, gamma, beta, training, momentum, eps);
    }

    /** Normalisation over groups of channels, axis 1, of each example by itself. */
    public static Tensor groupNorm(Tensor x, int groups, Tensor gamma, Tensor beta, double eps) {
        return GroupNorm.apply(x, groups, gamma, beta, eps);
    }

    /** Dropout of whole channels of x (B, C, …) with probability p; step is one int (see {@link Dropout#channels}). */
    public static Tensor dropout2d(Tensor x, double p, int seed, Tensor step, int layer) {
        return Dropout.channels(x, p, seed, step, layer);
    }

    /** softmax(Q·Kᵀ/√d_k)·V in one operation: q (…, T, d_k), k (…, S, d_k), v (…, S, d_v) → (…, T, d_v). */
    public static Tensor scaledDotProductAttention(Tensor q, Tensor k, Tensor v) {
        return ScaledDotProductAttention.apply(q, k, v, null, false);
    }

    /** The same where the mask, broadcast to (…, T, S), hides keys, and, if causal, what comes after a query (see {@link ScaledDotProductAttention}). */
    public static Tensor scaledDotProductAttention(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal) {
        return ScaledDotProductAttention.apply(q, k, v, mask, causal);
    }

    // ---- losses, each the mean as in PyTorch

    /** The cross-entropy of logits (…, C) with labels (…) of ints: the classes are the last axis. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return CrossEntropy.apply(logits, labels);
    }

    /** The cross-entropy without the rows whose label is {@code ignored}, such as padding. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, int ignored) {
        return CrossEntropy.apply(logits, labels, null, 0, ignored);
    }

    /** The cross-entropy with class weights (C) or null, label smoothing and the label -100 ignored (see {@link CrossEntropy}). */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, @Nullable Tensor weights, double labelSmoothing) {
        return CrossEntropy.apply(logits, labels, weights, labelSmoothing, CrossEntropy.IGNORED);
    }

    /** The binary cross-entropy of logits with targets from 0 to 1. */
    public static Tensor bceWithLogits(Tensor logits, Tensor targets) {
        return BceWithLogits.apply(logits, targets, null);
    }

    /** The binary cross-entropy; {@code posWeight} says how much a positive target counts, one for each element of the last axis. */
    public static Tensor bceWithLogits(Tensor logits, Tensor targets, Tensor posWeight) {
        return BceWithLogits.apply(logits, targets, posWeight);
    }

    /** The mean squared error; the shapes must be equal. */
    public static Tensor mseLoss(Tensor y, Tensor targets) {
        return Losses.mse(y, targets);
    }

    /** The mean absolute error; the shapes must be equal. */
    public static Tensor l1Loss(Tensor y, Tensor targets) {
        return Losses.l1(y, targets);
    }

    /** Squared up to a distance of delta, linear beyond. */
    public static Tensor huberLoss(Tensor y, Tensor targets, double delta) {
        return Losses.huber(y, targets, delta);
    }

    // ---- functions

    /** Softmax along the last axis. */
    public static Tensor softmax(Tensor x) {
        return Softmax.apply(x, -1);
    }

    /** Softmax along an axis. */
    public static Tensor softmax(Tensor x, int dim) {
        return Softmax.apply(x, dim);
    }

    /** The logarithm of softmax along an axis. */
    public static Tensor logSoftmax(Tensor x, int dim) {
        return x.logSoftmax(dim);
    }

    /** A·B. */
    public static Tensor matmul(Tensor a, Tensor b) {
        return a.matmul(b);
    }

    /** eˣ. */
    public static Tensor exp(Tensor x) {
        return x.exp();
    }

    /** ln x. */
    public static Tensor log(Tensor x) {
        return x.log();
    }

    /** √x. */
    public static Tensor sqrt(Tensor x) {
        return x.sqrt();
    }

    /** √x of a number. */
    public static double sqrt(double x) {
        return Math.sqrt(x);
    }

    /** tanh x. */
    public static Tensor tanh(Tensor x) {
        return x.tanh();
    }

    /** σ(x) = 1/(1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return x.sigmoid();
    }

    /** max(x, 0). */
    public static Tensor relu(Tensor x) {
        return x.relu();
    }

    /** x Φ(x). */
    public static Tensor gelu(Tensor x) {
        return x.gelu();
    }

    /** x σ(x). */
    public static Tensor silu(Tensor x) {
        return x.silu();
    }

    // ---- without gradients

    /**
     * The gradient of a function of one tensor, measured by central differences: (f(x + h) − f(x − h)) / 2h for each element of x, with
     * h = 0.01. Rough where f bends much over that distance or where floats cancel: three digits or so.
     *
     * @param f from a tensor of x's shape to one number
     */
    public static Tensor numericalGradient(UnaryOperator<Tensor> f, Tensor x) {
        float h = 0.01f;
        float[] at = x.toArray();
        float[] slope = new float[at.length];
        noGrad(() -> {
            for (int i = 0; i < at.length; i++) {
                float kept = at[i];
                at[i] = kept + h;
                double up = f.apply(tensor(at, x.shape())).item();
                at[i] = kept - h;
                double down = f.apply(tensor(at, x.shape())).item();
                at[i] = kept;
                slope[i] = (float) ((up - down) / (2 * h));
            }
        });
        return tensor(slope, x.shape());
    }

    /**
     * Computes without remembering how, so no gradient flows and nothing is kept for one. It holds for what this thread
     * computes meanwhile, not for threads that the body starts or a parallel stream borrows.
     */
    public static void noGrad(Runnable body) {
        ScopedValue.where(Tape.NO_GRAD, true).run(body);
    }

    /** The same for a body with a result. */
    public static <T> T noGrad(Supplier<T> body) {
        return ScopedValue.where(Tape.NO_GRAD, true).call(body::get);
    }

    // ---- comparing

    /** |a - b| ≤ atol + rtol·|b| for every element, and equal shapes; NaN is close to nothing. */
    public static boolean allClose(Tensor a, Tensor b, double rtol, double atol) {
        if (!Arrays.equals(a.shape(), b.shape())) return false;
        float[] as = a.toArray(), bs = b.toArray();
        for (int i = 0; i < as.length; i++) {
            boolean same = as[i] == bs[i];   // ∞ is close to itself
            if (!same && !(Math.abs((double) as[i] - bs[i]) <= atol + rtol * Math.abs(bs[i]))) return false;
        }
        return true;
    }

    /** {@link #allClose(Tensor, Tensor, double, double)} with rtol 1e-5 and atol 1e-6. */
    public static boolean allClose(Tensor a, Tensor b) {
        return allClose(a, b, 1e-5, 1e-6);
    }

    /** The largest |a - b|; NaN if there is one in either. */
    public static double maxAbsDiff(Tensor a, Tensor b) {
        if (!Arrays.equals(a.shape(), b.shape())) {
            throw new IllegalArgumentException("maxAbsDiff: " + Shapes.text(a.shape()) + " and " + Shapes.text(b.shape())
                    + ": only tensors of one shape can be compared. Hint: reshape one of the two.");
        }
        float[] as = a.toArray(), bs = b.toArray();
        double largest = 0;
        for (int i = 0; i < as.length; i++) {
            if (as[i] != bs[i]) largest = Math.max(largest, Math.abs((double) as[i] - bs[i]));
        }
        return largest;
    }
}
