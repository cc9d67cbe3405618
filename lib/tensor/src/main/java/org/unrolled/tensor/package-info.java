/**
 * Tensors and reverse-mode automatic differentiation, small enough to read in an evening.
 *
 * <p>{@link org.unrolled.tensor.Tensor} is the value, {@link org.unrolled.tensor.Tensors} makes and combines them
 * (for static import). Each operation with a gradient is one file in {@code org.unrolled.tensor.op}; each numeric loop
 * is behind {@link org.unrolled.tensor.kernel.Kernels}.
 */
@NullMarked
package org.unrolled.tensor;

import org.jspecify.annotations.NullMarked;
