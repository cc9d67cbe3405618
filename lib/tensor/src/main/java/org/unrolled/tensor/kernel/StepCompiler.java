package org.unrolled.tensor.kernel;

import java.util.List;

/** Kernels that can also make a program of a whole recorded step. */
public interface StepCompiler extends Kernels {
    /**
     * Compiles a step that was recorded on these kernels.
     *
     * @param outputs what each replay brings back, such as the loss
     */
    CompiledStep compile(RecordingKernels.Recording recording, List<Buffer> outputs, CompiledStep.Progress progress);
}
