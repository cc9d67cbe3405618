/**
 * One operation with its gradient per file: formula, shapes, forward, backward, source.
 *
 * <p>Each has a static {@code apply} that checks shapes, calls {@link org.unrolled.tensor.kernel.Kernels} for the
 * values and hands {@link org.unrolled.tensor.Tensor#of} one {@link org.unrolled.tensor.Edge} per input: what to add to
 * that input's gradient. Read {@link org.unrolled.tensor.op.MatMul} or {@link org.unrolled.tensor.op.Softmax} first.
 */
@NullMarked
package org.unrolled.tensor.op;

import org.jspecify.annotations.NullMarked;
