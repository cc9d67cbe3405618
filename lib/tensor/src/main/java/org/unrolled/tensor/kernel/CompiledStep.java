package org.unrolled.tensor.kernel;

/**
 * A recorded step as a program of a device: weights, activations and the optimiser's state stay there from one replay to the next, the
 * inputs go in and the outputs come back. {@link RecordingKernels.Recording#compile} makes it.
 *
 * <pre>
 *   try (CompiledStep step = recording.compile(List.of(loss.buffer()), CompiledStep.Progress.NONE)) {
 *       step.upload(x.buffer(), batch);
 *       step.replay();
 *       float l = loss.item();            // an output: there after each replay
 *       step.download(weight.buffer());   // anything else: on demand
 *   }
 * </pre>
 */
public interface CompiledStep extends AutoCloseable {
    /** Is told how far compiling has come. */
    @FunctionalInterface
    interface Progress {
        /** Tells nobody. */
        Progress NONE = (done, all) -> { };

        /** {@code done} of {@code all} tasks are compiled: 0 at first, all at the end. It may be told from another thread than the one that compiles, never from two at once. */
        void compiled(int done, int all);
    }

    /** Runs the step once, and brings the outputs back. */
    void replay();

    /** New contents of a declared input, sent with the next replay. */
    void upload(Buffer input, float... values);

    /** New contents of a declared input, given as ints. */
    void upload(Buffer input, int... values);

    /** What a declared input's own storage holds now is its new contents: {@code x.assign(batch); step.upload(x.buffer());}. */
    void upload(Buffer input);

    /** Brings a buffer of the step back from the device, into its own storage: parameters, before they are saved or used elsewhere. */
    void download(Buffer buffer);

    /** Kernels of the step: each is compiled and started by itself. */
    int tasks();

    /** Graphs that they are divided into. */
    int graphs();

    /** Gives back the device's memory. What was not downloaded is gone. */
    @Override void close();
}
