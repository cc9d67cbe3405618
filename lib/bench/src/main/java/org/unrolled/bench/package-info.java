/**
 * How fast the kernels are, beside other libraries on the same machine.
 *
 * <p>{@link org.unrolled.bench.Bench} is the command. A {@link org.unrolled.bench.Case} says what is computed, from inputs that every
 * library makes for itself by the same formula; an {@link org.unrolled.bench.Entrant} computes it; their results are compared before
 * anything is timed, and then they are timed in turns.
 */
@NullMarked
package org.unrolled.bench;

import org.jspecify.annotations.NullMarked;
