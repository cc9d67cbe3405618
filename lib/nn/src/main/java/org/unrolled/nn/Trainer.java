package org.unrolled.nn;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.unrolled.nn.data.Batch;
import org.unrolled.nn.data.Batches;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Trains a module over epochs of batches: zeroGrad, loss, backward, clipping, step; after each epoch it measures on what it did not train
 * on, remembers the best epoch, saves, and stops when nothing gets better.
 *
 * <pre>
 *   Trainer&lt;Batch&gt; trainer = new Trainer&lt;Batch&gt;(net, adamW, b -&gt; net.forward(b.x()).crossEntropy(b.y()))
 *       .validation(split.validation().batches(64))
 *       .listener(liveCurve("LeNet-5"));
 *   trainer.fit(10, epoch -&gt; split.train().batches(32, 7, epoch));
 *   trainer.loadBest();
 * </pre>
 *
 * A training that is saved with {@link #checkpoints} and taken up again with {@link #resume} ends with the bits of one that was never
 * interrupted, if its batches depend on the epoch only.
 *
 * @param <B> a batch
 */
public final class Trainer<B> {
    private static final String BEST = "best.safetensors";
    private static final String LAST = "last.safetensors";
    private static final Gson JSON = new GsonBuilder().serializeSpecialFloatingPointValues().create();

    /** What is saved beside the numbers. */
    private record Progress(List<TrainingEpoch> epochs, double bestValue, int bestEpoch, double lr, @Nullable OnPlateau plateau) { }

    private record OnPlateau(double lr, double best, int bad) { }

    private final Module module;
    private final Optimizer optimizer;
    private final Function<B, Tensor> loss;
    private final Map<String, DoubleSupplier> metrics = new LinkedHashMap<>();
    private final List<TrainingEpoch> epochs = new ArrayList<>();
    private @Nullable Iterable<? extends B> validation;
    private TrainingListener listener = TrainingListener.NONE;
    private @Nullable Schedule schedule;
    private @Nullable Plateau plateau;
    private @Nullable Path folder;
    private double maxNorm;
    private double maxValue;
    private int patience;
    private @Nullable String monitor;
    private boolean higher;
    private double bestValue = Double.NaN;
    private int bestEpoch;
    private Map<String, Tensor> best = Map.of();

    /** The loss of a batch is a scalar, its mean over the batch. */
    public Trainer(Module module, Optimizer optimizer, Function<B, Tensor> loss) {
        this.module = module;
        this.optimizer = optimizer;
        this.loss = loss;
    }

    /** Tells about each step; the last step of an epoch comes after validation and carries its metrics. */
    public Trainer<B> listener(TrainingListener listener) {
        this.listener = listener;
        return this;
    }

    /** Measures the mean loss on these batches after each epoch, as "validation loss". */
    public Trainer<B> validation(Iterable<? extends B> batches) {
        validation = batches;
        return this;
    }

    /** Measures something after each epoch, in evaluation and without gradients; a name with "validation" in it is drawn beside the loss. */
    public Trainer<B> metric(String name, DoubleSupplier value) {
        metrics.put(name, value);
        return this;
    }

    /** Sets the learning rate before each step, counted from 0 over all epochs. */
    public Trainer<B> schedule(Schedule perStep) {
        schedule = perStep;
        return this;
    }

    /** Lowers the learning rate after epochs that got no better, by what the best epoch is judged by (see {@link #monitor}). */
    public Trainer<B> plateau(Plateau plateau) {
        this.plateau = plateau;
        return this;
    }

    /** Clips all gradients together to this norm; the norm before is the metric "gradNorm". */
    public Trainer<B> clipNorm(double maxNorm) {
        requirePositive("clipNorm", maxNorm);
        this.maxNorm = maxNorm;
        return this;
    }

    private static void requirePositive(String what, double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException(what + ": " + limit + " is not above 0, and nothing would be left of the gradient. Hint: 1 is usual; without "
                    + what + " nothing is clipped.");
        }
    }

    /** Cuts each element of the gradients off at ±limit. */
    public Trainer<B> clipValue(double limit) {
        requirePositive("clipValue", limit);
        maxValue = limit;
        return this;
    }

    /** What the best epoch is judged by, instead of the validation loss (or the training loss where there is no validation). */
    public Trainer<B> monitor(String metric, boolean higherIsBetter) {
        monitor = metric;
        higher = higherIsBetter;
        return this;
    }

    /** Stops after this many epochs in a row that were no better than the best. */
    public Trainer<B> patience(int epochs) {
        patience = epochs;
        return this;
    }

    /** Writes best.safetensors (the module of the best epoch) and last.safetensors (all that {@link #resume} needs) here after each epoch. */
    public Trainer<B> checkpoints(Path folder) {
        this.folder = folder;
        return this;
    }

    /** Takes up the training that was saved in the folder of {@link #checkpoints}; without one, begins. */
    public Trainer<B> resume() {
        Path folder = this.folder;
        if (folder == null) throw new IllegalStateException("resume: there is no folder to resume from. Hint: checkpoints(folder) first.");
        Path last = folder.resolve(LAST);
        if (!Files.exists(last)) return this;
        Safetensors.File saved = Safetensors.read(last);
        String json = saved.metadata().get("unrolled.progress");
        if (json == null) throw new IllegalArgumentException("resume: " + last + " was not written by a Trainer, so it does not say how far it was. Hint: Safetensors.load reads weights.");
        Map<String, Tensor> counters = part(saved, "counter.");
        if (!counters.keySet().equals(module.counters().keySet())) {
            throw new IllegalArgumentException("resume: " + last + " has the counters " + counters.keySet() + ", and the module " + module.counters().keySet()
                    + ": they go on where they were, so they must be the same. Hint: build the module as it was saved, its dropout layers too.");
        }
        module.loadStateDict(part(saved, "module."));
        optimizer.loadStateDict(part(saved, "optimizer."));
        module.counters().forEach((name, counter) -> counter.assign(counters.get(name)));
        Progress progress = JSON.fromJson(json, Progress.class);
        epochs.clear();
        epochs.addAll(progress.epochs);
        bestValue = progress.bestValue;
        bestEpoch = progress.bestEpoch;
        optimizer.lr(progress.lr);
        // a plateau that the saved training did not have begins here, with its own learning rate
        if (plateau != null && progress.plateau != null) {
            plateau.lr = progress.plateau.lr;
            plateau.best = progress.plateau.best;
            plateau.bad = progress.plateau.bad;
        }
        if (Files.exists(folder.resolve(BEST))) best = Safetensors.read(folder.resolve(BEST)).tensors();
        return this;
    }

    private static Map<String, Tensor> part(Safetensors.File saved, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        saved.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) part.put(name.substring(prefix.length()), tensor);
        });
        return part;
    }

    /** Each epoch goes through the same batches. */
    public List<TrainingEpoch> fit(int untilEpoch, Iterable<? extends B> batches) {
        return fit(untilEpoch, _ -> batches);
    }

    /**
     * Trains until so many epochs are done, those before a resume included. Each begins with {@code module.train()}, which sets parts that were
     * frozen in evaluation to training too.
     *
     * @param batches of an epoch, counted from 0: shuffle with it as the seed
     * @return what happened in each epoch
     */
    public List<TrainingEpoch> fit(int untilEpoch, IntFunction<? extends Iterable<? extends B>> batches) {
        if (schedule != null && plateau != null) {
            throw new IllegalStateException("fit: a schedule and a plateau both set the learning rate, and at each step the schedule would overwrite what the plateau lowered. "
                    + "Hint: keep one of them.");
        }
        double before = epochs.isEmpty() ? 0 : epochs.getLast().seconds();
        long start = System.nanoTime();
        for (int epoch = epochs.size(); epoch < untilEpoch && !stopped(); epoch++) {
            Iterable<? extends B> all = batches.apply(epoch);
            int count = count(all), first = epochs.isEmpty() ? 0 : epochs.getLast().step(), step = first, steps = first + count * (untilEpoch - epoch);
            if (count == 0) throw new IllegalArgumentException("fit: epoch " + (epoch + 1) + " has no batches, and there is nothing to learn from. Hint: is the training part empty?");
            double sum = 0, examples = 0;
            module.train();
            for (B batch : all) {
                requireAsCounted(epoch + 1, count, step < first + count, "more");
                Training.requireNotInterrupted(step, steps);
                if (schedule != null) optimizer.lr(schedule.lr(step));
                double value = Training.update(optimizer, maxNorm, maxValue, () -> loss.apply(batch));
                step++;
                if (Double.isNaN(value)) {
                    throw new IllegalStateException("fit: the loss of step " + step + " in epoch " + (epoch + 1)
                            + " is NaN, and every parameter with it. Hint: lower the learning rate, clip the gradient, or look for NaN in the data.");
                }
                sum += value * weight(batch);
                examples += weight(batch);
                if (step < first + count) listener.onStep(new TrainingStep(step, steps, value, stepMetrics(), before + (System.nanoTime() - start) / 1e9));
                else endEpoch(epoch + 1, step, steps, value, sum / examples, before + (System.nanoTime() - start) / 1e9);
            }
            requireAsCounted(epoch + 1, count, step == first + count, "fewer");
        }
        return List.copyOf(epochs);
    }

    private static void requireAsCounted(int epoch, int count, boolean asCounted, String found) {
        if (!asCounted) {
            throw new IllegalStateException("fit: epoch " + epoch + " has " + count + " batches when they are counted and " + found
                    + " when they are trained on: they are gone through twice. Hint: collect them in a list.");
        }
    }

    private void endEpoch(int epoch, int step, int steps, double lastLoss, double meanLoss, double seconds) {
        Map<String, Double> measured = measure();
        double lr = optimizer.lr();
        TrainingEpoch done = new TrainingEpoch(epoch, step, meanLoss, measured, lr, seconds);
        epochs.add(done);
        double value = monitored(done);
        if (Double.isNaN(bestValue) ? !Double.isNaN(value) : higher ? value > bestValue : value < bestValue) {
            bestValue = value;
            bestEpoch = epoch;
            Map<String, Tensor> copy = new LinkedHashMap<>();
            module.stateDict().forEach((name, tensor) -> copy.put(name, tensor.copy()));
            best = copy;
            if (folder != null) Safetensors.write(folder.resolve(BEST), best, Map.of());
        }
        if (plateau != null) optimizer.lr(plateau.next(value, higher));
        if (folder != null) save(folder);
        Map<String, Double> all = new LinkedHashMap<>(stepMetrics());
        all.putAll(measured);
        // an early end is an end for whoever draws the progress too
        listener.onStep(new TrainingStep(step, stopped() ? step : steps, lastLoss, all, seconds));
    }

    private boolean stopped() {
        return patience > 0 && epochs.size() - bestEpoch >= patience;
    }

    private Map<String, Double> stepMetrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (maxNorm > 0) metrics.put("gradNorm", optimizer.gradNorm());
        if (schedule != null || plateau != null) metrics.put("lr", optimizer.lr());
        return metrics;
    }

    private Map<String, Double> measure() {
        Map<String, Double> measured = new LinkedHashMap<>();
        return Module.evaluating(() -> Tensors.noGrad(() -> {
            Iterable<? extends B> batches = validation;
            if (batches != null) measured.put("validation loss", meanLoss(batches));
            metrics.forEach((name, value) -> measured.put(name, value.getAsDouble()));
            return measured;
        }));
    }

    private double meanLoss(Iterable<? extends B> batches) {
        double sum = 0, examples = 0;
        for (B batch : batches) {
            sum += loss.apply(batch).item() * weight(batch);
            examples += weight(batch);
        }
        return sum / examples;
    }

    private double monitored(TrainingEpoch epoch) {
        if (monitor == null) return validation == null ? epoch.loss() : epoch.metrics().get("validation loss");
        Double value = epoch.metrics().get(monitor);
        if (value == null) {
            throw new IllegalArgumentException("monitor: there is no metric \"" + monitor + "\" among " + epoch.metrics().keySet() + ". Hint: metric(name, value) measures one.");
        }
        return value;
    }

    /** A batch counts by its size where that is known, so that a smaller last one does not count for more. */
    private static double weight(Object batch) {
        return batch instanceof Batch b ? b.size() : 1;
    }

    private static int count(Iterable<?> batches) {
        if (batches instanceof Collection<?> c) return c.size();
        if (batches instanceof Batches b) return b.count();
        int n = 0;
        for (Object _ : batches) n++;
        return n;
    }

    private void save(Path folder) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        module.stateDict().forEach((name, tensor) -> all.put("module." + name, tensor));
        optimizer.stateDict().forEach((name, tensor) -> all.put("optimizer." + name, tensor));
        module.counters().forEach((name, tensor) -> all.put("counter." + name, tensor));
        Plateau p = plateau;
        Progress progress = new Progress(epochs, bestValue, bestEpoch, optimizer.lr(), p == null ? null : new OnPlateau(p.lr, p.best, p.bad));
        Safetensors.write(folder.resolve(LAST), all, Map.of("unrolled.progress", JSON.toJson(progress)));
    }

    /** The epochs so far. */
    public List<TrainingEpoch> epochs() {
        return List.copyOf(epochs);
    }

    /** Which epoch was the best, counted from 1; 0 before the first. */
    public int bestEpoch() {
        return bestEpoch;
    }

    /** What the best epoch reached; NaN before the first. */
    public double bestValue() {
        return bestValue;
    }

    /** Puts the best epoch's parameters and buffers into the module. */
    public void loadBest() {
        if (best.isEmpty()) throw new IllegalStateException("loadBest: no epoch is done yet. Hint: fit first.");
        module.loadStateDict(best);
    }
}
