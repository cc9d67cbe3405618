package org.unrolled.nn;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.op.Shapes;

/**
 * Updates parameters from their gradients. All parameters move into one flat array and all gradients into another, so
 * that zeroing, clipping and updating are a few kernel calls however many parameters there are. The learning rate and
 * the step number are buffers of one element, so that a recorded step can be replayed with others.
 */
public abstract class Optimizer {
    private static final int CHUNK = 1024;

    /** All parameters, one after the other. */
    protected final Buffer parameters;
    /** All gradients, in the same order. */
    protected final Buffer gradients;
    /** The learning rate, one element. */
    protected final Buffer lr;
    /** The number of updates so far, one int. */
    protected final Buffer step;
    private final Map<Tensor, Buffer> places = new LinkedHashMap<>();
    private final Buffer partial;
    private final Buffer clip;
    private double rate;

    /** Moves the parameters; one that is given twice (tied weights) is updated once. */
    protected Optimizer(List<Tensor> given, double lr) {
        Kernels k = Kernels.current();
        Set<Tensor> tensors = new LinkedHashSet<>(given);
        int n = tensors.stream().mapToInt(Tensor::numel).sum();
        parameters = k.floats(n);
        gradients = k.floats(n);
        this.lr = k.floats(1);
        step = k.ints(1);
        partial = k.floats((n + CHUNK - 1) / CHUNK);
        clip = k.floats(2);
        int at = 0;
        for (Tensor tensor : tensors) {
            if (!tensor.requiresGrad()) {
                throw new IllegalArgumentException("Optimizer: a parameter does not require a gradient, so there is nothing to update it with. Hint: requiresGrad(true)");
            }
            Buffer place = parameters.slice(at, tensor.numel());
            tensor.moveTo(place, gradients.slice(at, tensor.numel()));
            places.put(tensor, place);
            at += tensor.numel();
        }
        lr(lr);
    }

    /** Sets all gradients to 0. */
    public final void zeroGrad() {
        Kernels.current().fill(gradients, 0);
    }

    /** Scales all gradients together so that their norm is at most maxNorm (Pascanu, Mikolov and Bengio 2013). */
    public final void clipGradNorm(double maxNorm) {
        Kernels k = Kernels.current();
        k.sumOfSquares(partial, gradients, CHUNK);
        k.clipCoefficient(clip, partial, (float) maxNorm);
        k.scale(gradients, clip.slice(0, 1));
    }

    /** The norm that the last {@link #clipGradNorm} found, before it scaled. */
    public final double gradNorm() {
        return Kernels.current().host(clip.slice(1, 1))[0];
    }

    /** Cuts each element of the gradients off at ±limit. */
    public final void clipGradValue(double limit) {
        Kernels.current().clip(gradients, (float) limit);
    }

    /** Updates the parameters from their gradients. They must still be here: another optimiser over the same ones takes them over. */
    public final void step() {
        places.forEach((tensor, place) -> {
            if (tensor.buffer() != place) {
                throw new IllegalStateException("step: a later optimiser has taken over a parameter " + Shapes.text(tensor.shape())
                        + ", so this one would update numbers that no forward pass reads. Hint: step the latest one, and give each parameter one optimiser.");
            }
        });
        Kernels.current().increment(step);
        update(Kernels.current());
    }

    /** One update; {@link #step} has counted already. */
    protected abstract void update(Kernels k);

    /** What it remembers from step to step, one element for each parameter, by PyTorch's names. */
    protected abstract Map<String, Buffer> moments();

    /**
     * What a checkpoint holds to go on as if nothing had happened: the step number and the moments, each as one vector over all parameters;
     * the tensors themselves, not copies. The learning rate is not part of it.
     */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new TreeMap<>();
        moments().forEach((name, moment) -> state.put(name, Tensor.of(new int[] {moment.length()}, moment)));
        state.put("step", Tensor.of(new int[] {1}, step));
        return state;
    }

    /** Overwrites the step number and the moments; the optimiser must be of the same kind, over parameters of the same sizes, and else nothing is overwritten. */
    public final void loadStateDict(Map<String, Tensor> state) {
        Map<String, Tensor> own = stateDict();
        if (!own.keySet().equals(state.keySet())) {
            throw new IllegalArgumentException("loadStateDict: the state has " + new TreeSet<>(state.keySet()) + ", and " + getClass().getSimpleName() + " has "
                    + own.keySet() + ". Hint: make the optimiser that was saved.");
        }
        own.forEach((name, tensor) -> {
            if (state.get(name).numel() != tensor.numel()) {
                throw new IllegalArgumentException("loadStateDict: " + name + " has " + state.get(name).numel() + " elements in the state and " + tensor.numel()
                        + " here: one for each number that is trained. Hint: build the module with the sizes it was saved with.");
            }
            Module.requireAlike(name, tensor, state.get(name));
        });
        own.forEach((name, tensor) -> tensor.assign(state.get(name)));
    }

    /** The learning rate. */
    public final double lr() {
        return rate;
    }

    /** Sets the learning rate from the next step on. */
    public final void lr(double lr) {
        rate = lr;
        Kernels.current().upload(this.lr, new float[] {(float) lr});
    }

    /** The learning rate as the kernels read it: an input of a recorded step. */
    public final Buffer lrBuffer() {
        return lr;
    }

    /** The step number as the kernels read it: an input of a recorded step. */
    public final Buffer stepBuffer() {
        return step;
    }
}
