/**
 * Every numeric loop of the kit, behind one contract.
 *
 * <p>{@link org.unrolled.tensor.kernel.Kernels} is the contract, {@link org.unrolled.tensor.kernel.Buffer} what it
 * works on, and {@link org.unrolled.tensor.kernel.ReferenceKernels} the specification: scalar loops to be read next
 * to the equation. The other providers do the same faster, or watch while another does it: RecordingKernels writes a
 * step down, which a device can compile into a {@link org.unrolled.tensor.kernel.CompiledStep}.
 */
@NullMarked
package org.unrolled.tensor.kernel;

import org.jspecify.annotations.NullMarked;
