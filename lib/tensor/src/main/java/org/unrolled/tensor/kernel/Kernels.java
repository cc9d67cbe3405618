package org.unrolled.tensor.kernel;

import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The contract of every numeric loop in the kit. {@link ReferenceKernels} is its specification.
 *
 * <h2>Rules that hold for every method</h2>
 * <ul>
 * <li><b>Destination first.</b> {@code dx} is the gradient of {@code x}, {@code dout} the incoming one. Sizes are
 *     {@code int}s in the field's letters; a buffer has exactly the elements its Javadoc names, row-major.
 * <li><b>{@code acc}</b>: true adds to the destination, false overwrites it. A destination that is overwritten may
 *     hold anything before, NaN included.
 * <li><b>No sharing.</b> The storage of a destination is the storage of no other argument, not even as another view:
 *     a device kernel that is given one array twice, once to write, hangs. Sources may share. A method that updates
 *     in place (it says so) takes the updated buffer once. So a method never has two destinations that could lie in one
 *     flat buffer: parameters, gradients and moments are each one storage.
 * <li><b>Nothing hidden.</b> A call reads and writes its buffers and nothing else. Scalars that change from step to
 *     step (learning rate, step number) are buffers of one element, so that a recorded step can be replayed; an
 *     argument that is a plain {@code float} or {@code int} is a constant of the recording. What a call does never
 *     depends on the values in a buffer.
 * <li><b>No atomics, one order.</b> Each element of a destination is computed by itself from the sources (a gather),
 *     so a provider gives the same bits in every run.
 * <li><b>Empty</b> sizes are allowed and leave an empty destination; a sum over nothing is 0. NaN and ∞ follow
 *     IEEE 754 unless a method says otherwise.
 * <li>Sizes are not checked here. Tensor checks shapes before it calls, where it can explain them.
 * </ul>
 *
 * <p>Every method except the allocations, {@link #upload} and {@link #host} is a {@code void} call on buffers, so a
 * decorator can treat all of them alike: time them, write them down, or skip them.
 *
 * <h2>Strided arguments</h2>
 * {@code size} and {@code stride} describe up to {@value #MAX_RANK} axes, the last running fastest: element
 * (i₀, i₁, …) of the strided buffer lies at Σ iₖ·strideₖ, and stride 0 repeats it (broadcasting). Callers merge axes
 * that can be run through as one, so that equal shapes arrive as one axis with stride 1, a bias as (rows, columns)
 * with strides (0, 1), a scalar with stride 0.
 */
public interface Kernels {
    /** The most axes a strided argument has. */
    int MAX_RANK = 6;

    /**
     * One line of {@link #available}: {@code reason} and {@code fix} are empty where it is usable.
     *
     * @param device what it computes on, where that is not this JVM and its heap
     */
    record Provider(String name, boolean usable, String reason, String fix, @Nullable Device device) {
        /** Kernels that compute in this JVM, or none. */
        public Provider(String name, boolean usable, String reason, String fix) {
            this(name, usable, reason, fix, null);
        }
    }

    /**
     * A device.
     *
     * @param kind      cpu, gpu or accelerator
     * @param title     what its driver calls it
     * @param memoryMiB of the device
     * @param limits    in words, such as "work groups of up to 1024"
     */
    record Device(String kind, String title, long memoryMiB, String limits) { }

    // ---- which kernels

    /** The kernels in use: those of the innermost {@link #with}, else of the last {@link #use}, else the default. */
    static Kernels current() {
        return Registry.current();
    }

    /**
     * Uses the named kernels from here on, in every thread. Throws with the reason where they cannot be used.
     *
     * <p>{@code "tornado:gpu, else vector"} takes the second where the first cannot be used, and goes on with the second when the first's device
     * fails or has no memory left; either is said once, on the error stream. Without "else" a device that fails is an error, never another kind of kernels.
     */
    static Kernels use(String name) {
        Kernels kernels = Registry.named(name);
        Registry.use(kernels);
        return kernels;
    }

    /** The named kernels, without using them. Throws with the reason where they cannot be used. */
    static Kernels named(String name) {
        return Registry.named(name);
    }

    /** Runs {@code body} with these kernels, in this thread only. */
    static <T> T with(Kernels kernels, Supplier<T> body) {
        return ScopedValue.where(Registry.SCOPED, kernels).call(body::get);
    }

    /** Runs {@code body} with these kernels, in this thread only. */
    static void with(Kernels kernels, Runnable body) {
        ScopedValue.where(Registry.SCOPED, kernels).run(body);
    }

    /**
     * Runs a method of your own on a device: compiles it for the device, copies the arrays in, runs it, and copies what it wrote
     * back into your arrays; then runs it some more times on copies, for the times. Each call compiles anew.
     *
     * <p>The kernel is a static method that returns nothing, takes {@code float[]}, {@code int[]}, {@code float} and {@code int},
     * and has a loop marked {@link Parallel}. Each array is given once. A number and an array's length are constants of the compiled code.
     *
     * @param device as {@link #use} knows it, such as "tornado:gpu"; "tornado" is the first that can be used
     * @throws IllegalStateException    with the reason where there is no such device
     * @throws IllegalArgumentException if a device cannot run the kernel, or not with these arguments: what is amiss and the fix
     */
    static DeviceRun runOnDevice(String device, Method kernel, Object... arguments) {
        return Registry.runOnDevice(device, kernel, arguments);
    }

    /** Every provider on the class path, the default first, with the reason and the fix where one is not usable. */
    static List<Provider> available() {
        return Registry.available();
    }

    /** The name {@link #use} knows it by. */
    String name();

    // ---- memory

    /** n floats, all 0 now; a recorded step finds there what its last run left, so it fills what it needs to be 0. */
    Buffer floats(int n);

    /** n ints, all 0. */
    Buffer ints(int n);

    /**
     * n floats that hold anything, for a while: what is given back by {@link #release} may be lent again. Never the elements of a tensor, which somebody
     * may keep; the gradients on their way through the tape are such floats, and what one gradient needs between two calls.
     */
    default Buffer scratch(int n) {
        return floats(n);
    }

    /** Gives back what {@link #scratch} lent. Nobody reads or writes it from now on. */
    default void release(Buffer scratch) { }

    /** Writes y from the host's memory. While a step is recorded, this sets the value the recording starts from. */
    void upload(Buffer y, float[] values);

    /** Writes y from the host's memory. */
    void upload(Buffer y, int[] values);

    /** A copy of x's elements in the host's memory: the only way to read them. Throws while a step is recorded. */
    float[] host(Buffer x);

    /** A copy of the elements of an int buffer. Throws while a step is recorded. */
    int[] hostInts(Buffer x);

    // ---- moving elements

    /** yᵢ = value. */
    void fill(Buffer y, float value);

    /** yᵢ = xᵢ, floats or ints. */
    void copy(Buffer y, Buffer x);

    /** yᵢ ← yᵢ + xᵢ, in place. */
    void accumulate(Buffer y, Buffer x);

    /** yᵢ (+)= x at (i₀, i₁, …): y is contiguous with {@code size}; transposes, expands and slices. Floats or, without acc, ints. */
    void readStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc);

    /** y at (i₀, i₁, …) (+)= xᵢ: x is contiguous with {@code size}; no stride is 0, the rest of y stays. Floats or, without acc, ints. */
    void writeStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc);

    /** yᵢ = xᵢ as a float; x is ints. */
    void toFloats(Buffer y, Buffer x);

    // ---- elementwise

    /** yᵢ (+)= α·xᵢ + β. */
    void affine(Buffer y, Buffer x, float alpha, float beta, boolean acc);

    /** yᵢ = f(xᵢ). */
    void unary(Buffer y, Unary f, Buffer x);

    /** dxᵢ (+)= doutᵢ · f′(xᵢ), where y = f(x). */
    void unaryBackward(Buffer dx, Unary f, Buffer dout, Buffer x, Buffer y, boolean acc);

    /** yᵢ = xᵢ^exponent. */
    void pow(Buffer y, Buffer x, float exponent);

    /** dxᵢ (+)= doutᵢ · exponent · xᵢ^(exponent - 1). */
    void powBackward(Buffer dx, Buffer dout, Buffer x, float exponent, boolean acc);

    /** yᵢ (+)= f(a, b) with a and b read at their strides; y is contiguous with {@code size}. */
    void binary(Buffer y, Binary f, Buffer a, Buffer b, int[] size, int[] strideA, int[] strideB, boolean acc);

    /** yᵢ (+)= value where the mask is not 0, else xᵢ; y and x are contiguous with {@code size}, the float mask is read at its strides. */
    void maskedFill(Buffer y, Buffer x, Buffer mask, float value, int[] size, int[] strideMask, boolean acc);

    /**
     * yᵢ (+)= 0 with probability p, else xᵢ/(1 - p) (Srivastava et al. 2014, scaled in training as everyone does now).
     * Element i is dropped if {@link Philox#uniform}(i, step, layer, seed) &lt; p. The gradient is the same call on dout.
     *
     * @param step one int: the step number, so that each step drops others
     * @param p    below 1
     */
    void dropout(Buffer y, Buffer x, Buffer step, float p, int seed, int layer, boolean acc);

    // ---- along one axis: x is (outer, n, inner), the result (outer, inner)

    /** y[o,i] (+)= scale · Σⱼ x[o,j,i]. */
    void sum(Buffer y, Buffer x, int outer, int n, int inner, float scale, boolean acc);

    /** y[o,i] = maxⱼ x[o,j,i], and index (ints) the first j that has it; NaN wins. n &gt; 0. y and index are two storages. */
    void max(Buffer y, Buffer index, Buffer x, int outer, int n, int inner);

    /** dx[o,j,i] (+)= dout[o,i] where j = index[o,i], else 0. */
    void maxBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int inner, boolean acc);

    /** y[o,i] = Σⱼ (x[o,j,i] - mean)² / (n - correction); NaN where n ≤ correction. */
    void variance(Buffer y, Buffer x, int outer, int n, int inner, int correction);

    /** dx[o,j,i] (+)= dout[o,i] · 2 (x[o,j,i] - mean) / (n - correction). */
    void varianceBackward(Buffer dx, Buffer dout, Buffer x, int outer, int n, int inner, int correction, boolean acc);

    /** y[o,j,i] = exp(x[o,j,i] - m) / Σⱼ exp(x[o,j,i] - m) with m the largest; a line of -∞ only is NaN. */
    void softmax(Buffer y, Buffer x, int outer, int n, int inner);

    /** dx[o,j,i] (+)= y[o,j,i] · (dout[o,j,i] - Σₖ dout[o,k,i] y[o,k,i]). */
    void softmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc);

    /** y[o,j,i] = x[o,j,i] - m - log Σⱼ exp(x[o,j,i] - m) with m the largest. */
    void logSoftmax(Buffer y, Buffer x, int outer, int n, int inner);

    /** dx[o,j,i] (+)= dout[o,j,i] - exp(y[o,j,i]) Σₖ dout[o,k,i]. */
    void logSoftmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc);

    // ---- matrices

    /**
     * C[b] (+)= op(A[b]) · op(B[b]) for b in 0..batch-1, op being the transpose where asked; C[b] is (M, N).
     *
     * @param a       batch matrices (M, K), or (K, M) if transposeA, {@code strideA} elements apart; 0: one for all
     * @param b       batch matrices (K, N), or (N, K) if transposeB, {@code strideB} elements apart; 0: one for all
     * @param c       batch matrices (M, N), M·N elements apart
     */
    void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB,
                boolean transposeA, boolean transposeB, boolean acc);

    // ---- layers

    /**
     * y[r,c] = (x[r,c] - μᵣ) · ρᵣ · γ[c] + β[c] with ρ = 1/√(σ² + ε), σ² over C (Ba, Kiros and Hinton 2016).
     *
     * @param stat (N, 2): μ and ρ of each row, kept for the gradient; another storage than y
     * @param x    (N, C)
     */
    void layerNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int N, int C, float eps);

    /** dx[r,c] (+)= ρ (g - mean g - x̂ · mean(g x̂)) with g = dout·γ, x̂ = (x - μ)ρ, means over the row. */
    void layerNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc);

    /** dγ[c] (+)= Σᵣ dout[r,c] · x̂[r,c]. (dβ is {@link #sum} over the rows.) */
    void layerNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int N, int C, boolean acc);

    /**
     * y[n,:] = table[ids[n],:]. On the CPU an id outside the table throws IllegalArgumentException
     * ({@link #outside}); a device, which cannot, writes NaN.
     *
     * @param ids   N ints in 0..V-1
     * @param table (V, C)
     */
    void embedding(Buffer y, Buffer table, Buffer ids, int N, int V, int C);

    /** dtable[v,:] (+)= Σ dout[n,:] over the n with ids[n] = v, in the order of n; nothing for v = padding (-1: no such row). */
    void embeddingBackward(Buffer dtable, Buffer dout, Buffer ids, int N, int V, int C, int padding, boolean acc);

    /** y[o,j,i] = x[o, index[o,j,i], i]: x is (outer, n, inner), index (ints) and y (outer, m, inner). An index outside 0..n-1 as in {@link #embedding}. */
    void gather(Buffer y, Buffer x, Buffer index, int outer, int n, int m, int inner);

    /** dx[o,k,i] (+)= Σⱼ dout[o,j,i] over the j with index[o,j,i] = k, in the order of j. */
    void gatherBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int m, int inner, boolean acc);

    /** y[n,c] = 1 where c = ids[n], else 0. An id outside 0..C-1 as in {@link #embedding}. */
    void oneHot(Buffer y, Buffer ids, int N, int C);

    /**
     * loss[n] = -log softmax(logits[n,:])[labels[n]]. A label outside 0..C-1 as in {@link #embedding}.
     *
     * @param stat (N, 2): of each row its largest logit m and log Σ exp(logit - m), from which the gradient computes the probabilities
     *             again; another storage than loss
     */
    void crossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, int N, int C);

    /** dlogits[n,c] (+)= scale · dout[0] · (p[n,c] - [c = labels[n]]) with p = exp(logits[n,c] - stat[n,0] - stat[n,1]); scale is 1/N for the mean. */
    void crossEntropyBackward(Buffer dlogits, Buffer dout, Buffer stat, Buffer logits, Buffer labels, int N, int C, float scale, boolean acc);

    // ---- convolution and pooling; what a window covers, Window says

    /**
     * y[b,o,i,j] (+)= Σ w[o,c,u,v] · x[b, g·C/groups + c, row(i,u), column(j,v)] over c, u and v, where g is the group of
     * o. As in all such code the kernel is not flipped: mathematicians call it a cross-correlation. Padding may be left out or multiplied along as 0, here and in
     * the gradients: an infinity that meets it makes NaN then.
     *
     * @param y      (B, Cout, outH, outW)
     * @param x      (B, C, H, W)
     * @param weight (Cout, C/groups, kH, kW); groups divides C and Cout
     */
    void conv2d(Buffer y, Buffer x, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc);

    /**
     * dx[b,c,h,w] (+)= Σ dout[b,o,i,j] · w[o,c,u,v] over the o of c's group and all i, j, u, v with row(i,u) = h and
     * column(j,v) = w: each output's gradient goes back to where its inputs came from. Also the forward of a transposed
     * convolution.
     */
    void conv2dBackward(Buffer dx, Buffer dout, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc);

    /** dw[o,c,u,v] (+)= Σ dout[b,o,i,j] · x[b, g·C/groups + c, row(i,u), column(j,v)] over b, i and j. (db is {@link #sum} over b, i and j.) */
    void conv2dWeightBackward(Buffer dweight, Buffer dout, Buffer x, int B, int C, int Cout, int groups, Window window, boolean acc);

    /**
     * y[p,u,v,i,j] (+)= x[p, row(i,u), column(j,v)]: each window's taps as a column, so that a convolution is a matrix
     * product ("im2col"; Chellapilla, Puri and Simard 2006).
     *
     * @param y (planes, kH·kW, outH·outW)
     * @param x (planes, H, W)
     */
    void unfold(Buffer y, Buffer x, int planes, Window window, boolean acc);

    /** y[p,h,w] (+)= Σ x[p,u,v,i,j] over all with row(i,u) = h and column(j,v) = w: the transpose of {@link #unfold}, and its gradient. */
    void fold(Buffer y, Buffer x, int planes, Window window, boolean acc);

    /**
     * y[p,i,j] = the largest x under the window, and index (ints) where in the plane it is, h·W + w: the first of equals;
     * NaN wins. With nothing but padding under the window, -∞ and -1. y and index are two storages.
     */
    void maxPool2d(Buffer y, Buffer index, Buffer x, int planes, Window window);

    /** dx[p,h,w] (+)= Σ dout[p,i,j] over the windows whose index is h·W + w. */
    void maxPool2dBackward(Buffer dx, Buffer dout, Buffer index, int planes, Window window, boolean acc);

    /** y[p,i,j] = Σ x[p, row(i,u), column(j,v)] / (kH·kW): the padding's zeros count, as in PyTorch. */
    void avgPool2d(Buffer y, Buffer x, int planes, Window window);

    /** dx[p,h,w] (+)= Σ dout[p,i,j] / (kH·kW) over the windows that cover (h, w). */
    void avgPool2dBackward(Buffer dx, Buffer dout, int planes, Window window, boolean acc);

    /** y[p,i,j] = the mean of x over rows ⌊i·H/outH⌋ to ⌈(i+1)·H/outH⌉ - 1 and the columns alike. */
    void adaptiveAvgPool2d(Buffer y, Buffer x, int planes, int H, int W, int outH, int outW);

    /** dx[p,h,w] (+)= Σ dout[p,i,j] / (elements of its part) over the parts that hold (h, w). */
    void adaptiveAvgPool2dBackward(Buffer dx, Buffer dout, int planes, int H, int W, int outH, int outW, boolean acc);

    // ---- normalisation by channel; x is (B, C, S), S the places of a channel

    /** moments[c] = mean μ and moments[C + c] = variance σ² (biased) of channel c over B and S; NaN over nothing. */
    void channelMoments(Buffer moments, Buffer x, int B, int C, int S);

    /** y[b,c,s] = (x[b,c,s] - mean[c]) / √(variance[c] + ε) · γ[c] + β[c] (Ioffe and Szegedy 2015). */
    void batchNorm(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, int B, int C, int S, float eps);

    /**
     * dx (+)= γρ (dout - mean dout - x̂ · mean(dout x̂)), x̂ = (x - μ)ρ, ρ = 1/√(σ² + ε), the means over B and S, if
     * {@code training}, that is if μ and σ² are those of x; if they are constants, dx (+)= γρ dout.
     */
    void batchNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer mean, Buffer variance, Buffer gamma,
                           int B, int C, int S, float eps, boolean training, boolean acc);

    /** dγ[c] (+)= Σ dout[b,c,s] · x̂[b,c,s] over b and s. (dβ is {@link #sum} over both.) */
    void batchNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer mean, Buffer variance, int B, int C, int S, float eps, boolean acc);

    /** yᵢ ← (1 - weight)·yᵢ + weight·scale·xᵢ, in place: an exponential moving average. */
    void movingAverage(Buffer y, Buffer x, float weight, float scale);

    /**
     * y[b,c,s] = (x[b,c,s] - μ) · ρ · γ[c] + β[c], with μ and ρ = 1/√(σ² + ε) over the C/groups channels of c's group and
     * all s, for each b (Wu and He 2018).
     *
     * @param stat (B, groups, 2): μ and ρ, kept for the gradient; another storage than y
     */
    void groupNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int B, int C, int S, int groups, float eps);

    /** dx (+)= ρ (g - mean g - x̂ · mean(g x̂)) with g = dout·γ, x̂ = (x - μ)ρ, means over the group. */
    void groupNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int B, int C, int S, int groups, boolean acc);

    /** dγ[c] (+)= Σ dout[b,c,s] · x̂[b,c,s] over b and s. (dβ is {@link #sum} over both.) */
    void groupNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int B, int C, int S, int groups, boolean acc);

    // ---- recurrent layers: sequences (B, T, ·), weight_hh (G, H) as in PyTorch
    //
    // lengths: B ints in 0..T. Sequence b has its steps at t = 0..lengths[b]-1 and is gone through from its first to its last,
    // or, if reverse, from its last to its first; "before" means in that order. Past its length every result is 0. A sequence
    // of length 0 leaves the state as it was. On the CPU a length outside 0..T throws IllegalArgumentException (requireLength);
    // a device, which cannot, writes NaN. What the input adds at each step, x·W_ihᵀ + b_ih, was computed before for all steps
    // at once, as one matrix product, and lies where the result goes.

    /**
     * h_t ← f(h_t + W_hh h_before + b_hh), in place: h holds x_t·W_ihᵀ + b_ih at first (Elman 1990).
     *
     * @param h       (B, T, H)
     * @param hN      (B, H): the state after the last step
     * @param weight  W_hh (H, H)
     * @param h0      (B, H): the state before the first step
     * @param relu    f is max(·, 0) if true, else tanh
     */
    void rnn(Buffer h, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H);

    /**
     * {@link #rnn} of the input itself, whose product may then be made when its steps come: h_t = f(x_t·W_ihᵀ + b_ih + W_hh h_before + b_hh).
     *
     * @param h        (B, T, H), overwritten
     * @param x        (B, T, I)
     * @param weightIh (H, I)
     */
    default void rnnLayer(Buffer h, Buffer hN, Buffer x, Buffer weightIh, Buffer biasIh, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu, boolean reverse,
                          int B, int T, int I, int H) {
        inputProduct(h, x, weightIh, biasIh, B * T, I, H);
        rnn(h, hN, weight, bias, h0, lengths, relu, reverse, B, T, H);
    }

    private void inputProduct(Buffer a, Buffer x, Buffer weight, Buffer bias, int rows, int I, int G) {
        readStrided(a, bias, new int[] {rows, G}, new int[] {0, 1}, false);
        matmul(a, x, weight, 1, rows, G, I, 0, 0, false, true, true);
    }

    /**
     * Back through the time of {@link #rnn}, from the last step to the first: dh = dout_t + W_hhᵀ da_after, da_t = dh · f′, with a the argument of f.
     *
     * @param da  (B, T, H)
     * @param dh0 (B, H)
     * @param dhN (B, H): the gradient of hN
     */
    void rnnBackward(Buffer da, Buffer dh0, Buffer dout, Buffer dhN, Buffer h, Buffer weight, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H);

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). The gates are in place: with
     * a = gates_t + W_hh h_before + b_hh, in four parts of H,
     * <pre>
     *   i = σ(a_i)    f = σ(a_f)    g = tanh(a_g)    o = σ(a_o)
     *   c_t = f·c_before + i·g                       h_t = o·tanh(c_t)
     * </pre>
     *
     * @param gates  (B, T, 4H): x_t·W_ihᵀ + b_ih at first, then i, f, g, o
     * @param h      (B, T, H)
     * @param c      (B, T, H)
     * @param hN     (B, H), and cN: the states after the last step
     * @param weight W_hh (4H, H)
     * @param h0     (B, H), and c0: the states before the first step
     */
    void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0, Buffer lengths,
              boolean reverse, int B, int T, int H);

    /**
     * {@link #lstm} of the input itself, whose product may then be made when its steps come.
     *
     * @param gates    (B, T, 4H), overwritten by i, f, g, o; or of length 0 if nobody will ask for them, likewise c
     * @param x        (B, T, I)
     * @param weightIh (4H, I)
     */
    default void lstmLayer(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer x, Buffer weightIh, Buffer biasIh, Buffer weight, Buffer bias, Buffer h0, Buffer c0,
                           Buffer lengths, boolean reverse, int B, int T, int I, int H) {
        Buffer a = gates.length() > 0 ? gates : floats(B * T * 4 * H), cells = c.length() > 0 ? c : floats(B * T * H);
        inputProduct(a, x, weightIh, biasIh, B * T, I, 4 * H);
        lstm(a, h, cells, hN, cN, weight, bias, h0, c0, lengths, reverse, B, T, H);
    }

    /**
     * Back through the time of {@link #lstm}, from the last step to the first:
     * <pre>
     *   dh = dout_t + W_hhᵀ da_after                 dc = dc_after·f_after + dh·o·(1 - tanh²c_t)
     *   da_i = dc·g·i(1-i)    da_f = dc·c_before·f(1-f)    da_g = dc·i·(1-g²)    da_o = dh·tanh(c_t)·o(1-o)
     * </pre>
     *
     * @param da  (B, T, 4H)
     * @param dh0 (B, H), and dc0
     * @param dhN (B, H), and dcN: the gradients of hN and cN
     */
    void lstmBackward(Buffer da, Buffer dh0, Buffer dc0, Buffer dout, Buffer dhN, Buffer dcN, Buffer gates, Buffer c, Buffer weight, Buffer c0,
                      Buffer lengths, boolean reverse, int B, int T, int H);

    /**
     * Gated recurrent unit (Cho et al. 2014, in the form of cuDNN and PyTorch, whose reset gate comes after the product). The gates are
     * in place: with u = W_hh h_before + b_hh, both in three parts of H,
     * <pre>
     *   r = σ(gates_r + u_r)    z = σ(gates_z + u_z)    n = tanh(gates_n + r·u_n)    h_t = (1 - z)·n + z·h_before
     * </pre>
     *
     * @param gates  (B, T, 3H): x_t·W_ihᵀ + b_ih at first, then r, z, n
     * @param h      (B, T, H)
     * @param u      (B, T, H): u_n, kept for the gradient
     * @param weight W_hh (3H, H)
     */
    void gru(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean reverse, int B, int T, int H);

    /**
     * {@link #gru} of the input itself, whose product may then be made when its steps come.
     *
     * @param gates    (B, T, 3H), overwritten by r, z, n; or of length 0 if nobody will ask for them, likewise u
     * @param x        (B, T, I)
     * @param weightIh (3H, I)
     */
    default void gruLayer(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer x, Buffer weightIh, Buffer biasIh, Buffer weight, Buffer bias, Buffer h0, Buffer lengths,
                          boolean reverse, int B, int T, int I, int H) {
        Buffer a = gates.length() > 0 ? gates : floats(B * T * 3 * H), us = u.length() > 0 ? u : floats(B * T * H);
        inputProduct(a, x, weightIh, biasIh, B * T, I, 3 * H);
        gru(a, h, us, hN, weight, bias, h0, lengths, reverse, B, T, H);
    }

    /**
     * Back through the time of {@link #gru}, from the last step to the first:
     * <pre>
     *   dh = dout_t + dh_after·z_after + W_hhᵀ du_after
     *   da_n = dh·(1-z)·(1-n²)    da_z = dh·(h_before - n)·z(1-z)    da_r = da_n·u_n·r(1-r)
     *   du = (da_r, da_z, da_n·r)
     * </pre>
     *
     * @param da  (B, T, 3H): the gradient of x_t·W_ihᵀ + b_ih
     * @param du  (B, T, 3H): the gradient of W_hh h_before + b_hh
     * @param dh0 (B, H)
     */
    void gruBackward(Buffer da, Buffer du, Buffer dh0, Buffer dout, Buffer dhN, Buffer gates, Buffer h, Buffer u, Buffer weight, Buffer h0,
                     Buffer lengths, boolean reverse, int B, int T, int H);

    /**
     * dW[g,j] (+)= Σ_b Σ_t da[b,t,g] · h_before[b,t,j]: a recurrent weight's gradient is the sum over all steps that used it.
     *
     * @param dweight (G, H)
     * @param da      (B, T, G), 0 past a sequence's length
     */
    void recurrentWeightBackward(Buffer dweight, Buffer da, Buffer h, Buffer h0, Buffer lengths, int B, int T, int G, int H, boolean reverse, boolean acc);
    // ---- losses and activations with numbers of their own, RMS normalisation

    /**
     * y[n] = weights[labels[n]], or 0 where the label is {@code ignored}. A label outside 0..C-1 as in {@link #embedding}.
     */
    void labelWeights(Buffer y, Buffer labels, Buffer weights, int N, int C, int ignored);

    /**
     * loss[n] = -Σ_c q[n,c] · log softmax(logits[n,:])[c] with the targets q[n,c] = weights[c] · (ε/C + (1-ε)·[c = labels[n]])
     * (label smoothing: Szegedy et al. 2016), and 0 where the label is {@code ignored}. A label outside 0..C-1 as in {@link #embedding}.
     *
     * @param stat      as in {@link #crossEntropy}
     * @param smoothing ε
     */
    void smoothedCrossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C, float smoothing, int ignored);

    /** dlogits[n,c] (+)= dout[0]/total[0] · (p[n,c] · Σₖ q[n,k] - q[n,c]), p as in {@link #crossEntropyBackward}, and 0 where the label is {@code ignored}. */
    void smoothedCrossEntropyBackward(Buffer dlogits, Buffer dout, Buffer total, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C,
                                      float smoothing, int ignored, boolean acc);

    /**
     * y[n,c] = (1 - t)·x + (1 + (w[c] - 1)·t) · log(1 + e⁻ˣ) = -w·t·log σ(x) - (1 - t)·log(1 - σ(x)), in the form that does not
     * overflow.
     *
     * @param x (N, C) logits
     * @param t (N, C) targets from 0 to 1
     * @param w (C) the weight of the positive targets
     */
    void bceWithLogits(Buffer y, Buffer x, Buffer t, Buffer w, int N, int C);

    /** dx[n,c] (+)= scale · dout[0] · ((1 - t) - (1 + (w[c] - 1)·t)·(1 - σ(x))). */
    void bceWithLogitsBackward(Buffer dx, Buffer dout, Buffer x, Buffer t, Buffer w, int N, int C, float scale, boolean acc);

    /** yᵢ = xᵢ where xᵢ &gt; 0, else slope·xᵢ. */
    void leakyRelu(Buffer y, Buffer x, float slope);

    /** dxᵢ (+)= doutᵢ where xᵢ &gt; 0, else slope·doutᵢ. */
    void leakyReluBackward(Buffer dx, Buffer dout, Buffer x, float slope, boolean acc);

    /**
     * y[r,c] = x[r,c] · ρᵣ · γ[c] with ρ = 1/√(mean x² + ε) over the row (Zhang and Sennrich 2019).
     *
     * @param stat (N, 2): 0 and ρ of each row, kept for the gradient; another storage than y. With a mean of 0,
     *             {@link #layerNormGammaBackward} is the gradient of γ here too.
     * @param x    (N, C)
     */
    void rmsNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, int N, int C, float eps);

    /** dx[r,c] (+)= ρ (g - x̂ · mean(g x̂)) with g = dout·γ, x̂ = xρ, the mean over the row. */
    void rmsNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc);

    // ---- attention without a matrix of weights in memory
    //
    // q is (B, H, T, D), k (B, H, S, D), v (B, H, S, V). With s_ij = scale · q_i · k_j + bias_ij, the bias read at strideBias over (B, H, T, S), query i takes
    // p_ij = exp(s_ij - L_i) of value j where j ≤ i + shift; of all others nothing, p_ij = 0. A bias of -∞ hides a key; a large negative number
    // does so too, but where all of a query's keys have one, the float L_i has too few digits left for the gradients. shift = S - 1 hides none; S - T is causal.
    // Where a hidden key or value is NaN or ∞ the result may be NaN or not. Each gradient computes p again from q, k and L (Dao et al. 2022); the bias has none.

    /**
     * y_i = Σⱼ p_ij v_j, and L_i = log Σⱼ exp(s_ij) over the keys that query i sees; one that sees none has y_i = 0 and L_i = -∞.
     *
     * @param y   (B, H, T, V)
     * @param log (B, H, T): L; another storage than y
     */
    void attention(Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift);

    /** dq_i (+)= scale · Σⱼ ds_ij k_j with ds_ij = p_ij (dout_i · v_j - dout_i · y_i). */
    void attentionQueryBackward(Buffer dq, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc);

    /** dk_j (+)= scale · Σᵢ ds_ij q_i. */
    void attentionKeyBackward(Buffer dk, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc);

    /** dv_j (+)= Σᵢ p_ij dout_i. */
    void attentionValueBackward(Buffer dv, Buffer dout, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc);

    /** All three, overwritten: p and ds need not be computed for each. dq, dk and dv are three storages. */
    default void attentionBackward(Buffer dq, Buffer dk, Buffer dv, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        attentionQueryBackward(dq, dout, y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift, false);
        attentionKeyBackward(dk, dout, y, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift, false);
        attentionValueBackward(dv, dout, log, q, k, v, bias, strideBias, B, H, T, S, D, V, scale, shift, false);
    }

    /**
     * {@link #attention} of sequences with themselves where they lie: the queries of all heads side by side, then the keys, then the values.
     *
     * @param y   (B, T, H·D)
     * @param log (B, H, T)
     * @param x   (B, T, 3·H·D)
     */
    default void selfAttention(Buffer y, Buffer log, Buffer x, Buffer bias, int[] strideBias, int B, int H, int T, int D, float scale, int shift) {
        int[] heads = {B, H, T, D}, joined = {T * H * D, D, H * D, 1};
        lent(4, B * H * T * D, b -> {
            splitHeads(b, x, heads);
            attention(b[3], log, b[0], b[1], b[2], bias, strideBias, B, H, T, T, D, D, scale, shift);
            writeStrided(y, b[3], heads, joined, false);
        });
    }

    /** {@link #attentionBackward} of the same; dx (B, T, 3·H·D). */
    default void selfAttentionBackward(Buffer dx, Buffer dout, Buffer y, Buffer log, Buffer x, Buffer bias, int[] strideBias, int B, int H, int T, int D, float scale, int shift, boolean acc) {
        int[] heads = {B, H, T, D}, joined = {T * H * D, D, H * D, 1};
        lent(8, B * H * T * D, b -> {
            splitHeads(b, x, heads);
            readStrided(b[3], y, heads, joined, false);
            readStrided(b[4], dout, heads, joined, false);
            attentionBackward(b[5], b[6], b[7], b[4], b[3], log, b[0], b[1], b[2], bias, strideBias, B, H, T, T, D, D, scale, shift);
            // added in one call: one that fails half-way is made again
            Buffer to = acc ? scratch(dx.length()) : dx;
            for (int part = 0; part < 3; part++) writeStrided(third(to, part, H * D), b[5 + part], heads, new int[] {3 * T * H * D, D, 3 * H * D, 1}, false);
            if (!acc) return;
            affine(dx, to, 1, 0, true);
            release(to);
        });
    }

    private void splitHeads(Buffer[] to, Buffer x, int[] heads) {
        int C = heads[1] * heads[3];
        for (int part = 0; part < 3; part++) readStrided(to[part], third(x, part, C), heads, new int[] {3 * heads[2] * C, heads[3], 3 * C, 1}, false);
    }

    /** What begins with q, k or v of the first position. */
    private static Buffer third(Buffer all, int part, int C) {
        int start = all.length() == 0 ? 0 : part * C;
        return all.slice(start, all.length() - start);
    }

    /** So many buffers of n floats, for as long as the body runs. */
    private void lent(int count, int n, Consumer<Buffer[]> body) {
        Buffer[] buffers = new Buffer[count];
        try {
            for (int i = 0; i < count; i++) buffers[i] = scratch(n);
            body.accept(buffers);
        } finally {
            for (Buffer buffer : buffers) if (buffer != null) release(buffer);
        }
    }

    // ---- optimisers

    /** partial[k] = Σ xᵢ² over the k-th run of {@code chunk} elements; partial has ⌈length/chunk⌉. */
    void sumOfSquares(Buffer partial, Buffer x, int chunk);

    /**
     * clip[0] = min(1, maxNorm/(norm + 1e-6)) and clip[1] = norm = √Σ partial (Pascanu et al. 2013).
     * A norm that is NaN or ∞ gives NaN or 0, as in PyTorch.
     */
    void clipCoefficient(Buffer clip, Buffer partial, float maxNorm);

    /** yᵢ ← yᵢ · s[0], in place. */
    void scale(Buffer y, Buffer s);

    /** counter[0] ← counter[0] + 1, one int in place: the step number. */
    void increment(Buffer counter);

    /** yᵢ ← max(-limit, min(limit, yᵢ)), in place; NaN stays. */
    void clip(Buffer y, float limit);

    /**
     * h = gᵢ + weightDecay·pᵢ; vᵢ ← momentum·vᵢ + h; pᵢ ← pᵢ - lr[0]·vᵢ, or with Nesterov's look ahead
     * pᵢ ← pᵢ - lr[0]·(h + momentum·vᵢ) (Sutskever et al. 2013, in PyTorch's form). p and v in place, two storages.
     */
    void sgd(Buffer p, Buffer v, Buffer g, Buffer lr, float momentum, float weightDecay, boolean nesterov);

    /**
     * Adam (Kingma and Ba 2015), t = step[0] counted from 1, in place; p, m and v are three storages. The decay is part of the
     * gradient, as in PyTorch (where it is apart, see {@link #adamW}):
     * <pre>
     *   h = g + weightDecay·p
     *   m ← β₁m + (1-β₁)h      v ← β₂v + (1-β₂)h²
     *   p ← p - lr · m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + ε)
     * </pre>
     */
    void adam(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr,
              float beta1, float beta2, float eps, float weightDecay);

    /**
     * AdamW (Loshchilov and Hutter 2019), t = step[0] counted from 1, in place; p, m and v are three storages:
     * <pre>
     *   p ← p - lr·weightDecay·p
     *   m ← β₁m + (1-β₁)g      v ← β₂v + (1-β₂)g²
     *   p ← p - lr · m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + ε)
     * </pre>
     */
    void adamW(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr,
               float beta1, float beta2, float eps, float weightDecay);

    /** Refuses a length that is not in 0..T, with the same error in every CPU provider. */
    static void requireLength(String op, int length, int sequence, int T) {
        if (length < 0 || length > T) {
            throw new IllegalArgumentException(op + ": sequence " + sequence + " has length " + length + ", and T is " + T
                    + ". Hint: a length counts the steps of its sequence, 0 to T.");
        }
    }

    /** The error for an id or label outside its range, the same in every CPU provider. */
    static IllegalArgumentException outside(String op, int id, int position, int count) {
        return new IllegalArgumentException(op + ": " + id + " at position " + position + " is outside 0.." + (count - 1)
                + ". " + switch (op) {
                    case "embedding" -> "Each id names a row of the table, which has " + count + ".";
                    case "gather" -> "Each index names a place along the axis, which has " + count + ".";
                    default -> "Each label names one of the " + count + " classes.";
                });
    }
}
