package org.unrolled.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.op.Shapes;

/**
 * A part of a network: parameters of its own and parts inside it. A subclass names them in its constructor with
 * {@link #parameter} and {@link #module}; their full names, such as {@code encoder.0.weight}, are PyTorch's.
 *
 * <p>Import it by name: with {@code org.unrolled.nn.*} alone, {@code Module} would be ambiguous with java.lang's.
 */
public abstract class Module {
    private static final ScopedValue<Boolean> EVALUATING = ScopedValue.newInstance();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Map<String, Tensor> counters = new LinkedHashMap<>();
    private final Map<String, Module> modules = new LinkedHashMap<>();
    private boolean training = true;

    /** For subclasses. */
    protected Module() { }

    /** Names a parameter and asks for its gradient. */
    protected final Tensor parameter(String name, Tensor initial) {
        requireNew(name);
        parameters.put(name, initial.requiresGrad(true));
        return initial;
    }

    /** Names a tensor that belongs to the state but is not trained, such as running statistics. */
    protected final Tensor buffer(String name, Tensor initial) {
        requireNew(name);
        buffers.put(name, initial);
        return initial;
    }

    /**
     * Names a number that goes on from pass to pass and belongs neither to PyTorch's state nor to what is trained, such as how often
     * dropout has drawn: a training that is taken up again needs it.
     */
    protected final Tensor counter(String name, Tensor initial) {
        counters.put(name, initial);
        return initial;
    }

    /** All counters by their full names. */
    final Map<String, Tensor> counters() {
        Map<String, Tensor> named = new LinkedHashMap<>(counters);
        modules.forEach((part, module) -> module.counters().forEach((name, tensor) -> named.put(part + "." + name, tensor)));
        return named;
    }

    /** Names a part. */
    protected final <M extends Module> M module(String name, M module) {
        requireNew(name);
        modules.put(name, module);
        return module;
    }

    private void requireNew(String name) {
        if (parameters.containsKey(name) || buffers.containsKey(name) || modules.containsKey(name)) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": there is already a part named \"" + name
                    + "\", and names are unique. Hint: number them, as \"layers.0\".");
        }
    }

    /**
     * Runs a part, for those that are built of parts: the same as {@code part.forward(x)}, and a {@link Summary} sees what it does.
     */
    protected static Tensor run(Layer part, Tensor x) {
        return run(part, () -> part.forward(x));
    }

    /** As {@link #run(Layer, Tensor)}, for a part that takes more than one tensor: {@code run(decoder, () -> decoder.forward(x, memory))}. */
    protected static Tensor run(Module part, Supplier<Tensor> forward) {
        return Summary.OBSERVER.isBound() ? Summary.OBSERVER.get().run(part, forward) : forward.get();
    }

    /** This module as "" and all inside it by their full names. */
    final Map<String, Module> namedModules() {
        Map<String, Module> named = new LinkedHashMap<>();
        named.put("", this);
        modules.forEach((part, module) -> module.namedModules().forEach((name, inner) -> named.put(name.isEmpty() ? part : part + "." + name, inner)));
        return named;
    }

    /** The parameters of this module, without those of its parts. */
    final Collection<Tensor> ownParameters() {
        return parameters.values();
    }

    /** All parameters, this module's first, each once. */
    public final List<Tensor> parameters() {
        Set<Tensor> once = new LinkedHashSet<>(namedParameters().values());
        return new ArrayList<>(once);
    }

    /** All parameters by their full names. */
    public final Map<String, Tensor> namedParameters() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        collect("", named, false);
        return named;
    }

    /** What a checkpoint holds: parameters and buffers by their full names; the tensors themselves, not copies. */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        collect("", named, true);
        return named;
    }

    private void collect(String prefix, Map<String, Tensor> named, boolean withBuffers) {
        parameters.forEach((name, tensor) -> named.put(prefix + name, tensor));
        if (withBuffers) buffers.forEach((name, tensor) -> named.put(prefix + name, tensor));
        modules.forEach((name, module) -> module.collect(prefix + name + ".", named, withBuffers));
    }

    /** Overwrites parameters and buffers with those of the same names; names, shapes and kinds must agree, and else nothing is overwritten. */
    public final void loadStateDict(Map<String, Tensor> state) {
        Map<String, Tensor> own = stateDict();
        Set<String> missing = new LinkedHashSet<>(own.keySet()), unexpected = new LinkedHashSet<>(state.keySet());
        missing.removeAll(state.keySet());
        unexpected.removeAll(own.keySet());
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new IllegalArgumentException("loadStateDict: missing " + missing + ", unexpected " + unexpected
                    + ": the names must be the module's. Hint: stateDict().keySet() lists them.");
        }
        own.forEach((name, tensor) -> requireAlike(name, tensor, state.get(name)));
        own.forEach((name, tensor) -> tensor.assign(state.get(name)));
    }

    /** What a state may overwrite: known before the first tensor is, so that an error leaves all as it was. */
    static void requireAlike(String name, Tensor own, Tensor loaded) {
        if (!Arrays.equals(own.shape(), loaded.shape())) {
            throw new IllegalArgumentException("loadStateDict: " + name + " is " + Shapes.text(own.shape()) + " here and "
                    + Shapes.text(loaded.shape()) + " in the state: shapes must agree. Hint: build the module with the sizes it was saved with.");
        }
        if (own.isInt() != loaded.isInt()) {
            throw new IllegalArgumentException("loadStateDict: " + name + " holds " + kind(own) + " here and " + kind(loaded)
                    + " in the state: kinds must agree. Hint: " + (loaded.isInt() ? "toFloat() makes floats of ints." : "ids(...) makes ints."));
        }
    }

    private static String kind(Tensor tensor) {
        return tensor.isInt() ? "ints" : "floats";
    }

    /** The number of trained numbers. */
    public final long numParameters() {
        return parameters().stream().mapToLong(Tensor::numel).sum();
    }

    /** Sets every parameter's gradient to 0. */
    public final void zeroGrad() {
        parameters().forEach(Tensor::zeroGrad);
    }

    /** Training from here on: dropout drops, batch norm uses the batch's statistics. */
    public final Module train() {
        setTraining(true);
        return this;
    }

    /** Evaluation from here on: dropout does nothing, batch norm uses the running statistics. */
    public final Module eval() {
        setTraining(false);
        return this;
    }

    /** Whether this module is in training; never within {@link #evaluating}. */
    public final boolean training() {
        return training && !EVALUATING.isBound();
    }

    /**
     * For who only looks at a network, and may not know which modules it has: within {@code look} each module is in evaluation, so that
     * nothing is dropped and no running statistics move. Afterwards each is as it was, a part that is frozen in evaluation too.
     */
    public static <T> T evaluating(Supplier<T> look) {
        return ScopedValue.where(EVALUATING, true).call(look::get);
    }

    private void setTraining(boolean training) {
        this.training = training;
        modules.values().forEach(module -> module.setTraining(training));
    }
}
