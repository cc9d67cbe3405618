package org.unrolled.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Unary;
import org.unrolled.tensor.op.Add;
import org.unrolled.tensor.op.Affine;
import org.unrolled.tensor.op.CrossEntropy;
import org.unrolled.tensor.op.Div;
import org.unrolled.tensor.op.Dropout;
import org.unrolled.tensor.op.Elementwise;
import org.unrolled.tensor.op.Expand;
import org.unrolled.tensor.op.Gather;
import org.unrolled.tensor.op.LayerNorm;
import org.unrolled.tensor.op.LeakyRelu;
import org.unrolled.tensor.op.LogSoftmax;
import org.unrolled.tensor.op.MaskedFill;
import org.unrolled.tensor.op.MatMul;
import org.unrolled.tensor.op.Max;
import org.unrolled.tensor.op.Maximum;
import org.unrolled.tensor.op.Mul;
import org.unrolled.tensor.op.Permute;
import org.unrolled.tensor.op.Pow;
import org.unrolled.tensor.op.Reshape;
import org.unrolled.tensor.op.RmsNorm;
import org.unrolled.tensor.op.Shapes;
import org.unrolled.tensor.op.Slice;
import org.unrolled.tensor.op.Softmax;
import org.unrolled.tensor.op.Sub;
import org.unrolled.tensor.op.Sum;
import org.unrolled.tensor.op.Variance;

/**
 * An array of numbers with a shape, row-major: float32, or int32 for ids and labels. Its operations make new tensors
 * and remember how, so that {@link #backward()} finds the gradient of a scalar with respect to every tensor that
 * {@linkplain #requiresGrad(boolean) asked for one}. The model is PyTorch's.
 *
 * <p>Shapes broadcast as in NumPy. An axis is counted from 0, or from the end with -1 the last. A scalar argument is a
 * {@code double} and is rounded to float. A wrong shape throws {@link IllegalArgumentException} with both shapes, the
 * rule and a hint.
 *
 * <p>A tensor's elements change only by {@link #assign} and {@link #moveTo}, which optimisers use.
 */
public final class Tensor {
    private final int[] shape;
    private Buffer buffer;
    private boolean requiresGrad;
    boolean retainsGrad;
    final Tape.@Nullable Node node;
    @Nullable Buffer gradBuffer;

    private Tensor(int[] shape, Buffer buffer, Tape.@Nullable Node node) {
        this.shape = shape;
        this.buffer = buffer;
        this.node = node;
        this.requiresGrad = node != null;
    }

    // ---- for operations and optimisers

    /**
     * The result of an operation, for those who write one (see {@code org.unrolled.tensor.op}).
     *
     * @param op    its name, as errors and {@link #op()} show it
     * @param shape of the result
     * @param y     its elements
     * @param edges one for each input a gradient flows to
     */
    public static Tensor of(String op, int[] shape, Buffer y, Edge... edges) {
        return new Tensor(shape, y, Tape.records(edges) ? new Tape.Node(op, edges) : null);
    }

    /** Whether an operation on these inputs is written down for a gradient: what only the gradient needs may else be left out. */
    public static boolean isRecorded(Tensor... inputs) {
        return Tape.records(inputs);
    }

    /** A tensor of elements that no operation made. */
    public static Tensor of(int[] shape, Buffer elements) {
        return new Tensor(shape, elements, null);
    }

    /** The elements, for those who call {@link Kernels}. */
    public Buffer buffer() {
        return buffer;
    }

    /** Overwrites the elements with those of another tensor of this shape, outside autograd. */
    public Tensor assign(Tensor values) {
        if (!Arrays.equals(shape, values.shape) || isInt() != values.isInt()) {
            throw new IllegalArgumentException("assign: " + Shapes.text(values.shape) + (values.isInt() ? " of ints" : "")
                    + " into " + Shapes.text(shape) + (isInt() ? " of ints" : "") + ": both must have one shape and kind. Hint: reshape or expand the new values.");
        }
        if (buffer.sharesStorage(values.buffer)) {
            Buffer between = isInt() ? Kernels.current().ints(numel()) : Kernels.current().floats(numel());
            Kernels.current().copy(between, values.buffer);
            Kernels.current().copy(buffer, between);
        } else {
            Kernels.current().copy(buffer, values.buffer);
        }
        return this;
    }

    /** Overwrites the elements from the host's memory, outside autograd. */
    public Tensor assign(float... values) {
        requireCount(values.length);
        if (isInt()) {
            throw new IllegalArgumentException("assign: floats into " + Shapes.text(shape) + " of ints: they would be rounded. Hint: give ints.");
        }
        Kernels.current().upload(buffer, values);
        return this;
    }

    /** Overwrites the elements from the host's memory; a float tensor's with the same numbers as floats. */
    public Tensor assign(int... values) {
        requireCount(values.length);
        if (!isInt()) {
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) floats[i] = values[i];
            return assign(floats);
        }
        Kernels.current().upload(buffer, values);
        return this;
    }

    private void requireCount(int n) {
        if (n != numel()) {
            throw new IllegalArgumentException("assign: " + n + " values into " + Shapes.text(shape) + ": it has " + numel()
                    + " elements. Hint: give one value for each.");
        }
    }

    /**
     * Moves a leaf's elements, and its gradient, into parts of two larger arrays, so that an optimiser updates many
     * parameters at once.
     */
    public void moveTo(Buffer elements, Buffer gradient) {
        if (node != null) {
            throw new IllegalStateException("moveTo: the result of " + node.op + " is not a parameter: only a tensor that no operation made can move. Hint: use its copy().");
        }
        Kernels k = Kernels.current();
        k.copy(elements, buffer);
        if (gradBuffer != null) k.copy(gradient, gradBuffer);
        buffer = elements;
        gradBuffer = gradient;
    }

    // ---- shape

    /** The sizes of the axes; none for a scalar. */
    public int[] shape() {
        return shape.clone();
    }

    /** The size of an axis. */
    public int size(int dim) {
        return shape[Shapes.axis("size", shape, dim)];
    }

    /** The number of axes. */
    public int dim() {
        return shape.length;
    }

    /** The number of elements. */
    public int numel() {
        return buffer.length();
    }

    /** Whether the elements are ints (ids, labels, positions). */
    public boolean isInt() {
        return buffer.type() == Buffer.Type.INT;
    }

    // ---- reading

    /** The one element of a tensor that has one. */
    public float item() {
        if (numel() != 1) {
            throw new IllegalArgumentException("item: " + Shapes.text(shape) + " has " + numel()
                    + " elements, and item() reads the only one. Hint: get(index...) reads one of many.");
        }
        return isInt() ? Kernels.current().hostInts(buffer)[0] : Kernels.current().host(buffer)[0];
    }

    /** One element. */
    public float get(int... index) {
        boolean fits = index.length == shape.length;
        int at = 0;
        for (int k = 0; fits && k < index.length; k++) {
            int i = index[k] < 0 ? index[k] + shape[k] : index[k];
            fits = i >= 0 && i < shape[k];
            at = at * shape[k] + i;
        }
        if (!fits) {
            throw new IndexOutOfBoundsException("get: there is no element " + Shapes.text(index) + " in " + Shapes.text(shape)
                    + ": one index for each axis, below its size. Hint: select(dim, index) takes a whole row.");
        }
        Buffer one = buffer.slice(at, 1);
        return isInt() ? Kernels.current().hostInts(one)[0] : Kernels.current().host(one)[0];
    }

    /** A copy of the elements in row-major order; ints become floats. */
    public float[] toArray() {
        if (!isInt()) return Kernels.current().host(buffer);
        int[] ints = toIntArray();
        float[] floats = new float[ints.length];
        for (int i = 0; i < ints.length; i++) floats[i] = ints[i];
        return floats;
    }

    /** A copy of the elements of an int tensor. */
    public int[] toIntArray() {
        if (!isInt()) {
            throw new IllegalArgumentException("toIntArray: " + Shapes.text(shape) + " holds floats. Hint: toArray() reads floats.");
        }
        return Kernels.current().hostInts(buffer);
    }

    /** A copy of a matrix as rows. */
    public float[][] toArray2d() {
        if (dim() != 2) {
            throw new IllegalArgumentException("toArray2d: " + Shapes.text(shape) + " has " + dim()
                    + " axes, and a matrix has 2. Hint: select or reshape first.");
        }
        float[] all = toArray();
        float[][] rows = new float[shape[0]][];
        for (int r = 0; r < rows.length; r++) rows[r] = Arrays.copyOfRange(all, r * shape[1], (r + 1) * shape[1]);
        return rows;
    }

    // ---- arithmetic, broadcast

    /** a + b. */
    public Tensor add(Tensor b) {
        return Add.apply(this, b);
    }

    /** a + b. */
    public Tensor add(double b) {
        return Affine.apply("add", this, 1, b);
    }

    /** a - b. */
    public Tensor sub(Tensor b) {
        return Sub.apply(this, b);
    }

    /** a - b. */
    public Tensor sub(double b) {
        return Affine.apply("sub", this, 1, -b);
    }

    /** a · b, element by element. */
    public Tensor mul(Tensor b) {
        return Mul.apply(this, b);
    }

    /** a · b. */
    public Tensor mul(double b) {
        return Affine.apply("mul", this, b, 0);
    }

    /** a / b, element by element. */
    public Tensor div(Tensor b) {
        return Div.apply(this, b);
    }

    /** a / b. */
    public Tensor div(double b) {
        return Affine.apply("div", this, 1 / b, 0);
    }

    /** -a. */
    public Tensor neg() {
        return Affine.apply("neg", this, -1, 0);
    }

    /** aᵖ. */
    public Tensor pow(double p) {
        return Pow.apply(this, p);
    }

    /** The larger of a and b, element by element. */
    public Tensor maximum(Tensor b) {
        return Maximum.apply(this, b);
    }

    // ---- functions, element by element

    /** eˣ. */
    public Tensor exp() {
        return Elementwise.apply(Unary.EXP, this);
    }

    /** ln x. */
    public Tensor log() {
        return Elementwise.apply(Unary.LOG, this);
    }

    /** √x. */
    public Tensor sqrt() {
        return Elementwise.apply(Unary.SQRT, this);
    }

    /** |x|. */
    public Tensor abs() {
        return Elementwise.apply(Unary.ABS, this);
    }

    /** tanh x. */
    public Tensor tanh() {
        return Elementwise.apply(Unary.TANH, this);
    }

    /** σ(x) = 1/(1 + e⁻ˣ). */
    public Tensor sigmoid() {
        return Elementwise.apply(Unary.SIGMOID, this);
    }

    /** max(x, 0). */
    public Tensor relu() {
        return Elementwise.apply(Unary.RELU, this);
    }

    /** x Φ(x), exact (the erf form, PyTorch's default). */
    public Tensor gelu() {
        return Elementwise.apply(Unary.GELU, this);
    }

    /** GELU by the tanh approximation that GPT-2 uses. */
    public Tensor geluTanh() {
        return Elementwise.apply(Unary.GELU_TANH, this);
    }

    /** x σ(x), also called swish. */
    public Tensor silu() {
        return Elementwise.apply(Unary.SILU, this);
    }

    /** x where x &gt; 0, else slope·x. */
    public Tensor leakyRelu(double slope) {
        return LeakyRelu.apply(this, slope);
    }

    // ---- matrices and shapes

    /** A·B: (…, M, K) · (…, K, N) → (…, M, N). */
    public Tensor matmul(Tensor b) {
        return MatMul.apply(this, b);
    }

    /** Swaps the last two axes. */
    public Tensor transpose() {
        return Permute.swap(this, -2, -1);
    }

    /** Swaps two axes. */
    public Tensor transpose(int a, int b) {
        return Permute.swap(this, a, b);
    }

    /** Axis k of the result is axis {@code order[k]} of this. */
    public Tensor permute(int... order) {
        return Permute.apply(this, order);
    }

    /** The same elements with another shape; one size may be -1. */
    public Tensor reshape(int... sizes) {
        return Reshape.apply(this, sizes);
    }

    /** A new axis of size 1 at place {@code dim}. */
    public Tensor unsqueeze(int dim) {
        return Reshape.unsqueeze(this, dim);
    }

    /** Without an axis of size 1. */
    public Tensor squeeze(int dim) {
        return Reshape.squeeze(this, dim);
    }

    /** Axes of size 1 repeated to these sizes; -1 keeps a size. */
    public Tensor expand(int... sizes) {
        return Expand.apply(this, sizes);
    }

    /** The part {@code from} up to but not including {@code to} of an axis. */
    public Tensor slice(int dim, int from, int to) {
        return Slice.apply(this, dim, from, to);
    }

    /** One element of an axis, which the result no longer has. */
    public Tensor select(int dim, int index) {
        return Slice.select(this, dim, index);
    }

    /** An axis cut into parts of these sizes, one after the other. */
    public Tensor[] split(int dim, int... sizes) {
        return Slice.split(this, dim, sizes);
    }

    /** An axis cut into n equal parts: an LSTM's four gates from one product. */
    public Tensor[] chunk(int dim, int n) {
        return Slice.chunk(this, dim, n);
    }

    /** Of each line along an axis the elements that the index (ints) names; its other sizes are this tensor's. */
    public Tensor gather(int dim, Tensor index) {
        return Gather.apply(this, dim, index);
    }

    // ---- over an axis or over everything

    /** Σ over everything, a scalar. */
    public Tensor sum() {
        return Sum.all(this);
    }

    /** Σ along an axis. */
    public Tensor sum(int dim) {
        return Sum.apply(this, dim, false);
    }

    /** Σ along an axis, which stays with size 1 if {@code keepDim}. */
    public Tensor sum(int dim, boolean keepDim) {
        return Sum.apply(this, dim, keepDim);
    }

    /** The mean of everything, a scalar. */
    public Tensor mean() {
        return Sum.meanOfAll(this);
    }

    /** The mean along an axis. */
    public Tensor mean(int dim) {
        return Sum.mean(this, dim, false);
    }

    /** The mean along an axis, which stays with size 1 if {@code keepDim}. */
    public Tensor mean(int dim, boolean keepDim) {
        return Sum.mean(this, dim, keepDim);
    }

    /** The unbiased variance of everything, a scalar. */
    public Tensor variance() {
        return Variance.all(this);
    }

    /** The unbiased variance along an axis. */
    public Tensor variance(int dim) {
        return Variance.apply(this, dim, false);
    }

    /** The unbiased variance along an axis, which stays with size 1 if {@code keepDim}. */
    public Tensor variance(int dim, boolean keepDim) {
        return Variance.apply(this, dim, keepDim);
    }

    /** The largest of everything, a scalar. */
    public Tensor max() {
        return Max.all(this);
    }

    /** The largest along an axis. */
    public Tensor max(int dim) {
        return Max.apply(this, dim, false);
    }

    /** The largest along an axis, which stays with size 1 if {@code keepDim}. */
    public Tensor max(int dim, boolean keepDim) {
        return Max.apply(this, dim, keepDim);
    }

    /** Where the largest along an axis is, as ints. */
    public Tensor argmax(int dim) {
        return Max.argmax(this, dim);
    }

    // ---- what networks are made of

    /** Softmax along the last axis. */
    public Tensor softmax() {
        return Softmax.apply(this, -1);
    }

    /** Softmax along an axis. */
    public Tensor softmax(int dim) {
        return Softmax.apply(this, dim);
    }

    /** The logarithm of softmax along an axis. */
    public Tensor logSoftmax(int dim) {
        return LogSoftmax.apply(this, dim);
    }

    /** {@code value} where the mask is not 0, the elements elsewhere. */
    public Tensor maskedFill(Tensor mask, double value) {
        return MaskedFill.apply(this, mask, value);
    }

    /** Layer normalisation over the last axis. */
    public Tensor layerNorm(Tensor gamma, Tensor beta, double eps) {
        return LayerNorm.apply(this, gamma, beta, eps);
    }

    /** RMS normalisation over the last axis. */
    public Tensor rmsNorm(Tensor gamma, double eps) {
        return RmsNorm.apply(this, gamma, eps);
    }

    /** Dropout with probability p; step is one int (see {@link Dropout}). */
    public Tensor dropout(double p, int seed, Tensor step, int layer) {
        return Dropout.apply(this, p, seed, step, layer);
    }

    /** The mean cross-entropy of these logits (…, C) with labels (…) of ints. */
    public Tensor crossEntropy(Tensor labels) {
        return CrossEntropy.apply(this, labels);
    }

    // ---- gradients

    /** Whether backward finds a gradient for this tensor or passes one through it. */
    public boolean requiresGrad() {
        return requiresGrad;
    }

    /** Asks for a gradient, or no longer does. Only for tensors that no operation made. */
    public Tensor requiresGrad(boolean requires) {
        if (node != null && !requires) {
            throw new IllegalStateException("requiresGrad(false): this is the result of " + node.op
                    + ", and only tensors that no operation made can be switched. Hint: detach() is this without its history.");
        }
        if (isInt() && requires) {
            throw new IllegalArgumentException("requiresGrad: " + Shapes.text(shape) + " holds ints, and only floats have gradients. Hint: toFloat()");
        }
        requiresGrad = requires;
        return this;
    }

    /** Keeps the gradient of this intermediate result too: {@link #grad} is its own after backward. */
    public Tensor retainGrad() {
        retainsGrad = node != null;
        return this;
    }

    /** What backward found: ∂L/∂x, added up over calls; null before the first, and for results not {@link #retainGrad() retained}. */
    public @Nullable Tensor grad() {
        Buffer grad = gradBuffer;
        return grad == null ? null : new Tensor(shape, grad, null);
    }

    /** Sets the gradient to 0. */
    public void zeroGrad() {
        Buffer grad = gradBuffer;
        if (grad != null) Kernels.current().fill(grad, 0);
    }

    /**
     * Finds the gradient of this scalar with respect to every tensor that requires one, and adds it to theirs. How the scalar
     * was computed stays in memory as long as the scalar does: of a step's loss keep the {@link #item}, not the tensor.
     */
    public void backward() {
        if (numel() != 1) {
            throw new IllegalArgumentException("backward: " + Shapes.text(shape) + " has " + numel()
                    + " elements, and a gradient belongs to one number. Hint: take its sum() or mean(), or give backward(dout) the gradient of each element.");
        }
        Buffer one = Kernels.current().floats(1);
        Kernels.current().fill(one, 1);
        start(one);
    }

    /** The same from a gradient of each element: finds Σᵢ doutᵢ ∂yᵢ/∂x. */
    public void backward(Tensor dout) {
        if (!Arrays.equals(shape, dout.shape)) {
            throw new IllegalArgumentException("backward: dout " + Shapes.text(dout.shape) + " for " + Shapes.text(shape)
                    + ": the gradient of a tensor has its shape. Hint: expand or reshape dout.");
        }
        // a copy: dout may be a parameter's gradient, which is about to change
        start(dout.copy().buffer);
    }

    private void start(Buffer dout) {
        if (!requiresGrad) {
            throw new IllegalStateException("backward: nothing here requires a gradient. Hint: call requiresGrad(true) on the parameters before computing, and not within noGrad.");
        }
        Tape.backward(this, dout);
    }

    /** The same elements without a history: no gradient flows through. */
    public Tensor detach() {
        return new Tensor(shape, buffer, null);
    }

    /** A copy of the elements without a history. */
    public Tensor copy() {
        Kernels k = Kernels.current();
        Buffer y = isInt() ? k.ints(numel()) : k.floats(numel());
        k.copy(y, buffer);
        return new Tensor(shape, y, null);
    }

    /** Ints as floats; floats as they are. */
    public Tensor toFloat() {
        if (!isInt()) return this;
        Buffer y = Kernels.current().floats(numel());
        Kernels.current().toFloats(y, buffer);
        return new Tensor(shape, y, null);
    }

    /** The operation that made this tensor, or "leaf". */
    public String op() {
        return node == null ? "leaf" : node.op;
    }

    /** What the operation that made this tensor worked on, as far as a gradient flows there or might; empty for a leaf. */
    public List<Tensor> inputs() {
        return node == null ? List.of() : Arrays.stream(node.edges).map(Edge::input).toList();
    }

    /** The number by which the tape orders results; only for those an operation made. */
    long number() {
        return node == null ? -1 : node.number;
    }

    /** The elements as NumPy would print them, long axes cut, and the shape. */
    @Override public String toString() {
        return Printer.print(this);
    }
}
